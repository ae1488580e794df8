"""When a vehicle would stop where: the schedule of a route, and how long everybody rides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rideflex.routing.problem import BREAK, ServiceDay
from rideflex.routing.solution import Routes, earliest_times, latest_times, limits_of, window_of


@dataclass(frozen=True)
class Ride:
    """One request's time on board.

    Parameters
    ----------
    request
        Which one.
    seconds
        From the end of the pick-up's service to the start of the drop-off's.
    direct
        Driving seconds from door to door without a detour.
    is_on_time
        Whether both stops begin in their windows.
    """

    request: int
    seconds: int
    direct: int
    is_on_time: bool

    @property
    def excess(self) -> int:
        """Seconds on board beyond the direct drive."""
        return self.seconds - self.direct


def schedule_of(day: ServiceDay, vehicle: int, route: Sequence[int]) -> list[int]:
    """Schedule a vehicle's route: out for as short as can be, then with short rides.

    Times are the departure, the start of service at each stop, and the return. The vehicle returns
    as early as the windows allow, and leaves as late as that return allows, which is the shortest
    duty (the forward time slack of Savelsbergh, 1992). Drop-offs come as early as they then can,
    and a pick-up waits for as long as the vehicle would wait after it anyway, in the spirit of the
    eight steps of Cordeau and Laporte (2003).

    Raises
    ------
    ValueError
        If the route can't be driven.
    """
    earliest = earliest_times(day, vehicle, route)
    latest = None if earliest is None else latest_times(day, vehicle, route, earliest[-1])
    times = None if latest is None else earliest_times(day, vehicle, route, latest[0])
    if times is None:
        raise ValueError(f"the route {tuple(route)} can't be driven")
    limits = limits_of(day, vehicle, route)
    onward = {earlier: gap for earlier, later, gap in limits.gaps if later == earlier + 1}
    for k in range(len(route), 0, -1):
        if route[k - 1] != BREAK and route[k - 1] % 2 == 0:
            times[k] = min(times[k + 1] - onward[k], limits.windows[k][1])
    return times


def rides(day: ServiceDay, routes: Routes) -> list[Ride]:
    """Ride of every request that the routes serve, under the schedule of each route."""
    return [ride for vehicle, route in enumerate(routes) for ride in _rides_of(day, vehicle, route)]


def duty_seconds(day: ServiceDay, routes: Routes) -> int:
    """Seconds from leaving the depot to being back, of all vehicles that leave it."""
    times = [schedule_of(day, vehicle, route) for vehicle, route in enumerate(routes) if route]
    return sum(of_route[-1] - of_route[0] for of_route in times)


def _rides_of(day: ServiceDay, vehicle: int, route: Sequence[int]) -> Iterator[Ride]:
    if not route:
        return
    starts = dict(zip(route, schedule_of(day, vehicle, route)[1:-1], strict=True))
    for request in sorted({stop // 2 for stop in route if stop != BREAK}):
        boarded = starts[2 * request] + int(day.service[request, 0])
        ends = day.requests.origin[request], day.requests.destination[request]
        stops = 2 * request, 2 * request + 1
        windows = ((starts[stop], *window_of(day, stop)) for stop in stops)
        on_time = all(opens <= at <= closes for at, opens, closes in windows)
        yield Ride(request, starts[stops[1]] - boarded, int(day.travel_times[ends]), on_time)
