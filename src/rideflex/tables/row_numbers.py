"""Rows of whole numbers, numbered in the order in which they are met, by a hash table.

A row is a head and k fields. The table is open-addressing: `slots` holds numbers of rows, int32 [a
power of two], -1 where free; `heads` [n] and `fields` [n, k] hold the rows that are numbered.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled

Slots = npt.NDArray[np.int32]
Integers = npt.NDArray[np.integer[Any]]


def empty_slots(n_rows: int) -> Slots:
    """Make a hash table that n rows fill by half at most."""
    return np.full(1 << (2 * n_rows).bit_length(), -1, dtype=np.int32)


@compiled()
def find_rows(
    slots: Slots,
    heads: Integers,
    fields: Integers,
    asked_heads: Integers,
    asked_fields: Integers,
    out: Slots,
) -> None:
    """Write the number of each row asked, -1 where it has none."""
    for row in range(len(asked_heads)):
        out[row] = slots[_slot(slots, heads, fields, asked_heads, asked_fields, row)]


@compiled()
def enter_rows(slots: Slots, heads: Integers, fields: Integers, n: int) -> None:
    """Enter the first n rows into an empty table."""
    for number in range(n):
        slots[_slot(slots, heads, fields, heads, fields, number)] = number


@compiled()
def number_rows(
    slots: Slots,
    heads: Integers,
    fields: Integers,
    n: int,
    row_heads: Integers,
    row_fields: Integers,
    out: Slots,
) -> int:
    """Write the number of each row, and number those not met before, which come after the first n.

    Returns how many are numbered then; -1 where there are more than `heads` has room for. Equal
    rows stand together in most files, so the row before is tried first.
    """
    for row in range(len(row_heads)):
        same = row > 0 and row_heads[row] == row_heads[row - 1]
        if same:
            for field in range(fields.shape[1]):
                same &= row_fields[row, field] == row_fields[row - 1, field]
        if same:
            out[row] = out[row - 1]
            continue
        slot = _slot(slots, heads, fields, row_heads, row_fields, row)
        if slots[slot] < 0:
            if n == len(heads):
                return -1
            slots[slot] = n
            heads[n] = row_heads[row]
            for field in range(fields.shape[1]):
                fields[n, field] = row_fields[row, field]
            n += 1
        out[row] = slots[slot]
    return n


@compiled()
def _slot(
    slots: Slots,
    heads: Integers,
    fields: Integers,
    asked_heads: Integers,
    asked_fields: Integers,
    row: int,
) -> Any:
    """Where a row stands in the table, or the free slot where it would."""
    mixed = np.uint64(asked_heads[row]) * np.uint64(0x9E3779B97F4A7C15)
    for field in range(fields.shape[1]):
        word = np.uint64(asked_fields[row, field])
        mixed = (mixed ^ word ^ (word >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    last = np.uint64(len(slots) - 1)
    slot = mixed & last
    while True:
        number = slots[slot]
        if number < 0:
            return slot
        same = heads[number] == asked_heads[row]
        for field in range(fields.shape[1]):
            same &= fields[number, field] == asked_fields[row, field]
        if same:
            return slot
        slot = (slot + np.uint64(1)) & last
