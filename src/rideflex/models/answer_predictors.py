"""Prediction of answers that were not seen, by the models that a log can be fitted with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.models.answers import held_types
from rideflex.models.hybrid import HybridModel
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.models.tolerance import ToleranceModel
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes

Floats = npt.NDArray[np.float64]

TABLE, TOLERANCE, HYBRID = "table", "tolerance", "hybrid"
NAMES = (TABLE, TOLERANCE, HYBRID)


@dataclass(frozen=True)
class AnswerWorld:
    """What answers are about.

    Parameters
    ----------
    n_travelers
        Travelers T.
    offers
        The A offers.
    table
        What the types answer; None where there is no table.
    trip_levels
        Context level of each trip id; None where trips are alike.
    """

    n_travelers: int
    offers: OfferGrid
    table: DecisionTable | None = None
    trip_levels: npt.NDArray[np.uint8] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Models that can be fitted: those of a table only where there is one."""
        return NAMES if self.table is not None else (TOLERANCE,)

    def fit(self, name: str, outcomes: Outcomes) -> Fitted:
        """Fit a model by name.

        Raises
        ------
        UsageError
            If there is no such model, or it needs a table and there is none.
        """
        if name not in NAMES:
            raise UsageError(f"unknown model {name!r}; there are {', '.join(NAMES)}")
        if name == TOLERANCE:
            model = ToleranceModel(self.n_travelers, self.offers, trip_levels=self.trip_levels)
            model.update(outcomes)
            return Fitted(name, model)
        if self.table is None:
            raise UsageError(f"the model {name!r} needs decisions, and there are none")
        if name == HYBRID:
            hybrid = HybridModel(self.n_travelers, self.table, trip_levels=self.trip_levels)
            hybrid.update(outcomes)
            return Fitted(name, hybrid)
        posterior = FlexibilityPosterior(self.n_travelers, self.table.types, decisions=self.table)
        posterior.update(outcomes)
        return Fitted(name, posterior)


@dataclass(frozen=True)
class Fitted:
    """A fitted model that predicts answers.

    Parameters
    ----------
    name
        Of the model.
    model
        The model itself.
    """

    name: str
    model: ToleranceModel | FlexibilityPosterior

    def predict(self, outcomes: Outcomes) -> Floats:
        """Probability of an acceptance of each outcome's offer, [n]; the answers aren't looked at.

        A traveler outside the model is taken for anybody.
        """
        if isinstance(self.model, FlexibilityPosterior):
            return self.model.predict_accept(
                outcomes.trips, outcomes.actions, outcomes.travelers, unknown="prior"
            )
        accept = self.model.predict_accept(outcomes.travelers, outcomes.trips, unknown="prior")
        return accept[np.arange(len(outcomes)), outcomes.actions]

    def predict_types(self) -> Floats:
        """P(type) of every traveler, float64 [T, L]; no column where the model knows no types."""
        return held_types(self.model, np.arange(self.model.n_travelers))


def log_losses(accept: Floats, accepted: npt.NDArray[np.bool_]) -> Floats:
    """-log of the probability of each answer that was given, [n].

    No probability is taken to be less than a billionth.
    """
    losses: Floats = -np.log(np.where(accepted, accept, 1.0 - accept).clip(min=1e-9))
    return losses


def cross_validate(
    world: AnswerWorld, outcomes: Outcomes, names: Sequence[str], folds: int = 3
) -> dict[str, Floats]:
    """Log loss of each answer, predicted by models fitted to the other folds; [n] by model.

    The i-th answer is in fold i modulo `folds`.
    """
    fold = np.arange(len(outcomes)) % folds
    losses = {name: np.empty(len(outcomes)) for name in names}
    for left_out in range(folds):
        new = fold == left_out
        for name in names:
            fitted = world.fit(name, outcomes[~new])
            accept = fitted.predict(outcomes[new])
            losses[name][new] = log_losses(accept, outcomes.accepted[new])
    return losses
