"""What the current flexibility model says about every trip and every offer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.data import ServiceArea
from rideflex.model import FlexibilityModel


class Beliefs:
    """Acceptance probabilities and type-sampled masks, gathered from a model once an update.

    Parameters
    ----------
    area
        Trips and decision table. The travelers' true types in it are never read here.
    """

    def __init__(self, area: ServiceArea) -> None:
        table, trips = area.table, area.trips
        kinds = np.arange(len(table.types))
        self._traveler = trips.traveler
        self._answers = np.stack(
            [table.masks(trips.trip_id, np.full(len(trips), kind)) for kind in kinds],
            axis=1,
        )
        self._probabilities = np.full((len(area.travelers), len(kinds)), 1.0 / len(kinds))
        self._gather()

    def update(self, model: FlexibilityModel) -> None:
        """Believe what a model predicts from now on."""
        self._probabilities = model.predict_proba(np.arange(len(self._probabilities)))
        self._gather()

    @property
    def types(self) -> npt.NDArray[np.float64]:
        """P(type) of every traveler [T, L]."""
        return self._probabilities

    def accept(self, trips: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Probability [..., A] that the traveler of each trip accepts each offer."""
        accept: npt.NDArray[np.float32] = self._accept[trips]
        return accept

    def masks(
        self, trips: npt.NDArray[np.int32], kinds: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.bool_]:
        """Offers [n, A] that each trip's traveler would accept, were they of type `kinds` [n]."""
        masks: npt.NDArray[np.bool_] = self._answers[trips, kinds]
        return masks

    def sample_types(
        self, trips: npt.NDArray[np.int32], rng: np.random.Generator
    ) -> npt.NDArray[np.intp]:
        """Draw a type for the traveler of each trip [n], by the current probabilities."""
        cumulative = self._probabilities[self._traveler[trips]].cumsum(axis=1)
        draws = rng.random(len(trips))[:, None] * cumulative[:, -1:]
        kinds = (draws >= cumulative).sum(axis=1).clip(max=cumulative.shape[1] - 1)
        return np.asarray(kinds, dtype=np.intp)

    def likely_types(self, trips: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
        """The most probable type of each trip's traveler [n]."""
        return np.asarray(self._probabilities[self._traveler[trips]].argmax(axis=1))

    def _gather(self) -> None:
        per_trip = self._probabilities[self._traveler]
        self._accept = np.einsum("ml,mla->ma", per_trip, self._answers).astype(np.float32)
