"""Online outcomes as users hand them over: encoded once, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from rideflex.decisions import DecisionTable
from rideflex.embedding.find_decisions import FoundDecisions, find_decisions
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.logs.frames import actions_of, answers, traveler_ids, trip_ids
from rideflex.offers import ActionSpaceMap, OfferGrid

Report = Callable[[str], None]

flexibility_personalities = list(DEFAULT_TYPES)
n_flexibilities = len(flexibility_personalities)


class OnlineTravelerDataset(Dataset[tuple[torch.Tensor, ...]]):
    """Outcomes as tensors: entity, decision, indicator row, decision row.

    Attributes: `entity_ids` int64 [n], `decisions` float32 [n] (1 where accepted), `ind_matrix`
    and `decision_matrix` float32 [n, L], and `lookup_cache`, a read-only mapping from question to
    answer, None when no decisions were found. `fallbacks` counts the outcomes that a rule
    answered.

    Parameters
    ----------
    df_online
        Outcomes with `customer_id` (or `traveler_id`), `action`, `accepted` and the five other
        context columns: a frame, or a list of dicts.
    flexibility_personalities
        Names of the L types.
    action_space_map
        The offer grid, or its pairs in the order of the actions.
    csv_path
        File of decisions; see `find_decisions` for where they come from without it.
    decisions
        A compiled table instead of a file.
    first_id
        The traveler id of entity 0.
    report
        Takes the lines of the log.
    """

    def __init__(
        self,
        df_online: Any,
        flexibility_personalities: Sequence[str],
        action_space_map: ActionSpaceMap,
        csv_path: str | Path | None = None,
        *,
        decisions: DecisionTable | None = None,
        first_id: int = 1,
        report: Report = print,
    ) -> None:
        offers = OfferGrid.of(action_space_map)
        found = find_decisions(decisions or csv_path, flexibility_personalities, offers)
        report_decisions(found, report)
        table = found.table
        ids = traveler_ids(df_online)
        actions = actions_of(df_online, offers)
        accepted = answers(df_online)
        shape = (len(ids), len(table.types))
        self.entity_ids = torch.from_numpy(entities_of(ids, first_id).astype(np.int64))
        self.decisions = torch.from_numpy(accepted.astype(np.float32))
        self.ind_matrix = torch.empty(shape)
        self.decision_matrix = torch.empty(shape)
        self.lookup_cache: Mapping[Any, dict[str, str]] | None = (
            table.as_mapping() if found.from_file else None
        )
        self.fallbacks = table.answers(
            trip_ids(df_online, ids, table),
            actions,
            accepted,
            out=(self.ind_matrix, self.decision_matrix),
        ).fallbacks
        report_fallbacks(self.fallbacks, found, len(ids), report)

    def __len__(self) -> int:
        return len(self.entity_ids)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, ...]:
        return (
            self.entity_ids[row],
            self.decisions[row],
            self.ind_matrix[row],
            self.decision_matrix[row],
        )


def entities_of(
    ids: npt.NDArray[np.integer], first_id: int, num_entities: int | None = None
) -> npt.NDArray[np.int32]:
    """Make entities int32 [n] of the travelers' own ids.

    Raises
    ------
    UsageError
        If an id is below `first_id`, or beyond the entities where their number is told.
    """
    entities = ids - first_id
    outside = entities < 0
    if num_entities is not None:
        outside |= entities >= num_entities
    if outside.any():
        last = "" if num_entities is None else f" … {first_id + num_entities - 1}"
        size = "" if num_entities is None else f"{num_entities} "
        raise UsageError(
            f"traveler {ids[outside][0]} is outside the network: with first_id={first_id} its "
            f"{size}entities are the travelers {first_id}{last or ' and up'}"
        )
    return entities.astype(np.int32)


def report_decisions(found: FoundDecisions, report: Report) -> None:
    """Say where the answers come from."""
    keys = found.table.report.keys
    if not found.from_file:
        report(
            "  [Embedding Dataset] [WARNING] No decisions found: name them with decisions=…, "
            "RIDEFLEX_DECISIONS or traveler_decisions_augmented.csv; the types' rules answer"
        )
    elif found.seconds is None:
        report(f"  [Embedding Dataset] Reusing lookup cache: {keys} unique keys")
    else:
        report(
            f"  [Embedding Dataset] Built lookup cache: {found.table.report.rows} rows → "
            f"{keys} unique keys in {found.seconds:.3f}s"
        )


def report_fallbacks(
    fallbacks: int, found: FoundDecisions, n_outcomes: int, report: Report
) -> None:
    """Say how many outcomes the decisions have no row for."""
    if fallbacks and found.from_file:
        report(
            f"  [Embedding Dataset] [WARNING] No row for {fallbacks} of {n_outcomes} outcomes: "
            "the types' rules answer"
        )
