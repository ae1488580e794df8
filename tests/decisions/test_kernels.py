"""The loops of a decision table, on arrays small enough to fill in by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.decisions import kernels


def i32(*values):
    """Whole numbers of 32 bits."""
    return np.array(values, dtype=np.int32)


def u8(*values):
    """Bytes."""
    return np.array(values, dtype=np.uint8)


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


BY_MINUTES = i32([1, -1, 2], [-1, -1, -1], [0, -1, -1])  # (0, 0), (0, 2) and (-2, 0)


@pytest.mark.parametrize(
    ("signed", "actions"), [(True, [1, 0, -1, 2, -1, -1, -1]), (False, [1, 0, 0, 2, 2, -1, -1])]
)
def test_the_action_of_a_pair_of_shifts(signed, actions):
    """Without signs 2 and -2 are the same 2 minutes; outside the grid there is none."""
    out = np.full(7, -7, dtype=np.int32)
    early, late = np.array([0, -2, 2, 0, 0, -3, -1]), np.array([0, 0, 0, 2, -2, 0, 1])
    kernels.find_actions(early, late, BY_MINUTES, signed, out)
    assert out.tolist() == actions
