"""The statistics of an evaluation: paired bootstrap intervals and fairness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_RESAMPLES = 10_000


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def saving_interval(
    cost: npt.ArrayLike, against: npt.ArrayLike, base: npt.ArrayLike | None = None, seed: int = 0
) -> Interval:
    """Share of `base` that `cost` saves over `against`, with a paired bootstrap over days.

    Parameters
    ----------
    cost, against
        Costs [D] of the same days.
    base
        What the share is taken of; `against` without it.
    seed
        Of the resamples: days are drawn with replacement, both costs of a day together.
    """
    costs, others = np.asarray(cost, dtype=float), np.asarray(against, dtype=float)
    whole = others if base is None else np.asarray(base, dtype=float)
    rows = np.random.default_rng(seed).integers(len(costs), size=(_RESAMPLES, len(costs)))
    saved = (others - costs)[rows].sum(axis=1) / whole[rows].sum(axis=1)
    low, high = np.quantile(saved, (0.025, 0.975))
    return Interval(float((others - costs).sum() / whole.sum()), float(low), float(high))


def gini(amounts: npt.ArrayLike) -> float:
    """Gini coefficient: 0 where all carry the same, towards 1 where one carries all.

    Mean absolute difference of two travelers over twice the mean; 0 where nobody carries anything.
    """
    ordered = np.sort(np.asarray(amounts, dtype=float))
    n, total = len(ordered), ordered.sum()
    if total == 0:
        return 0.0
    ranks = np.arange(1, n + 1)
    return float((2 * ranks - n - 1) @ ordered / (n * total))


def top_tenth_share(amounts: npt.ArrayLike) -> float:
    """Share of the total that the tenth carrying most carries (at least one traveler)."""
    ordered = np.sort(np.asarray(amounts, dtype=float))[::-1]
    total = ordered.sum()
    if total == 0:
        return 0.0
    return float(ordered[: max(1, len(ordered) // 10)].sum() / total)
