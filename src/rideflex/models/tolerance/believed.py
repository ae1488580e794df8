"""What a model of answers predicts at one time, of all its travelers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from rideflex.tables.arrays import whole_numbers

if TYPE_CHECKING:
    from rideflex.models.tolerance.posterior import Averaged

Floats = npt.NDArray[np.float64]


class AsksAverage(Protocol):
    """A model that answers by an average over its posterior."""

    def accept_by(
        self, averaged: Averaged, rows: npt.NDArray[np.intp], trips: npt.NDArray[np.integer]
    ) -> Floats:
        """Probabilities float64 [n, A] for rows of the average, on trips."""
        ...

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw what travelers would say, bool [n, A]."""
        ...

    def draw_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Draw how likely travelers accept, float64 [n, A]."""
        ...


@dataclass(frozen=True)
class Believed:
    """Acceptance by a model of answers, averaged once for all its travelers.

    Matrix products of other sizes differ in their last bits: averaged together, a traveler's
    probabilities don't depend on who is asked about at the same time, so that a run that goes on
    from a checkpoint is the very same.

    Parameters
    ----------
    model
        Whose posterior was averaged; draws are made of it as it is then.
    averaged
        Over the posterior of travelers 0 … T - 1.
    noise
        See `AcceptanceModel`.
    """

    model: AsksAverage
    averaged: Averaged
    noise: float

    @property
    def n_travelers(self) -> int:
        """Travelers T held; their entities run from 0."""
        return len(self.averaged.turned)

    def predict_accept(self, travelers: npt.ArrayLike, trips: npt.ArrayLike) -> Floats:
        """Return float64 [n, A]: the probability that each traveler accepts each offer."""
        rows = whole_numbers(travelers).astype(np.intp)
        return self.model.accept_by(self.averaged, rows, whole_numbers(trips))

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]: what each would say, were one draw of the posterior true."""
        return self.model.sample_answers(travelers, trips, rng)

    def draw_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Draw float64 [n, A]: how likely each accepts, were one draw of the posterior true."""
        return self.model.draw_accept(travelers, trips, rng)
