"""Travelers with equal counts, looked at once; of very many a sample."""

from __future__ import annotations

import numpy as np

from rideflex.models.tolerance.prior import Evidence
from rideflex.models.tolerance.tally import AnswerTally
from rideflex.outcomes import Counts

SAMPLE = 4096
_LEAST_ANSWERS = 1e-3  # of a traveler whose answers have faded


def group_alike(tally: AnswerTally) -> Evidence:
    """Collapse travelers to their unique counts, with how many have each.

    Of more than 4,096 travelers who answered every k-th speaks for all: shares and settings of so
    many hardly change, and the search over them is what costs.

    Parameters
    ----------
    tally
        Answers of T travelers, and their agreement with types where it is counted.
    """
    counts = tally.counts
    asked = np.flatnonzero(counts.totals >= _LEAST_ANSWERS)
    n_asked = len(asked)
    if n_asked > SAMPLE:
        asked = asked[np.linspace(0, n_asked - 1, SAMPLE).astype(np.intp)]
    width = int(np.prod(counts.array.shape[1:]))
    answers = counts.array[asked].reshape(len(asked), width).astype(np.float64)
    types = tally.types_of(asked)
    both = np.concatenate([answers, types.agree, types.total[:, None]], axis=1)
    unique, sizes = np.unique(both, axis=0, return_counts=True)
    return Evidence(
        unique[:, :width],
        Counts(unique[:, width:-1], unique[:, -1]),
        sizes.astype(np.float64) * (n_asked / max(len(asked), 1)),
    )
