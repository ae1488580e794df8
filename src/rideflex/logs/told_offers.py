"""Offers as logs tell them: by action, by both shifts, or by all three."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.errors import Problem, UsageError
from rideflex.logs.columns import ToldTwice
from rideflex.tables.columns import ACTION, SHIFTS, answer_word
from rideflex.tables.readers import whole_number
from rideflex.tables.rows import Rows

_WRONG_SIDE = (
    "is told with {} {} in a log with negative shifts, where signs count: no offer of the grid "
    "picks up later or drops off earlier"
)
_MOST_HELD = 1000


def told_actions(rows: Rows, table: DecisionTable) -> npt.NDArray[np.int32]:
    """Action of each row's pair of shifts, -1 outside the grid; each pair is looked up once."""
    pairs, pair_of_row = _pairs(rows)
    return _looked_up(pairs, table)[pair_of_row]


def outside(rows: Rows, table: DecisionTable) -> list[Problem]:
    """Rows whose shifts make no offer of the grid."""
    late = rows.columns[SHIFTS[1]]
    cause = "with {} {} makes an offer that is not in the grid of {} offers"
    return [
        rows.problem(
            cause.format(SHIFTS[1], late.values[late.codes[row]], len(table.offers)),
            int(row),
            SHIFTS[0],
        )
        for row in np.flatnonzero(told_actions(rows, table) < 0)
    ]


def contradictions(rows: Rows, table: DecisionTable) -> list[Problem]:
    """Rows whose action is another offer than their shifts are."""
    actions = rows.read(ACTION, whole_number, np.int64)
    pairs, pair_of_row = _pairs(rows)
    wrong = np.flatnonzero(_looked_up(pairs, table)[pair_of_row] != actions)
    return [
        rows.problem(_contradiction(table, actions[row], pairs[pair_of_row[row]]), int(row), ACTION)
        for row in wrong.tolist()
    ]


def with_shifts(rows: Rows) -> Rows:
    """Leave out the rows where one of both shifts is blank."""
    told = np.ones(len(rows), dtype=np.bool_)
    for name in SHIFTS:
        column = rows.columns[name]
        told &= np.array([answer_word(cell) != "" for cell in (*column.values, None)])[column.codes]
    return rows.where(told)


class Signs:
    """The signs of one log's shifts: with any negative one all are read as signed.

    A negative shift may stand behind rows that only it makes wrong, so the first of those are
    remembered.
    """

    def __init__(self, table: DecisionTable) -> None:
        self._offers = frozenset(table.offers.pairs)
        self._signed = False
        self._doubtful: list[Problem] = []

    def problems(self, rows: Rows) -> list[Problem]:
        """Rows known to be to the wrong side after these rows."""
        pairs, pair_of_row = _pairs(rows)
        self._signed |= any(min(pair) < 0 for pair in pairs)
        wrong = np.array([_to_wrong_side(pair, self._offers) for pair in pairs], dtype=np.bool_)
        for row in np.flatnonzero(wrong[pair_of_row])[:_MOST_HELD].tolist():
            early, late = pairs[pair_of_row[row]]
            at, other, value = (0, 1, late) if early > 0 else (1, 0, early)
            cause = _WRONG_SIDE.format(SHIFTS[other], value)
            self._doubtful.append(rows.problem(cause, row, SHIFTS[at]))
        del self._doubtful[_MOST_HELD:]
        return list(self._doubtful) if self._signed else []


def check_signs(
    pickup: npt.NDArray[np.int64], dropoff: npt.NDArray[np.int64], table: DecisionTable
) -> None:
    """Check that no shift of a frame is to the wrong side, where any is negative.

    Raises
    ------
    UsageError
        If some are; it names their positions.
    """
    offers = frozenset(table.offers.pairs)
    suspects = np.flatnonzero((pickup > 0) | (dropoff < 0))
    if not len(suspects) or not ((pickup < 0).any() or (dropoff < 0).any()):
        return
    wrong = [
        f"({pickup[row]}, {dropoff[row]}) at position {row}"
        for row in suspects.tolist()
        if _to_wrong_side((int(pickup[row]), int(dropoff[row])), offers)
    ]
    if wrong:
        raise UsageError(
            f"shifts with negative ones among them are signed, and no offer of the grid picks up "
            f"later or drops off earlier, as does {listed(wrong)}"
        )


def check_told_twice(
    actions: npt.NDArray[np.int32], told_twice: ToldTwice, table: DecisionTable
) -> None:
    """Check that the actions [n] of a frame are the offers that both shifts tell.

    Raises
    ------
    UsageError
        If some are not; it names their positions.
    """
    found, pair_of_row = np.unique(np.stack(told_twice.shifts, axis=1), axis=0, return_inverse=True)
    pairs = [(early, late) for early, late in found.tolist()]
    pair_of_row = pair_of_row.reshape(-1)
    said = _looked_up(pairs, table)[pair_of_row]
    wrong = [
        f"position {row} {_contradiction(table, actions[row], pairs[pair_of_row[at]])}"
        for at in np.flatnonzero(said != actions[told_twice.positions]).tolist()
        for row in told_twice.positions[at : at + 1].tolist()
    ]
    if wrong:
        raise UsageError(f"the action at {listed(wrong)}")


def listed(texts: list[str], most: int = 5) -> str:
    """The first of many texts, and how many more there are."""
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _pairs(rows: Rows) -> tuple[list[tuple[int, int]], npt.NDArray[np.intp]]:
    """Distinct pairs of shifts in minutes, and the pair of each row, [n]."""
    pickup, dropoff = (rows.columns[name] for name in SHIFTS)
    width = max(len(dropoff.values), 1)
    codes, pair_of_row = np.unique(
        pickup.codes.astype(np.int64) * width + dropoff.codes, return_inverse=True
    )
    pairs = [
        (whole_number(pickup.values[early]), whole_number(dropoff.values[late]))
        for early, late in (divmod(code, width) for code in codes.tolist())
    ]
    return pairs, pair_of_row


def _looked_up(pairs: list[tuple[int, int]], table: DecisionTable) -> npt.NDArray[np.int32]:
    actions = np.full(len(pairs), -1, dtype=np.int32)
    for at, pair in enumerate(pairs):
        try:
            actions[at] = table.actions({name: [pair[i]] for i, name in enumerate(SHIFTS)})[0]
        except UsageError:
            continue
    return actions


def _to_wrong_side(pair: tuple[int, int], offers: frozenset[tuple[int, int]]) -> bool:
    early, late = pair
    return (early > 0 or late < 0) and pair not in offers


def _contradiction(table: DecisionTable, action: Any, pair: tuple[int, int]) -> str:
    return f"is the offer {table.offers[int(action)]}, and the shift columns say {pair}"
