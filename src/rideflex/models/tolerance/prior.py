"""Empirical Bayes: weights of tolerance cells and flexibility types, by EM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.models.mixture import MixturePrior
from rideflex.models.tolerance.tally import Known
from rideflex.outcomes import Counts

Floats = npt.NDArray[np.float64]

PSEUDO_TRAVELERS = 4.0  # of all cells together
_MOST_EXPONENT = 600.0  # beyond it the exponential leaves the numbers
_MOST_NOISE = 0.499


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
    known
        Answers, and agreement with types, of each row.
    sizes
        Travelers that each row stands for, float64 [N].
    """

    known: Known
    sizes: Floats


def fit_priors(
    log_cells: Floats,
    evidence: Evidence,
    priors: MixturePrior,
    *,
    log_stated: Floats | None = None,
    tolerance: float = 1e-6,
    max_passes: int = 300,
) -> list[ColumnPrior]:
    """Find the most probable weights of cells and types by EM, in several settings side by side.

    π_g ← (Σ_t r_tg + b_g) / (T + Σ b), with r_tg ∝ π_g L_tg; the pseudo-travelers b are four for
    all cells together, and those of `priors` for each type. Where there are types, ε follows from
    the disagreement expected with them.

    Parameters
    ----------
    log_cells
        log L_tg of the cells in each setting, float64 [S, N, G].
    evidence
        Its counts of agreement give log L of the types; its sizes weigh the rows.
    priors
        Pseudo-travelers of each type, pseudo-answers for ε.
    log_stated
        What statements add to log L of the types in each setting, float64 [S, N, L].
    tolerance, max_passes
        The search in a setting ends when no weight, and not ε, moves by more than `tolerance`, or
        after `max_passes`.

    Returns
    -------
    What was found in each of the S settings.
    """
    n_settings, _, n_cells = log_cells.shape
    types, sizes = evidence.known.types, evidence.sizes
    n_types = types.agree.shape[1]
    pseudo = np.concatenate(
        [
            np.full(n_cells, PSEUDO_TRAVELERS / n_cells),
            np.full(n_types, priors.travelers_per_type),
        ]
    )
    top = log_cells.max(axis=2)
    cells = np.exp(log_cells - top[:, :, None])
    stated = np.zeros((n_settings, 1, n_types)) if log_stated is None else log_stated
    weights = np.tile(pseudo / pseudo.sum(), (n_settings, 1))
    noise = np.full(n_settings, priors.noise)
    found: dict[int, ColumnPrior] = {}
    moving = np.arange(n_settings)
    for number in range(max_passes + 1):
        of_types, shift = _type_likelihood(types, noise, top, stated)
        scale = np.exp(-shift)
        mixed = scale * np.matmul(cells, weights[:, :n_cells, None])[:, :, 0]
        mixed += np.matmul(of_types, weights[:, n_cells:, None])[:, :, 0]
        share = sizes / mixed
        by_cell = np.matmul((share * scale)[:, None, :], cells)[:, 0]
        by_type = np.matmul(share[:, None, :], of_types)[:, 0]
        expected = weights * np.concatenate([by_cell, by_type], axis=1)
        updated = (expected + pseudo) / (sizes.sum() + pseudo.sum())
        moved = np.abs(updated - weights).max(axis=1)
        learned = noise
        if n_types:
            held = of_types * share[:, :, None] * weights[:, None, n_cells:]
            learned = _noise(held, types, priors)
            moved = np.maximum(moved, np.abs(learned - noise))
        still = (moved > tolerance) & (number < max_passes)
        reached = (np.log(mixed) + top + shift) @ sizes
        if n_types:
            reached = reached + priors.wrong * np.log(noise) + priors.right * np.log1p(-noise)
        for at in np.flatnonzero(~still).tolist():
            found[int(moving[at])] = ColumnPrior(weights[at], float(noise[at]), float(reached[at]))
        if not still.any():
            break
        weights, noise = updated, learned
        if not still.all():
            moving, weights, noise = moving[still], weights[still], noise[still]
            cells, top, stated = cells[still], top[still], stated[still]
    return [found[at] for at in range(n_settings)]


def _type_likelihood(
    counts: Counts, noise: Floats, top: Floats, stated: Floats
) -> tuple[Floats, Floats]:
    """exp(log L - top - shift) of types [S, N, L], and the shift [S, N] that keeps it a number."""
    each, total = noise[:, None, None], counts.total[:, None]
    log_types = counts.agree * np.log1p(-each) + (total - counts.agree) * np.log(each)
    log_types += stated - top[:, :, None]
    shift = np.maximum(log_types.max(axis=2, initial=0.0) - _MOST_EXPONENT, 0.0)
    return np.exp(log_types - shift[:, :, None]), shift


def _noise(held: Floats, counts: Counts, priors: MixturePrior) -> Floats:
    """ε [S] by the answers that the travelers [S, N, L] held to be of each type are found to give.

    It stays below one half: beyond it every type would mean its opposite.
    """
    total = counts.total[:, None]
    wrong = np.einsum("snl,nl->s", held, total - counts.agree) + priors.wrong
    asked = np.einsum("snl,nl->s", held, np.broadcast_to(total, counts.agree.shape))
    noise: Floats = np.minimum(wrong / (asked + priors.wrong + priors.right), _MOST_NOISE)
    return noise


def type_log_likelihood(agree: Floats, total: Floats, noise: float) -> Floats:
    """Log-likelihood of types: agree · log(1 - ε) + (n - agree) · log ε, [N, L]."""
    likelihood: Floats = agree * np.log1p(-noise) + (total - agree) * np.log(noise)
    return likelihood
