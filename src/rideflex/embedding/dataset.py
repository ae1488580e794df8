"""Online outcomes as users hand them over: encoded once, in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Dataset

from rideflex.decisions import DecisionTable
from rideflex.embedding.find_decisions import find_decisions
from rideflex.embedding.reporting import (
    Report,
    log_line,
    report_decisions,
    report_fallbacks,
)
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.logs.encode import encode
from rideflex.logs.frames import read_frame
from rideflex.offers import ActionSpaceMap, OfferGrid
from rideflex.tables.columns import CONTEXT, KEY
from rideflex.tables.frames import array_of, names_of
from rideflex.tables.ids import Ids
from rideflex.travelers import whole_ids

if TYPE_CHECKING:
    import pandas as pd

flexibility_personalities = list(DEFAULT_TYPES)
n_flexibilities = len(flexibility_personalities)


class OnlineTravelerDataset(Dataset[tuple[torch.Tensor, ...]]):
    """Outcomes as tensors: entity, decision, indicator row, decision row.

    Attributes: `entity_ids` int64 [n], `decisions` int64 [n] (1 where accepted), `ind_matrix`
    and `decision_matrix` float32 [n, L], `num_samples` (n), `num_entities` (different travelers
    among the outcomes), and `lookup_cache`, a read-only mapping from question to answer, None
    when no decisions were found. `fallbacks` counts the outcomes that a rule answered.

    Parameters
    ----------
    df_online
        Outcomes with `customer_id` (or `traveler_id`), `action`, `accepted` and the five other
        context columns: a frame, or a list of dicts.
    flexibility_personalities
        Names of the L types.
    action_space_map
        The offer grid, or its pairs in the order of the actions; without it the default grid.
    csv_path
        File of decisions; see `find_decisions` for where they come from without it.
    decisions
        A compiled table instead of a file.
    first_id
        The traveler id of entity 0.
    report
        Takes the lines of the log; see `log_line` for where they go without it.

    Examples
    --------
    >>> from rideflex import DecisionTable
    >>> trip = dict.fromkeys(CONTEXT[1:], "08:00-08:30")
    >>> log = [
    ...     {"customer_id": 3, "action": 15, "accepted": True, **trip},
    ...     {"customer_id": 1, "action": 12, "accepted": True, **trip},
    ... ]
    >>> table = DecisionTable.empty()  # the rules answer
    >>> dataset = OnlineTravelerDataset(log, table.types, decisions=table, report=lambda line: None)
    >>> dataset.entity_ids.tolist(), dataset.ind_matrix.tolist()
    ([2, 0], [[1.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    """

    def __init__(
        self,
        df_online: Any,
        flexibility_personalities: Sequence[str],
        action_space_map: ActionSpaceMap | None = None,
        csv_path: str | Path | None = None,
        *,
        decisions: DecisionTable | None = None,
        first_id: int = 1,
        report: Report = log_line,
    ) -> None:
        offers = OfferGrid.default() if action_space_map is None else OfferGrid.of(action_space_map)
        found = find_decisions(decisions or csv_path, flexibility_personalities, offers)
        report_decisions(found, report)
        table = found.table
        log = read_frame(df_online)
        entities = entities_of(log.ids, first_id)
        encoded = encode(log, table, entities)
        outcomes, self.fallbacks = encoded.outcomes, encoded.fallbacks
        shape = (len(log), len(table.types))
        self.entity_ids = torch.from_numpy(entities.astype(np.int64))
        self.decisions = torch.from_numpy(log.accepted.astype(np.int64))
        self.ind_matrix = torch.empty(shape)
        self.decision_matrix = torch.empty(shape)
        self.lookup_cache: Mapping[Any, dict[str, str]] | None = (
            table.as_mapping() if found.from_file else None
        )
        table.answers(
            outcomes.trips,
            outcomes.actions,
            outcomes.accepted,
            out=(self.ind_matrix, self.decision_matrix),
        )
        self.num_samples, self.num_entities = len(log), len(np.unique(log.ids))
        self._outcomes, self._found = df_online, found
        report_fallbacks(found, self.fallbacks, len(log), report)

    @cached_property
    def df_online(self) -> pd.DataFrame:
        """The outcomes as a pandas frame, with the entity of each as `traveler_id`."""
        import pandas as pd

        given = self._outcomes
        if isinstance(given, Sequence):
            frame = pd.DataFrame(list(given))
        else:
            frame = pd.DataFrame({name: array_of(given, name) for name in names_of(given)})
        return frame.assign(**{CONTEXT[0]: self.entity_ids.numpy()})

    @cached_property
    def csv_df(self) -> pd.DataFrame | None:
        """The decisions as a pandas frame, a row for each question; None where none were found."""
        import pandas as pd

        table = self._found.table
        if not self._found.from_file:
            return None
        questions = list(table.questions())
        columns = zip(KEY, zip(*questions, strict=True), strict=True)
        frame = pd.DataFrame({name: list(values) for name, values in columns})
        mapping = table.as_mapping()
        answers = pd.DataFrame([mapping[question] for question in questions], columns=table.types)
        return pd.concat([frame, answers], axis=1)

    def __len__(self) -> int:
        return len(self.entity_ids)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, ...]:
        return (
            self.entity_ids[row],
            self.decisions[row],
            self.ind_matrix[row],
            self.decision_matrix[row],
        )


def entities_of(ids: Ids, first_id: int, num_entities: int | None = None) -> npt.NDArray[np.int32]:
    """Make entities int32 [n] of the travelers' own ids.

    Raises
    ------
    UsageError
        If an id is a name, below `first_id`, or beyond the entities where their number is told.
    """
    numbers = whole_ids(ids)
    entities = numbers - first_id
    outside = entities < 0
    if num_entities is not None:
        outside |= entities >= num_entities
    if outside.any():
        last = "" if num_entities is None else f" … {first_id + num_entities - 1}"
        size = "" if num_entities is None else f"{num_entities} "
        raise UsageError(
            f"traveler {numbers[outside][0]} is outside the network: with first_id={first_id} its "
            f"{size}entities are the travelers {first_id}{last or ' and up'}"
        )
    return entities.astype(np.int32)
