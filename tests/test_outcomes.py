"""The outcome buffer and its counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.outcomes import Counts, OutcomeBuffer, Outcomes
from tests.random_answers import RandomAnswers

ANSWERS = {n_types: RandomAnswers(n_types) for n_types in (3, 9)}


def some_outcomes(n: int, seed: int, n_travelers: int = 5, n_types: int = 3) -> Outcomes:
    """Random outcomes of a few travelers."""
    rng = np.random.default_rng(seed)
    return Outcomes(
        travelers=rng.integers(n_travelers, size=n, dtype=np.int32),
        trips=rng.integers(-1, 9, size=n, dtype=np.int32),
        actions=rng.integers(16, size=n, dtype=np.int32),
        accepted=rng.random(n) < 0.5,
        decisions=ANSWERS[n_types],
    )


def counted_plainly(outcomes: Outcomes, n_travelers: int, n_types: int) -> Counts:
    """Count one outcome and one type at a time."""
    counts = Counts.zeros(n_travelers, n_types)
    for traveler, mask in zip(outcomes.travelers, outcomes.agreement(), strict=True):
        counts.total[traveler] += 1
        for kind in range(n_types):
            counts.agree[traveler, kind] += (int(mask) >> kind) & 1
    return counts


@given(
    sizes=st.lists(st.integers(0, 30), max_size=8),
    capacity=st.integers(1, 25),
    seed=st.integers(0, 99),
)
def test_a_buffer_is_the_tail_of_all_it_was_given(
    sizes: list[int], capacity: int, seed: int
) -> None:
    """What is held, its order and its counts equal those of the last `capacity` outcomes."""
    everything = some_outcomes(sum(sizes), seed)
    buffer = OutcomeBuffer(capacity, 5, 3)
    start = 0
    for size in sizes:
        buffer.append(everything[start : start + size])
        start += size
    tail = everything[-capacity:]
    assert len(buffer) == len(tail)
    assert buffer.seen == len(everything)
    held = buffer.outcomes()
    if held is not None:
        for name, array in tail.arrays().items():
            np.testing.assert_array_equal(held.arrays()[name], array)
    plain = counted_plainly(tail, 5, 3)
    np.testing.assert_array_equal(buffer.counts.agree, plain.agree)
    np.testing.assert_array_equal(buffer.counts.total, plain.total)


@given(first=st.integers(1, 40), later=st.integers(0, 40), seed=st.integers(0, 99))
def test_a_restored_buffer_goes_on_as_if_nothing_had_happened(
    first: int, later: int, seed: int
) -> None:
    """State and restore keep contents, counts and the order of eviction."""
    straight, stopped = OutcomeBuffer(17, 5, 3), OutcomeBuffer(17, 5, 3)
    for buffer in (straight, stopped):
        buffer.append(some_outcomes(first, seed))
    resumed = OutcomeBuffer(17, 5, 3)
    resumed.restore(stopped.state(), ANSWERS[3])
    for buffer in (straight, resumed):
        buffer.append(some_outcomes(later, seed + 1))
    for name, array in straight.state().items():
        np.testing.assert_array_equal(resumed.state()[name], array)
    np.testing.assert_array_equal(resumed.counts.agree, straight.counts.agree)


def test_counts_of_shards_add_up() -> None:
    """The counts of two halves sum to the counts of the whole."""
    whole = some_outcomes(100, seed=3)
    first, second = (Counts.of(whole[rows], 5, 3) for rows in (slice(40), slice(40, None)))
    np.testing.assert_array_equal((first + second).agree, Counts.of(whole, 5, 3).agree)
    np.testing.assert_array_equal((first + second).total, Counts.of(whole, 5, 3).total)


def test_a_traveler_outside_the_counts_is_refused_by_number() -> None:
    """An entity beyond the table raises, and leaves the counts as they were."""
    counts = Counts.zeros(3, 3)
    with pytest.raises(UsageError, match="0 to 2"):
        counts.add(some_outcomes(50, seed=1))
    assert counts.total.sum() == 0


@pytest.mark.parametrize("n", [3, 25])
def test_a_refused_append_leaves_the_buffer_as_it_was(n: int) -> None:
    """A stranger among the outcomes, fewer or more than there is room for, changes nothing."""
    buffer = OutcomeBuffer(10, 5, 3)
    buffer.append(some_outcomes(14, seed=1))
    before = buffer.state()
    strangers = some_outcomes(n, seed=2)
    strangers.travelers[-1] = 5
    with pytest.raises(UsageError, match="0 to 4"):
        buffer.append(strangers)
    with pytest.raises(UsageError, match="another decision table"):
        buffer.append(replace(some_outcomes(n, seed=2), decisions=RandomAnswers(3)))
    with pytest.raises(UsageError, match="another decision table"):
        buffer.append(replace(some_outcomes(n, seed=2), decisions=None))
    after = buffer.state()
    assert all(np.array_equal(after[name], array) for name, array in before.items())
    buffer.append(some_outcomes(7, seed=3))
    held = buffer.outcomes()
    assert held is not None
    np.testing.assert_array_equal(buffer.counts.agree, Counts.of(held, 5, 3).agree)


@given(capacity=st.integers(1, 30), first=st.integers(0, 40), later=st.integers(0, 40))
def test_a_buffer_of_another_size_takes_over(capacity: int, first: int, later: int) -> None:
    """Restored into less room the last outcomes are held, into more room all; an empty one too."""
    old, fresh = OutcomeBuffer(17, 5, 3), OutcomeBuffer(capacity, 5, 3)
    everything = some_outcomes(first + later, seed=4)
    if first:
        old.append(everything[:first])
    fresh.append(some_outcomes(3, seed=9))
    fresh.restore(old.state(), ANSWERS[3])
    fresh.append(everything[first:])
    known = everything[max(0, first - 17) :]
    tail = known[max(0, len(known) - capacity) :]
    held = fresh.outcomes()
    assert held is not None
    assert fresh.seen == first + later
    np.testing.assert_array_equal(held.travelers, tail.travelers)
    np.testing.assert_array_equal(fresh.counts.agree, Counts.of(tail, 5, 3).agree)


def test_counts_are_checked() -> None:
    """Shapes that don't fit, other types than are counted, and outcomes without, are refused."""
    with pytest.raises(UsageError, match=r"\(5, 3\) and \(2,\) don't fit"):
        Counts(np.ones((5, 3)), np.ones(2))
    for n_types in (2, 9):
        with pytest.raises(UsageError, match=f"outcomes of 3 types, for {n_types} types"):
            Counts.of(some_outcomes(4, seed=0), 5, n_types)
    with pytest.raises(UsageError, match="came without decisions"):
        Counts.of(replace(some_outcomes(4, seed=0), decisions=None), 5, 3)
    assert Counts(np.ones((5, 3), dtype=np.int32), np.ones(5)).agree.dtype == np.float64


def test_a_buffer_saved_with_masks_goes_on() -> None:
    """Checkpoints of release 0.1 hold a mask for each outcome, which the table gives again."""
    old, fresh = OutcomeBuffer(17, 5, 3), OutcomeBuffer(17, 5, 3)
    old.append(some_outcomes(20, seed=5))
    held = old.outcomes()
    assert held is not None
    fresh.restore({**old.state(), "agree": held.agreement()}, ANSWERS[3])
    np.testing.assert_array_equal(fresh.counts.agree, old.counts.agree)
    assert fresh.seen == 20


def test_counts_of_more_than_eight_types() -> None:
    """Masks wider than a byte are counted bit by bit alike."""
    outcomes = some_outcomes(200, seed=6, n_types=9)
    np.testing.assert_array_equal(
        Counts.of(outcomes, 5, 9).agree, counted_plainly(outcomes, 5, 9).agree
    )
