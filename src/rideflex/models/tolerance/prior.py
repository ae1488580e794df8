"""Empirical Bayes: weights of tolerance cells and flexibility types, by EM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.models.mixture import MixturePrior
from rideflex.outcomes import Counts

Floats = npt.NDArray[np.float64]

PSEUDO_TRAVELERS = 4.0  # of all cells together
_MOST_EXPONENT = 600.0  # beyond it the exponential leaves the numbers


@dataclass(frozen=True)
class ColumnPrior:
    """Weights of G cells and L types, and the log evidence that they reach.

    Parameters
    ----------
    weights
        π, float64 [G + L].
    noise
        Flip probability ε of the types' answers.
    evidence
        Σ_t log Σ_g π_g L_tg, maximised over π and ε, with the prior of ε.
    """

    weights: Floats
    noise: float
    evidence: float


@dataclass(frozen=True)
class Evidence:
    """What the answers of N travelers, or groups of travelers alike, speak for.

    Parameters
    ----------
    answers
        Counts of refused and accepted, float64 [N, C · A · 2].
    types
        Counts of agreement with the L types, of N rows; L may be 0.
    sizes
        Travelers that each row stands for, float64 [N].
    """

    answers: Floats
    types: Counts
    sizes: Floats


def fit_prior(
    log_cells: Floats,
    evidence: Evidence,
    priors: MixturePrior,
    *,
    tolerance: float = 1e-6,
    max_passes: int = 300,
) -> ColumnPrior:
    """Find the most probable weights of cells and types by expectation maximisation.

    π_g ← (Σ_t r_tg + b_g) / (T + Σ b), with r_tg ∝ π_g L_tg; the pseudo-travelers b are four for
    all cells together, and those of `priors` for each type. Where there are types, ε follows from
    the disagreement expected with them.

    Parameters
    ----------
    log_cells
        log L_tg of the cells, float64 [N, G].
    evidence
        Its counts of agreement give log L of the types; its sizes weigh the rows.
    priors
        Pseudo-travelers of each type, pseudo-answers for ε.
    tolerance, max_passes
        The search ends when no weight, and not ε, moves by more than `tolerance`, or after
        `max_passes`.
    """
    n_cells, n_types = log_cells.shape[1], evidence.types.agree.shape[1]
    sizes, types = evidence.sizes, _Types(evidence.types, priors)
    pseudo = np.concatenate(
        [
            np.full(n_cells, PSEUDO_TRAVELERS / n_cells),
            np.full(n_types, priors.travelers_per_type),
        ]
    )
    top = log_cells.max(axis=1)
    cells = np.exp(log_cells - top[:, None])
    weights, noise = pseudo / pseudo.sum(), priors.noise
    for _ in range(max_passes):
        of_types, shift = types.likelihood(noise, top)
        mixed = (cells @ weights[:n_cells]) * np.exp(-shift) + of_types @ weights[n_cells:]
        share = sizes / mixed
        expected = weights * np.concatenate(
            [cells.T @ (share * np.exp(-shift)), of_types.T @ share]
        )
        updated = (expected + pseudo) / (sizes.sum() + pseudo.sum())
        learned = types.noise(of_types * weights[n_cells:] * share[:, None]) if n_types else noise
        moved = max(float(np.abs(updated - weights).max()), abs(learned - noise))
        weights, noise = updated, learned
        if moved <= tolerance:
            break
    of_types, shift = types.likelihood(noise, top)
    mixed = (cells @ weights[:n_cells]) * np.exp(-shift) + of_types @ weights[n_cells:]
    reached = float(sizes @ (np.log(mixed) + top + shift))
    if n_types:
        reached += priors.wrong * np.log(noise) + priors.right * np.log1p(-noise)
    return ColumnPrior(weights, noise, reached)


class _Types:
    """Likelihood of the types' columns relative to the likeliest cell."""

    def __init__(self, counts: Counts, priors: MixturePrior) -> None:
        self._agree, self._total = counts.agree, counts.total[:, None]
        self._priors = priors

    def likelihood(self, noise: float, top: Floats) -> tuple[Floats, Floats]:
        """exp(log L - top - shift) [N, L], and the shift [N] that keeps it among the numbers."""
        log_types = type_log_likelihood(self._agree, self._total, noise) - top[:, None]
        shift = np.maximum(log_types.max(axis=1, initial=0.0) - _MOST_EXPONENT, 0.0)
        return np.exp(log_types - shift[:, None]), shift

    def noise(self, travelers: Floats) -> float:
        """ε by the answers that the travelers [N, L] held to be of each type are expected to give.

        It stays below one half: beyond it every type would mean its opposite.
        """
        wrong = float((travelers * (self._total - self._agree)).sum()) + self._priors.wrong
        asked = float((travelers * self._total).sum()) + self._priors.wrong + self._priors.right
        return min(wrong / asked, 0.499)


def type_log_likelihood(agree: Floats, total: Floats, noise: float) -> Floats:
    """Log-likelihood of types: agree · log(1 - ε) + (n - agree) · log ε, [N, L]."""
    likelihood: Floats = agree * np.log1p(-noise) + (total - agree) * np.log(noise)
    return likelihood
