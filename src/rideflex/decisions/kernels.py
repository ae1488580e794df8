"""The compiled loops of a decision table: contexts to trip ids, trip ids to answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.compiled import compiled

Masks = npt.NDArray[np.unsignedinteger[Any]]
Codes = npt.NDArray[np.int32]
Travelers = npt.NDArray[np.int64]

KNOWN, DISPUTED = 1, 2
FIRST, LAST, MAJORITY, ERROR = range(4)


@compiled()
def _slot(slots: Codes, travelers: Travelers, contexts: Codes, traveler: int, row: Codes) -> Any:
    """Where the context stands in the hash table, or the free slot where it would."""
    mixed = np.uint64(traveler) * np.uint64(0x9E3779B97F4A7C15)
    for code in row:
        mixed = (mixed ^ np.uint64(code)) * np.uint64(0xD6E8FEB86659FD93)
        mixed ^= mixed >> np.uint64(32)
    last = np.uint64(len(slots) - 1)
    slot = mixed & last
    while True:
        trip = slots[slot]
        if trip < 0:
            return np.int64(slot)
        if travelers[trip] == traveler:
            same = True
            for field in range(row.shape[0]):
                same &= contexts[trip, field] == row[field]
            if same:
                return np.int64(slot)
        slot = (slot + np.uint64(1)) & last


@compiled()
def find_trips(
    slots: Codes,
    travelers: Travelers,
    contexts: Codes,
    wanted_travelers: Travelers,
    wanted: Codes,
    out: Codes,
) -> None:
    """Write the trip id of each wanted context, -1 where it is unknown."""
    for row in range(len(wanted_travelers)):
        out[row] = slots[_slot(slots, travelers, contexts, wanted_travelers[row], wanted[row])]


@compiled()
def rehash(slots: Codes, travelers: Travelers, contexts: Codes, n_trips: int) -> None:
    """Enter the first n trips into an empty hash table."""
    slots[:] = -1
    for trip in range(n_trips):
        slots[_slot(slots, travelers, contexts, travelers[trip], contexts[trip])] = trip


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
            for field in range(rows.shape[1]):
                same &= rows[row, field] == rows[row - 1, field]
        if same:
            out[row] = out[row - 1]
            continue
        slot = _slot(slots, travelers, contexts, row_travelers[row], rows[row])
        if slots[slot] < 0:
            slots[slot] = n_trips
            travelers[n_trips] = row_travelers[row]
            contexts[n_trips] = rows[row]
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
def gather(
    masks: Masks,
    known: npt.NDArray[np.bool_],
    trips: Codes,
    actions: Codes,
    out: Masks,
) -> int:
    """Write the answer mask of each question; returns how many the rule answered.

    A trip of -1 reads the last row, which holds the rule. Where an id is outside the table the
    loop stops and returns -1 - row.
    """
    n_trips, n_offers = masks.shape[0] - 1, masks.shape[1]
    fallbacks = 0
    for row in range(len(trips)):
        trip, action = trips[row], actions[row]
        if trip < -1 or trip >= n_trips or action < 0 or action >= n_offers:
            return -1 - row
        if trip == -1:
            trip = n_trips
        out[row] = masks[trip, action]
        fallbacks += not known[trip, action]
    return fallbacks


@compiled()
def agreement(masks: Masks, accepted: npt.NDArray[np.bool_], full: int, out: Masks) -> None:
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
