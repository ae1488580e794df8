"""Exact posterior over tolerance cells and flexibility types, averaged over settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.models.tolerance.prior import type_log_likelihood
from rideflex.models.tolerance.settings import Setting, log_answers, stated_log_likelihood
from rideflex.models.tolerance.tally import Known
from rideflex.offers import OfferGrid

Floats = npt.NDArray[np.float64]

_BLOCK = 4096


@dataclass(frozen=True)
class Averaged:
    """What n travelers are expected to answer.

    An offer on a trip is accepted with probability
    cells[level of the trip, offer] + turned + Σ_l types[l] · answer of type l.

    Parameters
    ----------
    cells
        Probability of tolerance cells that accept, float64 [n, C, A].
    types
        Probability of each type, less that of answers against it on both sides, float64 [n, L].
    turned
        Probability that a type's answer is turned round, float64 [n].
    type_probabilities
        P(type), float64 [n, L]; what lacks to 1 is held by cells.
    """

    cells: Floats
    types: Floats
    turned: Floats
    type_probabilities: Floats


@dataclass(frozen=True)
class Drawn:
    """One draw of the posterior for each of n travelers.

    Parameters
    ----------
    types
        Type [n], -1 where a cell was drawn.
    cells
        Probability that the drawn cell accepts each offer, without lapses, float64 [n, C, A].
    noise
        How often each answers against that: lapses of a cell, flips of a type, float64 [n].
    """

    types: npt.NDArray[np.intp]
    cells: Floats
    noise: Floats

    def answers(
        self, levels: npt.NDArray[np.intp], no_shift: int, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """What the drawn cells say on trips of these levels, bool [n, A].

        One mood for all offers of a trip: who takes 20 minutes today takes 10 today.
        """
        accept = self.cells[np.arange(len(levels)), levels]
        accept[:, no_shift] = 1.0
        said: npt.NDArray[np.bool_] = accept > rng.random(len(levels))[:, None]
        return said

    def accept(self, levels: npt.NDArray[np.intp]) -> Floats:
        """Probability that the drawn cells accept each offer on trips of these levels, [n, A]."""
        within = self.cells[np.arange(len(levels)), levels]
        accept: Floats = self.noise[:, None] + (1.0 - 2.0 * self.noise[:, None]) * within
        return np.minimum(accept, 1.0, out=accept)  # rounding


class AveragedPosterior:
    """P(cell or type | answers) of any travelers: one matrix product a setting.

    Parameters
    ----------
    settings
        Their shares add up to 1.
    offers, n_levels
        The A offers and C context levels that answers are counted by.
    """

    def __init__(self, settings: Sequence[Setting], offers: OfferGrid, n_levels: int) -> None:
        self.settings = tuple(settings)
        self._accept = [setting.acceptance(offers, n_levels) for setting in settings]
        self._logs = [np.ascontiguousarray(log_answers(accept).T) for accept in self._accept]
        self._stated = [setting.log_statements(offers, n_levels).T for setting in settings]
        self._shape = n_levels, len(offers)

    @property
    def lapse(self) -> float:
        """Mean probability of an answer that goes against the tolerances."""
        return float(sum(setting.share * setting.lapse for setting in self.settings))

    @property
    def noise(self) -> float:
        """Mean flip probability of the types' answers."""
        return float(sum(setting.share * setting.noise for setting in self.settings))

    @property
    def statement_lapse(self) -> float:
        """Mean probability of a statement that says nothing of the answers."""
        return float(sum(setting.share * setting.statement_lapse for setting in self.settings))

    def average(self, known: Known, accept: Sequence[Floats] | None = None) -> Averaged:
        """Average the travelers' answers over settings, cells and types.

        Parameters
        ----------
        known
            What is known of the n travelers.
        accept
            Acceptance of other offers by each setting's cells, [G, C, A'] each; without it, of the
            offers that answers are counted by.
        """
        asked = self._accept if accept is None else accept
        n, n_types, shape = len(known), known.types.agree.shape[1], asked[0].shape[1:]
        cells = np.zeros((n, shape[0] * shape[1]))
        signed, turned = np.zeros((n, n_types)), np.zeros(n)
        probabilities = np.zeros((n, n_types))
        for first in range(0, n, _BLOCK):
            block = slice(first, first + _BLOCK)
            some = known[block]
            for at, (setting, of_cells) in enumerate(zip(self.settings, asked, strict=True)):
                held = setting.share * self._held(at, some)
                n_cells = len(of_cells)
                cells[block] += held[:, :n_cells] @ of_cells.reshape(n_cells, -1)
                of_types = held[:, n_cells:]
                signed[block] += of_types * (1.0 - 2.0 * setting.noise)
                turned[block] += of_types.sum(axis=1) * setting.noise
                probabilities[block] += of_types
        return Averaged(cells.reshape(n, *shape), signed, turned, probabilities)

    def draw(
        self, known: Known, rng: np.random.Generator, accept: Sequence[Floats] | None = None
    ) -> Drawn:
        """Draw a setting, and then a cell or a type, for each of n travelers.

        Parameters
        ----------
        known, accept
            See `average`.
        rng
            Where the randomness comes from.
        """
        asked = self._accept if accept is None else accept
        n, shape = len(known), asked[0].shape[1:]
        drawn = Drawn(np.full(n, -1, dtype=np.intp), np.zeros((n, *shape)), np.zeros(n))
        shares = np.cumsum([setting.share for setting in self.settings])
        place = np.searchsorted(shares[:-1], rng.random(n), side="right")
        draws = rng.random(n)
        for at, setting in enumerate(self.settings):
            mine = np.flatnonzero(place == at)
            held = self._held(at, known[mine])
            cumulative = held.cumsum(axis=1)
            column = (draws[mine, None] * cumulative[:, -1:] >= cumulative).sum(axis=1)
            column = column.clip(max=held.shape[1] - 1)
            within = (asked[at] - setting.lapse) / (1.0 - 2.0 * setting.lapse)
            is_type = column >= len(within)
            drawn.types[mine[is_type]] = column[is_type] - len(within)
            drawn.cells[mine[~is_type]] = within[column[~is_type]]
            drawn.noise[mine] = np.where(is_type, setting.noise, setting.lapse)
        return drawn

    def tolerances(self, known: Known) -> Floats:
        """Expected early and late tolerance in minutes at level 0 of n travelers, [n, 2].

        Those held to be of a type are left out: what they bear is in the table.
        """
        found = np.zeros((len(known), 2))
        mass = np.zeros((len(known), 1))
        for at, setting in enumerate(self.settings):
            cells = setting.cells(self._shape[0])
            held = setting.share * self._held(at, known)[:, : len(cells)]
            found += held @ np.stack([cells.early, cells.late], axis=1)
            mass += held.sum(axis=1, keepdims=True)
        return found / np.maximum(mass, np.finfo(np.float64).tiny)

    def _held(self, at: int, known: Known) -> Floats:
        """P(cell or type | answers) ∝ π · likelihood in one setting, float64 [n, G + L]."""
        setting = self.settings[at]
        log_cells: Floats = _flat(known.answers) @ self._logs[at]
        if known.statements is not None:
            log_cells += _flat(known.statements) @ self._stated[at]
        if known.types.agree.shape[1]:
            total = known.types.total[:, None]
            log_types = type_log_likelihood(known.types.agree, total, setting.noise)
            if known.stated_types is not None:
                log_types += stated_log_likelihood(known.stated_types, setting.statement_lapse)
            log_cells = np.concatenate([log_cells, log_types], axis=1)
        log_cells -= log_cells.max(axis=1, keepdims=True)
        held: Floats = np.exp(log_cells, out=log_cells)
        held *= setting.weights
        held /= held.sum(axis=1, keepdims=True)
        return held


def _flat(counts: npt.NDArray[Any]) -> Floats:
    width = int(np.prod(counts.shape[1:]))
    return counts.reshape(len(counts), width).astype(np.float64)
