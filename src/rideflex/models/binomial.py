"""Binomial tails and intervals, without a library of statistics."""

from __future__ import annotations

from math import lgamma, log, sqrt

import numpy as np

_Z95 = 1.959964


def upper_tail(n: int, k: int, chance: float) -> float:
    """P(X ≥ k) of a binomial X with n trials.

    Examples
    --------
    >>> round(upper_tail(3, 2, 0.5), 6)
    0.5
    """
    if k <= 0:
        return 1.0
    if k > n or chance <= 0.0:
        return 0.0
    if chance >= 1.0:
        return 1.0
    first = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    first += k * log(chance) + (n - k) * log(1.0 - chance)
    # Each term by the one before it: P(j + 1) / P(j) = (n - j) / (j + 1) · odds.
    steps = np.arange(k, n, dtype=np.float64)
    ratios = np.log((n - steps) / (steps + 1.0)) + log(chance / (1.0 - chance))
    terms = first + np.concatenate([[0.0], np.cumsum(ratios)])
    return min(1.0, float(np.exp(terms).sum()))


def lower_tail(n: int, k: int, chance: float) -> float:
    """P(X ≤ k) of a binomial X with n trials.

    Examples
    --------
    >>> round(lower_tail(3, 1, 0.5), 6)
    0.5
    """
    return upper_tail(n, n - k, 1.0 - chance)


def wilson_interval(n: int, k: int) -> tuple[float, float]:
    """Interval of 95 % of a rate of k in n (Wilson 1927).

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson_interval(10, 5)]
    [0.237, 0.763]
    """
    rate, z2 = k / n, _Z95 * _Z95
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
