"""The call sheet: whom to call, what to say and why, and the routes it leads to."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rideflex.calls.evening import Evening
from rideflex.calls.planning import Worth
from rideflex.calls.wording import Promise, promise_of, sentence
from rideflex.routing import Routes, ServiceDay, Solution
from rideflex.routing.problem import BREAK
from rideflex.routing.schedule import duty_seconds
from rideflex.storage.atomic import replacing
from rideflex.tables.columns import ACCEPTED, CONTEXT, SHIFTS
from rideflex.tables.time_windows import clock

SHEET_COLUMNS = (
    "order", "booking_id", CONTEXT[0], "date", *SHIFTS, "say", "chance", "saves_minutes", "price",
    "promised_from", "promised_until", "with", ACCEPTED,
)  # fmt: skip


@dataclass(frozen=True)
class Companions:
    """Which trips fall together with one.

    Parameters
    ----------
    vehicle
        Number of the vehicle; None where no vehicle takes the trip.
    aboard
        Requests that ride along for a part of it, in the order of the stops.
    before, after
        Requests of the stops just before and after it where nobody rides along.
    """

    vehicle: int | None
    aboard: tuple[int, ...] = ()
    before: int | None = None
    after: int | None = None

    @property
    def requests(self) -> tuple[int, ...]:
        """Who rides along, else who comes just before and after."""
        beside = (one for one in (self.before, self.after) if one is not None)
        return self.aboard or tuple(dict.fromkeys(beside))


def companions(routes: Routes, request: int) -> Companions:
    """Find the trips that share the vehicle with a request.

    Examples
    --------
    >>> companions(((0, 2, 1, 3, 4, 5),), 0).aboard
    (1,)
    >>> companions(((0, 2, 1, 3, 4, 5),), 2)
    Companions(vehicle=0, aboard=(), before=1, after=None)
    """
    for vehicle, route in enumerate(routes):
        if 2 * request not in route:
            continue
        first, last = route.index(2 * request), route.index(2 * request + 1)
        aboard = [
            stop // 2
            for at, stop in enumerate(route)
            if stop != BREAK and stop % 2 == 0 and at < last and stop // 2 != request
            if route.index(stop + 1) > first
        ]
        if aboard:
            return Companions(vehicle, tuple(aboard))
        outside = [stop // 2 for stop in route[:first] if stop != BREAK]
        later = [stop // 2 for stop in route[last + 1 :] if stop != BREAK]
        before, after = outside[-1] if outside else None, later[0] if later else None
        return Companions(vehicle, (), before, after)
    return Companions(None)


@dataclass(frozen=True)
class Call:
    """One line of the sheet.

    Parameters
    ----------
    order
        From 1.
    booking, traveler
        Whom it is about.
    offer
        Minutes of the pick-up and of the drop-off, earlier below 0.
    say
        The question to put.
    chance
        Of a yes.
    saves_minutes
        Driving minutes that the day costs more without this yes, if the others on the sheet agree.
    price
        Vehicle minutes that the offer is worth avoiding.
    promised
        The window that a yes promises.
    together
        Bookings that fall together with this one.
    why
        The same in words.
    """

    order: int
    booking: str
    traveler: str
    offer: tuple[int, int]
    say: str
    chance: float
    saves_minutes: float
    price: float
    promised: Promise
    together: tuple[str, ...]
    why: str

    def as_json(self) -> dict[str, Any]:
        """The line by its names."""
        return {
            "order": self.order,
            "booking_id": self.booking,
            "traveler_id": self.traveler,
            "offer": list(self.offer),
            "say": self.say,
            "chance": self.chance,
            "saves_minutes": self.saves_minutes,
            "price": self.price,
            "promised_from": clock(self.promised.opens),
            "promised_until": clock(self.promised.closes),
            "promised_at": self.promised.end,
            "with": list(self.together),
            "why": self.why,
        }


@dataclass(frozen=True)
class PlanFigures:
    """What routes come to.

    Parameters
    ----------
    vehicle_minutes
        Driven.
    vehicle_hours
        From leaving the depot to being back, of all vehicles.
    unserved
        Bookings that no vehicle takes.
    """

    vehicle_minutes: float
    vehicle_hours: float
    unserved: tuple[str, ...]

    @classmethod
    def of(cls, day: ServiceDay, solution: Solution, bookings: Sequence[str]) -> PlanFigures:
        """Figures of the routes of a day."""
        hours = duty_seconds(day, solution.routes) / 3600
        left_out = tuple(bookings[request] for request in solution.unserved)
        return cls(solution.driving / 60, hours, left_out)

    def as_json(self) -> dict[str, Any]:
        """The figures by their names."""
        return {
            "vehicle_minutes": self.vehicle_minutes,
            "vehicle_hours": self.vehicle_hours,
            "unserved": list(self.unserved),
        }


@dataclass(frozen=True)
class CallSheet:
    """The calls that are left of an evening.

    Parameters
    ----------
    date
        Of the bookings.
    calls
        In order.
    nobody, everybody
        The routes if nobody more agrees, and if all do.
    is_prior
        Whether chances are a prior, for want of a model.
    prior
        What that prior says of each number of minutes that is asked on one side.
    known, travelers
        Travelers of whom the model has answers, and all of the date.
    requests, called, most
        Bookings of the date, bookings called about so far, and how many may be called about.
    """

    date: dt.date
    calls: tuple[Call, ...]
    nobody: PlanFigures
    everybody: PlanFigures
    is_prior: bool
    prior: tuple[tuple[int, float], ...]
    known: int
    travelers: int
    requests: int
    called: int
    most: int

    @property
    def saves_minutes(self) -> float:
        """Vehicle minutes that the calls save if all agree."""
        return self.nobody.vehicle_minutes - self.everybody.vehicle_minutes

    def as_json(self) -> dict[str, Any]:
        """All of it, as `rideflex calls --json` writes it, but for the seconds it took."""
        return {
            "date": str(self.date),
            "calls": [call.as_json() for call in self.calls],
            "plan_if_none": self.nobody.as_json(),
            "plan_if_all": self.everybody.as_json(),
            "chances_are_prior": self.is_prior,
            "requests": self.requests,
            "called": self.called,
        }

    def write_csv(self, path: Path) -> None:
        """Write the calls as a table; filled in, its column `accepted` is read by --answers."""
        with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, SHEET_COLUMNS, extrasaction="ignore")
            writer.writeheader()
            for call in self.calls:
                early, late = call.offer
                told = call.as_json() | {
                    "date": self.date,
                    SHIFTS[0]: early,
                    SHIFTS[1]: late,
                    "chance": f"{call.chance:.3f}",
                    "saves_minutes": f"{call.saves_minutes:.1f}",
                    "price": f"{call.price:.1f}",
                    "with": " ".join(call.together),
                    ACCEPTED: "",
                }
                writer.writerow(told)


def sheet_of(evening: Evening) -> CallSheet:
    """Write down the calls that are left of an evening."""
    plan, names = evening.plan, evening.bookings
    agreed = plan.everybody
    grid, chances = evening.offers, evening.chances
    one_sided = [action for action, pair in enumerate(grid.pairs) if 0 in pair and any(pair)]
    prior = {int(grid.minutes[action]): float(chances.stranger()[action]) for action in one_sided}
    return CallSheet(
        date=evening.booked.date,
        calls=tuple(_call(evening, order, one) for order, one in enumerate(plan.calls, start=1)),
        nobody=PlanFigures.of(evening.day, plan.nobody, names),
        everybody=PlanFigures.of(agreed.open_day.under(agreed.actions), agreed.solution, names),
        is_prior=chances.is_prior,
        prior=tuple(sorted(prior.items())) if chances.is_prior else (),
        known=chances.known,
        travelers=chances.travelers,
        requests=len(names),
        called=evening.called,
        most=evening.settings.most,
    )


def _call(evening: Evening, order: int, one: Worth) -> Call:
    names, service, booked = evening.bookings, evening.service, evening.booked
    beside = companions(one.with_it.routes, one.request)
    gained = set(one.without.solution.unserved) - set(one.with_it.solution.unserved)
    driving = one.without.solution.driving - one.with_it.solution.driving
    return Call(
        order=order,
        booking=names[one.request],
        traveler=evening.traveler(one.request),
        offer=evening.offers[one.action],
        say=sentence(service, booked, one.request, one.action),
        chance=one.chance,
        saves_minutes=driving / 60,
        price=one.price / 60,
        promised=promise_of(service, booked, one.request, one.action),
        together=tuple(names[request] for request in beside.requests),
        why=_why(evening, beside, sorted(gained)),
    )


def _why(evening: Evening, beside: Companions, gained: Sequence[int]) -> str:
    names = evening.bookings
    assert beside.vehicle is not None
    vehicle = evening.service.vehicle_ids[beside.vehicle]
    if beside.aboard:
        told = f"rides with {', '.join(names[one] for one in beside.aboard)} in {vehicle}"
    elif beside.before is not None and beside.after is not None:
        told = f"fits between {names[beside.before]} and {names[beside.after]} in {vehicle}"
    elif beside.requests:
        where = "after" if beside.after is None else "before"
        told = f"fits {where} {names[beside.requests[0]]} in {vehicle}"
    else:
        told = f"alone in {vehicle}"
    if gained:
        told += f"; else no vehicle takes {', '.join(names[one] for one in gained)}"
    return told
