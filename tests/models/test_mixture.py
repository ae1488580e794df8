"""Shares and noise by expectation maximisation."""

from __future__ import annotations

import logging
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.models.em import _swapped, unique_patterns
from rideflex.models.mixture import Mixture, MixturePrior, fit_mixture
from rideflex.outcomes import Counts
from rideflex.tables import row_numbers
from rideflex.testing.worlds import SHARES, draw_world


def slow_em(counts: Counts, priors: MixturePrior, passes: int) -> Mixture:
    """The same EM, traveler by traveler and as plain as it can be."""
    n_types = counts.agree.shape[1]
    shares, noise = np.full(n_types, 1 / n_types), priors.wrong / (priors.wrong + priors.right)
    for _ in range(passes):
        expected, wrong, outcomes = np.full(n_types, priors.travelers_per_type), 0.0, 0.0
        for agree, total in zip(counts.agree, counts.total, strict=True):
            if total == 0:
                continue
            weights = shares * (1 - noise) ** agree * noise ** (total - agree)
            weights = weights / weights.sum()
            expected = expected + weights
            wrong += float(weights @ (total - agree))
            outcomes += total
        shares = expected / expected.sum()
        noise = (wrong + priors.wrong) / (outcomes + priors.wrong + priors.right)
    return Mixture(shares, noise)


@pytest.mark.parametrize(("each", "passes"), [(1, 1), (1, 7), (3, 30), (12, 4)])
def test_compiled_em_equals_plain_em(each: int, passes: int) -> None:
    """Pass by pass the kernel does what the formulas say."""
    counts = draw_world(each=each).counts
    fast = fit_mixture(counts, max_passes=passes, tolerance=0.0)
    slow = slow_em(counts, MixturePrior(), passes)
    np.testing.assert_allclose(fast.shares, slow.shares, rtol=1e-10)
    assert fast.noise == pytest.approx(slow.noise, rel=1e-10)


def test_shares_and_noise_are_found() -> None:
    """With many travelers EM returns the shares and the noise that made the answers."""
    mixture = fit_mixture(draw_world(n_travelers=20_000, each=8, noise=0.07).counts)
    np.testing.assert_allclose(mixture.shares, SHARES, atol=0.02)
    assert mixture.noise == pytest.approx(0.07, abs=0.005)


@pytest.mark.parametrize("alike", [True, False], ids=["grouped", "each for itself"])
def test_blocks_and_groups_do_not_change_the_result(alike: bool) -> None:
    """A stack of the same travelers, grouped or over many blocks, has the mixture of one stack."""
    few = draw_world(n_travelers=500, each=4).counts
    many = Counts(np.tile(few.agree, (40, 1)), np.tile(few.total, 40))
    if not alike:  # too little to see, enough to tell every traveler from the others
        many.total[:] += np.arange(len(many.total)) * 1e-12
    assert (unique_patterns(many.agree, many.total) is not None) == alike
    priors = MixturePrior()
    forty = MixturePrior(*(40 * np.array([priors.travelers_per_type, priors.wrong, priors.right])))
    one, stack = fit_mixture(few, priors), fit_mixture(many, forty)
    np.testing.assert_allclose(one.shares, stack.shares, atol=1e-6)
    assert one.noise == pytest.approx(stack.noise, abs=1e-6)


@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 4))
def test_patterns_are_the_distinct_counts(seed: int, levels: int, n_types: int) -> None:
    """Each distinct row of counts is a pattern with its number of travelers, first met first."""
    rng = np.random.default_rng(seed)
    agree = rng.integers(levels, size=(2000, n_types)).astype(np.float64)
    total = agree.max(axis=1) + rng.integers(2, size=2000)
    groups = unique_patterns(agree, total)
    plain = Counter(map(tuple, np.column_stack([agree, total]).tolist()))
    if groups is None:
        assert len(plain) > 2000 / 16
    else:
        met = np.column_stack([groups.agree, groups.total])
        assert dict(zip(map(tuple, met.tolist()), groups.frequencies, strict=True)) == plain
        assert [tuple(row) for row in met.tolist()] == list(plain)


