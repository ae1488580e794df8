"""Checking a folder of bookings: errors and warnings, and what the files amount to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas.booking_rows import BOOKINGS, read_booking_rows
from rideflex.areas.fleet import FLEET, read_fleet_rows
from rideflex.areas.service import Service, read_service_and_problems
from rideflex.areas.time_warnings import warnings_of
from rideflex.errors import DataError, Problem
from rideflex.routing import ServiceDay
from rideflex.routing.problem import UNREACHABLE

_LISTED = 5


@dataclass(frozen=True)
class ServiceCheck:
    """What a folder of bookings amounts to; counts are None where errors hide them.

    Parameters
    ----------
    problems
        Every error in the files.
    warnings
        What can be used, but is hardly meant.
    settings
        Every rule that is in force, by its key in `service.toml`.
    bookings, travelers, vehicles
        Counts of the files.
    cancelled, no_shows
        Bookings of that status.
    first_date, last_date, dates
        First and last date with bookings, and how many dates have some.
    unservable
        Bookings that no vehicle could serve, not even one that served this trip alone.
    estimated
        Whether travel times are estimated from places.
    travel_times, zones
        The file of travel times, and how many zones it has.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    bookings: int | None = None
    travelers: int | None = None
    vehicles: int | None = None
    cancelled: int | None = None
    no_shows: int | None = None
    first_date: str | None = None
    last_date: str | None = None
    dates: int | None = None
    unservable: tuple[str, ...] | None = None
    estimated: bool | None = None
    travel_times: str | None = None
    zones: int | None = None


def check_service(folder: str | Path) -> ServiceCheck:
    """Check a folder of bookings; errors are collected, not raised."""
    home = Path(folder)
    service, problems = read_service_and_problems(home)
    warnings = _unused_columns(home)
    if service is None:
        return ServiceCheck(tuple(problems), tuple(warnings))
    if service.measured is not None:
        warnings += warnings_of(service.measured)
    unservable = _unservable(service)
    if unservable:
        listed = ", ".join(unservable[:_LISTED]) + (", …" if len(unservable) > _LISTED else "")
        cause = (
            f"{len(unservable)} bookings can be served by no vehicle, not even alone ({listed}): "
            "the drive, the windows, the shifts or the places on board don't allow it"
        )
        warnings.append(Problem(str(home / BOOKINGS[0]), cause))
    status = service.bookings.status
    return ServiceCheck(
        problems=(),
        warnings=tuple(warnings),
        settings=dict(service.settings.in_force()),
        bookings=len(service.bookings),
        travelers=len(set(service.bookings.travelers.tolist())),
        vehicles=len(service.fleet),
        cancelled=int((status == "cancelled").sum()),
        no_shows=int((status == "no_show").sum()),
        first_date=str(service.dates[0]) if service.dates else None,
        last_date=str(service.dates[-1]) if service.dates else None,
        dates=len(service.dates),
        unservable=tuple(unservable),
        estimated=service.is_estimated,
        travel_times=None if service.measured is None else Path(service.measured.file).name,
        zones=None if service.measured is None else len(service.measured.zones),
    )


def _unused_columns(home: Path) -> list[Problem]:
    found = []
    for name in (*BOOKINGS, FLEET):
        path = home / name
        if not path.is_file():
            continue
        try:
            rows = read_fleet_rows(home) if name == FLEET else read_booking_rows(path)
        except DataError:
            continue
        found += [Problem(str(path), "is not read", 1, column) for column in rows.unused]
    return found


def _unservable(service: Service) -> list[str]:
    found: list[str] = []
    for date in service.dates:
        booked = service.on(date)
        bad = ~servable(booked.day)
        found += [str(one) for one in service.bookings.ids[booked.rows[bad]]]
    return found


def servable(day: ServiceDay) -> npt.NDArray[np.bool_]:
    """Tell which requests [n] some vehicle could serve if it served nobody else."""
    requests, times = day.requests, day.travel_times.astype(np.int64)
    direct = times[requests.origin, requests.destination]
    opens, closes = requests.pickup_window.T
    dropoff_opens, dropoff_closes = requests.dropoff_window.T
    possible = np.zeros(len(requests), dtype=np.bool_)
    for of in set(day.fleet.vehicles):
        boards = np.maximum(of.shift[0] + times[of.depot, requests.origin], opens)
        arrives = np.maximum(boards + day.service[:, 0] + direct, dropoff_opens)
        back = arrives + day.service[:, 1] + times[requests.destination, of.end]
        seats = day.riders + day.wheelchairs * of.seats_per_wheelchair
        possible |= (
            (boards <= closes)
            & (arrives <= dropoff_closes)
            & (direct < UNREACHABLE)
            & (back <= of.shift[1])
            & (seats <= of.seats)
            & (day.wheelchairs <= of.wheelchairs)
        )
    return possible
