"""Encoding of logged outcomes: the one way from a log to `Outcomes`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.logs.columns import LogColumns
from rideflex.logs.frames import read_frame
from rideflex.logs.told_offers import check_signs, check_told_twice
from rideflex.outcomes import Outcomes
from rideflex.tables.columns import CONTEXT, SHIFTS
from rideflex.travelers import TravelerIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Encoded:
    """Encoded outcomes, and how many of them a rule answers for want of a row of decisions."""

    outcomes: Outcomes
    fallbacks: int

    @classmethod
    def of(cls, outcomes: Outcomes, table: DecisionTable) -> Encoded:
        """Count what the rules answer of encoded outcomes."""
        return cls(outcomes, table.fallbacks(outcomes.trips, outcomes.actions))


def encode(log: LogColumns, table: DecisionTable, entities: npt.NDArray[np.int32]) -> Encoded:
    """Encode n logged outcomes against a decision table.

    Parameters
    ----------
    log
        What the outcomes say.
    table
        What the types would have answered, with the offer grid.
    entities
        Who each traveler is to the model, int32 [n].

    Raises
    ------
    UsageError
        If an offer is outside the grid, is told in two ways that differ, or has a shift to the
        wrong side; it names the positions.
    """
    actions = _actions(log, table)
    trips = _trips(log, table)
    return Encoded.of(table.outcomes(entities, trips, actions, log.accepted), table)


def encode_outcomes(frame: Any, table: DecisionTable, travelers: TravelerIndex) -> Outcomes:
    """Encode logged outcomes for a posterior, a buffer or counts.

    Where the table has no row for an outcome the types' rules answer; the log says how often.

    Parameters
    ----------
    frame
        n outcomes with `customer_id` or `traveler_id`, the five other context columns, `action`
        (or both shift columns) and `accepted`: a pandas or Polars frame, an Arrow table, a mapping
        of columns, or a list of dicts.
    table
        What the types would have answered.
    travelers
        The travelers and their entities.

    Raises
    ------
    UsageError
        If a column is missing or a value can't be used; it names the value and its position.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from rideflex import read_area
    >>> from rideflex.synthetic import AreaSettings, generate_area
    >>> folder = f"{mkdtemp()}/city"
    >>> generate_area(folder, AreaSettings(travelers=3, trips=2, zones=4, seed=1))
    >>> area = read_area(folder)
    >>> trip = dict(zip(CONTEXT, area.table.contexts[0], strict=True))
    >>> log = [{**trip, "pickup_shift_min": -20, "dropoff_shift_min": 0, "accepted": True}]
    >>> outcomes = encode_outcomes(log, area.table, area.travelers)
    >>> outcomes.trips.tolist(), outcomes.actions.tolist(), outcomes.accepted.tolist()
    ([0], [4], [True])
    """
    log = read_frame(frame)
    encoded = encode(log, table, travelers.encode(log.ids))
    if encoded.fallbacks:
        logger.warning(
            "no row for %d of %d outcomes: the types' rules answer", encoded.fallbacks, len(log)
        )
    return encoded.outcomes


def _trips(log: LogColumns, table: DecisionTable) -> npt.NDArray[np.int32]:
    """Trip ids [n], -1 where the table has no such context, or an outcome has none."""
    if log.with_context is None:
        return table.trip_ids({CONTEXT[0]: log.ids, **log.context})
    trips = np.full(len(log), -1, dtype=np.int32)
    if len(log.with_context):
        ids = log.ids[log.with_context]
        trips[log.with_context] = table.trip_ids({CONTEXT[0]: ids, **log.context})
    return trips


def _actions(log: LogColumns, table: DecisionTable) -> npt.NDArray[np.int32]:
    if log.shifts is not None:
        check_signs(*log.shifts, table)
        return table.actions(dict(zip(SHIFTS, log.shifts, strict=True)))
    actions = table.offers.check_actions(np.empty(0) if log.actions is None else log.actions)
    if log.told_twice is not None:
        check_told_twice(actions, log.told_twice, table)
    return actions
