"""Held-out dates of a service: played as they happened, with what was known before them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from rideflex.areas.behaviour import accept_probability, read_tolerances
from rideflex.areas.booked_trips import BookedTravelers, BookedTrips
from rideflex.areas.folder import TRAVELERS
from rideflex.areas.service import Service
from rideflex.errors import UsageError
from rideflex.evaluation.play import EVALUATION_STREAM, Scene
from rideflex.models.acceptance import Beliefs
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.traveler_acceptance import TravelerAcceptance
from rideflex.negotiation.days import Days
from rideflex.negotiation.demand import BookedHistory

REMEMBERED = 8
"""Earlier dates, the last ones, that demand is drawn from."""

Answers = Literal["truth", "model"]


@dataclass(frozen=True)
class HeldOutDate:
    """One date to be played.

    Parameters
    ----------
    date
        Which one.
    scene
        Its requests in the order of booking, and what may be expected of it.
    remembered
        The earlier dates that its demand is drawn from.
    """

    date: dt.date
    scene: Scene
    remembered: tuple[dt.date, ...]

    @property
    def same_weekday(self) -> bool:
        """Whether these are dates of the same weekday."""
        return all(one.weekday() == self.date.weekday() for one in self.remembered)

    def as_json(self) -> dict[str, Any]:
        """The date, its requests, and where its demand comes from."""
        return {
            "date": str(self.date),
            "requests": self.scene.days.n_requests,
            "remembered": [str(one) for one in self.remembered],
            "same_weekday": self.same_weekday,
        }


@dataclass(frozen=True)
class HeldOut:
    """The last dates of a service.

    Parameters
    ----------
    dates
        The dates, ascending.
    beliefs
        What policies hold of the travelers' answers.
    answers
        Whether travelers answer by what is true of them, or as the model predicts.
    strangers
        Travelers of these dates whom the model never saw; they are taken for anybody.
    """

    dates: tuple[HeldOutDate, ...]
    beliefs: Beliefs
    answers: Answers
    strangers: int

    @property
    def scenes(self) -> list[Scene]:
        """One scene a date."""
        return [one.scene for one in self.dates]


def hold_out(
    service: Service,
    n_dates: int,
    model: ToleranceModel | None = None,
    *,
    seed: int = 0,
    max_asks: int | None = None,
) -> HeldOut:
    """Hold out the last dates of a service, for policies that know the dates before them.

    A date's requests are those that were booked and not cancelled. What may still be asked for is
    drawn from dates before the first one that is held out: the last of the same weekday, or where
    there is none, the last of any.

    Parameters
    ----------
    service
        The bookings, vehicles and rules.
    n_dates
        How many; at least one date comes before them.
    model
        What policies hold of the travelers; what is true of them, where the folder says it, without
        it. Travelers answer by what is true of them, or else as the model predicts.
    seed
        Of the travelers' moods, date by date: more dates end with the same ones.
    max_asks
        Most questions that a traveler is asked over all dates; None for no limit.

    Raises
    ------
    UsageError
        If there are not enough dates, or nobody says how travelers answer.
    DataError
        If `travelers.csv` can't be used.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from rideflex.areas import read_service
    >>> from rideflex.synthetic import BookingSettings, generate_bookings
    >>> folder = f"{mkdtemp()}/service"
    >>> generate_bookings(folder, BookingSettings(people=20, days=15, zones=5, seed=1))
    >>> held_out = hold_out(read_service(folder), 2)
    >>> [(str(one.date), len(one.remembered)) for one in held_out.dates]
    [('2026-01-17', 1), ('2026-01-19', 2)]
    """
    if not 1 <= n_dates < len(service.dates):
        raise UsageError(
            f"{service.folder} has bookings on {len(service.dates)} dates, and at least one must "
            f"come before those that are held out: {n_dates} can't be"
        )
    before, held = service.dates[:-n_dates], service.dates[-n_dates:]
    booked = BookedTravelers.of(service.bookings)
    offers = service.settings.offers.grid
    true = _true_acceptance(service, booked)
    believed = true if model is None else _fitted(model, service, booked)
    if believed is None:
        raise UsageError(
            f"{service.folder} does not say how its travelers answer: name a model of their logged "
            f"answers (rideflex fit --model tolerance), or put their true tolerances into "
            f"{TRAVELERS}"
        )
    told = believed if true is None else true
    answers = told.accept.astype(np.float32)[booked.traveler][None]
    beliefs = Beliefs.of_trips(booked.traveler, len(offers), believed)
    dates = []
    for date in held:
        remembered = _remembered(before, date)
        rows = service.rows_on(date).astype(np.int32)
        history = tuple(service.rows_on(one).astype(np.int32) for one in remembered)
        day = service.day_of(date, np.concatenate([rows, *history]).astype(np.intp))
        scene = Scene(
            area=BookedTrips(service, day, booked, answers),
            fleet=day.day.fleet,
            beliefs=beliefs,
            days=_as_it_happened(rows, date, seed),
            max_asks=max_asks,
            demand=BookedHistory(booked.traveler, service.bookings.booked_at, history),
        )
        dates.append(HeldOutDate(date, scene, remembered))
    who = np.unique(np.concatenate([booked.traveler[one.scene.days.trips[0]] for one in dates]))
    strangers = 0 if model is None else int((_entities(model, booked)[who] < 0).sum())
    return HeldOut(tuple(dates), beliefs, "model" if true is None else "truth", strangers)


def _as_it_happened(rows: npt.NDArray[np.int32], date: dt.date, seed: int) -> Days:
    rng = np.random.default_rng([seed, EVALUATION_STREAM, date.toordinal()])
    patience = rng.random(len(rows), dtype=np.float32)
    return Days(rows[None], patience[None], is_announced=False)


def _remembered(before: Sequence[dt.date], date: dt.date) -> tuple[dt.date, ...]:
    alike = [one for one in before if one.weekday() == date.weekday()]
    return tuple((alike or before)[-REMEMBERED:])


def _true_acceptance(service: Service, booked: BookedTravelers) -> TravelerAcceptance | None:
    tolerances = read_tolerances(service.folder, booked.index)
    if tolerances is None:
        return None
    never_a_duty = np.zeros(len(booked.index), dtype=np.bool_)  # of bookings no purpose is read
    offers = service.settings.offers.grid
    accept = accept_probability(tolerances, never_a_duty, offers)
    return TravelerAcceptance(accept.astype(np.float64))


def _fitted(model: ToleranceModel, service: Service, booked: BookedTravelers) -> TravelerAcceptance:
    entities, offers = _entities(model, booked), service.settings.offers.grid
    nowhere = np.full(len(entities), -1)
    accept = model.predict_accept(entities, nowhere, offers=offers, unknown="prior")
    return TravelerAcceptance(accept, model.noise)


def _entities(model: ToleranceModel, booked: BookedTravelers) -> npt.NDArray[np.int32]:
    if model.travelers is None:
        raise UsageError("the model holds no traveler ids; fit it with `rideflex fit`")
    return model.travelers.encode(booked.index.ids, unknown="mark")
