"""Binomial tails and intervals: exact sums are the oracle."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.models.binomial import lower_tail, upper_tail, wilson_interval


@given(st.integers(1, 60), st.integers(0, 61), st.floats(0.001, 0.999))
def test_tails_are_exact_sums(n, k, chance):
    """Both tails are the sums of the probabilities of the counts in them."""
    terms = [comb(n, j) * chance**j * (1 - chance) ** (n - j) for j in range(n + 1)]
    assert upper_tail(n, k, chance) == pytest.approx(sum(terms[k:]), abs=1e-12)
    assert lower_tail(n, min(k, n), chance) == pytest.approx(sum(terms[: min(k, n) + 1]), abs=1e-12)


def test_certain_and_impossible():
    """Chances of 0 and 1, and large numbers, end in no error."""
    assert (upper_tail(5, 0, 0.0), upper_tail(5, 1, 0.0), upper_tail(5, 5, 1.0)) == (1, 0, 1)
    assert 0.4 < upper_tail(1_000_000, 500_000, 0.5) < 0.6
    assert upper_tail(1_000_000, 520_000, 0.5) < 1e-12


@given(st.integers(1, 1000), st.data())
def test_an_interval_holds_its_rate(n, data):
    """The interval lies within 0 and 1 and around the rate, and shrinks with more answers."""
    k = data.draw(st.integers(0, n))
    low, high = wilson_interval(n, k)
    assert 0 <= low <= k / n + 1e-12
    assert k / n - 1e-12 <= high <= 1
    wide = wilson_interval(100 * n, 100 * k)
    assert wide[1] - wide[0] < high - low


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_intervals_are_the_published_ones(k, n, low, high):
    """Those of Newcombe (1998), and where all of 29 accept n / (n + z²)."""
    assert wilson_interval(n, k) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_the_ends_of_a_tail(n):
    """No success or more is certain, more than n are impossible, and all n have chance to the n."""
    for chance in (0.0, 0.3, 1.0):
        assert upper_tail(n, 0, chance) == upper_tail(n, -1, chance) == 1.0
        assert upper_tail(n, n + 1, chance) == 0.0
        assert lower_tail(n, n, chance) == 1.0
    assert upper_tail(n, n, 0.3) == pytest.approx(0.3**n)
    assert upper_tail(n, 1, 0.3) == pytest.approx(1 - 0.7**n)
    assert lower_tail(n, 0, 0.3) == pytest.approx(0.7**n)
    assert (upper_tail(n, 1, 1.0), upper_tail(n, 1, 0.0)) == (1.0, 0.0)
    assert (lower_tail(n, 0, 1.0), lower_tail(n, 0, 0.0)) == (0.0, 1.0)


def test_no_tail_is_more_than_certain():
    """Rounding of a sum of a thousand terms is cut off."""
    assert max(upper_tail(n, 1, 0.5) for n in range(60, 1100, 40)) <= 1.0
