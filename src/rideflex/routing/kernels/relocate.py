"""Quick improvement of many days' routes at once: move one request at a time, if that saves.

Insertion never changes its mind, so its plans hide part of what a wider window is worth. Taking
each request out and putting it back where it costs least, a few rounds, finds much of that in
well under a millisecond a day; `reoptimise` finds the rest in about a thousand times as long.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.edit import insert
from rideflex.routing.kernels.insertion import COST, DROPOFF, PICKUP, VEHICLE, quote_day
from rideflex.routing.kernels.layout import (
    ALIGHT,
    ASKED_COLUMNS,
    BOARD,
    CHAIRS,
    DESTINATION,
    DROPOFF_CLOSES,
    DROPOFF_OPENS,
    MAX_RIDE,
    ORIGIN,
    PICKUP_CLOSES,
    PICKUP_OPENS,
    SEATS,
    Asked,
    Shifts,
    signed,
)
from rideflex.routing.kernels.ride_time import route_holds
from rideflex.routing.kernels.state import (
    CLOSES,
    DEPOT,
    END_DEPOT,
    LONGEST,
    OPENS,
    RIDERS,
    SERVICE,
    WHEELCHAIRS,
    ZONE,
    Plans,
    Rules,
    State,
    refresh,
    unused,
)
from rideflex.routing.problem import BREAK


@compiled(parallel=True)
def improve_days(state: State, rules: Rules, penalty: int, rounds: int) -> None:
    """Improve every day until a round moves nothing, at most `rounds` rounds."""
    if len(state.booked) == 1:
        _improve_day(state, rules, penalty, rounds, signed(0))
    else:
        for day in numba.prange(len(state.booked)):
            _improve_day(state, rules, penalty, rounds, signed(day))


@compiled()
def _improve_day(state: State, rules: Rules, penalty: int, rounds: int, day: int) -> None:
    plans = Plans(state, rules)
    zero = np.zeros(1, dtype=np.int64)
    none = np.zeros((1, 2), dtype=np.int64)
    as_agreed = Shifts(zero, none, none, np.zeros((1, 3), np.int64), np.zeros((1, 4), np.int64))
    best = np.empty((1, 4, 1, 1), dtype=np.int64)
    asked = np.empty((1, ASKED_COLUMNS), dtype=np.int64)
    barred = np.zeros(state.length.shape[1], dtype=np.bool_)
    before = np.empty_like(state.stops[day, 0])
    home = _homes(plans, day)
    for _ in range(rounds):
        moved = False
        for request in range(state.booked[day]):
            vehicle, gain, free = home[request], penalty, True
            if vehicle >= 0:
                before[:] = state.stops[day, vehicle]
                gain, free = take_out(plans, day, vehicle, request)
            if free and gain > 0:
                _booked(plans, day, request, asked)
                quote_day(plans, asked, as_agreed, day, signed(0), barred, best)
                cost = best[0, COST, 0, 0]
                if cost < gain:
                    vehicle = best[0, VEHICLE, 0, 0]
                    i, j = best[0, PICKUP, 0, 0], best[0, DROPOFF, 0, 0]
                    insert(plans, day, vehicle, request, i, j, cost)
                    home[request] = vehicle
                    moved = True
                    continue
            if vehicle >= 0:
                state.stops[day, vehicle] = before
                state.length[day, vehicle] += 2
                state.driving[day] += gain
                refresh(plans, day, vehicle)
        if not moved:
            break


@compiled()
def _homes(plans: Plans, day: int) -> npt.NDArray[np.int64]:
    state = plans.state
    home = np.full(state.booked[day], -1, dtype=np.int64)
    for vehicle in range(state.length.shape[1]):
        for stop in state.stops[day, vehicle, : state.length[day, vehicle]]:
            if stop != BREAK:
                home[stop // 2] = vehicle
    return home


@compiled()
def take_out(plans: Plans, day: int, vehicle: int, request: int) -> tuple[int, bool]:
    """Take a request out; returns the seconds saved, and whether the rest still holds."""
    # The rest can keep its old times by waiting, as long as no way between two stops gets longer
    # by leaving out what lay between them (without the triangle inequality it can), and the
    # driver's break stays where it was.
    state, rules = plans
    travel, of = rules.travel, rules.vehicles[vehicle]
    depot, end = of[DEPOT], of[END_DEPOT]
    stops, n = state.stops[day, vehicle], state.length[day, vehicle]
    kept, gain, longer = 0, 0, False
    here = last = depot
    passed, left_out = 0, False
    for k in range(n + 1):
        stop = stops[k] if k < n else BREAK
        if k < n and stop == BREAK:
            longer = longer or left_out
            stops[kept] = BREAK
            kept += 1
            continue
        zone = state.visits[day, stop, ZONE] if k < n else end
        passed += travel[here, zone]
        here = zone
        if k < n and stop // 2 == request:
            left_out = True
            continue
        gain += passed - travel[last, zone]
        longer = longer or travel[last, zone] > passed
        last, passed, left_out = zone, 0, False
        if k < n:
            stops[kept] = stop
            kept += 1
    state.length[day, vehicle] = kept
    if unused(plans, day, vehicle):  # it stays at home
        gain += travel[depot, end]
    state.driving[day] -= gain
    if longer:
        return gain, route_holds(plans, day, vehicle)
    refresh(plans, day, vehicle)
    return gain, True


@compiled()
def _booked(plans: Plans, day: int, request: int, asked: Asked) -> None:
    # Writes a booked request into the one row of `asked`, with its windows as agreed.
    visits = plans.state.visits
    pickup, dropoff = visits[day, 2 * request], visits[day, 2 * request + 1]
    asked[0, ORIGIN], asked[0, DESTINATION] = pickup[ZONE], dropoff[ZONE]
    asked[0, PICKUP_OPENS], asked[0, PICKUP_CLOSES] = pickup[OPENS], pickup[CLOSES]
    asked[0, DROPOFF_OPENS], asked[0, DROPOFF_CLOSES] = dropoff[OPENS], dropoff[CLOSES]
    asked[0, SEATS], asked[0, CHAIRS] = pickup[RIDERS], pickup[WHEELCHAIRS]
    asked[0, BOARD], asked[0, ALIGHT] = pickup[SERVICE], dropoff[SERVICE]
    asked[0, MAX_RIDE] = pickup[LONGEST]
