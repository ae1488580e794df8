"""Intervals and fairness figures against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.evaluation.statistics import gini, saving_interval, top_tenth_share


@pytest.mark.parametrize(
    ("burden", "expected"),
    [([1, 2, 3, 4], 0.25), ([0, 0, 0, 1], 0.75), ([5, 5, 5], 0.0), ([0, 0], 0.0)],
)
def test_gini_of_small_burdens(burden, expected):
    """The textbook values: even is 0, one of four carrying all is 3/4."""
    assert gini(np.array(burden, dtype=float)) == pytest.approx(expected)


def test_the_top_tenth_is_at_least_one_traveler():
    """Of ten travelers the one who carries most, of three as well, of nobody's burden none."""
    assert top_tenth_share(np.array([1.0] * 9 + [11.0])) == pytest.approx(0.55)
    assert top_tenth_share(np.array([1.0, 2.0, 1.0])) == pytest.approx(0.5)
    assert top_tenth_share(np.zeros(4)) == 0.0


def test_a_paired_interval_is_blind_to_how_long_days_are():
    """Where every day saves the same share, days of any length leave no doubt about it."""
    reference = np.array([100, 10_000, 500, 70_000])
    interval = saving_interval(reference * 9 // 10, reference)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.1, 0.1, 0.1))


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """Of 200 experiments with a true saving of 5 %, 88 to 99 % of the intervals hold it."""
    rng = np.random.default_rng(1)
    held = 0
    for experiment in range(200):
        reference = rng.normal(36_000, 4_000, 50)
        cost = reference * (0.95 + rng.normal(0, 0.03, 50))
        interval = saving_interval(cost, reference, seed=experiment)
        held += interval.low <= 0.05 <= interval.high
    assert 0.88 <= held / 200 <= 0.99
