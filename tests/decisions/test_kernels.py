"""The loops of a decision table, on arrays small enough to fill in by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.decisions import kernels

N = 700
SLOTS = 2048
# Of 700 things thrown into 2,048 slots at random 597 slots are hit on average, give or take 8.
WELL_SPREAD = 560


PLACES = (
    *(-1, -1, 2, 4, 8, 7, 0, -1, -1, 10, -1, -1, -1, -1, -1, -1),
    *(11, 3, 1, -1, -1, -1, -1, -1, -1, 5, -1, 6, -1, -1, 9, -1),
)


def i32(*values):
    """Whole numbers of 32 bits."""
    return np.array(values, dtype=np.int32)


def u8(*values):
    """Bytes."""
    return np.array(values, dtype=np.uint8)


def empty_slots(n):
    """A table of free slots, four for each of n things at least, and a power of two."""
    return np.full(4 << n.bit_length(), -1, dtype=np.int32)


def contexts_of(n):
    """Contexts of a small city: 7 travelers, and words that count up like digits."""
    at = np.arange(n)
    words = np.stack([at % 2, at // 2 % 5, at // 10 % 5, at // 50 % 3, at // 150], axis=1)
    return (at % 7 - 3).astype(np.int64), words.astype(np.int32)


def test_contexts_stand_where_saved_tables_have_them():
    """The hash table is saved with a table, so that a context must keep its place."""
    slots = np.full(32, -1, dtype=np.int32)
    kernels.rehash(slots, *contexts_of(12), 12)
    assert tuple(slots.tolist()) == PLACES


def test_contexts_are_spread_over_the_slots():
    """Contexts that differ little begin their search in slots of their own, as if at random."""
    travelers, words = contexts_of(N)
    empty = np.full(SLOTS, -1, dtype=np.int32)
    homes = [kernels._slot(empty, travelers, words, travelers, words, row) for row in range(N)]
    assert len(set(map(int, homes))) > WELL_SPREAD


def test_offers_are_spread_over_the_slots():
    """So do the offers of a fine grid."""
    pairs = np.array([(-5 * n, 5 * m) for n in range(28) for m in range(25)], dtype=np.int64)
    empty = np.full(SLOTS, -1, dtype=np.int32)
    homes = [kernels._offer_slot(empty, pairs, early, late) for early, late in pairs]
    assert len(set(map(int, homes))) > WELL_SPREAD


def test_a_context_is_found_and_an_unknown_one_is_not():
    """Every field counts, the traveler's and each of the five words'."""
    travelers, words = contexts_of(300)
    slots = empty_slots(300)
    kernels.rehash(slots, travelers, words, 300)
    found = np.full(300, -7, dtype=np.int32)
    kernels.find_trips(slots, travelers, words, travelers, words, found)
    assert found.tolist() == list(range(300))
    kernels.find_trips(slots, travelers, words, travelers + 100, words, found)
    assert (found == -1).all()
    for field in range(5):
        other = words.copy()
        other[:, field] += 100
        kernels.find_trips(slots, travelers, words, travelers, other, found)
        assert (found == -1).all()


def test_contexts_are_numbered_as_they_first_appear():
    """Alike the row before or an earlier one; the first row has no row before it."""
    a, b, c = (1, 0, 0, 0, 0), (0, 0, 0, 0, 1), (1, 0, 0, 0, 1)
    rows = i32(a, a, b, c, c, a)
    who = np.array([5, 5, 5, 5, 6, 5], dtype=np.int64)
    travelers, contexts = np.zeros(9, dtype=np.int64), np.zeros((9, 5), dtype=np.int32)
    slots, out = empty_slots(9), np.full(6, -7, dtype=np.int32)
    n = kernels.add_trips(slots, travelers, contexts, 0, who, rows, out)
    assert out.tolist() == [0, 0, 1, 2, 3, 0]
    assert n == 4
    assert travelers[:4].tolist() == [5, 5, 5, 6]
    assert contexts[:4].tolist() == [list(a), list(b), list(c), list(c)]
    again = kernels.add_trips(
        slots, travelers, contexts, n, who[::-1].copy(), rows[::-1].copy(), out
    )
    assert out.tolist() == [0, 3, 2, 1, 0, 0]
    assert again == 4


ROWS = u8(5, 5, 3, 5, 6)  # a repeat, a disagreement, the first answer anew, a disagreement


@pytest.mark.parametrize(
    ("policy", "n_rows", "answer", "state", "bad"),
    [
        (kernels.FIRST, 2, 5, kernels.KNOWN, -1),
        (kernels.FIRST, 5, 5, kernels.KNOWN | kernels.DISPUTED, -1),
        (kernels.MAJORITY, 5, 5, kernels.KNOWN | kernels.DISPUTED, -1),
        (kernels.LAST, 2, 5, kernels.KNOWN, -1),
        (kernels.LAST, 3, 3, kernels.KNOWN | kernels.DISPUTED, -1),
        (kernels.LAST, 4, 5, kernels.KNOWN | kernels.DISPUTED, -1),
        (kernels.LAST, 5, 6, kernels.KNOWN | kernels.DISPUTED, -1),
        (kernels.ERROR, 2, 5, kernels.KNOWN, -1),
        (kernels.ERROR, 5, 5, kernels.KNOWN, 2),
    ],
)
def test_the_row_that_answers(policy, n_rows, answer, state, bad):
    """The first or the last; once disputed a key stays so; an error names the row."""
    cells, states = np.zeros((2, 3), dtype=np.uint8), np.zeros((2, 3), dtype=np.uint8)
    trips, pairs = np.full(n_rows, 1, dtype=np.int32), np.full(n_rows, 2, dtype=np.int32)
    assert kernels.fill_cells(cells, states, trips, pairs, ROWS[:n_rows], policy) == bad
    assert cells.tolist() == [[0, 0, 0], [0, 0, answer]]
    assert states.tolist() == [[0, 0, 0], [0, 0, state]]


def test_the_two_marks_of_a_key_are_two_bits():
    """So that a key may be known and disputed."""
    assert (kernels.KNOWN, kernels.DISPUTED) == (1, 2)


def test_votes_are_accepts_less_rejects():
    """Answers 101, 100 and 001 of three types: 1 - 0, 0 - 3 and 2 - 1, in their cell alone."""
    votes = np.zeros((2, 2, 3), dtype=np.int32)
    kernels.count_votes(votes, i32(1, 1, 1), i32(0, 0, 0), u8(0b101, 0b100, 0b001))
    assert votes.tolist() == [[[0, 0, 0], [0, 0, 0]], [[1, -3, 1], [0, 0, 0]]]


def test_answers_are_laid_out_in_the_order_of_the_grid():
    """Offers have the columns 1, none and 0; without a row, and in the last row, the rule."""
    cells, states = np.array([[1, 2], [3, 4]], np.uint8), np.array([[1, 0], [3, 1]], np.uint8)
    masks, known = np.zeros((3, 3), np.uint8), np.zeros((3, 3), np.bool_)
    kernels.lay_out(cells, states, np.array([1, -1, 0]), u8(70, 80, 90), masks, known)
    assert masks.tolist() == [[70, 80, 1], [4, 80, 3], [70, 80, 90]]
    assert known.tolist() == [[False, False, True], [True, False, True], [False, False, False]]


def gathered(trips, actions):
    """Of 2 trips and the rule with 3 offers each: what is returned, and the masks."""
    masks = u8(10, 11, 12, 20, 21, 22, 90, 91, 92)
    known = np.array([1, 0, 1, 1, 1, 1, 0, 0, 0], dtype=np.bool_)
    out = np.full(len(trips), 255, dtype=np.uint8)
    return kernels.gather(masks, known, 3, i32(*trips), i32(*actions), out), out.tolist()


def test_a_question_reads_its_cell_and_an_unknown_trip_the_rule():
    """How many the rule answered is counted: unknown trips and cells without a row."""
    assert gathered([0, 0, 1, -1, 1], [0, 1, 2, 2, 0]) == (2, [10, 11, 22, 92, 20])
    assert gathered([], []) == (0, [])


@pytest.mark.parametrize(
    ("trip", "action"), [(2, 0), (3, 0), (-2, 0), (2**31 - 1, 0), (0, 3), (0, -1), (-1, 3)]
)
def test_the_first_question_outside_the_table_ends_the_reading(trip, action):
    """It is row 2, told as -3; what comes after it is left as it was."""
    assert gathered([0, 1, trip, 0], [0, 0, action, 0]) == (-3, [10, 20, 255, 255])
    assert gathered([trip], [action]) == (-1, [255])


def test_agreement_turns_the_answers_of_who_was_refused():
    """Of three types 101 agrees with an accept as 101, and with a reject as 010."""
    out = u8(0, 0)
    kernels.agreement(u8(0b101, 0b101), np.array([True, False]), np.uint8(0b111), out)
    assert out.tolist() == [0b101, 0b010]


def test_bits_become_columns():
    """The lowest bit is the first column."""
    out = np.full((2, 3), 7.0)
    kernels.expand(u8(0b110, 0b001), out)
    assert out.tolist() == [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_ready_made_rows_are_copied(width):
    """Row by row, whatever machine words a row takes."""
    ready = np.arange(4 * width, dtype=np.uint16).reshape(4, width)
    out = np.zeros((3, width), dtype=np.uint16)
    kernels.expand_words(u8(3, 0, 2), ready, out)
    assert np.array_equal(out, ready[[3, 0, 2]])


@pytest.mark.parametrize(
    ("signed", "early", "late", "outcome"),
    [
        (True, [-20, 0, 0], [0, 0, 30], (-1, [1, 0, 3])),
        (True, [-20, 20, 0], [0, 0, 30], (1, [1, -7, -7])),
        (True, [0, 0, 0], [0, 30, -30], (2, [0, 3, -7])),
    ],
)
def test_the_action_of_a_pair_of_shifts(signed, early, late, outcome):
    """Of two offers alike the first; what is not in the grid ends the reading at its row."""
    offers = np.array([(0, 0), (-20, 0), (-20, 0), (0, 30)], dtype=np.int64)
    slots, out = empty_slots(len(offers)), np.full(3, -7, dtype=np.int32)
    kernels.enter_offers(offers, slots)
    shifts = np.array(early), np.array(late)
    assert (kernels.find_actions(*shifts, offers, slots, signed, out), out.tolist()) == outcome


def test_without_signs_either_side_of_a_shift_is_its_size():
    """-20 and 20 are the same 20 minutes."""
    offers = np.array([(20, 0), (0, 30)], dtype=np.int64)
    slots, out = empty_slots(len(offers)), i32(-7, -7, -7, -7)
    kernels.enter_offers(offers, slots)
    shifts = np.array([-20, 20, 0, 0]), np.array([0, 0, 30, -30])
    assert kernels.find_actions(*shifts, offers, slots, False, out) == -1
    assert out.tolist() == [0, 0, 1, 1]
