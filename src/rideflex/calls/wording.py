"""What to say in a call, and what is promised if the answer is yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rideflex.areas.service import BookedDay, Service
from rideflex.offers import OfferGrid
from rideflex.routing.problem import Requests
from rideflex.tables.time_windows import clock

End = Literal["pickup", "dropoff"]


@dataclass(frozen=True)
class Promise:
    """The window that is promised at one end of a trip.

    Parameters
    ----------
    end
        "pickup" or "dropoff".
    opens, closes
        Seconds of the service day.
    """

    end: End
    opens: int
    closes: int

    def __str__(self) -> str:
        return f"between {clock(self.opens)} and {clock(self.closes)}"


def promise_of(service: Service, booked: BookedDay, request: int, action: int) -> Promise:
    """What a yes to an offer promises, at the end of the trip that the traveler named a time for.

    Where the offer leaves that end as it is, the other end is told.
    """
    grid = service.settings.offers.grid
    moved: dict[End, bool] = {
        "pickup": bool(grid.bounds[action, :2].any()),
        "dropoff": bool(grid.bounds[action, 2:].any()),
    }
    named: End = "pickup"
    if service.bookings.arrive_by[booked.rows[request]] >= 0:
        named = "dropoff"
    other: End = "dropoff" if named == "pickup" else "pickup"
    end = named if moved[named] or not moved[other] else other
    return _window(booked.day.requests.under(grid, [action] * len(booked.rows)), request, end)


def sentence(service: Service, booked: BookedDay, request: int, action: int) -> str:
    """The question to put."""
    grid = service.settings.offers.grid
    promised = promise_of(service, booked, request, action)
    before = _window(booked.day.requests, request, promised.end)
    what = "come" if promised.end == "pickup" else "bring you there"
    return f"Could we {what} {minutes_of(grid, action)}, {promised} instead of {before}?"


def minutes_of(grid: OfferGrid, action: int) -> str:
    """An offer in words."""
    early, late = -int(grid.pickup[action]), int(grid.dropoff[action])
    told = [f"{early} minutes earlier"] * bool(early) + [f"{late} minutes later"] * bool(late)
    return ("" if grid.means == "move" else "up to ") + " or ".join(told)


def _window(requests: Requests, request: int, end: End) -> Promise:
    windows = requests.pickup_window if end == "pickup" else requests.dropoff_window
    return Promise(end, int(windows[request, 0]), int(windows[request, 1]))
