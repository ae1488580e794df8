"""Evaluation of models on a log of answers, which needs no true types and no table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.evaluation.log.forecasters import (
    AcceptanceRate,
    Forecaster,
    ModelForecaster,
    RatePerOffer,
    earlier_answers,
)
from rideflex.evaluation.log.scores import CalibrationBin, Scores, calibration_curve, score
from rideflex.models.answer_predictors import AnswerWorld
from rideflex.models.binomial import upper_tail
from rideflex.models.misfit import Misfit, find_misfit
from rideflex.outcomes import Outcomes

Floats = npt.NDArray[np.float64]

EARLIER = (0, 1, 3, 10, 30, 100)
"""Numbers of earlier answers at which a new group of answers begins."""

_SURE, _UNLIKELY = 0.99, 0.01


@dataclass(frozen=True)
class Forecast:
    """What one forecaster made of a log.

    Parameters
    ----------
    name
        Of the model or baseline.
    scores
        Over all answers.
    by_earlier
        By the number of earlier answers of the traveler; None where there was no such answer.
    curve
        Predicted against observed shares.
    sure_and_wrong
        Share of the travelers with answers who are held, with a probability above 0.99, to be of a
        type that they are not; 0 where it knows no types.
    """

    name: str
    scores: Scores
    by_earlier: tuple[Scores | None, ...]
    curve: tuple[CalibrationBin, ...]
    sure_and_wrong: float


@dataclass(frozen=True)
class LogEvaluation:
    """Models and baselines on the same answers.

    Parameters
    ----------
    answers, travelers
        Answers to real questions, and travelers who gave them.
    no_shift
        Outcomes of no shift, which are no questions.
    learned_from
        Answers of the other log that all were fitted to; None where each answer was learned after
        it was predicted.
    models, baselines
        The best of each first.
    misfit
        Where the answers contradict the table; None where there is none.
    """

    answers: int
    travelers: int
    no_shift: int
    learned_from: int | None
    models: tuple[Forecast, ...]
    baselines: tuple[Forecast, ...]
    misfit: Misfit | None

    def best(self) -> Forecast:
        """The model or baseline with the least log loss."""
        return min((*self.models, *self.baselines), key=lambda one: one.scores.log_loss)


def evaluate_log(
    outcomes: Outcomes,
    world: AnswerWorld,
    names: Sequence[str],
    *,
    fit_on: Outcomes | None = None,
    volunteered: npt.NDArray[np.bool_] | None = None,
    true_types: npt.NDArray[np.integer] | None = None,
    more: Sequence[Forecaster] = (),
    on_step: Callable[[str], object] = str,
) -> LogEvaluation:
    """Predict each answer of a log, oldest first, before it is learned.

    Parameters
    ----------
    outcomes
        The log. Answers to no shift are left out: it is no question.
    world
        Travelers, offers, and the table where there is one.
    names
        Of the models.
    fit_on
        Another log: models learn from it alone, and are tested on the first.
    volunteered
        Which outcomes answer no question, [n]: counter-offers, which are learned but not scored.
    true_types
        Type of each traveler, [T], where somebody knows; else the answers say who is of another
        type than the model is sure of.
    more
        Baselines beside the acceptance rate and the rate per offer.
    on_step
        Told what is done next.

    Raises
    ------
    UsageError
        If a log has no answer to a real question, or there is no such model.
    """
    real = outcomes.actions != world.offers.no_shift
    told = outcomes[real]
    scored = np.ones(len(told), dtype=np.bool_) if volunteered is None else ~volunteered[real]
    asked, seen = told[scored], None if fit_on is None else _asked(fit_on, world)
    if not len(asked) or (seen is not None and not len(seen)):
        raise UsageError("the log has no answer to a real question: all of its offers are no shift")
    if wrong := [name for name in names if name not in world.names]:
        raise UsageError(
            f"there is no model {wrong[0]!r} here; there are {', '.join(world.names)}"
            + ("" if world.table is not None else " (table and hybrid need decisions)")
        )
    baselines: list[Forecaster] = [AcceptanceRate(), RatePerOffer(len(world.offers)), *more]
    models = [ModelForecaster(name, world) for name in names]
    earlier = earlier_answers(asked.travelers)
    if seen is not None:
        earlier = np.bincount(seen.travelers, minlength=world.n_travelers)[asked.travelers]

    def forecast(forecaster: Forecaster) -> Forecast:
        on_step(f"{forecaster.name}: {len(asked):,} answers")
        if seen is not None:
            accept = forecaster.fitted_to(seen, asked)
        elif forecaster in models:
            accept = forecaster.in_turn(told)[scored]
        else:
            accept = forecaster.in_turn(asked)
        known = asked if seen is None else seen
        wrong = _sure_and_wrong(forecaster.held_types(), known, world, true_types)
        return _forecast(forecaster.name, accept, asked, earlier, wrong)

    forecasts = [forecast(model) for model in models]
    rates = [forecast(baseline) for baseline in baselines]
    on_step("answers against the table")
    return LogEvaluation(
        len(asked),
        len(np.unique(asked.travelers)),
        int((~real).sum()),
        None if seen is None else len(seen),
        tuple(sorted(forecasts, key=lambda one: one.scores.log_loss)),
        tuple(sorted(rates, key=lambda one: one.scores.log_loss)),
        None if world.table is None else find_misfit(told, world),
    )


def _asked(outcomes: Outcomes, world: AnswerWorld) -> Outcomes:
    return outcomes[outcomes.actions != world.offers.no_shift]


def _forecast(
    name: str,
    accept: Floats,
    asked: Outcomes,
    earlier: npt.NDArray[np.integer],
    sure_and_wrong: float,
) -> Forecast:
    group = np.searchsorted(EARLIER, earlier, side="right") - 1
    by_earlier = tuple(
        score(accept[mine], asked.accepted[mine], asked.travelers[mine]) if mine.any() else None
        for mine in (group == number for number in range(len(EARLIER)))
    )
    return Forecast(
        name,
        score(accept, asked.accepted, asked.travelers),
        by_earlier,
        tuple(calibration_curve(accept, asked.accepted)),
        sure_and_wrong,
    )


def _sure_and_wrong(
    held: Floats,
    known: Outcomes,
    world: AnswerWorld,
    true_types: npt.NDArray[np.integer] | None,
) -> float:
    """Share of travelers with answers who are surely held to be of a type that they are not."""
    if not held.size or world.table is None:
        return 0.0
    people = np.unique(known.travelers)
    sure = people[held[people].max(axis=1) > _SURE]
    if true_types is not None:
        wrong = held[sure].argmax(axis=1) != true_types[sure]
        return float(wrong.sum() / len(people))
    # Nobody knows the types: whoever answers against the type far more often than the others do.
    kind = held.argmax(axis=1)[known.travelers]
    says = world.table.accepts(known.trips, known.actions)[np.arange(len(known)), kind]
    against = np.bincount(known.travelers, weights=says != known.accepted)
    answers = np.bincount(known.travelers)
    noise = float(np.clip(np.median(against[people] / answers[people]), 0.02, 0.2))
    wrong = [upper_tail(int(answers[one]), int(against[one]), noise) < _UNLIKELY for one in sure]
    return float(np.sum(wrong)) / len(people)


def figures(evaluation: LogEvaluation) -> dict[str, Any]:
    """What was found, for a file of figures; misfit is added by `misfit_figures`."""
    return {
        "outcomes": evaluation.answers,
        "travelers": evaluation.travelers,
        "no_shift": evaluation.no_shift,
        "learned_from": evaluation.learned_from,
        "models": [_figures(one) for one in evaluation.models],
        "baselines": [_figures(one) for one in evaluation.baselines],
    }


def _figures(forecast: Forecast) -> dict[str, Any]:
    return {
        "name": forecast.name,
        **asdict(forecast.scores),
        "sure_and_wrong": forecast.sure_and_wrong,
        "by_earlier_answers": [
            {"from": first, **asdict(scores)}
            for first, scores in zip(EARLIER, forecast.by_earlier, strict=True)
            if scores is not None
        ],
        "calibration_curve": [asdict(one) for one in forecast.curve],
    }
