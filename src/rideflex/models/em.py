"""Expectation maximisation of mixing weights and flip probability; responsibilities."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.tables.row_numbers import empty_slots, number_rows

Floats = npt.NDArray[np.float64]

_BLOCK = 8192
_TRAVELERS_PER_PATTERN = 16
_NEGLIGIBLE = -700.0  # below it the exponential leaves the normal numbers
_LEAST_OUTCOMES = 1e-3


class EmFit(NamedTuple):
    """Mixing weights π [L], flip probability ε, and how far the last pass moved any of them."""

    shares: Floats
    noise: float
    moved: float


def run_em(agree: Floats, total: Floats, priors: Floats, tolerance: float, passes: int) -> EmFit:
    """Run EM until mixing weights and flip probability change by at most `tolerance`.

    Parameters
    ----------
    agree, total
        Counts, float64 [T, L] and [T].
    priors
        Pseudo-counts: travelers of each type, wrong answers, right answers.
    tolerance, passes
        When to stop, and the bound on the passes.
    """
    sizes = np.ones(len(total))
    if len(total) > _BLOCK and (patterns := unique_patterns(agree, total)) is not None:
        agree, total, sizes = patterns
    shares = np.full(agree.shape[1], 1.0 / agree.shape[1])
    noise, moved = _fit_shares(agree, total, sizes, shares, priors, tolerance, passes)
    return EmFit(shares, float(noise), float(moved))


class CountPatterns(NamedTuple):
    """The unique count patterns, in the order in which they were met.

    Attributes
    ----------
    agree, total
        Counts of each pattern, float64 [G, L] and [G].
    frequencies
        Travelers with each pattern, float64 [G].
    """

    agree: Floats
    total: Floats
    frequencies: Floats


def unique_patterns(agree: Floats, total: Floats) -> CountPatterns | None:
    """Collapse travelers to their unique count patterns, with frequencies.

    One pass over a hash table: few outcomes make few patterns, however many travelers there are.
    None where there are more patterns than a sixteenth of the travelers: they would not be worth
    their time.
    """
    most = len(total) // _TRAVELERS_PER_PATTERN
    slots, numbers = empty_slots(most), np.empty(len(total), dtype=np.int32)
    heads = np.empty(most, dtype=np.uint64)
    fields = np.empty((most, agree.shape[1]), dtype=np.uint64)
    counts = (_swapped(total.view(np.uint64)), agree.view(np.uint64))
    found = number_rows(slots, heads, fields, 0, *counts, numbers)
    if found < 0:
        return None
    return CountPatterns(
        fields[:found].view(np.float64),
        _swapped(heads[:found]).view(np.float64),
        np.bincount(numbers, minlength=found).astype(np.float64),
    )


def _swapped(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Swap the halves of words, for the bits of small counts stand in the upper one.

    Done twice it undoes itself.
    """
    return (bits >> np.uint64(32)) | (bits << np.uint64(32))


@compiled(parallel=True)
def _fit_shares(
    agree: Floats,
    total: Floats,
    sizes: Floats,
    shares: Floats,
    priors: Floats,
    tolerance: float,
    passes: int,
) -> tuple[float, float]:
    """Update `shares` in place; returns the noise and how far the last pass moved anything.

    `sizes` says how many travelers each row of counts stands for.
    """
    n_travelers, n_types = agree.shape
    n_blocks = max(1, (n_travelers + _BLOCK - 1) // _BLOCK)
    sums = np.empty((n_blocks, n_types + 3))
    log_shares = np.empty(n_types)
    noise: float = priors[1] / (priors[1] + priors[2])
    moved = np.inf
    for _ in range(passes):
        log_odds = np.log1p(-noise) - np.log(noise)
        for kind in range(n_types):
            log_shares[kind] = np.log(shares[kind])
        if n_blocks == 1:  # opening a parallel region costs more than a small service area
            _expect(agree, total, sizes, log_shares, log_odds, 0, n_travelers, sums[0])
        else:
            for block in numba.prange(n_blocks):
                first = block * _BLOCK
                last = min(first + _BLOCK, n_travelers)
                _expect(agree, total, sizes, log_shares, log_odds, first, last, sums[block])
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
    log_odds: float,
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
        _softmax(agree[traveler], total[traveler], log_shares, log_odds, row)
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
def _softmax(agree: Floats, total: float, log_shares: Floats, log_odds: float, out: Floats) -> None:
    """Normalise in log space; the shared factor (1 - ε)^n cancels and is never formed."""
    n_types = len(agree)
    top = -np.inf
    for kind in range(n_types):
        out[kind] = log_shares[kind] - log_odds * (total - agree[kind])
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
    log_odds: float,
    out: Floats,
) -> None:
    """Write P(type | outcomes) of the travelers `rows`; of -1 the shares."""
    n_blocks = (len(rows) + _BLOCK - 1) // _BLOCK
    if n_blocks <= 1:
        _fill(agree, total, rows, log_shares, log_odds, out)
    else:
        for block in numba.prange(n_blocks):
            part = slice(block * _BLOCK, min((block + 1) * _BLOCK, len(rows)))
            _fill(agree, total, rows[part], log_shares, log_odds, out[part])


@compiled()
def _fill(
    agree: Floats,
    total: Floats,
    rows: npt.NDArray[np.int64],
    log_shares: Floats,
    log_odds: float,
    out: Floats,
) -> None:
    for at in range(len(rows)):
        if rows[at] < 0:
            out[at] = np.exp(log_shares)
        else:
            _softmax(agree[rows[at]], total[rows[at]], log_shares, log_odds, out[at])
