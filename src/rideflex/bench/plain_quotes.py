"""The plain way to quote, compiled as the fast way is: build every route, and drive it."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import (
    ALIGHT,
    BOARD,
    CHAIRS,
    DESTINATION,
    DROPOFF_CLOSES,
    DROPOFF_OPENS,
    ORIGIN,
    PICKUP_CLOSES,
    PICKUP_OPENS,
    SEATS,
    Asked,
)
from rideflex.routing.kernels.state import (
    CHAIR_ROOM,
    CHAIR_SEATS,
    CLOSES,
    DEPOT,
    END,
    END_DEPOT,
    KIND,
    NEVER,
    OPENS,
    RIDERS,
    ROOM,
    SERVICE,
    START,
    WHEELCHAIRS,
    ZONE,
    Rules,
    State,
)

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
        route = np.empty(state.visits.shape[1] + 2, dtype=np.int64)
        for offer in range(len(bounds)):
            cheapest = int(NEVER)
            unused = np.zeros(len(vehicles), dtype=np.bool_)
            for vehicle in range(len(vehicles)):
                kind = vehicles[vehicle, KIND]
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
    travel, of, visits = rules.travel, rules.vehicles[vehicle], state.visits[day]
    clock, here, load, taken, driven = of[START], of[DEPOT], 0, 0, 0
    for stop in route:
        if stop == _ASKED_PICKUP:
            zone, taking = asked[day, ORIGIN], asked[day, BOARD]
            riders, chairs = asked[day, SEATS], asked[day, CHAIRS]
            opens = asked[day, PICKUP_OPENS] + bounds[0]
            closes = asked[day, PICKUP_CLOSES] + bounds[1]
        elif stop == _ASKED_DROPOFF:
            zone, taking = asked[day, DESTINATION], asked[day, ALIGHT]
            riders, chairs = -asked[day, SEATS], -asked[day, CHAIRS]
            opens = asked[day, DROPOFF_OPENS] + bounds[2]
            closes = asked[day, DROPOFF_CLOSES] + bounds[3]
        else:
            zone, taking = visits[stop, ZONE], visits[stop, SERVICE]
            riders, chairs = visits[stop, RIDERS], visits[stop, WHEELCHAIRS]
            opens, closes = visits[stop, OPENS], visits[stop, CLOSES]
        driven += travel[here, zone]
        clock = max(clock + travel[here, zone], opens)
        load += riders + of[CHAIR_SEATS] * chairs
        taken += chairs
        if clock > closes or load > of[ROOM] or taken > of[CHAIR_ROOM]:
            return int(NEVER)
        clock += taking
        here = zone
    home = travel[here, of[END_DEPOT]]
    return int(driven + home if clock + home <= of[END] else NEVER)
