"""The outside baseline: River's online logistic regression on the same outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.outcomes import Outcomes


class OnlineLogistic:
    """Acceptance by logistic regression, outcome by outcome, in one pass.

    Its features are what the posterior knows: what each type would answer, and that answer for
    this traveler, so that it can learn whom each traveler is like; besides, the purpose and both
    shifts, alone and for this traveler. Needs `river`.
    """

    def __init__(self, area: ServiceArea) -> None:
        from river import linear_model, optim

        self._model = linear_model.LogisticRegression(optimizer=optim.Adam(lr=0.05))
        self._table = area.table
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
        answers = self._table.accepts(outcomes.trips, outcomes.actions).astype(float)
        return [
            {
                f"traveler {who}": 1.0,
                f"purpose {self._purposes[trip]}": 1.0,
                "early": pickup,
                "late": dropoff,
                f"early {who}": pickup,
                f"late {who}": dropoff,
                **{f"type {kind}": answer for kind, answer in enumerate(row)},
                **{f"type {kind} {who}": answer for kind, answer in enumerate(row)},
            }
            for who, trip, pickup, dropoff, row in zip(
                outcomes.travelers.tolist(),
                outcomes.trips.tolist(),
                early.tolist(),
                late.tolist(),
                answers.tolist(),
                strict=True,
            )
        ]
