"""Shares of the types and answer noise, learned by expectation maximisation."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from rideflex.alike import group_alike
from rideflex.compiled import compiled
from rideflex.errors import UsageError
from rideflex.outcomes import Counts

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

_BLOCK = 8192
_NEGLIGIBLE = -700.0  # below it the exponential leaves the normal numbers
_LEAST_OUTCOMES = 1e-3


@dataclass(frozen=True)
class WeakPriors:
    """What is assumed before the first outcome: worth a few travelers and a few outcomes.

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


@dataclass(frozen=True)
class Mixture:
    """What all travelers have in common.

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
    def odds(self) -> float:
        """log((1 - ε) / ε): what one disagreement takes from a type's log-probability."""
        return float(np.log1p(-self.noise) - np.log(self.noise))

    def log_likelihood(self, counts: Counts) -> Floats:
        """Return float64 [T, L]: agree · log(1 - ε) + (n - agree) · log ε."""
        total = counts.total[:, None]
        likelihood: Floats = total * np.log1p(-self.noise) - self.odds * (total - counts.agree)
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
        _responsibilities(counts.agree, counts.total, rows, np.log(self.shares), self.odds, out)
        return out


def fit_mixture(
    counts: Counts,
    priors: WeakPriors | None = None,
    *,
    tolerance: float = 1e-7,
    max_passes: int = 1000,
) -> Mixture:
    """Find the most probable shares and noise, each pass O(travelers · types).

    The search starts from the priors, so that the result depends on the counts alone. It ends
    when no share and not the noise moves by more than `tolerance` in a pass; the log says so when
    `max_passes` ended it. Travelers without outcomes, or whose outcomes have faded to less than a
    thousandth of one, say nothing and are left out; many travelers with equal counts are looked at
    once. The noise stays below one half: beyond it
    every type would mean its opposite.
    """
    priors = priors or WeakPriors()
    agree, total = np.ascontiguousarray(counts.agree), np.ascontiguousarray(counts.total)
    sizes = np.ones(len(total))
    if len(total) > _BLOCK and (alike := group_alike(agree, total)) is not None:
        agree, total, sizes = agree[alike.rows], total[alike.rows], alike.sizes
    shares = np.full(agree.shape[1], 1.0 / agree.shape[1])
    noise, moved = _fit(
        agree,
        total,
        sizes,
        shares,
        np.array([priors.travelers_per_type, priors.wrong, priors.right]),
        tolerance,
        max_passes,
    )
    if moved > tolerance:
        logger.warning("shares and noise still moved by %.2g after %d passes", moved, max_passes)
    return Mixture(shares, float(noise))


@compiled(parallel=True)
def _fit(
    agree: Floats,
    total: Floats,
    sizes: Floats,
    shares: Floats,
    priors: Floats,
    tolerance: float,
    passes: int,
) -> tuple[float, float]:
    n_travelers, n_types = agree.shape
    n_blocks = max(1, (n_travelers + _BLOCK - 1) // _BLOCK)
    sums = np.empty((n_blocks, n_types + 3))
    log_shares = np.empty(n_types)
    noise: float = priors[1] / (priors[1] + priors[2])
    moved = np.inf
    for _ in range(passes):
        odds = np.log1p(-noise) - np.log(noise)
        for kind in range(n_types):
            log_shares[kind] = np.log(shares[kind])
        if n_blocks == 1:  # opening a parallel region costs more than a small service area
            _expect(agree, total, sizes, log_shares, odds, 0, n_travelers, sums[0])
        else:
            for block in numba.prange(n_blocks):
                first = block * _BLOCK
                last = min(first + _BLOCK, n_travelers)
                _expect(agree, total, sizes, log_shares, odds, first, last, sums[block])
        moved, noise = _maximise(sums, priors, shares, noise)
        if moved <= tolerance:
            break
    return noise, moved


@compiled()
def _expect(
    agree: Floats,
    total: Floats,
    sizes: Floats,
    log_shares: Floats,
    odds: float,
    first: int,
    last: int,
    sums: Floats,
) -> None:
    """Sum over a block: expected travelers of each type, then wrong answers, outcomes, travelers.

    Blocks are summed in their order afterwards, so the result doesn't depend on the threads.
    """
    n_types = agree.shape[1]
    row = np.empty(n_types)
    sums[:] = 0.0
    for traveler in range(first, last):
        if total[traveler] < _LEAST_OUTCOMES:
            continue
        _softmax(agree[traveler], total[traveler], log_shares, odds, row)
        for kind in range(n_types):
            weight = sizes[traveler] * row[kind]
            sums[kind] += weight
            sums[n_types] += weight * (total[traveler] - agree[traveler, kind])
        sums[n_types + 1] += sizes[traveler] * total[traveler]
        sums[n_types + 2] += sizes[traveler]


@compiled()
def _maximise(sums: Floats, priors: Floats, shares: Floats, noise: float) -> tuple[float, float]:
    n_types = len(shares)
    whole = np.zeros(sums.shape[1])
    for block in range(sums.shape[0]):
        whole += sums[block]
    moved = 0.0
    for kind in range(n_types):
        share = (whole[kind] + priors[0]) / (whole[n_types + 2] + n_types * priors[0])
        moved = max(moved, abs(share - shares[kind]))
        shares[kind] = share
    wrong = (whole[n_types] + priors[1]) / (whole[n_types + 1] + priors[1] + priors[2])
    wrong = min(wrong, 0.49)
    return max(moved, abs(wrong - noise)), wrong


@compiled()
def _softmax(agree: Floats, total: float, log_shares: Floats, odds: float, out: Floats) -> None:
    """Normalise in log space; the shared factor (1 - ε)^n cancels and is never formed."""
    n_types = len(agree)
    top = -np.inf
    for kind in range(n_types):
        out[kind] = log_shares[kind] - odds * (total - agree[kind])
        top = max(top, out[kind])
    scale = 0.0
    for kind in range(n_types):
        below = out[kind] - top
        out[kind] = np.exp(below) if below > _NEGLIGIBLE else 0.0
        scale += out[kind]
    for kind in range(n_types):
        out[kind] /= scale


@compiled(parallel=True)
def _responsibilities(
    agree: Floats,
    total: Floats,
    rows: npt.NDArray[np.int64],
    log_shares: Floats,
    odds: float,
    out: Floats,
) -> None:
    n_blocks = (len(rows) + _BLOCK - 1) // _BLOCK
    if n_blocks <= 1:
        _fill(agree, total, rows, log_shares, odds, out)
    else:
        for block in numba.prange(n_blocks):
            part = slice(block * _BLOCK, min((block + 1) * _BLOCK, len(rows)))
            _fill(agree, total, rows[part], log_shares, odds, out[part])


@compiled()
def _fill(
    agree: Floats,
    total: Floats,
    rows: npt.NDArray[np.int64],
    log_shares: Floats,
    odds: float,
    out: Floats,
) -> None:
    for at in range(len(rows)):
        if rows[at] < 0:
            out[at] = np.exp(log_shares)
        else:
            _softmax(agree[rows[at]], total[rows[at]], log_shares, odds, out[at])
