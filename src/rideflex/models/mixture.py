"""Mixing weights and flip probability of a latent class model, learned by EM."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.em import responsibilities, run_em
from rideflex.outcomes import Counts

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MixturePrior:
    """Dirichlet and Beta pseudo-counts: worth a few travelers and a few outcomes.

    Parameters
    ----------
    travelers_per_type
        Pseudo-travelers of each type (a Dirichlet prior of this plus one).
    wrong, right
        Pseudo-outcomes against and with the true type's answer (a Beta prior of these plus one).
    """

    travelers_per_type: float = 2.0
    wrong: float = 1.0
    right: float = 19.0

    def __post_init__(self) -> None:
        if min(self.travelers_per_type, self.wrong, self.right) <= 0:
            raise UsageError(f"pseudo-counts must be positive: {self}")
        if self.wrong >= self.right:
            raise UsageError(f"answers are assumed to be right more often than wrong: {self}")

    @property
    def noise(self) -> float:
        """Flip probability ε that is assumed before the first outcome."""
        return self.wrong / (self.wrong + self.right)


@dataclass(frozen=True)
class Mixture:
    """Parameters of the latent class model: mixing weights π and flip probability ε.

    Parameters
    ----------
    shares
        float64 [L]: π, the share of travelers of each type.
    noise
        ε, the probability that a traveler answers against the type.
    """

    shares: Floats
    noise: float

    @property
    def log_odds(self) -> float:
        """log((1 - ε) / ε): what one disagreement takes from a type's log-probability."""
        return float(np.log1p(-self.noise) - np.log(self.noise))

    def log_likelihood(self, counts: Counts) -> Floats:
        """Return float64 [T, L]: agree · log(1 - ε) + (n - agree) · log ε."""
        total = counts.total[:, None]
        likelihood: Floats = total * np.log1p(-self.noise) - self.log_odds * (total - counts.agree)
        return likelihood

    def probabilities(
        self, counts: Counts, travelers: npt.NDArray[np.int64] | None = None
    ) -> Floats:
        """Return float64 [n, L]: P(type | outcomes) ∝ π · likelihood, one row a traveler.

        Parameters
        ----------
        counts
            Of all travelers.
        travelers
            Entities [n], -1 for one without outcomes; without it, every traveler.
        """
        rows = np.arange(len(counts.total)) if travelers is None else travelers
        out = np.empty((len(rows), len(self.shares)))
        responsibilities(counts.agree, counts.total, rows, np.log(self.shares), self.log_odds, out)
        return out


def fit_mixture(
    counts: Counts,
    priors: MixturePrior | None = None,
    *,
    tolerance: float = 1e-7,
    max_passes: int = 1000,
) -> Mixture:
    """Fit mixing weights and flip probability by EM, each pass O(travelers · types).

    The search starts from the priors, so that the result depends on the counts alone. It ends
    when no share and not the noise moves by more than `tolerance` in a pass; the log says so when
    `max_passes` ended it. Travelers without outcomes, or whose outcomes have faded to less than a
    thousandth of one, say nothing and are left out; many travelers with equal counts are looked at
    once. The noise stays below one half: beyond it
    every type would mean its opposite.
    """
    priors = priors or MixturePrior()
    fit = run_em(
        np.ascontiguousarray(counts.agree),
        np.ascontiguousarray(counts.total),
        np.array([priors.travelers_per_type, priors.wrong, priors.right]),
        tolerance,
        max_passes,
    )
    if fit.moved > tolerance:
        logger.warning(
            "shares and noise still moved by %.2g after %d passes", fit.moved, max_passes
        )
    return Mixture(fit.shares, fit.noise)
