"""Forecasters of answers: models and baselines that go through a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.models.answer_predictors import TABLE, AnswerWorld, Fitted
from rideflex.models.mixture import Mixture, fit_mixture
from rideflex.models.registry import make_answer_model
from rideflex.models.tolerance import ToleranceModel
from rideflex.outcomes import Counts, Outcomes

Floats = npt.NDArray[np.float64]

_FIRST_REFIT, _GROWTH, _MOST_REFITS = 20, 1.1, 25
_PSEUDO = 2.0  # answers by the overall rate that stand before an offer's own


class Forecaster(Protocol):
    """Predicts the answers of a log; they are learned from only after they were predicted."""

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    def in_turn(self, outcomes: Outcomes) -> Floats:
        """Probability of each acceptance, [n], from what stands before it in the log."""
        ...

    def fitted_to(self, seen: Outcomes, outcomes: Outcomes) -> Floats:
        """Probability of each acceptance, [n], from another log alone."""
        ...

    def held_types(self) -> Floats:
        """P(type) of every traveler, [T, L], by all that was learned; L is 0 without types."""
        ...


class ModelForecaster:
    """A model of the package: answers are counted one by one, weights refitted now and then.

    Parameters
    ----------
    name
        Of the model; see `rideflex.models.answer_predictors`.
    world
        Travelers, offers, table and levels.
    """

    def __init__(self, name: str, world: AnswerWorld) -> None:
        self.name = name
        self._world = world
        self._held = np.zeros((world.n_travelers, 0))

    def in_turn(self, outcomes: Outcomes) -> Floats:
        """Predict each answer from all before it; weights are those of the last refit."""
        learner = _learner(self.name, self._world)
        accept = np.empty(len(outcomes))
        for first, last in _blocks(len(outcomes)):
            learner.refit()
            for rows in _waves(outcomes.travelers[first:last]):
                some = outcomes[first + rows]
                accept[first + rows] = learner.predict(some)
                learner.learn(some)
        learner.refit()
        self._held = learner.held_types()
        return accept

    def fitted_to(self, seen: Outcomes, outcomes: Outcomes) -> Floats:
        """Predict answers by a fit to another log."""
        fitted = self._world.fit(self.name, seen)
        self._held = fitted.predict_types()
        return fitted.predict(outcomes)

    def held_types(self) -> Floats:
        """P(type) of every traveler by all that was learned."""
        return self._held


class AcceptanceRate:
    """The share of all answers so far that were acceptances; one of each is imagined before."""

    name = "acceptance rate"

    def in_turn(self, outcomes: Outcomes) -> Floats:
        """The rate of what came before."""
        yes = outcomes.accepted.astype(np.float64)
        rate: Floats = (np.cumsum(yes) - yes + 1.0) / (np.arange(len(yes)) + 2.0)
        return rate

    def fitted_to(self, seen: Outcomes, outcomes: Outcomes) -> Floats:
        """The rate of the other log."""
        return np.full(len(outcomes), (seen.accepted.sum() + 1.0) / (len(seen) + 2.0))

    def held_types(self) -> Floats:
        """It knows no types."""
        return np.zeros((0, 0))


class RatePerOffer:
    """The acceptance rate of the same offer so far; the overall rate counts as two more answers."""

    name = "rate per offer"

    def __init__(self, n_offers: int) -> None:
        self._n_offers = n_offers

    def in_turn(self, outcomes: Outcomes) -> Floats:
        """The rate of what came before."""
        overall = AcceptanceRate().in_turn(outcomes)
        asked, accepted = np.zeros(len(outcomes)), np.zeros(len(outcomes))
        for action in np.unique(outcomes.actions):
            mine = outcomes.actions == action
            asked[mine] = np.arange(mine.sum())
            yes = outcomes.accepted[mine].astype(np.float64)
            accepted[mine] = np.cumsum(yes) - yes
        rate: Floats = (accepted + _PSEUDO * overall) / (asked + _PSEUDO)
        return rate

    def fitted_to(self, seen: Outcomes, outcomes: Outcomes) -> Floats:
        """The rates of the other log."""
        overall = (seen.accepted.sum() + 1.0) / (len(seen) + 2.0)
        asked = np.bincount(seen.actions, minlength=self._n_offers)
        accepted = np.bincount(seen.actions, weights=seen.accepted, minlength=self._n_offers)
        rate: Floats = (accepted + _PSEUDO * overall) / (asked + _PSEUDO)
        return rate[outcomes.actions]

    def held_types(self) -> Floats:
        """It knows no types."""
        return np.zeros((0, 0))


class _Learner(Protocol):
    def refit(self) -> None: ...
    def predict(self, outcomes: Outcomes) -> Floats: ...
    def learn(self, outcomes: Outcomes) -> None: ...
    def held_types(self) -> Floats: ...


def _learner(name: str, world: AnswerWorld) -> _Learner:
    if name == TABLE and world.table is not None:
        return _TableLearner(world.n_travelers, world.table)
    return _AnswerLearner(name, world)


class _AnswerLearner:
    """A model of tolerances, with types or without."""

    def __init__(self, name: str, world: AnswerWorld) -> None:
        table = world.table or DecisionTable.empty(offers=world.offers)
        model = make_answer_model(name, world.n_travelers, table, trip_levels=world.trip_levels)
        assert isinstance(model, ToleranceModel)
        self._fitted = Fitted(name, model)
        self._model = model

    def refit(self) -> None:
        self._model.refit()

    def predict(self, outcomes: Outcomes) -> Floats:
        return self._fitted.predict(outcomes)

    def learn(self, outcomes: Outcomes) -> None:
        self._model.learn(outcomes)

    def held_types(self) -> Floats:
        return self._fitted.predict_types()


class _TableLearner:
    """The exact posterior over the table's types."""

    def __init__(self, n_travelers: int, table: DecisionTable) -> None:
        self._table = table
        self._counts = Counts.zeros(n_travelers, len(table.types))
        self._mixture = fit_mixture(self._counts)

    def refit(self) -> None:
        self._mixture = fit_mixture(self._counts)

    def predict(self, outcomes: Outcomes) -> Floats:
        held = self._mixture.probabilities(self._counts, outcomes.travelers.astype(np.int64))
        says = self._table.accepts(outcomes.trips, outcomes.actions)
        return _chance(held, says, self._mixture)

    def learn(self, outcomes: Outcomes) -> None:
        self._counts.add(outcomes)

    def held_types(self) -> Floats:
        return self._mixture.probabilities(self._counts)


