"""The plans that `rideflex route` makes of an instance or of a drawn day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rideflex.areas import ServiceArea, read_area
from rideflex.areas.settings import RideRule
from rideflex.negotiation.days import sample_days
from rideflex.offers import Meaning
from rideflex.routing import ServiceDay, Solution
from rideflex.routing.instances.read import read_instance
from rideflex.routing.instances.vroom.names import VroomNames
from rideflex.routing.instances.vroom.read_solution import read_vroom_solution
from rideflex.routing.picture import Map, Picture
from rideflex.routing.plans import inserted
from rideflex.routing.problem import default_fleet
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.clairvoyant import clairvoyant
from rideflex.routing.search.reoptimise import reoptimise
from rideflex.routing.search.solver import Solver
from rideflex.routing.solution import problems_of


@dataclass(frozen=True)
class Plan:
    """One plan of a day, and what the oracle says of it."""

    name: str
    day: ServiceDay
    solution: Solution
    minutes: int = 0

    @property
    def vehicles(self) -> int:
        """Vehicles that leave the depot."""
        return sum(bool(route) for route in self.solution.routes)

    @property
    def problems(self) -> list[str]:
        """Everything that keeps the plan from being driven."""
        return problems_of(self.day, self.solution.routes)


@dataclass(frozen=True)
class Planned:
    """The plans of one day, from plain to best.

    Parameters
    ----------
    kind
        What was read: a format's name, or a day drawn from a service area.
    unit, ticks
        What costs are told in, and how many ticks of the day's clock that is.
    plans
        At least insertion and re-optimised routes.
    zones
        Where the zones lie, if that is known.
    solver
        What re-optimised the routes.
    notes
        What the day takes differently from the file.
    names
        What VROOM's files call its stops and vehicles, where one was read.
    compared
        Routes of others for the day as it was asked for, if they were given.
    """

    name: str
    kind: str
    unit: str
    ticks: float
    plans: tuple[Plan, ...]
    zones: Map | None
    solver: Solver
    notes: tuple[str, ...] = ()
    names: VroomNames | None = None
    compared: Plan | None = None

    @property
    def every_plan(self) -> tuple[Plan, ...]:
        """The plans made here, and the one that they are compared with."""
        return self.plans if self.compared is None else (*self.plans, self.compared)

    def compared_with(self, path: Path) -> Planned:
        """Return the same beside the routes of a solution of VROOM's.

        Raises
        ------
        DataError
            If the file is no solution of this day.
        """
        asked = self.plans[0].day
        solution = read_vroom_solution(path, asked, self.names)
        return replace(self, compared=Plan(path.name, asked, solution))

    def pictures(self) -> list[Picture]:
        """The re-optimised day as asked and, where offers were made, as agreed."""
        asked = self.plans[1].day.requests
        return [
            Picture(
                f"{plan.name}: {plan.solution.cost / self.ticks:,.1f} {self.unit}",
                plan.day,
                plan.solution.routes,
                asked if plan.minutes else None,
            )
            for plan in self.plans[1:]
        ]

    def as_json(self) -> dict[str, Any]:
        """All figures; costs in the unit of the table."""
        return {
            "name": self.name,
            "kind": self.kind,
            "unit": self.unit,
            "requests": len(self.plans[0].day.requests),
            "solver": self.solver,
            "notes": list(self.notes),
            "plans": [
                {
                    "plan": plan.name,
                    "cost": plan.solution.cost / self.ticks,
                    "driving": plan.solution.driving / self.ticks,
                    "vehicles": plan.vehicles,
                    "unserved": list(plan.solution.unserved),
                    "shifted_minutes": plan.minutes,
                    "problems": plan.problems,
                    "routes": [list(route) for route in plan.solution.routes if route],
                }
                for plan in self.every_plan
            ],
        }


OnDay = Callable[[ServiceDay, VroomNames | None, Map | None], None]
"""Told a day, what VROOM's files call its parts, and where its zones lie."""


def plan_path(
    path: Path,
    iterations: int,
    seed: int,
    solver: Solver = "pyvrp",
    means: Meaning = "end",
    ride: RideRule | None = None,
    on_day: OnDay | None = None,
) -> Planned:
    """Plan a published instance (a file) or a day drawn from a service area (a folder).

    Of a drawn day, `means` is what an accepted offer does, and `ride` the rule of the longest ride.
    `on_day` is told the day as it was asked for before the work begins.
    """
    on_day = on_day or _untold
    if path.is_dir():
        area = replace(read_area(path), means=means, ride=ride)
        return _plan_area_day(area, iterations, seed, solver, on_day)
    instance = read_instance(path)
    on_day(instance.day, instance.names, instance.map)
    inserting, best = _two_plans(instance.day, iterations, seed, solver)
    return Planned(
        instance.name,
        instance.kind,
        instance.unit,
        float(instance.scale),
        (inserting, best),
        instance.map,
        solver,
        instance.notes,
        instance.names,
    )


def _untold(day: ServiceDay, names: VroomNames | None, zones: Map | None) -> None:
    del day, names, zones


def _two_plans(day: ServiceDay, iterations: int, seed: int, solver: Solver) -> tuple[Plan, Plan]:
    routes = inserted(day)
    return (
        Plan("inserted", day, Solution.of(day, routes)),
        Plan("re-optimised", day, reoptimise(day, routes, iterations, seed, solver)),
    )


def _plan_area_day(
    area: ServiceArea, iterations: int, seed: int, solver: Solver, on_day: OnDay
) -> Planned:
    rng = np.random.default_rng(seed)
    trips = area.trips
    rows = sample_days(trips.traveler, 1, rng)[0]
    asked = area.requests(np.arange(len(trips), dtype=np.int32))
    fleet = default_fleet(asked, area.travel_times, len(rows))
    day = ServiceDay(asked.take(rows), fleet, area.travel_times)
    zones = None if area.coordinates is None else Map(area.coordinates, geographic=True)
    on_day(day, None, zones)
    plans: tuple[Plan, ...] = _two_plans(day, iterations, seed, solver)
    if area.answers is not None:
        accepted = rng.random(len(rows))[:, None] < area.answers[0, rows]
        open_day = OpenDay(day, area.offers, accepted)
        starts = [Agreement.as_asked(open_day, plan.solution.routes) for plan in plans]
        benchmark = clairvoyant(starts, iterations=iterations, seed=seed, solver=solver)
        agreed = open_day.under(benchmark.actions)
        plans += (Plan("every answer known", agreed, benchmark.solution, benchmark.minutes),)
    return Planned(area.folder.name, "a drawn day", "vehicle min", 60.0, plans, zones, solver)
