"""Routes of a day as a solution of VROOM's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from rideflex.routing.instances.vroom.loads import Loads, loads_of
from rideflex.routing.instances.vroom.names import VroomNames
from rideflex.routing.instances.vroom.write_problem import location
from rideflex.routing.picture import Map
from rideflex.routing.problem import BREAK, ServiceDay
from rideflex.routing.schedule import schedule_of
from rideflex.routing.solution import Solution, legs_of, zone_of, zones_of

_SUMS = ("cost", "setup", "service", "duration", "waiting_time", "priority")


def vroom_solution(
    day: ServiceDay,
    solution: Solution,
    names: VroomNames | None = None,
    zones: Map | None = None,
) -> dict[str, Any]:
    """Write routes as VROOM writes those that it finds, on the schedule of `schedule_of`.

    Costs are driving seconds, as VROOM's are; what no vehicle takes is unassigned.

    Parameters
    ----------
    day, solution
        The day and its routes, which can be driven.
    names
        Ids and descriptions; numbers from 0 where not given.
    zones
        Where the zones lie; written as locations if they are latitudes and longitudes.

    Raises
    ------
    ValueError
        If a route can't be driven.
    """
    names = names or VroomNames.of(day)
    amounts, _ = loads_of(day)
    routes = [
        _route(day, vehicle, route, names, zones, amounts)
        for vehicle, route in enumerate(solution.routes)
        if route
    ]
    left = [stop for request in solution.unserved for stop in (2 * request, 2 * request + 1)]
    total = (
        [int(one) for one in np.sum([route["amount"] for route in routes], axis=0)]
        if routes
        else []
    )
    return {
        "code": 0,
        "summary": {
            **{key: sum(route[key] for route in routes) for key in _SUMS},
            "routes": len(routes),
            "unassigned": len(left),
            "delivery": total,
            "amount": total,
            "pickup": total,
            "violations": [],
        },
        "unassigned": [
            {
                **names.stop(stop).as_json(),
                "type": _kind(stop),
                "location_index": zone_of(day, stop),
                **location(zones, zone_of(day, stop)),
            }
            for stop in left
        ],
        "routes": routes,
    }


def _route(
    day: ServiceDay,
    vehicle: int,
    route: Sequence[int],
    names: VroomNames,
    zones: Map | None,
    amounts: Loads,
) -> dict[str, Any]:
    times, legs = schedule_of(day, vehicle, route), legs_of(day, vehicle, route)
    serving = [0, *(_seconds(day, vehicle, stop) for stop in route), 0]
    driven = [0, *accumulate(legs)]
    loads = np.cumsum(
        [np.zeros_like(amounts[0]), *(_change(amounts, stop) for stop in route)], axis=0
    )
    steps = []
    for k, zone in enumerate(zones_of(day, vehicle, route)):
        arrival = times[k] if k == 0 else times[k - 1] + serving[k - 1] + legs[k - 1]
        stop = route[k - 1] if 0 < k <= len(route) else None
        steps.append(
            {
                **_named(names, vehicle, stop, first=k == 0),
                **({} if stop == BREAK else {"location_index": zone, **location(zones, zone)}),
                "setup": 0,
                "service": serving[k],
                "waiting_time": times[k] - arrival,
                "load": loads[min(k, len(route))].tolist(),
                "arrival": arrival,
                "duration": driven[k],
                "violations": [],
            }
        )
    carried = np.sum(
        [amounts[stop // 2] for stop in route if stop != BREAK and stop % 2 == 0], axis=0
    )
    return {
        "vehicle": names.vehicles[vehicle].id,
        **{key: text for key, text in names.vehicles[vehicle].as_json().items() if key != "id"},
        "cost": driven[-1],
        "delivery": carried.tolist(),
        "amount": carried.tolist(),
        "pickup": carried.tolist(),
        "setup": 0,
        "service": sum(serving),
        "duration": driven[-1],
        "waiting_time": sum(step["waiting_time"] for step in steps),
        "priority": 0,
        "steps": steps,
        "violations": [],
    }


def _kind(stop: int) -> str:
    return "delivery" if stop % 2 else "pickup"


def _named(names: VroomNames, vehicle: int, stop: int | None, *, first: bool) -> dict[str, Any]:
    if stop is None:
        return {"type": "start" if first else "end"}
    if stop != BREAK:
        return {"type": _kind(stop), **names.stop(stop).as_json()}
    name = names.breaks[vehicle]
    return {"type": "break", **({} if name is None else name.as_json())}


def _seconds(day: ServiceDay, vehicle: int, stop: int) -> int:
    if stop != BREAK:
        return int(day.service[stop // 2, stop % 2])
    rest = day.fleet.vehicles[vehicle].rest
    return 0 if rest is None else rest.seconds


def _change(amounts: Loads, stop: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    if stop == BREAK:
        return np.zeros_like(amounts[0])
    return np.array(amounts[stop // 2]) * (-1 if stop % 2 else 1)
