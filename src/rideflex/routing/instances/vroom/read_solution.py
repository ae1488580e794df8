"""VROOM's solutions, read as the routes of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rideflex.routing.instances.vroom.json_fields import Fields
from rideflex.routing.instances.vroom.names import VroomName, VroomNames
from rideflex.routing.problem import BREAK, ServiceDay
from rideflex.routing.solution import Routes, Solution

_ENDS = ("start", "end")


def read_vroom_solution(
    path: str | Path, day: ServiceDay, names: VroomNames | None = None
) -> Solution:
    """Read the routes that VROOM found for a day, and cost them as all others.

    The times of the file are not taken: `problems_of` tells whether the routes can be driven.

    Parameters
    ----------
    path
        The file that VROOM wrote.
    day
        The day that was written for it.
    names
        Ids of the day's requests and vehicles; numbers from 0 where not given.

    Raises
    ------
    DataError
        If the file is no solution, or that of another day; it carries every problem.
    """
    names, file = names or VroomNames.of(day), Fields.read(path)
    if file.whole("code", 0):
        file.refuse(
            f"VROOM found no routes: {file.content.get('error', 'it does not say why')}", "code"
        )
        file.raise_problems()
    if "routes" not in file.content and {"vehicles", "shipments"} & file.content.keys():
        file.refuse("is missing: this is a problem of VROOM's, and no solution", "routes")
        file.raise_problems()
    if "routes" not in file.content:
        file.refuse("is missing", "routes")
    number = {name.id: k for k, name in enumerate(names.vehicles)}
    routes: list[tuple[int, ...]] = [()] * len(day.fleet)
    seen: dict[int, Fields] = {}
    served: dict[int, Fields] = {}
    for route in file.objects("routes"):
        vehicle = number.get(route.whole("vehicle"))
        stops = tuple(_stops(route.objects("steps", needed=True), names, served))
        if vehicle is None:
            route.refuse(f"is none of the {len(number)} vehicles of the day", "vehicle")
        elif seen.setdefault(vehicle, route) is not route:
            route.refuse(f"has the route {seen[vehicle].path} too", "vehicle")
        elif any(stop != BREAK for stop in stops):
            routes[vehicle] = stops
    _check_unassigned(file, names, served)
    file.raise_problems()
    solution = Solution.of(day, tuple(routes))
    _check_driving(file, solution.routes, solution.driving)
    file.raise_problems()
    return solution


def _stops(steps: Sequence[Fields], names: VroomNames, served: dict[int, Fields]) -> Iterator[int]:
    kinds = {
        "pickup": {name.id: 2 * k for k, name in enumerate(names.pickups)},
        "delivery": {name.id: 2 * k + 1 for k, name in enumerate(names.deliveries)},
    }
    for step in steps:
        kind = step.text("type")
        if kind == "break":
            yield BREAK
        elif kind in kinds:
            stop = kinds[kind].get(step.whole("id"))
            if stop is None:
                step.refuse(f"is no {kind} of the day's {len(names.pickups)} requests", "id")
            elif served.setdefault(stop, step) is not step:
                step.refuse(f"is visited at {served[stop].path} too", "id")
            else:
                _check_description(step, names.stop(stop))
                yield stop
        elif kind not in _ENDS:
            step.refuse("is none of start, pickup, delivery, break and end", "type")


def _check_description(step: Fields, name: VroomName) -> None:
    told = step.text("description")
    if None not in (told, name.description) and told != name.description:
        step.refuse(
            f"is called {name.description!r} on this day: was the problem written before its "
            "requests changed?",
            "description",
        )


def _check_unassigned(file: Fields, names: VroomNames, served: dict[int, Fields]) -> None:
    left = set[int]()
    for one in file.objects("unassigned"):
        kind, of = one.text("type"), one.whole("id")
        tags = names.deliveries if kind == "delivery" else names.pickups
        stop = next(
            (2 * k + (kind == "delivery") for k, tag in enumerate(tags) if tag.id == of), None
        )
        if stop is None:
            one.refuse(f"is no {kind} of the day's {len(names.pickups)} requests", "id")
        elif stop in served:
            one.refuse(f"is visited at {served[stop].path}, and unassigned", "id")
        else:
            left.add(stop)
    lost = sorted(set(range(2 * len(names.pickups))) - served.keys() - left)
    if lost:
        kind = "delivery" if lost[0] % 2 else "pickup"
        more = f", and {len(lost) - 1} more are not" if len(lost) > 1 else ""
        file.refuse(
            f"{kind} {names.stop(lost[0]).id} is neither on a route nor unassigned{more}: is this "
            "the solution of another day?"
        )


def _check_driving(file: Fields, routes: Routes, driving: int) -> None:
    if "summary" not in file.content:
        return
    told = file.object("summary")
    if "duration" in told.content and told.whole("duration") != driving:
        told.refuse(
            f"the {sum(map(bool, routes))} routes take {driving:,} s of driving on this day: is "
            "this the solution of another day?",
            "duration",
        )
