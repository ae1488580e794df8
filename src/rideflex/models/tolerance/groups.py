"""Travelers with equal counts, looked at once; of very many a sample."""

from __future__ import annotations

import numpy as np

from rideflex.models.tolerance.counts import AnswerCounts
from rideflex.models.tolerance.prior import Evidence
from rideflex.outcomes import Counts

SAMPLE = 4096
_LEAST_ANSWERS = 1e-3  # of a traveler whose answers have faded


def group_alike(counts: AnswerCounts, types: Counts) -> Evidence:
    """Collapse travelers to their unique counts, with how many have each.

    Of more than 4,096 travelers who answered every k-th speaks for all: shares and settings of so
    many hardly change, and the search over them is what costs.

    Parameters
    ----------
    counts
        Answers of T travelers.
    types
        Agreement of the same travelers with L types; L may be 0.
    """
    asked = np.flatnonzero(counts.totals >= _LEAST_ANSWERS)
    n_asked = len(asked)
    if n_asked > SAMPLE:
        asked = asked[np.linspace(0, n_asked - 1, SAMPLE).astype(np.intp)]
    width = int(np.prod(counts.array.shape[1:]))
    answers = counts.array[asked].reshape(len(asked), width).astype(np.float64)
    both = np.concatenate([answers, types.agree[asked], types.total[asked, None]], axis=1)
    unique, sizes = np.unique(both, axis=0, return_counts=True)
    return Evidence(
        unique[:, :width],
        Counts(unique[:, width:-1], unique[:, -1]),
        sizes.astype(np.float64) * (n_asked / max(len(asked), 1)),
    )
