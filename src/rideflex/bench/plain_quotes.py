"""The plain way to quote, compiled as the fast way is: build every route, and drive it."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked
from rideflex.routing.kernels.state import NEVER, Rules, State

_ASKED_PICKUP, _ASKED_DROPOFF = -3, -2


@compiled(parallel=True)
def plain_quote_days(
    state: State,
    rules: Rules,
    asked: Asked,
    bounds: npt.NDArray[np.int64],
    cost: npt.NDArray[np.int64],
) -> None:
    """Fill `cost` [B, A] with the cheapest feasible insertion of one request a day.

    `bounds` [A, 4] are the offers' shifts in seconds. Every offer is quoted by itself. A route is
    given up at the first window or seat that breaks, and of unused vehicles that are alike only
    one is tried. For fleets without breaks.
    """
    vehicles = rules.vehicles
    for day in numba.prange(len(cost)):
        route = np.empty(state.zone.shape[1] + 2, dtype=np.int64)
        for offer in range(len(bounds)):
            cheapest = int(NEVER)
            unused = np.zeros(len(vehicles), dtype=np.bool_)
            for vehicle in range(len(vehicles)):
                kind = vehicles[vehicle].kind
                n = state.length[day, vehicle]
                if n == 0 and unused[kind]:
                    continue
                unused[kind] |= n == 0
                route[:n] = state.stops[day, vehicle, :n]
                before = _drive(state, rules, asked, day, vehicle, route[:n], bounds[offer])
                for i in range(n + 1):
                    for j in range(i, n + 1):
                        _build(state.stops[day, vehicle, :n], i, j, route)
                        driven = _drive(
                            state, rules, asked, day, vehicle, route[: n + 2], bounds[offer]
                        )
                        if driven < NEVER:
                            cheapest = min(cheapest, driven - before)
            cost[day, offer] = cheapest


@compiled()
def _build(stops: npt.NDArray[np.int32], i: int, j: int, route: npt.NDArray[np.int64]) -> None:
    route[:i] = stops[:i]
    route[i] = _ASKED_PICKUP
    route[i + 1 : j + 1] = stops[i:j]
    route[j + 1] = _ASKED_DROPOFF
    route[j + 2 : len(stops) + 2] = stops[j:]


@compiled()
def _drive(
    state: State,
    rules: Rules,
    asked: Asked,
    day: int,
    vehicle: int,
    route: npt.NDArray[np.int64],
    bounds: npt.NDArray[np.int64],
) -> int:
    if len(route) == 0:
        return 0
    travel, of = rules.travel, rules.vehicles[vehicle]
    clock, here, load, chairs, driven = of.start, of.depot, 0, 0, 0
    for stop in route:
        if stop == _ASKED_PICKUP:
            zone, taking = asked.origin[day], asked.service[day, 0]
            riders, wheelchairs = asked.riders[day], asked.wheelchairs[day]
            opens, closes = asked.pickup_window[day] + bounds[:2]
        elif stop == _ASKED_DROPOFF:
            zone, taking = asked.destination[day], asked.service[day, 1]
            riders, wheelchairs = -asked.riders[day], -asked.wheelchairs[day]
            opens, closes = asked.dropoff_window[day] + bounds[2:]
        else:
            zone, taking = state.zone[day, stop], state.service[day, stop]
            riders, wheelchairs = state.riders[day, stop], state.wheelchairs[day, stop]
            opens, closes = state.opens[day, stop], state.closes[day, stop]
        driven += travel[here, zone]
        clock = max(clock + travel[here, zone], opens)
        load += riders + of.chair_seats * wheelchairs
        chairs += wheelchairs
        if clock > closes or load > of.seats or chairs > of.places:
            return int(NEVER)
        clock += taking
        here = zone
    home = travel[here, of.end_depot]
    return int(driven + home if clock + home <= of.end else NEVER)
