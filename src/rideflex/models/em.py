"""The compiled passes of expectation maximisation, and the posterior of every traveler."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled

Floats = npt.NDArray[np.float64]

BLOCK = 8192
_NEGLIGIBLE = -700.0  # below it the exponential leaves the normal numbers
_LEAST_OUTCOMES = 1e-3


@compiled(parallel=True)
def fit_shares(
    agree: Floats,
    total: Floats,
    sizes: Floats,
    shares: Floats,
    priors: Floats,
    tolerance: float,
    passes: int,
) -> tuple[float, float]:
    """Let `shares` come to rest; returns the noise, and how far the last pass moved anything.

    `sizes` says how many travelers each row of counts stands for, `priors` are the pseudo-counts:
    travelers a type, wrong and right answers.
    """
    n_travelers, n_types = agree.shape
    n_blocks = max(1, (n_travelers + BLOCK - 1) // BLOCK)
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
                first = block * BLOCK
                last = min(first + BLOCK, n_travelers)
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
def responsibilities(
    agree: Floats,
    total: Floats,
    rows: npt.NDArray[np.int64],
    log_shares: Floats,
    odds: float,
    out: Floats,
) -> None:
    """Write P(type | outcomes) of the travelers `rows`; of -1 the shares."""
    n_blocks = (len(rows) + BLOCK - 1) // BLOCK
    if n_blocks <= 1:
        _fill(agree, total, rows, log_shares, odds, out)
    else:
        for block in numba.prange(n_blocks):
            part = slice(block * BLOCK, min((block + 1) * BLOCK, len(rows)))
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
