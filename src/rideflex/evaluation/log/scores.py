"""Scores of predicted acceptances: log loss, Brier score, calibration, area under the ROC curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.models.answer_predictors import log_losses
from rideflex.models.binomial import wilson_interval

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BINS = 10


@dataclass(frozen=True)
class CalibrationBin:
    """Answers whose predicted probability lies in one tenth.

    Parameters
    ----------
    predicted, observed
        Mean predicted probability, and share of acceptances.
    low, high
        Interval of the share, 95 % of it.
    answers
        How many answers.
    """

    predicted: float
    observed: float
    low: float
    high: float
    answers: int


@dataclass(frozen=True)
class Scores:
    """How well acceptances were predicted.

    Parameters
    ----------
    answers
        How many.
    log_loss
        Mean of -log of the probability of what was answered.
    log_loss_error
        Its standard error, travelers taken whole.
    brier
        Mean squared difference between probability and answer.
    calibration_error
        Mean gap between predicted and observed share over ten bins, weighted by answers.
    auc
        Probability that an acceptance was predicted likelier than a refusal; None where all
        answers are the same.
    """

    answers: int
    log_loss: float
    log_loss_error: float
    brier: float
    calibration_error: float
    auc: float | None


def score(accept: Floats, accepted: Bools, travelers: npt.NDArray[np.integer]) -> Scores:
    """Score the probabilities of n answers.

    Parameters
    ----------
    accept
        Predicted probability of an acceptance, [n].
    accepted
        What was answered, [n].
    travelers
        Who answered, [n].

    Examples
    --------
    >>> found = score(np.array([0.9, 0.2]), np.array([True, False]), np.array([0, 1]))
    >>> round(found.brier, 3), found.auc
    (0.025, 1.0)
    """
    losses = log_losses(accept, accepted)
    bins = calibration_curve(accept, accepted)
    gaps = [one.answers * abs(one.predicted - one.observed) for one in bins]
    return Scores(
        len(accepted),
        float(losses.mean()),
        clustered_error(losses, travelers),
        float(((accept - accepted) ** 2).mean()),
        sum(gaps) / len(accepted),
        area_under_curve(accept, accepted),
    )


def calibration_curve(accept: Floats, accepted: Bools) -> list[CalibrationBin]:
    """Predicted against observed shares, in ten bins of equal width; empty ones are left out."""
    place = np.minimum((accept * BINS).astype(np.intp), BINS - 1)
    found = []
    for number in np.unique(place).tolist():
        mine = place == number
        n, k = int(mine.sum()), int(accepted[mine].sum())
        low, high = wilson_interval(n, k)
        found.append(CalibrationBin(float(accept[mine].mean()), k / n, low, high, n))
    return found


def area_under_curve(accept: Floats, accepted: Bools) -> float | None:
    """Area under the ROC curve, by ranks (Mann-Whitney); ties count half."""
    yes = int(accepted.sum())
    no = len(accepted) - yes
    if not yes or not no:
        return None
    _, place, times = np.unique(accept, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(times) - (times - 1) / 2.0)[place]
    return float((ranks[accepted].sum() - yes * (yes + 1) / 2.0) / (yes * no))


def clustered_error(losses: Floats, travelers: npt.NDArray[np.integer]) -> float:
    """Standard error of a mean over answers, where those of one traveler stand or fall together."""
    people, row = np.unique(travelers, return_inverse=True)
    sums = np.bincount(row, weights=losses - losses.mean(), minlength=len(people))
    return float(np.sqrt((sums**2).sum()) / len(losses))
