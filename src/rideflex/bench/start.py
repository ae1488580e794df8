"""Cold start: consecutive days from zero knowledge, beside the same policy with the truth known."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea, read_area
from rideflex.areas.folder import DECISIONS
from rideflex.bench.machine import describe_machine
from rideflex.errors import DataError, Problem, UsageError
from rideflex.evaluation.progress import Progress, silent
from rideflex.evaluation.statistics import Interval, saving_interval
from rideflex.models.acceptance import Beliefs, with_noise
from rideflex.models.answers import AnswerModel
from rideflex.models.fitting import model_for
from rideflex.models.protocol import FlexibilityModel
from rideflex.models.registry import ANSWER_MODELS, make_answer_model
from rideflex.negotiation import Prices, area_fleet
from rideflex.negotiation.days import DAY_SIZE, Days, true_answers
from rideflex.negotiation.game import UNIT, Negotiation
from rideflex.negotiation.masking import Masking
from rideflex.negotiation.policies.registry import make_policies
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.negotiation.transcript import Transcript, TranscriptWriter
from rideflex.outcomes import Counts, Outcomes
from rideflex.routing import Fleet

Floats = npt.NDArray[np.float64]

DAYS, KNOWN = 60, "known"
PERIODS = {"d1_5": (0, 5), "d6_10": (5, 10), "d11_20": (10, 20), "d21_60": (20, 60)}
"""First day, and the day after the last, of each period that shares are told of."""

RIGHT = 0.8
"""Share of travelers who say truly when they sign up what they would bear."""

_START_STREAM = 1_000_019  # days of a bench are other ones than those of an evaluation


@dataclass(frozen=True)
class StartSettings:
    """What a cold start is measured by.

    Parameters
    ----------
    days, repeats
        Consecutive days, and how often they are drawn anew.
    policy
        Name of the policy that asks.
    models
        Models that learn, each from nothing.
    questions
        Prices of a question, in driving seconds.
    noise
        Share of answers that are turned round.
    minute
        Price of a shifted minute.
    requests
        The most requests of a day.
    seed
        Of everything random.

    Raises
    ------
    UsageError
        If a number is out of range, or nobody would be asked.
    """

    days: int = DAYS
    repeats: int = 8
    policy: str = "expected"
    models: tuple[str, ...] = ("hybrid",)
    questions: tuple[float, ...] = (0.0, 60.0)
    noise: float = 0.03
    minute: float = 5.0
    requests: int = DAY_SIZE
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("days", 1), ("repeats", 1), ("requests", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} must be at least {least}, not {getattr(self, name)}")
        if not 0 <= self.noise < 0.5:
            raise UsageError(f"noise is a share below one half, not {self.noise}")
        if self.policy == NeverAsk.name:
            raise UsageError(f"the policy {self.policy!r} asks nobody, so that nothing is learned")
        if not self.models or not self.questions:
            raise UsageError("name at least one model and one price of a question")


@dataclass(frozen=True)
class StartFigures:
    """What came of each day, in R repeats of D days.

    Parameters
    ----------
    net
        Driving seconds saved by insertion, less the prices of goodwill, [R, D].
    saved
        Driving seconds saved by insertion [R, D].
    asked, refused
        Questions, and those that were answered no, [R, D].
    """

    net: Floats
    saved: Floats
    asked: Floats
    refused: Floats


@dataclass(frozen=True)
class StartRow:
    """A policy that learns, or one that knows the truth, at one price of a question.

    Parameters
    ----------
    name
        Of the model, with what it was told beforehand; "known" for the truth.
    question
        Price of a question in driving seconds.
    onboarding
        Whether travelers were asked once, when they signed up, what they would bear.
    net_share
        Net saving as a share of that with the truth known, by period and over all days.
    figures
        By day.
    """

    name: str
    question: float
    onboarding: bool
    net_share: dict[str, Interval]
    figures: StartFigures = field(repr=False)

    @property
    def refused_per_day(self) -> float:
        """Questions that were answered no, per day."""
        return float(self.figures.refused.mean())

    def as_json(self) -> dict[str, Any]:
        """All figures by name; of each day the mean over repeats."""
        return {
            "name": self.name,
            "question_s": self.question,
            "onboarding": self.onboarding,
            "net_share": {period: share.mean for period, share in self.net_share.items()},
            "net_share_interval": {
                period: [share.low, share.high] for period, share in self.net_share.items()
            },
            "refused_per_day": self.refused_per_day,
            "by_day": {
                f"{name}_s" if name in ("net", "saved") else name: values.mean(axis=0).tolist()
                for name, values in vars(self.figures).items()
            },
        }


@dataclass(frozen=True)
class StartBench:
    """What `bench_start` measured."""

    settings: StartSettings
    travelers: int
    rows: tuple[StartRow, ...]
    machine: str

    def as_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {
            **asdict(self.settings),
            "travelers": self.travelers,
            "policies": [row.as_json() for row in self.rows],
            "machine": self.machine,
        }


def bench_start(
    folder: str | Path, settings: StartSettings | None = None, on_step: Progress = silent
) -> StartBench:
    """Play consecutive days from zero knowledge, and refit after every day.

    All policies meet the same days, moods and answers, and the one that knows the truth does too.

    Parameters
    ----------
    folder
        A service area that says how its travelers truly answer.
    settings
        What is measured; see `StartSettings`.

    Raises
    ------
    DataError
        If a trip has no row of decisions.
    UsageError
        If the folder doesn't say how its travelers answer, or a model or policy is unknown.
    """
    settings = settings or StartSettings()
    area = read_area(folder)
    truth = Truth(area, settings.noise)
    fleet = area_fleet(area, settings.requests)
    wanted = [
        (KNOWN, False),
        *((name, False) for name in settings.models),
        *((name, True) for name in settings.models if name in ANSWER_MODELS),
    ]
    rows = []
    for question in settings.questions:
        prices = Prices(settings.minute, question)
        played = {}
        for name, onboarding in wanted:
            repeats = []
            for repeat in range(settings.repeats):
                told = f"{name}{', onboarding' * onboarding}"
                on_step(f"{told}, a question at {question:g} s, {repeat + 1}/{settings.repeats}")
                days = _days(area, truth, settings, repeat)
                learner: Learner = truth
                if name != KNOWN:
                    rng = np.random.default_rng([settings.seed, _START_STREAM, repeat, 1])
                    said = onboarding_answers(area, rng) if onboarding else None
                    learner = Learning(area, name, said)
                repeats.append(_play(area, fleet, days, settings.policy, prices, learner))
            played[name, onboarding] = StartFigures(*np.stack(repeats, axis=1))
        known = played[KNOWN, False].net
        rows += [
            StartRow(
                f"{name}, onboarding" if onboarding else name,
                question,
                onboarding,
                net_shares(figures.net, known),
                figures,
            )
            for (name, onboarding), figures in played.items()
        ]
    return StartBench(settings, len(area.travelers), tuple(rows), describe_machine())


def net_shares(net: Floats, known: Floats) -> dict[str, Interval]:
    """Net saving [R, D] as a share of that with the truth known, by period and over all days.

    Intervals are of a paired bootstrap over the repeats. Periods that no day is in, and those in
    which nothing could be saved, are left out.
    """
    periods = {**PERIODS, "all": (0, net.shape[1])}
    shares = {}
    for period, (first, end) in periods.items():
        mine, best = net[:, first:end].sum(axis=1), known[:, first:end].sum(axis=1)
        if first < net.shape[1] and (best > 0).all():
            shares[period] = saving_interval(-mine, np.zeros(len(mine)), base=best)
    return shares


class Learner(Protocol):
    """Says what is believed of the travelers, and hears the answers of each day."""

    def tell(self, beliefs: Beliefs) -> None:
        """Let the beliefs be what is known now."""
        ...

    def learn(self, outcomes: Outcomes) -> None:
        """Learn from the answers of a day."""
        ...


class Truth:
    """An acceptance model that was told how every traveler truly answers.

    Parameters
    ----------
    area
        Says it.
    noise
        Share of answers that are turned round.

    Raises
    ------
    DataError
        If a trip has no row of decisions, by which it is asked about.
    UsageError
        If the area doesn't say how its travelers answer.
    """

    def __init__(self, area: ServiceArea, noise: float) -> None:
        answers = true_answers(area)[0].astype(np.float64)
        if (area.trips.trip_id < 0).any():
            cause = "lacks rows for some trips, and a truth is asked about by trip"
            raise DataError(Problem(str(area.folder / DECISIONS), cause))
        self.n_travelers, self.noise = len(area.travelers), noise
        self.accept: Floats = with_noise(answers, noise)
        self._row = np.zeros(area.table.n_trips, dtype=np.intp)
        self._row[area.trips.trip_id] = np.arange(len(area.trips))
        self._answers = answers

    def predict_accept(self, travelers: npt.ArrayLike, trips: npt.ArrayLike) -> Floats:
        """Return float64 [n, A]: the true probabilities."""
        del travelers
        accept: Floats = self.accept[self._row[np.asarray(trips)]]
        return accept

    def draw_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Return float64 [n, A]: there is nothing to draw."""
        del rng
        return self.predict_accept(travelers, trips)

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]: one mood for all offers of a trip, noise left out."""
        del travelers
        accept = self._answers[self._row[np.asarray(trips)]]
        said: npt.NDArray[np.bool_] = accept > rng.random(len(accept))[:, None]
        return said

    def tell(self, beliefs: Beliefs) -> None:
        """Let the beliefs be the truth."""
        beliefs.use(self)

    def learn(self, outcomes: Outcomes) -> None:
        """There is nothing more to be known."""


class Learning:
    """A model that begins with nothing, but what travelers said of themselves.

    Parameters
    ----------
    area
        Travelers, trips and decisions.
    name
        Of the model.
    said
        Statements; None without any.

    Raises
    ------
    UsageError
        If there is no such model.
    """

    def __init__(self, area: ServiceArea, name: str, said: Outcomes | None = None) -> None:
        n_travelers = len(area.travelers)
        self._model: FlexibilityModel | AnswerModel
        self._counted: Any  # of the form that the model fits to
        if name not in ANSWER_MODELS:
            self._model = model_for(area, name)
            self._counted = Counts.zeros(n_travelers, len(area.table.types))
            return
        self._model = make_answer_model(name, n_travelers, area.table, travelers=area.travelers)
        self._counted = self._model.tally()
        if said is not None:
            self._counted.state(said)
            self._model.fit(self._counted)

    def tell(self, beliefs: Beliefs) -> None:
        """Let the beliefs be what the model predicts."""
        beliefs.update(self._model)

    def learn(self, outcomes: Outcomes) -> None:
        """Fit to all answers so far."""
        if len(outcomes):
            self._counted.add(outcomes)
            self._model.fit(self._counted)


def onboarding_answers(
    area: ServiceArea, rng: np.random.Generator, right: float = RIGHT
) -> Outcomes:
    """Statements of travelers who sign up: whether they bear the earliest, and the latest, offer.

    Both halves are true for a share `right` of the travelers; the others give one of the other
    answers.

    Parameters
    ----------
    area
        Says how its travelers truly answer.
    rng
        Draws who is wrong, and how.
    right
        Share of travelers who say it truly.
    """
    offers, of = area.table.offers, area.trips.traveler
    sides = [
        int(np.where(alone, offers.minutes, -1).argmax())
        for alone in (offers.dropoff == 0, offers.pickup == 0)
        if (alone & (offers.minutes > 0)).any()
    ]
    n_travelers = len(area.travelers)
    accept = true_answers(area)[0][:, sides]
    often = np.zeros((n_travelers, len(sides)))
    np.add.at(often, of, accept)
    bears = often / np.bincount(of, minlength=n_travelers)[:, None] >= 0.5
    wrong = rng.random(n_travelers) >= right
    turned = rng.integers(1, 2 ** len(sides), size=n_travelers)  # which of the halves, not none
    flips = (turned[:, None] >> np.arange(len(sides))) & 1 == 1
    said = bears ^ (flips & wrong[:, None])
    travelers = np.repeat(np.arange(n_travelers), len(sides))
    nowhere, asked = np.full(said.size, -1), np.tile(sides, n_travelers)
    return area.table.outcomes(travelers, nowhere, asked, said.reshape(-1))


def _days(area: ServiceArea, truth: Truth, settings: StartSettings, repeat: int) -> Days:
    rng = np.random.default_rng([settings.seed, _START_STREAM, repeat])
    drawn = [Days.sample(area, 1, rng, requests=settings.requests) for _ in range(settings.days)]
    trips = np.concatenate([day.trips for day in drawn])
    patience = np.concatenate([day.patience for day in drawn])
    return Days(trips, patience, drawn=truth.accept[trips].astype(np.float32))


def _play(
    area: ServiceArea, fleet: Fleet, days: Days, policy: str, prices: Prices, learner: Learner
) -> Floats:
    """Net seconds, saved seconds, questions and refusals of each day, [4, D]."""
    beliefs = Beliefs(area)
    figures = []
    for day in range(len(days)):
        learner.tell(beliefs)
        transcript = _play_day(area, fleet, days[day : day + 1], policy, prices, beliefs)
        refused = transcript.asked & ~transcript.accepted
        net = transcript.reward.sum() * UNIT
        figures.append((net, transcript.saved.sum(), transcript.asked.sum(), refused.sum()))
        learner.learn(transcript.outcomes(area))
    return np.array(figures, dtype=np.float64).T


def _play_day(
    area: ServiceArea, fleet: Fleet, day: Days, name: str, prices: Prices, beliefs: Beliefs
) -> Transcript:
    policy = make_policies([name], beliefs)[name]
    game = Negotiation(area, fleet, beliefs, prices)
    situation = game.start(day, Masking.likely(beliefs, day, game.offers.no_shift))
    writer = TranscriptWriter(game.offers)
    while situation is not None:
        writer.note(situation, game.step(policy.act(situation)))
        situation = game.situation
    return writer.finish()
