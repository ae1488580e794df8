"""The plain way to quote, compiled as the fast way is: build every route, and drive it."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked
from rideflex.routing.kernels.state import NEVER, Rules, State


@compiled(parallel=True)
def plain_quote_days(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    early: npt.NDArray[np.int64],
    late: npt.NDArray[np.int64],
    cost: npt.NDArray[np.int64],
) -> None:
    """Fill `cost` [B, A] with the cheapest feasible insertion of one request a day.

    `early` and `late` [A] are the offers' shifts in seconds. Every offer is quoted by itself. A
    route is given up at the first window or seat that breaks, and of the unused vehicles, which are
    alike, only one is tried.
    """
    n_stops = state.zone.shape[1]
    for day in numba.prange(len(cost)):
        route = np.empty(n_stops + 2, dtype=np.int64)
        for offer in range(len(early)):
            cheapest = int(NEVER)
            unused = False
            for vehicle in range(state.length.shape[1]):
                n = state.length[day, vehicle]
                if n == 0 and unused:
                    continue
                unused = unused or n == 0
                route[:n] = state.stops[day, vehicle, :n]
                before = _drive(state, rules, travel, asked, day, route[:n], 0, 0)
                for i in range(n + 1):
                    for j in range(i, n + 1):
                        _build(state.stops[day, vehicle, :n], i, j, route)
                        whole = route[: n + 2]
                        driven = _drive(
                            state, rules, travel, asked, day, whole, early[offer], late[offer]
                        )
                        if driven < NEVER:
                            cheapest = min(cheapest, driven - before)
            cost[day, offer] = cheapest


@compiled()
def _build(stops: npt.NDArray[np.int32], i: int, j: int, route: npt.NDArray[np.int64]) -> None:
    route[:i] = stops[:i]
    route[i] = -2
    route[i + 1 : j + 1] = stops[i:j]
    route[j + 1] = -1
    route[j + 2 : len(stops) + 2] = stops[j:]


@compiled()
def _drive(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    day: int,
    route: npt.NDArray[np.int64],
    early: int,
    late: int,
) -> int:
    # Stops -2 and -1 are the pick-up and the drop-off of the request that is asked for.
    if len(route) == 0:
        return 0
    clock, here, load, driven = rules.start, rules.depot, 0, 0
    for stop in route:
        if stop == -2:
            zone, riders, taking = asked.origin[day], asked.riders[day], asked.service[day, 0]
            opens, closes = asked.pickup_window[day, 0] + early, asked.pickup_window[day, 1]
        elif stop == -1:
            zone, riders, taking = asked.destination[day], -asked.riders[day], asked.service[day, 1]
            opens, closes = asked.dropoff_window[day, 0], asked.dropoff_window[day, 1] + late
        else:
            zone, riders = state.zone[day, stop], state.riders[day, stop]
            opens, closes = state.opens[day, stop], state.closes[day, stop]
            taking = state.service[day, stop]
        driven += travel[here, zone]
        clock = max(clock + travel[here, zone], opens)
        load += riders
        if clock > closes or load > rules.capacity:
            return int(NEVER)
        clock += taking
        here = zone
    home = travel[here, rules.depot]
    return int(driven + home if clock + home <= rules.end else NEVER)
