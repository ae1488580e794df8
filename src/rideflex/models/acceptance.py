"""What the current flexibility model says about every trip and every offer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.errors import UsageError
from rideflex.models.protocol import FlexibilityModel

_ROUNDING = 1e-5  # off from 1 that a row of probabilities may be; single precision stays below


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
        self._names = table.types
        self._traveler = trips.traveler
        self._answers = np.stack(
            [table.masks(trips.trip_id, np.full(len(trips), kind)) for kind in kinds],
            axis=1,
        )
        self._probabilities = np.full((len(area.travelers), len(kinds)), 1.0 / len(kinds))
        self._gather()

    def update(self, model: FlexibilityModel) -> None:
        """Believe what a model predicts from now on.

        Raises
        ------
        UsageError
            If the model is of other types or travelers than the area, or what it predicts is no
            probabilities.
        """
        n_travelers = len(self._probabilities)
        if tuple(model.types) != self._names or model.n_travelers != n_travelers:
            raise UsageError(
                f"the model is of {model.n_travelers} travelers of the types {list(model.types)}, "
                f"the area of {n_travelers} of the types {list(self._names)}: was the model made "
                "for another area?"
            )
        predicted = np.asarray(model.predict_proba(np.arange(n_travelers)))
        _check_probabilities(predicted, self._probabilities.shape)
        self._probabilities = predicted
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


def _check_probabilities(predicted: npt.NDArray[np.float64], shape: tuple[int, ...]) -> None:
    if predicted.shape != shape:
        raise UsageError(
            f"predict_proba must give one row a traveler and one column a type, {shape}, "
            f"not {predicted.shape}"
        )
    off = ~(np.abs(predicted.sum(axis=1) - 1.0) <= _ROUNDING) | (predicted < 0).any(axis=1)
    if off.any():
        first = int(off.argmax())
        raise UsageError(
            f"predict_proba gives traveler {first} {predicted[first].tolist()}: a row must be "
            "probabilities that add up to 1"
        )