@pytest.mark.parametrize(
    "counts",
    [
        [(n, m, 40) for n in range(28) for m in range(25)],
        [(m, n, n + m) for n in range(28) for m in range(25)],
        [(0, 0, 0, n, 1000) for n in range(700)],
        [(n, 5, 5, 1000) for n in range(700)],
        [(3, n) for n in range(700)],
    ],
)
def test_patterns_are_spread_over_the_slots(counts: list[tuple[int, ...]]) -> None:
    """Counts that differ in one column begin in slots of their own, two in three at the least."""
    bits = np.array(counts, dtype=np.float64).view(np.uint64)
    rows, empty = (_swapped(bits[:, -1]), bits[:, :-1].copy()), np.full(2048, -1, dtype=np.int32)
    homes = {int(row_numbers._slot(empty, *rows, *rows, row)) for row in range(len(bits))}
    assert len(homes) > 466


@pytest.mark.parametrize("n", [1, 8191, 8192, 8193, 16_384, 16_385])
def test_probabilities_of_many_travelers_are_those_of_few(n: int) -> None:
    """Block by block every row is Bayes' rule, to the last; one of -1 has the shares."""
    rng = np.random.default_rng(n)
    total = rng.integers(1, 9, size=50).astype(np.float64)
    agree = np.minimum(rng.integers(9, size=(50, 3)), total[:, None])
    mixture = Mixture(np.array([0.2, 0.3, 0.5]), 0.1)
    plain = mixture.shares * 0.9**agree * 0.1 ** (total[:, None] - agree)
    plain = np.vstack([plain / plain.sum(axis=1, keepdims=True), mixture.shares])
    travelers = rng.integers(-1, 50, size=n)
    found = mixture.probabilities(Counts(agree, total), travelers)
    np.testing.assert_allclose(found, plain[travelers], rtol=1e-10)


def test_a_search_that_was_cut_short_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """When the bound on the passes ends the search the log says how far it was from rest."""
    with caplog.at_level(logging.WARNING):
        fit_mixture(draw_world(each=1).counts, max_passes=1)
    assert "still moved by" in caplog.text
    caplog.clear()
    fit_mixture(draw_world(each=1).counts)
    assert not caplog.text


def test_travelers_without_outcomes_say_nothing() -> None:
    """Adding travelers who were never asked leaves shares and noise as they are."""
    counts = draw_world().counts
    padded = Counts(np.vstack([counts.agree, np.zeros((9, 4))]), np.append(counts.total, [0] * 9))
    assert fit_mixture(padded).noise == fit_mixture(counts).noise


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(1e-6, 0.49))
def test_no_overflow_with_a_million_outcomes(agree: int, other: int, noise: float) -> None:
    """Probabilities are numbers that sum to one, whatever the counts."""
    counts = Counts(np.array([[float(agree), float(other), 0.0]]), np.array([1e6]))
    probabilities = Mixture(np.array([0.2, 0.3, 0.5]), noise).probabilities(counts)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-12)


@given(
    seed=st.integers(0, 10**6),
    noise=st.floats(0.001, 0.49),
    agreeing=st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True),
)
def test_agreement_never_lowers_a_type(seed: int, noise: float, agreeing: list[int]) -> None:
    """At given shares and noise, an outcome that some types agree with lowers none of these."""
    rng = np.random.default_rng(seed)
    total = rng.integers(30, size=1).astype(np.float64)
    agree = rng.integers(total[0] + 1, size=(1, 4)).astype(np.float64)
    mixture = Mixture(rng.dirichlet(np.ones(4)), noise)
    before = mixture.probabilities(Counts(agree, total))[0]
    agree[0, agreeing] += 1
    after = mixture.probabilities(Counts(agree, total + 1))[0]
    assert (after[agreeing] >= before[agreeing] * (1 - 1e-12)).all()


def test_noise_stays_below_one_half() -> None:
    """Travelers who always answer against every type don't turn the types round."""
    counts = Counts(np.zeros((5, 4)), np.full(5, 1000.0))
    assert fit_mixture(counts).noise < 0.5


def test_priors_without_sense_are_refused() -> None:
    """Pseudo-counts are positive, and answers are right more often than wrong."""
    with pytest.raises(UsageError, match="positive"):
        MixturePrior(travelers_per_type=0)
    with pytest.raises(UsageError, match="right more often"):
        MixturePrior(wrong=5, right=4)
