"""How good probabilities are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ECE_BINS = 10
_LEAST_PROBABILITY = 1e-12


def log_losses(probabilities: Floats, truth: npt.NDArray[np.integer]) -> Floats:
    """Minus the log of the probability given to the truth, [n]; at most 27.6."""
    given = probabilities[np.arange(len(truth)), truth]
    losses: Floats = -np.log(given.clip(min=_LEAST_PROBABILITY))
    return losses


def calibration_error(confidence: Floats, correct: npt.NDArray[np.bool_]) -> float:
    """Expected calibration error over ten equal bins of the confidence in the likeliest type."""
    bins = np.minimum((confidence * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    gaps = np.bincount(bins, confidence - correct, minlength=ECE_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def brier(accepting: Floats, accepted: npt.NDArray[np.bool_]) -> float:
    """Mean squared difference between the probability of an acceptance and the answer."""
    return float(((accepting - accepted) ** 2).mean())
