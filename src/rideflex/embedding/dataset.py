"""Online outcomes as users hand them over: encoded once, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from rideflex.decisions import DecisionTable
from rideflex.embedding.source import FoundDecisions, find_decisions
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.offers import OfferGrid
from rideflex.records import actions_of, answers, traveler_ids, trip_ids

Report = Callable[[str], None]
ActionSpaceMap = OfferGrid | Sequence[Sequence[int]] | Mapping[int, Sequence[int]]

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
        offers = as_grid(action_space_map)
        found = find_decisions(decisions or csv_path, flexibility_personalities, offers)
        report_decisions(found, report)
        table = found.table
        ids = traveler_ids(df_online)
        actions = actions_of(df_online, offers)
        accepted = answers(df_online)
        shape = (len(ids), len(table.types))
        self.entity_ids = torch.from_numpy(ids - first_id)
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


def as_grid(action_space_map: ActionSpaceMap) -> OfferGrid:
    """Read an action space map: a grid, its pairs in order, or the pairs by action."""
    if isinstance(action_space_map, OfferGrid):
        return action_space_map
    if isinstance(action_space_map, Mapping):
        if sorted(action_space_map) != list(range(len(action_space_map))):
            raise UsageError("the actions of an action space map count from 0 without gaps")
        return OfferGrid.from_pairs(action_space_map[at] for at in range(len(action_space_map)))
    return OfferGrid.from_pairs(action_space_map)


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
