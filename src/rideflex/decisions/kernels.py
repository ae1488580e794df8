"""The compiled loops of a decision table: contexts to trip ids, trip ids to answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.decisions.masks import Masks

Codes = npt.NDArray[np.int32]
Travelers = npt.NDArray[np.int64]

KNOWN, DISPUTED = 1, 2
FIRST, LAST, MAJORITY, ERROR = range(4)


@compiled()
def _slot(
    slots: Codes,
    travelers: Travelers,
    contexts: Codes,
    row_travelers: Travelers,
    rows: Codes,
    row: int,
) -> Any:
    """Where a row's context stands in the hash table, or the free slot where it would."""
    traveler = row_travelers[row]
    mixed = np.uint64(traveler) * np.uint64(0x9E3779B97F4A7C15)
    for field in range(5):
        mixed = (mixed ^ np.uint64(np.uint32(rows[row, field]))) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    last = np.uint64(len(slots) - 1)
    slot = mixed & last
    while True:
        trip = slots[slot]
        if trip < 0:
            return slot
        same = travelers[trip] == traveler
        for field in range(5):
            same &= contexts[trip, field] == rows[row, field]
        if same:
            return slot
        slot = (slot + np.uint64(1)) & last


@compiled()
def find_trips(
    slots: Codes,
    travelers: Travelers,
    contexts: Codes,
    row_travelers: Travelers,
    rows: Codes,
    out: Codes,
) -> None:
    """Write the trip id of each row's context, -1 where it is unknown."""
    for row in range(len(row_travelers)):
        out[row] = slots[_slot(slots, travelers, contexts, row_travelers, rows, row)]


@compiled()
def rehash(slots: Codes, travelers: Travelers, contexts: Codes, n_trips: int) -> None:
    """Enter the first n trips into an empty hash table."""
    for trip in range(n_trips):
        slots[_slot(slots, travelers, contexts, travelers, contexts, trip)] = trip


@compiled()
def add_trips(
    slots: Codes,
    travelers: Travelers,
    contexts: Codes,
    n_trips: int,
    row_travelers: Travelers,
    rows: Codes,
    out: Codes,
) -> int:
    """Write the trip id of each row, taking in contexts not seen before; returns the new count.

    Rows of one trip stand together in most files, so the row before is tried first.
    """
    for row in range(len(row_travelers)):
        same = row > 0 and row_travelers[row] == row_travelers[row - 1]
        if same:
            for field in range(5):
                same &= rows[row, field] == rows[row - 1, field]
        if same:
            out[row] = out[row - 1]
            continue
        slot = _slot(slots, travelers, contexts, row_travelers, rows, row)
        if slots[slot] < 0:
            slots[slot] = n_trips
            travelers[n_trips] = row_travelers[row]
            for field in range(5):
                contexts[n_trips, field] = rows[row, field]
            n_trips += 1
        out[row] = slots[slot]
    return n_trips


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
def _offer_slot(slots: Codes, offers: npt.NDArray[np.int64], early: Any, late: Any) -> Any:
    """Where a pair of shifts stands in the hash table, or the free slot where it would."""
    mixed = np.uint64(early) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(late)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    last = np.uint64(len(slots) - 1)
    slot = (mixed >> np.uint64(32)) & last
    while slots[slot] >= 0:
        action = slots[slot]
        if (offers[action, 0] == early) & (offers[action, 1] == late):
            break
        slot = (slot + np.uint64(1)) & last
    return slot


@compiled()
def enter_offers(offers: npt.NDArray[np.int64], slots: Codes) -> None:
    """Enter the offers into an empty hash table; of two alike the first is found."""
    for action in range(len(offers)):
        slot = _offer_slot(slots, offers, offers[action, 0], offers[action, 1])
        if slots[slot] < 0:
            slots[slot] = action


@compiled()
def find_actions(
    pickup: npt.NDArray[np.int64],
    dropoff: npt.NDArray[np.int64],
    offers: npt.NDArray[np.int64],
    slots: Codes,
    signed: bool,
    out: Codes,
) -> int:
    """Write the action of each pair of shifts; returns -1, or the first row outside the grid."""
    for row in range(len(pickup)):
        early, late = pickup[row], dropoff[row]
        if not signed:
            early, late = abs(early), abs(late)
        action = slots[_offer_slot(slots, offers, early, late)]
        if action < 0:
            return row
        out[row] = action
    return -1
