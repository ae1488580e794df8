"""The plan of one date of a service: its runs, and what they mean for vehicles and riders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rideflex.areas.estimated_times import road_km
from rideflex.areas.service import BookedDay, Service
from rideflex.evaluation.service_figures import ServiceFigures, service_figures
from rideflex.routing import Solution
from rideflex.routing.instances.vroom.names import VroomNames
from rideflex.routing.instances.vroom.read_solution import read_vroom_solution
from rideflex.routing.picture import Map, Picture
from rideflex.routing.plans import inserted
from rideflex.routing.problem import BREAK
from rideflex.routing.schedule import schedule_of
from rideflex.routing.search.reoptimise import reoptimise
from rideflex.routing.search.solver import Solver
from rideflex.routing.solution import problems_of, window_of, zones_of
from rideflex.tables.time_windows import clock


@dataclass(frozen=True)
class RunStop:
    """One line of a dispatcher's list.

    Parameters
    ----------
    kind
        "leave", "pickup", "dropoff", "break" or "back".
    seconds
        When it begins, in seconds of the service day.
    booking_id, traveler_id
        Whom it is for; None where it is for nobody.
    promised
        The window that was promised; None where nothing was.
    """

    kind: str
    seconds: int
    booking_id: str | None = None
    traveler_id: str | None = None
    promised: tuple[int, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """The stop with its times as HH:MM."""
        opens, closes = self.promised or (None, None)
        return {
            "kind": self.kind,
            "booking_id": self.booking_id,
            "traveler_id": self.traveler_id,
            "time": clock(self.seconds),
            "promised_from": None if opens is None else clock(opens),
            "promised_until": None if closes is None else clock(closes),
        }


@dataclass(frozen=True)
class Run:
    """What one vehicle does on a date: from leaving its depot to being back."""

    vehicle: str
    stops: tuple[RunStop, ...]


@dataclass(frozen=True)
class PlannedDate:
    """The plan of a date.

    Parameters
    ----------
    service, booked
        The service, and the date's requests.
    inserted, solution
        Routes by insertion in the order of booking, and re-optimised.
    solver
        What re-optimised them.
    compared
        Routes of others for the date, if they were given.
    """

    service: Service
    booked: BookedDay
    inserted: Solution
    solution: Solution
    solver: Solver
    compared: Solution | None = None

    @property
    def date(self) -> dt.date:
        """The date."""
        return self.booked.date

    @cached_property
    def figures(self) -> ServiceFigures:
        """Vehicle hours, rides beyond direct, and trips an hour."""
        places, driving = self.booked.places, self.service.settings.driving
        kilometres = None if places is None else road_km(places, driving)
        return service_figures([self.booked.day], [self.solution], [kilometres])

    @property
    def problems(self) -> list[str]:
        """Everything that keeps the plan from being driven."""
        return problems_of(self.booked.day, self.solution.routes)

    @property
    def compared_problems(self) -> list[str]:
        """Everything that keeps the routes of others from being driven."""
        return [] if self.compared is None else problems_of(self.booked.day, self.compared.routes)

    def compared_with(self, path: Path) -> PlannedDate:
        """Return the same beside the routes of a solution of VROOM's.

        Raises
        ------
        DataError
            If the file is no solution of this date.
        """
        names = names_of(self.service, self.booked)
        return replace(self, compared=read_vroom_solution(path, self.booked.day, names))

    @property
    def unserved(self) -> list[str]:
        """Bookings that no vehicle takes."""
        rows = self.booked.rows[list(self.solution.unserved)]
        return [str(one) for one in self.service.bookings.ids[rows]]

    @property
    def penalty_seconds(self) -> int:
        """Charged for the bookings that no vehicle takes."""
        return self.booked.day.fleet.penalty * len(self.solution.unserved)

    @cached_property
    def runs(self) -> list[Run]:
        """The runs of the vehicles that leave their depots."""
        return [
            Run(self.service.vehicle_ids[vehicle], tuple(self._stops(vehicle, route)))
            for vehicle, route in enumerate(self.solution.routes)
            if route
        ]

    def _stops(self, vehicle: int, route: tuple[int, ...]) -> Iterator[RunStop]:
        day, of = self.booked.day, self.service.bookings
        leaves, *times, back = schedule_of(day, vehicle, route)
        yield RunStop("leave", leaves)
        for stop, at in zip(route, times, strict=True):
            if stop == BREAK:
                yield RunStop("break", at)
                continue
            row = self.booked.rows[stop // 2]
            kind = "dropoff" if stop % 2 else "pickup"
            names = str(of.ids[row]), str(of.travelers[row])
            yield RunStop(kind, at, *names, window_of(day, stop))
        yield RunStop("back", back)

    def picture(self) -> Picture:
        """Map and Gantt chart of the re-optimised routes."""
        title = f"{self.date}: {self.solution.driving / 60:,.1f} vehicle min"
        names = self.service.vehicle_ids
        return Picture(title, self.booked.day, self.solution.routes, vehicle_names=names)

    def map(self) -> Map | None:
        """Where the zones of the day lie, if that is known."""
        return map_of(self.booked)

    def as_json(self) -> dict[str, Any]:
        """All figures and the runs."""
        n = len(self.booked.rows)
        return {
            "date": str(self.date),
            "requests": n,
            "served": n - len(self.solution.unserved),
            "unserved": len(self.solution.unserved),
            "unserved_bookings": self.unserved,
            "vehicle_minutes": self.solution.driving / 60,
            "penalty_minutes": self.penalty_seconds / 60,
            **asdict(self.figures),
            "vehicles": sum(bool(route) for route in self.solution.routes),
            "inserted_minutes": self.inserted.driving / 60,
            "estimated_travel_times": self.service.is_estimated,
            "solver": self.solver,
            **self._compared_as_json(),
            "runs": [
                {"vehicle": run.vehicle, "stops": [stop.as_json() for stop in run.stops]}
                for run in self.runs
            ],
        }

    def _compared_as_json(self) -> dict[str, Any]:
        if self.compared is None:
            return {}
        return {
            "compared": {
                "vehicle_minutes": self.compared.driving / 60,
                "vehicles": sum(bool(route) for route in self.compared.routes),
                "unserved": len(self.compared.unserved),
                "problems": self.compared_problems,
            }
        }

    def as_geojson(self) -> dict[str, Any]:
        """The runs as a GeoJSON FeatureCollection (RFC 7946); straight lines between stops."""
        places = self.booked.places
        assert places is not None
        day, features = self.booked.day, []
        for vehicle, route in enumerate(self.solution.routes):
            if not route:
                continue
            name = self.service.vehicle_ids[vehicle]
            line = places[zones_of(day, vehicle, route), ::-1].tolist()  # longitude comes first
            features.append(_feature("LineString", line, {"vehicle": name}))
            for stop, place in zip(self._stops(vehicle, route), line, strict=True):
                told = {"vehicle": name, **stop.as_json()}
                features.append(_feature("Point", place, told))
        return {"type": "FeatureCollection", "features": features}


def names_of(service: Service, booked: BookedDay) -> VroomNames:
    """Return ids of VROOM's for a date, described by booking and vehicle."""
    bookings = [str(one) for one in service.bookings.ids[booked.rows]]
    return VroomNames.of(booked.day, bookings, service.vehicle_ids)


def map_of(booked: BookedDay) -> Map | None:
    """Return where the zones of a date lie, if that is known."""
    return None if booked.places is None else Map(booked.places, geographic=True)


def plan_date(
    service: Service, date: dt.date, iterations: int, seed: int, solver: Solver
) -> PlannedDate:
    """Plan the bookings of a date: inserted in the order of booking, and then re-optimised.

    Raises
    ------
    UsageError
        If there is no booking on that date.
    """
    booked = service.on(date)
    routes = inserted(booked.day)
    used: Solver = "built-in" if booked.day.fleet.has_breaks else solver
    return PlannedDate(
        service,
        booked,
        Solution.of(booked.day, routes),
        reoptimise(booked.day, routes, iterations, seed, used),
        used,
    )


def _feature(kind: str, coordinates: list[Any], properties: dict[str, Any]) -> dict[str, Any]:
    shape = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": shape, "properties": properties}
