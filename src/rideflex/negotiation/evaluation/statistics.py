"""Intervals of a saving over paired days, and how evenly a burden is spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_RESAMPLES = 10_000


@dataclass(frozen=True)
class Interval:
    """An estimate with the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def paired_saving(
    reference: npt.NDArray[np.int64], cost: npt.NDArray[np.int64], seed: int = 0
) -> Interval:
    """Share of the reference cost that is saved, over days that both were faced with.

    Parameters
    ----------
    reference, cost
        Cost of the same days [B] under the reference and under the policy.
    seed
        Of the resampling.

    Returns
    -------
    1 - sum(cost) / sum(reference) with the percentile bootstrap interval over whole days
    (Efron and Tibshirani 1993, chapter 13): days are drawn with both their costs, so that what
    makes a day long for everybody cancels.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(cost), size=(_RESAMPLES, len(cost)))
    resampled = 1 - cost[drawn].sum(axis=1) / reference[drawn].sum(axis=1)
    low, high = np.quantile(resampled, (0.025, 0.975))
    return Interval(float(1 - cost.sum() / reference.sum()), float(low), float(high))


def gini(burden: npt.NDArray[np.float64]) -> float:
    """Gini coefficient of a burden [T]: 0 when all carry alike, near 1 when one carries all.

    0 when there is no burden at all. Formula: sum((2 i - T - 1) x_i) / (T sum(x)), x ascending.
    """
    total = burden.sum()
    if total == 0:
        return 0.0
    rank = 2 * np.arange(1, len(burden) + 1) - len(burden) - 1
    return float((rank * np.sort(burden)).sum() / (len(burden) * total))


def top_share(burden: npt.NDArray[np.float64], tenth: float = 0.1) -> float:
    """Share of a burden [T] that the `tenth` of travelers who carry most carry (at least one)."""
    total = burden.sum()
    if total == 0:
        return 0.0
    most = max(1, round(tenth * len(burden)))
    return float(np.sort(burden)[-most:].sum() / total)