def _chance(held: Floats, says: npt.NDArray[np.bool_], mixture: Mixture) -> Floats:
    accept: Floats = (held * np.where(says, 1.0 - mixture.noise, mixture.noise)).sum(axis=1)
    return accept


def _blocks(n: int) -> Iterator[tuple[int, int]]:
    """Rows between refits: 25 at most, the more apart the more is known."""
    growth = max(_GROWTH, (n / _FIRST_REFIT) ** (1.0 / _MOST_REFITS))
    first = 0
    while first < n:
        last = min(n, max(first + _FIRST_REFIT, round(first * growth)))
        yield first, last
        first = last


def _waves(travelers: npt.NDArray[np.integer]) -> Iterator[npt.NDArray[np.intp]]:
    """Rows in turn: each wave holds every traveler's next answer."""
    turn = earlier_answers(travelers)
    order = np.argsort(turn, kind="stable")
    ends = np.flatnonzero(np.diff(turn[order])) + 1
    yield from np.split(order, ends)


def earlier_answers(travelers: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """How many rows of the same traveler stand before each, [n]."""
    order = np.argsort(travelers, kind="stable")
    sorted_ = travelers[order]
    starts = np.flatnonzero(np.diff(sorted_, prepend=sorted_[:1] - 1))
    within = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    turn = np.empty(len(order), dtype=np.intp)
    turn[order] = within
    return turn
