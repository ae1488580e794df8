"""The compiled loops of a decision table: rows to cells, trip ids and offers to answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.decisions.masks import Masks

Codes = npt.NDArray[np.int32]

KNOWN, DISPUTED = 1, 2
FIRST, LAST, MAJORITY, ERROR = range(4)


@compiled()
def fill_cells(
    cells: Masks,
    states: npt.NDArray[np.uint8],
    trips: Codes,
    pairs: Codes,
    masks: Masks,
    policy: int,
) -> int:
    """Enter the rows' answers; returns the first row that disagrees where that is an error."""
    for row in range(len(trips)):
        trip, pair = trips[row], pairs[row]
        state = states[trip, pair]
        if state == 0:
            cells[trip, pair] = masks[row]
            states[trip, pair] = KNOWN
        elif cells[trip, pair] != masks[row]:
            if policy == ERROR:
                return row
            states[trip, pair] = KNOWN | DISPUTED
            if policy == LAST:
                cells[trip, pair] = masks[row]
    return -1


@compiled()
def count_votes(votes: npt.NDArray[np.int32], trips: Codes, pairs: Codes, masks: Masks) -> None:
    """Count accepts less rejects per type, int32 [trips, pairs, L]."""
    for row in range(len(trips)):
        mask = np.uint64(masks[row])
        for kind in range(votes.shape[2]):
            bit = (mask >> np.uint64(kind)) & np.uint64(1)
            votes[trips[row], pairs[row], kind] += 2 * np.int32(bit) - 1


@compiled()
def lay_out(
    cells: Masks,
    states: npt.NDArray[np.uint8],
    columns: npt.NDArray[np.int64],
    rule: Masks,
    masks: Masks,
    known: npt.NDArray[np.bool_],
) -> None:
    """Write every trip's answers in the order of the grid, the rule where there is no row.

    `columns` holds the column of each offer among the cells, -1 where no row has the offer.
    """
    for trip in range(len(masks)):
        for action in range(len(columns)):
            column = columns[action]
            is_known = trip < len(masks) - 1 and column >= 0 and states[trip, column] > 0
            known[trip, action] = is_known
            masks[trip, action] = cells[trip, column] if is_known else rule[action]


@compiled()
def gather(
    masks: Masks,
    known: npt.NDArray[np.bool_],
    n_offers: int,
    trips: Codes,
    actions: Codes,
    out: Masks,
) -> int:
    """Write the answer mask of each question; returns how many the rule answered.

    `masks` and `known` are flat. A trip of -1 reads the last row, which holds the rule. Where an
    id is outside the table the loop stops and returns -1 - row.
    """
    rule = np.uint32(len(masks) // n_offers - 1)
    unknown, width = np.uint32(0xFFFFFFFF), np.uint32(n_offers)
    fallbacks = 0
    for row in range(len(trips)):
        trip, action = np.uint32(trips[row]), np.uint32(actions[row])
        if trip == unknown:
            trip = rule
        elif trip >= rule:
            return -1 - row
        if action >= width:
            return -1 - row
        cell = np.uint64(trip) * np.uint64(width) + np.uint64(action)
        out[row] = masks[cell]
        fallbacks += not known[cell]
    return fallbacks


@compiled()
def agreement(masks: Masks, accepted: npt.NDArray[np.bool_], full: Any, out: Masks) -> None:
    """Write the mask of types that would have answered as observed."""
    for row in range(len(masks)):
        out[row] = masks[row] if accepted[row] else masks[row] ^ full


@compiled()
def expand(masks: Masks, out: npt.NDArray[Any]) -> None:
    """Write bit l of each mask to column l."""
    for row in range(len(masks)):
        mask = np.uint64(masks[row])
        for kind in range(out.shape[1]):
            out[row, kind] = (mask >> np.uint64(kind)) & np.uint64(1)


@compiled()
def expand_words(masks: Masks, rows: npt.NDArray[Any], out: npt.NDArray[Any]) -> None:
    """Write `rows[mask]`, the ready-made row of each mask, machine word by machine word."""
    if out.shape[1] == 1:  # without the inner loop, which costs as much as the copy itself
        for row in range(len(masks)):
            out[row, 0] = rows[np.uint64(masks[row]), 0]
        return
    for row in range(len(masks)):
        mask = np.uint64(masks[row])
        for word in range(out.shape[1]):
            out[row, word] = rows[mask, word]


@compiled()
def find_actions(
    pickup: npt.NDArray[np.int64],
    dropoff: npt.NDArray[np.int64],
    by_minutes: Codes,
    signed: bool,
    out: Codes,
) -> None:
    """Write the action of each pair of shifts, -1 outside the grid.

    `by_minutes` [minutes earlier, minutes later] holds the actions.
    """
    for row in range(len(pickup)):
        early, late = -pickup[row], dropoff[row]
        if not signed:
            early, late = abs(early), abs(late)
        inside = (0 <= early < by_minutes.shape[0]) & (0 <= late < by_minutes.shape[1])
        out[row] = by_minutes[early, late] if inside else -1
