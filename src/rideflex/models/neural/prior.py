"""The prior over types: the same for all, or by the traveler's features."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from rideflex.models.mixture import Mixture, fit_mixture
from rideflex.models.neural.network import EmbeddingFFN
from rideflex.outcomes import Counts

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

_TOLERANCE = 1e-3
_RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
_FOLDS = 5
_MOST_STEPS = 500
_MOST_FOLDED = 2000


@dataclass(frozen=True)
class FittedPrior:
    """What training by evidence needs.

    Parameters
    ----------
    log_likelihood
        float64 [T, L].
    log_prior
        float64 [L], or [T, L] by features.
    mixture
        Shares and noise of all travelers.
    """

    log_likelihood: Floats
    log_prior: Floats
    mixture: Mixture


def fit_prior(network: EmbeddingFFN, counts: Counts) -> FittedPrior:
    """Learn shares and noise, and where the network has features the prior they give.

    With features the shares become π(x) = softmax(W x + b): EM alternates the posterior under
    the present prior with a multinomial logistic regression of that posterior on the features.
    The ridge that holds W towards zero is chosen by the likelihood of travelers left out, so that
    features which say nothing about the types leave π(x) at π.
    """
    mixture = fit_mixture(counts)
    log_likelihood = mixture.log_likelihood(counts)
    if network.prior is None or network.features is None:
        return FittedPrior(log_likelihood, np.log(mixture.shares), mixture)
    seen = np.flatnonzero(counts.total > 0)
    x = network.features.numpy().astype(np.float64)
    likelihood = log_likelihood[seen]
    ridge = _choose_ridge(x[seen], likelihood, mixture.shares)
    weights = _fit_logistic_mixture(x[seen], likelihood, mixture.shares, ridge)
    with torch.no_grad():
        network.prior.weight.copy_(torch.from_numpy(weights[:, 1:]))
        network.prior.bias.copy_(torch.from_numpy(weights[:, 0]))
    return FittedPrior(log_likelihood, _log_softmax(_design(x) @ weights.T), mixture)


def _choose_ridge(x: Floats, likelihood: Floats, shares: Floats) -> float:
    """Take the largest ridge whose score is within one standard error of the best.

    A few thousand travelers, drawn with a seed of their own, tell the ridges apart.
    """
    if len(x) < 2 * _FOLDS:
        return _RIDGES[-1]
    drawn = np.random.default_rng(0).permutation(len(x))[:_MOST_FOLDED]
    x, likelihood = x[drawn], likelihood[drawn]
    folds = np.arange(len(x)) % _FOLDS
    scores = np.empty((len(_RIDGES), len(x)))
    for at, ridge in enumerate(_RIDGES):
        for fold in range(_FOLDS):
            kept, out = folds != fold, folds == fold
            weights = _fit_logistic_mixture(x[kept], likelihood[kept], shares, ridge)
            joint = _log_softmax(_design(x[out]) @ weights.T) + likelihood[out]
            scores[at, out] = np.logaddexp.reduce(joint, axis=1)
    behind = scores[scores.mean(axis=1).argmax()] - scores
    close = behind.mean(axis=1) <= behind.std(axis=1) / np.sqrt(len(x))
    return _RIDGES[int(np.flatnonzero(close).max())]


def _fit_logistic_mixture(x: Floats, likelihood: Floats, shares: Floats, ridge: float) -> Floats:
    """Weights [L, 1 + K], intercept first, that maximise Σ_t log Σ_l π_l(x_t) · likelihood."""
    design = _design(x)
    start = np.zeros((len(shares), design.shape[1]))
    start[:, 0] = np.log(shares)
    weights = start.copy()
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1.0
    # The bound of Böhning (1992): the curvature of a softmax is at most (I - 11'/L) / 2.
    curvature = np.linalg.inv(design.T @ design / 2.0 + np.diag(penalty))
    for _ in range(_MOST_STEPS):
        log_prior = _log_softmax(design @ weights.T)
        posterior = np.exp(_log_softmax(log_prior + likelihood))
        gradient = (posterior - np.exp(log_prior)).T @ design - (weights - start) * penalty
        step = gradient @ curvature
        weights += step
        if np.abs(step).max() < _TOLERANCE:
            return weights
    logger.warning("the prior by features still moved after %d steps", _MOST_STEPS)
    return weights


def _design(x: Floats) -> Floats:
    return np.hstack([np.ones((len(x), 1)), x])


def _log_softmax(logits: Floats) -> Floats:
    normalised: Floats = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return normalised
