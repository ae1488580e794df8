"""A day's routes, what they cost, and a plain check that they can be driven.

Nothing here is compiled or shared with the quotes and solvers: it is what they are held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rideflex.routing.problem import BREAK, ServiceDay

Routes = tuple[tuple[int, ...], ...]
"""Stops by vehicle: 2 r is the pick-up of request r, 2 r + 1 its drop-off, BREAK the break."""


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
        driving = sum(driving_of(day, vehicle, route) for vehicle, route in enumerate(routes))
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


def zones_of(day: ServiceDay, vehicle: int, route: Sequence[int]) -> list[int]:
    """Return where a vehicle is: the depot, each stop of its route, and the depot at the end."""
    of = day.fleet.vehicles[vehicle]
    zones = [of.depot]
    for stop in route:
        zones.append(zones[-1] if stop == BREAK else zone_of(day, stop))
    return [*zones, of.end]


def legs_of(day: ServiceDay, vehicle: int, route: Sequence[int]) -> list[int]:
    """Return the driving seconds to each stop of a vehicle's route and back; none to a break."""
    zones = pairwise(zones_of(day, vehicle, route))
    return [
        0 if stop == BREAK else int(day.travel_times[here, there])
        for stop, (here, there) in zip([*route, None], zones, strict=True)
    ]


def driving_of(day: ServiceDay, vehicle: int, route: Sequence[int]) -> int:
    """Return the driving seconds of a vehicle's route, the ways from and to its depots included."""
    return sum(legs_of(day, vehicle, route)) if route else 0


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
    day: ServiceDay, vehicle: int, route: Sequence[int], departure: int | None = None
) -> list[int] | None:
    """Return the earliest times of a vehicle's route, or None where there are none.

    Times are the departure, the start of service or rest at each stop, and the return. They are
    the least solution of the windows, the driving, the longest ride and the longest route, found
    by raising one time after another until nothing is left to raise.

    Parameters
    ----------
    departure
        When the vehicle may leave the depot at the earliest, if later than its shift begins.
    """
    limits = limits_of(day, vehicle, route)
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


def latest_times(
    day: ServiceDay, vehicle: int, route: Sequence[int], back: int
) -> list[int] | None:
    """Return the latest times of a route that is back at `back`, or None where there are none.

    The mirror of `earliest_times`: the greatest solution, found by lowering.
    """
    limits = limits_of(day, vehicle, route)
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


def limits_of(day: ServiceDay, vehicle: int, route: Sequence[int]) -> Limits:
    """Collect what a schedule of the vehicle's route, depots included, must keep."""
    of, legs = day.fleet.vehicles[vehicle], legs_of(day, vehicle, route)
    windows, gaps, served = [of.shift], [], 0
    for k, stop in enumerate(route, start=1):
        gaps.append((k - 1, k, served + legs[k - 1]))
        if stop == BREAK:
            assert of.rest is not None
            windows.append((of.rest.opens, of.rest.closes - of.rest.seconds))
            served = of.rest.seconds
            continue
        request, end = divmod(stop, 2)
        windows.append(window_of(day, stop))
        served = int(day.service[request, end])
        longest = day.longest_ride(request)
        if end and longest is not None and stop - 1 in route:
            board = list(route).index(stop - 1) + 1
            gaps.append((k, board, -longest - int(day.service[request, 0])))
    windows.append(of.shift)
    back = len(route) + 1
    gaps.append((back - 1, back, served + legs[-1]))
    if day.fleet.max_duration is not None:
        gaps.append((back, 0, -day.fleet.max_duration))
    return Limits(windows, gaps)


def problems_of(day: ServiceDay, routes: Sequence[Sequence[int]]) -> list[str]:
    """List everything that keeps the routes from being driven; empty where they hold."""
    return list(_problems(day, routes))


def _problems(day: ServiceDay, routes: Sequence[Sequence[int]]) -> Iterator[str]:
    if len(routes) > len(day.fleet):
        yield f"{len(routes)} routes for {len(day.fleet)} vehicles"
        return
    visits = [stop for route in routes for stop in route if stop != BREAK]
    for stop in sorted(set(visits)):
        if not 0 <= stop < 2 * len(day.requests):
            yield f"stop {stop} is no stop of the {len(day.requests)} requests"
            return
        if visits.count(stop) > 1:
            yield f"stop {stop} is visited {visits.count(stop)} times"
    for vehicle, route in enumerate(routes):
        if not route:
            continue
        due = int(day.fleet.vehicles[vehicle].rest is not None)
        if list(route).count(BREAK) != due:
            yield f"vehicle {vehicle} takes {list(route).count(BREAK)} breaks, and {due} are due"
            return
        wrong = list(_problems_on_board(day, vehicle, route))
        yield from (f"vehicle {vehicle} {problem}" for problem in wrong)
        if earliest_times(day, vehicle, route) is None:
            yield f"vehicle {vehicle} can't keep its windows"


def _problems_on_board(day: ServiceDay, vehicle: int, route: Sequence[int]) -> Iterator[str]:
    of, on_board = day.fleet.vehicles[vehicle], set[int]()
    for stop in route:
        request = stop // 2
        if stop == BREAK:
            if on_board:
                yield f"takes a break with request {min(on_board)} on board"
        elif stop % 2 == 0:
            on_board.add(request)
        elif request in on_board:
            on_board.remove(request)
        else:
            yield f"drops request {request} without having picked it up"
        chairs = sum(int(day.wheelchairs[r]) for r in on_board)
        riders = sum(int(day.riders[r]) for r in on_board)
        if riders + chairs * of.seats_per_wheelchair > of.seats:
            beside = f" and {chairs} wheelchairs" if chairs else ""
            yield f"carries {riders} riders{beside} on {of.seats} seats"
        if chairs > of.wheelchairs:
            yield f"carries {chairs} wheelchairs on {of.wheelchairs} places"
    for request in sorted(on_board):
        yield f"never drops request {request}"
