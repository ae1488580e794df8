"""Rows are numbered as a dict numbers them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.tables import row_numbers
from rideflex.tables.row_numbers import empty_slots, enter_rows, find_rows, number_rows

N, SLOTS = 700, 2048
# Of 700 things thrown into 2,048 slots at random 597 slots are hit on average, give or take 8.
WELL_SPREAD = 560

PLACES = (
    *(-1, -1, 2, 4, 8, 7, 0, -1, -1, 10, -1, -1, -1, -1, -1, -1),
    *(11, 3, 1, -1, -1, -1, -1, -1, -1, 5, -1, 6, -1, -1, 9, -1),
)


def contexts_of(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Contexts of a small city: 7 travelers, and words that count up like digits."""
    at = np.arange(n)
    words = np.stack([at % 2, at // 2 % 5, at // 10 % 5, at // 50 % 3, at // 150], axis=1)
    return (at % 7 - 3).astype(np.int64), words.astype(np.int32)


def drawn(seed: int, n: int, values: int, dtype: type[np.integer]) -> tuple[np.ndarray, np.ndarray]:
    """Heads [n] and fields [n, 3] of few distinct values, among them the ends of their types."""
    rng = np.random.default_rng(seed)
    ends = np.iinfo(dtype)
    some = np.array(
        [ends.max, 0, *rng.integers(0, ends.max, size=values, dtype=dtype)], dtype=dtype
    )
    heads = np.array([-(2**63), 2**63 - 1, *range(values)], dtype=np.int64)
    return rng.choice(heads, size=n), rng.choice(some, size=(n, 3))


@given(
    st.integers(0, 2**32),
    st.integers(0, 60),
    st.integers(0, 3),
    st.sampled_from([np.int32, np.int64, np.uint64]),
)
def test_rows_are_numbered_as_they_are_met(seed, n, values, dtype):
    """In two goes with room made in between, and found again with those never met."""
    heads, fields = drawn(seed, n, values, dtype)
    numbers: dict[tuple[int, ...], int] = {}
    rows = [(head, *row) for head, row in zip(heads.tolist(), fields.tolist(), strict=True)]
    plain = [numbers.setdefault(row, len(numbers)) for row in rows]
    out, half = np.empty(n, dtype=np.int32), n // 2
    room = (np.empty(n, dtype=np.int64), np.empty((n, 3), dtype=dtype))
    slots = empty_slots(half)
    met = number_rows(slots, *room, 0, heads[:half], fields[:half], out[:half])
    slots = empty_slots(n)
    enter_rows(slots, *room, met)
    met = number_rows(slots, *room, met, heads[half:], fields[half:], out[half:])
    assert (met, out.tolist()) == (len(numbers), plain)
    asked = drawn(seed + 1, 40, values, dtype)
    found = np.empty(40, dtype=np.int32)
    find_rows(slots, *room, *asked, found)
    wanted = zip(asked[0].tolist(), asked[1].tolist(), strict=True)
    assert found.tolist() == [numbers.get((head, *row), -1) for head, row in wanted]


@pytest.mark.parametrize(("room", "met"), [(3, 3), (2, -1)])
def test_more_rows_than_there_is_room_for_are_told(room, met):
    """Three distinct rows go into room for three; for two the answer is -1."""
    heads, out = np.array([5, 5, 6, 7, 5]), np.empty(5, dtype=np.int32)
    fields = np.zeros((5, 1), dtype=np.int32)
    held = (np.empty(room, dtype=np.int64), np.empty((room, 1), dtype=np.int32))
    assert number_rows(empty_slots(3), *held, 0, heads, fields, out) == met


def test_contexts_stand_where_saved_tables_have_them():
    """The hash table is saved with a table, so that a context must keep its place."""
    slots = np.full(32, -1, dtype=np.int32)
    enter_rows(slots, *contexts_of(12), 12)
    assert tuple(slots.tolist()) == PLACES


def test_rows_are_spread_over_the_slots():
    """Rows that differ little begin their search in slots of their own, as if at random."""
    rows, empty = contexts_of(N), np.full(SLOTS, -1, dtype=np.int32)
    homes = [int(row_numbers._slot(empty, *rows, *rows, row)) for row in range(N)]
    assert len(set(homes)) > WELL_SPREAD
