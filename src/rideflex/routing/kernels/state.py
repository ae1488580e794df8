"""The flat arrays in which the routes of a batch of days are kept, and their upkeep.

Stop `2 * r` is the pick-up of request r, stop `2 * r + 1` its drop-off, and BREAK the driver's
rest. Position 0 of a route is the depot where it starts, and the position after its last stop the
one where it ends. A rest takes place where the vehicle is: its place is that of the position
before it. Of a vehicle whose driver rests, the rest stands in the route from the beginning.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.problem import BREAK
from rideflex.routing.vehicles import Fleet, Vehicle

NEVER = np.int64(1 << 40)
_ROWS_IN_CACHE = 16
_NO_REST = (0, int(NEVER), 0)

# Columns of `State.visits`: what a stop asks for.
ZONE, OPENS, CLOSES, SERVICE = 0, 1, 2, 3  # where, and when service may start; its seconds
RIDERS, WHEELCHAIRS = 4, 5  # who board, negative where they leave
LONGEST = 6  # seconds on board, NEVER without a limit
VISIT_COLUMNS = 7

# Columns of `State.route`: where and when a vehicle is at a position.
PLACE = 0  # zone
READY = 1  # earliest departure
LATE = 2  # latest start of service that saves the rest
LOAD, TAKEN = 3, 4  # seats and wheelchair places taken after the position
ROUTE_COLUMNS = 5


class State(NamedTuple):
    """Routes of B days with V vehicles and room for R requests a day; n = 2 R stops."""

    visits: npt.NDArray[np.int64]  # [B, n, 7] by stop
    timed: npt.NDArray[np.bool_]  # [B] whether any ride has a limit
    booked: npt.NDArray[np.int32]  # [B] requests that came so far
    stops: npt.NDArray[np.int32]  # [B, V, n + 1] the route
    length: npt.NDArray[np.int32]  # [B, V] stops on the route, the rest included
    route: npt.NDArray[np.int64]  # [B, V, n + 3, 5] by position
    driving: npt.NDArray[np.int64]  # [B] seconds that all vehicles drive


# Columns of `Rules.vehicles`.
ROOM, CHAIR_ROOM = 0, 1  # seats and wheelchair places
CHAIR_SEATS = 2  # that a wheelchair takes away
DEPOT, END_DEPOT = 3, 4
START, END = 5, 6  # of the shift
REST_OPENS, REST_CLOSES, REST = 7, 8, 9  # when the rest may start; its seconds, 0 without one
KIND = 10  # equal for vehicles that are alike


class Rules(NamedTuple):
    """Travel times and what V vehicles must keep; NEVER where there is no limit."""

    travel: npt.NDArray[np.int32]  # [Z, Z] seconds
    vehicles: npt.NDArray[np.int64]  # [V, 11]
    max_duration: int
    shortcut: int  # most seconds that driving by way of another zone can save


class Plans(NamedTuple):
    """Everything that a kernel needs to know of the plans of a batch of days."""

    state: State
    rules: Rules


def rules_of(fleet: Fleet, travel_times: npt.NDArray[np.int32]) -> Rules:
    """Collect what the kernels need to know of a fleet and its travel times."""
    columns = [
        (of.seats, of.wheelchairs, of.seats_per_wheelchair, of.depot, of.end, *of.shift)
        for of in fleet.vehicles
    ]
    rests = [_rest_of(of) for of in fleet.vehicles]
    kinds = np.array(fleet.kinds)[:, None]
    return Rules(
        travel=travel_times,
        vehicles=np.concatenate([columns, rests, kinds], axis=1).astype(np.int64),
        max_duration=int(NEVER) if fleet.max_duration is None else fleet.max_duration,
        shortcut=int(_largest_shortcut(travel_times)),
    )


def _rest_of(vehicle: Vehicle) -> tuple[int, int, int]:
    rest = vehicle.rest
    return (rest.opens, rest.closes - rest.seconds, rest.seconds) if rest else _NO_REST


def empty_plans(n_days: int, max_requests: int, rules: Rules) -> Plans:
    """Make the plans of days on which nobody has called yet."""
    n, vehicles = 2 * max_requests, len(rules.vehicles)
    state = State(
        visits=np.zeros((n_days, n, VISIT_COLUMNS), dtype=np.int64),
        timed=np.zeros(n_days, dtype=np.bool_),
        booked=np.zeros(n_days, dtype=np.int32),
        stops=np.zeros((n_days, vehicles, n + 1), dtype=np.int32),
        length=np.zeros((n_days, vehicles), dtype=np.int32),
        route=np.zeros((n_days, vehicles, n + 3, ROUTE_COLUMNS), dtype=np.int64),
        driving=np.zeros(n_days, dtype=np.int64),
    )
    plans = Plans(state, rules)
    clear(plans, np.arange(n_days))
    return plans


@compiled()
def clear(plans: Plans, rows: npt.NDArray[np.intp]) -> None:
    """Empty the days at `rows`: what is left is the rest of every driver who has one."""
    state, vehicles = plans.state, plans.rules.vehicles
    for day in rows:
        state.booked[day] = 0
        state.driving[day] = 0
        state.timed[day] = False
        for vehicle in range(len(vehicles)):
            rests = vehicles[vehicle, REST] > 0
            state.length[day, vehicle] = 1 if rests else 0
            if rests:
                state.stops[day, vehicle, 0] = BREAK
            refresh(plans, day, vehicle)


@compiled()
def unused(plans: Plans, day: int, vehicle: int) -> bool:
    """Tell whether a vehicle has nobody to carry, and so stays at its depot."""
    rests = 1 if plans.rules.vehicles[vehicle, REST] > 0 else 0
    return bool(plans.state.length[day, vehicle] == rests)


@compiled()
def refresh(plans: Plans, day: int, vehicle: int) -> bool:
    """Recompute the positions of a route from its stops; False where a window or seat breaks."""
    state, travel, of = plans.state, plans.rules.travel, plans.rules.vehicles[vehicle]
    n = state.length[day, vehicle]
    stops, at, visits = state.stops[day, vehicle], state.route[day, vehicle], state.visits[day]
    at[0, PLACE], at[0, READY], at[0, LOAD], at[0, TAKEN] = of[DEPOT], of[START], 0, 0
    holds = True
    for k in range(1, n + 1):
        stop = stops[k - 1]
        load, taken, here = at[k - 1, LOAD], at[k - 1, TAKEN], at[k - 1, PLACE]
        if stop == BREAK:
            start = max(of[REST_OPENS], at[k - 1, READY])
            at[k, READY] = start + of[REST]
            holds = holds and start <= of[REST_CLOSES] and load == 0 and taken == 0
        else:
            here, last = visits[stop, ZONE], here
            start = max(visits[stop, OPENS], at[k - 1, READY] + travel[last, here])
            at[k, READY] = start + visits[stop, SERVICE]
            taken += visits[stop, WHEELCHAIRS]
            load += visits[stop, RIDERS] + of[CHAIR_SEATS] * visits[stop, WHEELCHAIRS]
            holds = holds and start <= visits[stop, CLOSES]
            holds = holds and load <= of[ROOM] and taken <= of[CHAIR_ROOM]
        at[k, PLACE], at[k, LOAD], at[k, TAKEN] = here, load, taken
    back = travel[at[n, PLACE], of[END_DEPOT]]
    at[n + 1, PLACE], at[n + 1, LOAD], at[n + 1, TAKEN] = of[END_DEPOT], 0, 0
    at[n + 1, READY] = of[START] if unused(plans, day, vehicle) else at[n, READY] + back
    holds = holds and at[n + 1, READY] <= of[END]
    at[n + 1, LATE] = of[END]
    leave = of[END] - back
    for k in range(n, 0, -1):
        stop = stops[k - 1]
        if stop == BREAK:
            at[k, LATE] = leave = min(of[REST_CLOSES], leave - of[REST])
        else:
            at[k, LATE] = min(visits[stop, CLOSES], leave - visits[stop, SERVICE])
            leave = at[k, LATE] - travel[at[k - 1, PLACE], at[k, PLACE]]
    return holds


@compiled()
def _largest_shortcut(travel: npt.NDArray[np.int32]) -> int:
    """Most seconds that driving by way of another zone saves."""
    # A block of rows is held in the cache while the matrix goes by; in 32 bits eight fit a word.
    n, most = len(travel), 0
    rows = min(_ROWS_IN_CACHE, n)
    by_way = np.empty((rows, n), dtype=np.int32)
    for first in range(0, n, rows):
        last = min(first + rows, n)
        by_way[: last - first] = travel[first:last]
        for via in range(n):
            onward = travel[via]
            for a in range(first, last):
                to_via, found = travel[a, via], by_way[a - first]
                for b in range(n):
                    found[b] = min(found[b], np.int32(to_via + onward[b]))
        for a in range(first, last):
            for b in range(n):
                most = max(most, travel[a, b] - by_way[a - first, b])
    return most
