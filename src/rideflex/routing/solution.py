"""A day's routes, what they cost, and a plain check that they can be driven.

Nothing here is compiled or shared with the quotes and solvers: it is what they are held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rideflex.routing.problem import ServiceDay

Routes = tuple[tuple[int, ...], ...]
"""Stops by vehicle: 2 r is the pick-up of request r, 2 r + 1 its drop-off."""


@dataclass(frozen=True)
class Solution:
    """Routes of a day with their driving seconds, and the requests that they leave out."""

    routes: Routes
    driving: int
    unserved: tuple[int, ...]
    cost: int

    @classmethod
    def of(cls, day: ServiceDay, routes: Sequence[Sequence[int]]) -> Solution:
        """Cost the routes: driving seconds plus the fleet's penalty for every request left out."""
        served = {stop // 2 for route in routes for stop in route}
        unserved = tuple(r for r in range(len(day.requests)) if r not in served)
        driving = sum(driving_of(day, route) for route in routes)
        cost = driving + day.fleet.penalty * len(unserved)
        return cls(tuple(tuple(map(int, route)) for route in routes), driving, unserved, cost)


def zone_of(day: ServiceDay, stop: int) -> int:
    """Return the zone of a stop."""
    ends = day.requests.destination if stop % 2 else day.requests.origin
    return int(ends[stop // 2])


def window_of(day: ServiceDay, stop: int) -> tuple[int, int]:
    """Return the earliest and latest start of service at a stop."""
    windows = day.requests.dropoff_window if stop % 2 else day.requests.pickup_window
    return int(windows[stop // 2, 0]), int(windows[stop // 2, 1])


def driving_of(day: ServiceDay, route: Sequence[int]) -> int:
    """Return the driving seconds of one route, the ways from and to the depot included."""
    if not route:
        return 0
    zones = [day.fleet.depot, *(zone_of(day, stop) for stop in route), day.fleet.depot]
    return sum(int(day.travel_times[a, b]) for a, b in pairwise(zones))


@dataclass(frozen=True)
class Limits:
    """What a schedule of a route must keep.

    Parameters
    ----------
    windows
        Earliest and latest time of the departure, of each stop's service, and of the return.
    gaps
        Triples (a, b, seconds): time b comes at least so many seconds after time a.
    """

    windows: list[tuple[int, int]]
    gaps: list[tuple[int, int, int]]


def earliest_times(
    day: ServiceDay, route: Sequence[int], departure: int | None = None
) -> list[int] | None:
    """Return the earliest times of a route, depots included, or None where there are none.

    Times are the departure, the start of service at each stop, and the return. They are the least
    solution of the windows, the driving, the longest ride and the longest route, found by raising
    one time after another until nothing is left to raise.

    Parameters
    ----------
    departure
        When the vehicle may leave the depot at the earliest, if later than its shift begins.
    """
    limits = limits_of(day, route)
    times = [opens for opens, _ in limits.windows]
    times[0] = times[0] if departure is None else max(times[0], departure)
    raised = True
    while raised:
        raised = False
        for earlier, later, gap in limits.gaps:
            if times[earlier] + gap > times[later]:
                times[later] = times[earlier] + gap
                raised = True
                if times[later] > limits.windows[later][1]:
                    return None
    return times


def latest_times(day: ServiceDay, route: Sequence[int], back: int) -> list[int] | None:
    """Return the latest times of a route that is back at `back`, or None where there are none.

    The mirror of `earliest_times`: the greatest solution, found by lowering.
    """
    limits = limits_of(day, route)
    times = [closes for _, closes in limits.windows]
    times[-1] = min(times[-1], back)
    lowered = True
    while lowered:
        lowered = False
        for earlier, later, gap in reversed(limits.gaps):
            if times[later] - gap < times[earlier]:
                times[earlier] = times[later] - gap
                lowered = True
                if times[earlier] < limits.windows[earlier][0]:
                    return None
    return times


def limits_of(day: ServiceDay, route: Sequence[int]) -> Limits:
    """Collect what a schedule of the route, depots included, must keep."""
    stops = list(route)
    depot = day.fleet.depot
    zones = [depot, *(zone_of(day, stop) for stop in stops), depot]
    served = [0, *(int(day.service[stop // 2, stop % 2]) for stop in stops), 0]
    windows = [day.fleet.shift, *(window_of(day, stop) for stop in stops), day.fleet.shift]
    gaps = [
        (k, k + 1, served[k] + int(day.travel_times[zones[k], zones[k + 1]]))
        for k in range(len(zones) - 1)
    ]
    if day.fleet.max_ride is not None:
        for k, stop in enumerate(stops, start=1):
            if stop % 2 and stop - 1 in stops:
                board = stops.index(stop - 1) + 1
                gaps.append((k, board, -day.fleet.max_ride - served[board]))
    if day.fleet.max_duration is not None:
        gaps.append((len(zones) - 1, 0, -day.fleet.max_duration))
    return Limits(windows, gaps)


def problems_of(day: ServiceDay, routes: Sequence[Sequence[int]]) -> list[str]:
    """List everything that keeps the routes from being driven; empty where they hold."""
    return list(_problems(day, routes))


def _problems(day: ServiceDay, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    if len(routes) > day.fleet.vehicles:
        yield f"{len(routes)} routes for {day.fleet.vehicles} vehicles"
    visits = [stop for route in routes for stop in route]
    for stop in sorted(set(visits)):
        if not 0 <= stop < 2 * len(day.requests):
            yield f"stop {stop} is no stop of the {len(day.requests)} requests"
            return
        if visits.count(stop) > 1:
            yield f"stop {stop} is visited {visits.count(stop)} times"
    for vehicle, route in enumerate(routes):
        yield from (f"vehicle {vehicle} {wrong}" for wrong in _problems_on_board(day, route))
        if route and earliest_times(day, route) is None:
            yield f"vehicle {vehicle} can't keep its windows"


def _problems_on_board(day: ServiceDay, route: Sequence[int]) -> Iterator[str]:
    on_board, load = set(), 0
    for stop in route:
        request, riders = stop // 2, int(day.riders[stop // 2])
        if stop % 2 == 0:
            on_board.add(request)
            load += riders
        elif request in on_board:
            on_board.remove(request)
            load -= riders
        else:
            yield f"drops request {request} without having picked it up"
        if load > day.fleet.capacity:
            yield f"carries {load} riders on {day.fleet.capacity} seats"
    for request in sorted(on_board):
        yield f"never drops request {request}"
