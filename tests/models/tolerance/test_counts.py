"""Counts of answers: they add in any order, fade, leave, and widen when they must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.models.tolerance import AnswerCounts

SHAPE = (3, 2, 4)
ANSWERS = st.lists(
    st.tuples(*(st.integers(0, size - 1) for size in SHAPE), st.booleans()), max_size=40
)


def counted(answers):
    """Count a list of (traveler, level, offer, accepted)."""
    counts = AnswerCounts(*SHAPE)
    counts.count(*columns(answers))
    return counts


def columns(answers):
    """The columns of such a list."""
    return [np.array([answer[at] for answer in answers], dtype=np.intp) for at in range(4)]


@given(ANSWERS, st.randoms(use_true_random=False))
def test_counts_add_in_any_order(answers, random):
    """One by one, shuffled, or in two parts: the counts are those of a plain loop."""
    plain = np.zeros((*SHAPE, 2))
    for traveler, level, offer, accepted in answers:
        plain[traveler, level, offer, int(accepted)] += 1
    shuffled = random.sample(answers, len(answers))
    half = len(answers) // 2
    parts = counted(answers[half:]) + counted(answers[:half])
    for counts in (counted(answers), counted(shuffled), parts):
        assert np.array_equal(counts.array, plain)
    assert np.array_equal(counted(answers).totals, plain.sum(axis=(1, 2, 3)))


@given(ANSWERS, ANSWERS)
def test_what_leaves_leaves_no_trace(answers, more):
    """Counts that are added and taken away again are as before, and keep their kind."""
    counts = counted(answers)
    counts.count(*columns(more))
    counts.count(*columns(more), sign=-1)
    assert np.array_equal(counts.array, counted(answers).array)


def test_counts_widen_when_they_must():
    """255 answers fit one byte, the next one takes two, and sums widen alike."""
    counts = AnswerCounts(1, 1, 1)
    many = np.zeros(255, dtype=np.intp)
    counts.count(many, many, many, many)
    assert (counts.array.dtype, counts.array.max()) == (np.uint8, 255)
    doubled = counts + counts
    assert (doubled.array.dtype, doubled.array.max()) == (np.uint16, 510)
    counts.count([0], [0], [0], [0])
    assert (counts.array.dtype, counts.array.max()) == (np.uint16, 256)
    for _ in range(300):
        counts.count(many, many, many, many)
    assert (counts.array.dtype, counts.array.max()) == (np.uint32, 256 + 300 * 255)


def test_a_million_travelers_take_32_bytes_each():
    """Sixteen offers, one level: a byte for each of both answers."""
    assert AnswerCounts(1000, 1, 16).array.nbytes == 32_000


def test_answers_fade_and_others_are_added():
    """Half of three is one and a half; another answer counts whole, and can leave again."""
    counts = counted([(0, 0, 1, True)] * 3)
    faded = counts.scaled(0.5)
    assert faded.array[0, 0, 1, 1] == 1.5
    faded.count([0], [0], [1], [True])
    assert faded.array[0, 0, 1, 1] == 2.5
    faded.count([0], [0], [1], [True], sign=-1)
    assert faded.array[0, 0, 1, 1] == 1.5
    assert counts.array[0, 0, 1, 1] == 3
    assert (faded + counts).array[0, 0, 1, 1] == 4.5
    with pytest.raises(UsageError, match="0 to 1 times"):
        counts.scaled(1.5)


def test_more_than_was_counted_does_not_leave():
    """Nothing is taken away then, and the message says so."""
    counts = counted([(0, 0, 1, True)])
    with pytest.raises(UsageError, match="more answers are taken away"):
        counts.count([0, 0], [0, 0], [1, 1], [True, True], sign=-1)
    assert counts.array[0, 0, 1, 1] == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((3, 0, 0), "traveler"),
        ((0, 2, 0), "context level"),
        ((0, 0, 4), "offer"),
        ((-1, 0, 0), "traveler"),
    ],
)
def test_what_is_outside_is_named(answer, told):
    """A traveler, level or offer outside the counts is refused, and nothing is counted."""
    counts = AnswerCounts(*SHAPE)
    with pytest.raises(UsageError, match=f"each {told} is one of 0"):
        counts.count(*([0, place] for place in answer), [True, True])
    assert counts.array.sum() == 0


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 1, 3)),
        np.zeros((2, 1, 3, 3)),
        np.zeros((0, 1, 3, 2)),
        -np.ones((2, 1, 3, 2)),
        np.full((2, 1, 3, 2), np.nan),
        np.zeros((2, 1, 3, 2), dtype=np.int32),
    ],
)
def test_what_are_no_counts_is_refused(array):
    """Another shape, negative numbers and none at all are no counts."""
    with pytest.raises(UsageError):
        AnswerCounts.of_array(array)


@pytest.mark.parametrize("shape", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_counts_are_of_somebody(shape):
    """There is at least one traveler, level and offer."""
    with pytest.raises(UsageError, match="at least one"):
        AnswerCounts(*shape)


def test_counts_of_other_shapes_are_not_added():
    """Both shapes are told."""
    with pytest.raises(UsageError, match=r"\(3, 2, 4, 2\) and \(1, 1, 1, 2\)"):
        AnswerCounts(*SHAPE) + AnswerCounts(1, 1, 1)
