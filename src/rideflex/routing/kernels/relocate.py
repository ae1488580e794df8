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
from rideflex.routing.kernels.layout import Asked, Shifts
from rideflex.routing.kernels.state import NEVER, Rules, State, refresh


@compiled(parallel=True)
def improve_days(
    state: State, rules: Rules, travel: npt.NDArray[np.int32], penalty: int, rounds: int
) -> None:
    """Improve every day until a round moves nothing, at most `rounds` rounds."""
    if len(state.booked) == 1:
        _improve_day(state, rules, travel, penalty, rounds, 0)
    else:
        for day in numba.prange(len(state.booked)):
            _improve_day(state, rules, travel, penalty, rounds, day)


@compiled()
def _improve_day(
    state: State, rules: Rules, travel: npt.NDArray[np.int32], penalty: int, rounds: int, day: int
) -> None:
    none = np.zeros(1, dtype=np.int64)
    as_agreed = Shifts(none, none, none, none)
    best = np.empty((4, 1, 1), dtype=np.int64)
    barred = np.zeros(state.length.shape[1], dtype=np.bool_)
    before = np.empty_like(state.stops[day, 0])
    home = _homes(state, day)
    for _ in range(rounds):
        moved = False
        for request in range(state.booked[day]):
            vehicle, gain, free = home[request], penalty, True
            if vehicle >= 0:
                before[:] = state.stops[day, vehicle]
                gain, free = take_out(state, rules, travel, day, vehicle, request)
            if free and gain > 0:
                asked = _booked(state, day, request)
                quote_day(state, rules, travel, asked, as_agreed, day, 0, barred, best)
                cost = best[COST, 0, 0]
                if cost < gain:
                    vehicle = best[VEHICLE, 0, 0]
                    i, j = best[PICKUP, 0, 0], best[DROPOFF, 0, 0]
                    insert(state, rules, travel, day, vehicle, request, i, j, cost)
                    home[request] = vehicle
                    moved = True
                    continue
            if vehicle >= 0:
                state.stops[day, vehicle] = before
                state.length[day, vehicle] += 2
                state.driving[day] += gain
                refresh(state, rules, travel, day, vehicle)
        if not moved:
            break


@compiled()
def _homes(state: State, day: int) -> npt.NDArray[np.int64]:
    home = np.full(state.booked[day], -1, dtype=np.int64)
    for vehicle in range(state.length.shape[1]):
        for stop in state.stops[day, vehicle, : state.length[day, vehicle]]:
            home[stop // 2] = vehicle
    return home


@compiled()
def take_out(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    day: int,
    vehicle: int,
    request: int,
) -> tuple[int, bool]:
    """Take a request out; returns the seconds saved, and whether the rest still holds."""
    # The rest can keep its old times by waiting, as long as no way between two stops gets longer
    # by leaving out what lay between them (without the triangle inequality it can).
    stops, n = state.stops[day, vehicle], state.length[day, vehicle]
    kept, gain, longer = 0, 0, False
    here, last, passed = rules.depot, rules.depot, 0
    for k in range(n + 1):
        zone = state.zone[day, stops[k]] if k < n else rules.depot
        passed += travel[here, zone]
        here = zone
        if k < n and stops[k] // 2 == request:
            continue
        gain += passed - travel[last, zone]
        longer = longer or travel[last, zone] > passed
        last, passed = zone, 0
        if k < n:
            stops[kept] = stops[k]
            kept += 1
    if kept == 0:  # an unused vehicle stays at home
        gain += travel[rules.depot, rules.depot]
    state.length[day, vehicle] = kept
    state.driving[day] -= gain
    holds = refresh(state, rules, travel, day, vehicle)
    timed = rules.max_ride < NEVER or rules.max_duration < NEVER
    return gain, not longer or (holds and not timed)


@compiled()
def _booked(state: State, day: int, request: int) -> Asked:
    pickup, dropoff = 2 * request, 2 * request + 1
    return Asked(
        state.zone[day, pickup:dropoff],
        state.zone[day, dropoff : dropoff + 1],
        np.array([[state.opens[day, pickup], state.closes[day, pickup]]]),
        np.array([[state.opens[day, dropoff], state.closes[day, dropoff]]]),
        state.riders[day, pickup:dropoff],
        np.array([[state.service[day, pickup], state.service[day, dropoff]]]),
    )
