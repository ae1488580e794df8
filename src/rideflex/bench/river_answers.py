"""An outside baseline on answers: River's online logistic regression, which needs no table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.models.answer_predictors import AnswerWorld
from rideflex.outcomes import Outcomes

Floats = npt.NDArray[np.float64]
_HALF_HOUR = 30.0


class RiverLogistic:
    """Acceptance by logistic regression, answer by answer, in one pass.

    Its features are both shifts, alone and for this traveler, the traveler, and the context level;
    where there is a table, besides, what each type would answer, alone and for this traveler. Needs
    `river`.
    """

    name = "River logistic"

    def __init__(self, world: AnswerWorld) -> None:
        self._world = world

    def in_turn(self, outcomes: Outcomes) -> Floats:
        """Predict each answer before it is learned."""
        model, accept = _model(), np.empty(len(outcomes))
        for row, features in enumerate(self._features(outcomes)):
            accept[row] = model.predict_proba_one(features)[True]
            model.learn_one(features, bool(outcomes.accepted[row]))
        return accept

    def fitted_to(self, seen: Outcomes, outcomes: Outcomes) -> Floats:
        """Predict answers by what was learned from another log."""
        model = _model()
        for features, accepted in zip(self._features(seen), seen.accepted.tolist(), strict=True):
            model.learn_one(features, accepted)
        return np.array(
            [model.predict_proba_one(features)[True] for features in self._features(outcomes)]
        )

    def held_types(self) -> Floats:
        """It knows no types."""
        return np.zeros((0, 0))

    def _features(self, outcomes: Outcomes) -> list[dict[str, float]]:
        world = self._world
        early = np.abs(world.offers.pickup)[outcomes.actions] / _HALF_HOUR
        late = world.offers.dropoff[outcomes.actions] / _HALF_HOUR
        level = np.zeros(len(outcomes))
        if world.trip_levels is not None:
            known = outcomes.trips >= 0
            level[known] = world.trip_levels[outcomes.trips[known]]
        types = np.zeros((len(outcomes), 0))
        if world.table is not None:
            types = world.table.accepts(outcomes.trips, outcomes.actions).astype(np.float64)
        return [
            {
                f"traveler {who}": 1.0,
                "early": pickup,
                "late": dropoff,
                "level": strict,
                f"early {who}": pickup,
                f"late {who}": dropoff,
                **{f"type {kind}": answer for kind, answer in enumerate(row)},
                **{f"type {kind} {who}": answer for kind, answer in enumerate(row)},
            }
            for who, pickup, dropoff, strict, row in zip(
                outcomes.travelers.tolist(),
                early.tolist(),
                late.tolist(),
                level.tolist(),
                types.tolist(),
                strict=True,
            )
        ]


def _model() -> Any:
    from river import linear_model, optim

    return linear_model.LogisticRegression(optimizer=optim.Adam(lr=0.05))
