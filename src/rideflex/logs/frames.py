"""Outcomes as they are logged, a frame or a list of dicts: encoded once, in bulk."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.tables.arrays import truths
from rideflex.tables.columns import ACCEPTED, ACTION, CONTEXT, read_answer
from rideflex.tables.frames import array_of, column_of, ids_of, integers_of, names_of
from rideflex.tables.ids import Ids
from rideflex.travelers import TravelerIndex

logger = logging.getLogger(__name__)

_ID_NAMES = ("customer_id", CONTEXT[0])


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
    ids = traveler_ids(frame)
    actions = actions_of(frame, table.offers) if ACTION in names_of(frame) else table.actions(frame)
    trips = trip_ids(frame, ids, table)
    if fallbacks := table.fallbacks(trips, actions):
        logger.warning(
            "no row for %d of %d outcomes: the types' rules answer", fallbacks, len(trips)
        )
    return table.outcomes(travelers.encode(ids), trips, actions, answers(frame))


def id_name(names: Sequence[str]) -> str:
    """The column that holds the travelers' own ids: `customer_id` or `traveler_id`."""
    return next((name for name in _ID_NAMES if name in names), CONTEXT[0])


def traveler_ids(frame: Any) -> Ids:
    """Take the travelers' own ids [n] from `customer_id` or `traveler_id`."""
    return ids_of(frame, id_name(names_of(frame)))


def actions_of(frame: Any, offers: OfferGrid) -> npt.NDArray[np.int32]:
    """Take the offers' places in the grid, int32 [n], from `action`."""
    return offers.check_actions(integers_of(frame, ACTION))


def answers(frame: Any) -> npt.NDArray[np.bool_]:
    """Take the observed answers, bool [n], from `accepted`.

    Raises
    ------
    UsageError
        If a value is neither accept nor reject, true nor false, 1 nor 0.
    """
    values = array_of(frame, ACCEPTED)
    if values.dtype.kind not in "OUT":
        return truths(values)
    words, word_of_row = np.unique(values.astype(np.str_), return_inverse=True)
    accepted = np.empty(len(words), dtype=np.bool_)
    for number, word in enumerate(words.tolist()):
        try:
            accepted[number] = read_answer(word)
        except ValueError as cause:
            row = int(np.argmax(word_of_row == number))
            raise UsageError(f"accepted {cause}, but {word!r} (position {row})") from None
    read: npt.NDArray[np.bool_] = accepted[word_of_row]
    return read


def trip_ids(frame: Any, ids: Ids, table: DecisionTable) -> npt.NDArray[np.int32]:
    """Encode the contexts, int32 [n]; -1 where the table has no such context, or a record none.

    Raises
    ------
    UsageError
        If some context columns are there and others in no record at all: a name is misspelt.
    """
    try:
        texts = {name: column_of(frame, name) for name in CONTEXT[1:]}
    except UsageError:
        whole = _records_with_context(frame)
        if whole is None:
            raise
        trips = np.full(len(ids), -1, dtype=np.int32)
        if len(whole):
            records = [frame[row] for row in whole.tolist()]
            trips[whole] = trip_ids(records, ids[whole], table)
        return trips
    return table.trip_ids({CONTEXT[0]: ids, **texts})


def _records_with_context(frame: Any) -> npt.NDArray[np.intp] | None:
    """Records that have every context field; None where lacking fields are not what is wrong."""
    if isinstance(frame, Sequence):
        has = np.array([[name in record for name in CONTEXT[1:]] for record in frame])
    else:
        names = names_of(frame)
        has = np.array([[name in names for name in CONTEXT[1:]]])
    somewhere = has.any(axis=0)
    if has.all() or (somewhere.any() and not somewhere.all()):
        return None
    return np.flatnonzero(has.all(axis=1))
