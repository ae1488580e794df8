"""Travelers with equal counts, looked at once; of very many a sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.models.tolerance.prior import Evidence
from rideflex.models.tolerance.tally import AnswerTally

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
    totals = tally.counts.totals
    if tally.stated is not None:
        totals = totals + tally.stated.counts.totals
    asked = np.flatnonzero(totals >= _LEAST_ANSWERS)
    n_asked = len(asked)
    if n_asked > SAMPLE:
        asked = asked[np.linspace(0, n_asked - 1, SAMPLE).astype(np.intp)]
    known = tally.known(asked)
    parts = [_flat(known.answers), known.types.agree, known.types.total[:, None]]
    if known.statements is not None and known.stated_types is not None:
        parts += [
            _flat(known.statements),
            known.stated_types.agree,
            known.stated_types.total[:, None],
        ]
    _, first, sizes = np.unique(
        np.concatenate(parts, axis=1), axis=0, return_index=True, return_counts=True
    )
    return Evidence(known[first], sizes.astype(np.float64) * (n_asked / max(len(asked), 1)))


def _flat(counts: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    width = int(np.prod(counts.shape[1:]))
    return counts.reshape(len(counts), width).astype(np.float64)
