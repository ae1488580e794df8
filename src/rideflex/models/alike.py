"""Travelers with equal counts, put together: to a model they are one traveler, many times."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled

Bits = npt.NDArray[np.uint64]

_TRAVELERS_PER_GROUP = 16


class Alike(NamedTuple):
    """Groups of travelers with equal counts, in the order in which they were met.

    Parameters
    ----------
    rows
        One traveler of each group, int64 [G].
    sizes
        Travelers of each group, float64 [G].
    """

    rows: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.float64]


def group_alike(agree: npt.NDArray[np.float64], total: npt.NDArray[np.float64]) -> Alike | None:
    """Group travelers by their counts, in one pass over a hash table.

    Few outcomes make few different counts, however many travelers there are. None where there are
    more groups than a sixteenth of the travelers: they would not be worth their time.
    """
    most = len(total) // _TRAVELERS_PER_GROUP
    slots = np.full(1 << (2 * most).bit_length(), -1, dtype=np.int64)
    rows, sizes = np.empty(most, dtype=np.int64), np.zeros(most)
    groups = _group(agree.view(np.uint64), total.view(np.uint64), slots, rows, sizes)
    return Alike(rows[:groups], sizes[:groups]) if groups >= 0 else None


@compiled()
def _group(
    agree: Bits,
    total: Bits,
    slots: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.float64],
) -> int:
    """Enter every traveler; returns the number of groups, -1 where `rows` has no room for them."""
    last = np.uint64(len(slots) - 1)
    groups = 0
    for traveler in range(len(total)):
        slot = _hash(agree[traveler], total[traveler]) & last
        while slots[slot] >= 0 and not _equal(agree, total, rows[slots[slot]], traveler):
            slot = (slot + np.uint64(1)) & last
        if slots[slot] < 0:
            if groups == len(rows):
                return -1
            slots[slot] = groups
            rows[groups] = traveler
            groups += 1
        sizes[slots[slot]] += 1.0
    return groups


@compiled()
def _hash(agree: Bits, total: Any) -> Any:
    mixed = total * np.uint64(0x9E3779B97F4A7C15)
    for kind in range(len(agree)):
        mixed = (mixed ^ (mixed >> np.uint64(32)) ^ agree[kind]) * np.uint64(0xD6E8FEB86659FD93)
    return mixed ^ (mixed >> np.uint64(32))


@compiled()
def _equal(agree: Bits, total: Bits, one: Any, other: Any) -> Any:
    same = total[one] == total[other]
    for kind in range(agree.shape[1]):
        same &= agree[one, kind] == agree[other, kind]
    return same
