"""The outside baseline: River's online logistic regression on the same outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.data import ServiceArea
from rideflex.outcomes import Outcomes


class OnlineLogistic:
    """Acceptance by logistic regression, outcome by outcome.

    Its features: the traveler, the purpose, both shifts, and both shifts for this traveler, so
    that it can learn how much each traveler minds each side. Needs `river`.
    """

    def __init__(self, area: ServiceArea) -> None:
        from river import linear_model, optim

        self._model = linear_model.LogisticRegression(optimizer=optim.Adam(lr=0.05))
        grid = area.table.offers
        self._early = np.abs(grid.pickup) / 30.0
        self._late = np.abs(grid.dropoff) / 30.0
        self._purposes = [context[1] for context in area.table.contexts]

    def learn(self, outcomes: Outcomes) -> None:
        """Learn from outcomes, oldest first."""
        for features, accepted in zip(
            self._features(outcomes), outcomes.accepted.tolist(), strict=True
        ):
            self._model.learn_one(features, accepted)

    def predict_accept(self, outcomes: Outcomes) -> npt.NDArray[np.float64]:
        """Return the probability of an acceptance, float64 [n]; the answers are not looked at."""
        predict: Any = self._model.predict_proba_one
        return np.array([predict(features)[True] for features in self._features(outcomes)])

    def _features(self, outcomes: Outcomes) -> list[dict[str, float]]:
        early, late = self._early[outcomes.actions], self._late[outcomes.actions]
        return [
            {
                f"traveler {who}": 1.0,
                f"purpose {self._purposes[trip]}": 1.0,
                "early": pickup,
                "late": dropoff,
                f"early {who}": pickup,
                f"late {who}": dropoff,
            }
            for who, trip, pickup, dropoff in zip(
                outcomes.travelers.tolist(),
                outcomes.trips.tolist(),
                early.tolist(),
                late.tolist(),
                strict=True,
            )
        ]
