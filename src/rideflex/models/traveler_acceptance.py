"""An acceptance model that asks only who the traveler is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.tables.arrays import whole_numbers

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TravelerAcceptance:
    """Acceptance probabilities of travelers whose answers depend on no trip.

    Parameters
    ----------
    accept
        Probability that each traveler accepts each offer, float64 [T, A].
    noise
        How often an answer goes against what the traveler would say.

    Examples
    --------
    >>> model = TravelerAcceptance(np.array([[0.2, 1.0], [0.9, 1.0]]))
    >>> model.predict_accept([1, 0], [-1, -1])[:, 0].tolist()
    [0.9, 0.2]
    """

    accept: Floats
    noise: float = 0.0

    @property
    def n_travelers(self) -> int:
        """Travelers T held; their entities run from 0."""
        return len(self.accept)

    def predict_accept(self, travelers: npt.ArrayLike, trips: npt.ArrayLike) -> Floats:
        """Return float64 [n, A]: the probability that each traveler accepts each offer."""
        del trips
        chances: Floats = self.accept[whole_numbers(travelers)]
        return chances

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]: one mood for all offers of a row, so that likelier ones come first."""
        chances = self.predict_accept(travelers, trips)
        return np.asarray(rng.random(len(chances))[:, None] < chances)

    def draw_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Return float64 [n, A]: the probabilities themselves, for no more is known to draw."""
        del rng
        return self.predict_accept(travelers, trips)
