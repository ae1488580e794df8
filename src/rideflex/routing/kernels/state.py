"""The flat arrays in which the routes of a batch of days are kept, and their upkeep.

Stop `2 * r` is the pick-up of request r, stop `2 * r + 1` its drop-off, and BREAK the driver's
rest. Position 0 of a route is the depot where it starts, and the position after its last stop the
one where it ends. A rest takes place where the vehicle is: its place is that of the position
before it. Of a vehicle whose driver rests, the rest stands in the route from the beginning.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.problem import BREAK
from rideflex.routing.vehicles import Fleet, Vehicle

NEVER = np.int64(1 << 40)
_NO_REST = (0, int(NEVER), 0)


class State(NamedTuple):
    """Routes of B days with V vehicles and room for R requests a day; n = 2 R stops."""

    zone: npt.NDArray[np.int32]  # [B, n] by stop
    opens: npt.NDArray[np.int64]  # [B, n] earliest start of service
    closes: npt.NDArray[np.int64]  # [B, n] latest start of service
    service: npt.NDArray[np.int64]  # [B, n] seconds that the stop takes
    riders: npt.NDArray[np.int32]  # [B, n] riders who board, negative where they leave
    wheelchairs: npt.NDArray[np.int32]  # [B, n] likewise
    max_ride: npt.NDArray[np.int64]  # [B, R] seconds on board, NEVER without a limit
    timed: npt.NDArray[np.bool_]  # [B] whether any ride has a limit
    booked: npt.NDArray[np.int32]  # [B] requests that came so far
    stops: npt.NDArray[np.int32]  # [B, V, n + 1] the route
    length: npt.NDArray[np.int32]  # [B, V] stops on the route, the rest included
    place: npt.NDArray[np.int32]  # [B, V, n + 3] zone by position
    ready: npt.NDArray[np.int64]  # [B, V, n + 3] earliest departure by position
    late: npt.NDArray[np.int64]  # [B, V, n + 3] latest start of service that saves the rest
    load: npt.NDArray[np.int32]  # [B, V, n + 3] seats taken after the position
    chairs: npt.NDArray[np.int32]  # [B, V, n + 3] wheelchair places taken after the position
    driving: npt.NDArray[np.int64]  # [B] seconds that all vehicles drive


VEHICLE_LIMITS = np.dtype(
    [
        (name, np.int64)
        for name in (
            "seats",
            "places",  # for wheelchairs
            "chair_seats",  # that a wheelchair takes away
            "depot",  # where routes start
            "end_depot",  # where they end
            "start",  # of the shift
            "end",
            "rest_opens",  # earliest start of the rest
            "rest_closes",  # latest start
            "rest",  # its seconds, 0 without one
            "kind",  # equal for vehicles that are alike
        )
    ]
)


class Rules(NamedTuple):
    """Travel times and what V vehicles must keep; NEVER where there is no limit."""

    travel: npt.NDArray[np.int32]  # [Z, Z] seconds
    vehicles: Any  # [V] records of VEHICLE_LIMITS
    max_duration: int
    shortcut: int  # most seconds that driving by way of another zone can save


class Plans(NamedTuple):
    """Everything that a kernel needs to know of the plans of a batch of days."""

    state: State
    rules: Rules


def rules_of(fleet: Fleet, travel_times: npt.NDArray[np.int32]) -> Rules:
    """Collect what the kernels need to know of a fleet and its travel times."""
    return Rules(
        travel=travel_times,
        vehicles=np.array(
            [
                (
                    of.seats, of.wheelchairs, of.seats_per_wheelchair, of.depot, of.end, *of.shift,
                    *_rest_of(of), kind,
                )
                for of, kind in zip(fleet.vehicles, fleet.kinds, strict=True)
            ],
            dtype=VEHICLE_LIMITS,
        ),
        max_duration=int(NEVER) if fleet.max_duration is None else fleet.max_duration,
        shortcut=int(_largest_shortcut(travel_times)),
    )  # fmt: skip


def _rest_of(vehicle: Vehicle) -> tuple[int, int, int]:
    rest = vehicle.rest
    return (rest.opens, rest.closes - rest.seconds, rest.seconds) if rest else _NO_REST


def empty_plans(n_days: int, max_requests: int, rules: Rules) -> Plans:
    """Make the plans of days on which nobody has called yet."""
    n, vehicles = 2 * max_requests, len(rules.vehicles)
    by_stop, by_position = (n_days, n), (n_days, vehicles, n + 3)
    state = State(
        zone=np.zeros(by_stop, dtype=np.int32),
        opens=np.zeros(by_stop, dtype=np.int64),
        closes=np.zeros(by_stop, dtype=np.int64),
        service=np.zeros(by_stop, dtype=np.int64),
        riders=np.zeros(by_stop, dtype=np.int32),
        wheelchairs=np.zeros(by_stop, dtype=np.int32),
        max_ride=np.full((n_days, max_requests), NEVER, dtype=np.int64),
        timed=np.zeros(n_days, dtype=np.bool_),
        booked=np.zeros(n_days, dtype=np.int32),
        stops=np.zeros((n_days, vehicles, n + 1), dtype=np.int32),
        length=np.zeros((n_days, vehicles), dtype=np.int32),
        place=np.zeros(by_position, dtype=np.int32),
        ready=np.zeros(by_position, dtype=np.int64),
        late=np.zeros(by_position, dtype=np.int64),
        load=np.zeros(by_position, dtype=np.int32),
        chairs=np.zeros(by_position, dtype=np.int32),
        driving=np.zeros(n_days, dtype=np.int64),
    )
    plans = Plans(state, rules)
    clear(plans, np.arange(n_days))
    return plans


@compiled()
def clear(plans: Plans, rows: npt.NDArray[np.intp]) -> None:
    """Empty the days at `rows`: what is left is the rest of every driver who has one."""
    state, rules = plans
    for day in rows:
        state.booked[day] = 0
        state.driving[day] = 0
        state.timed[day] = False
        for vehicle in range(len(rules.vehicles)):
            rests = rules.vehicles[vehicle].rest > 0
            state.length[day, vehicle] = 1 if rests else 0
            if rests:
                state.stops[day, vehicle, 0] = BREAK
            refresh(plans, day, vehicle)


@compiled()
def unused(plans: Plans, day: int, vehicle: int) -> bool:
    """Tell whether a vehicle has nobody to carry, and so stays at its depot."""
    rests = 1 if plans.rules.vehicles[vehicle].rest > 0 else 0
    return bool(plans.state.length[day, vehicle] == rests)


@compiled()
def refresh(plans: Plans, day: int, vehicle: int) -> bool:
    """Recompute the positions of a route from its stops; False where a window or seat breaks."""
    state, rules = plans
    travel = rules.travel
    n = state.length[day, vehicle]
    stops = state.stops[day, vehicle]
    place, ready = state.place[day, vehicle], state.ready[day, vehicle]
    late = state.late[day, vehicle]
    load, chairs = state.load[day, vehicle], state.chairs[day, vehicle]
    of = rules.vehicles[vehicle]
    holds = True
    place[0], ready[0], load[0], chairs[0] = of.depot, of.start, 0, 0
    for k in range(1, n + 1):
        stop = stops[k - 1]
        load[k], chairs[k] = load[k - 1], chairs[k - 1]
        if stop == BREAK:
            place[k] = place[k - 1]
            start = max(of.rest_opens, ready[k - 1])
            ready[k] = start + of.rest
            holds = holds and start <= of.rest_closes and load[k] == 0 and chairs[k] == 0
        else:
            place[k] = state.zone[day, stop]
            start = max(state.opens[day, stop], ready[k - 1] + travel[place[k - 1], place[k]])
            ready[k] = start + state.service[day, stop]
            chairs[k] += state.wheelchairs[day, stop]
            load[k] += state.riders[day, stop]
            load[k] += of.chair_seats * state.wheelchairs[day, stop]
            holds = holds and start <= state.closes[day, stop]
            holds = holds and load[k] <= of.seats and chairs[k] <= of.places
    place[n + 1], load[n + 1], chairs[n + 1] = of.end_depot, 0, 0
    idle = unused(plans, day, vehicle)
    ready[n + 1] = of.start if idle else ready[n] + travel[place[n], place[n + 1]]
    holds = holds and ready[n + 1] <= of.end
    late[n + 1] = of.end
    leave = late[n + 1] - travel[place[n], place[n + 1]]
    for k in range(n, 0, -1):
        stop = stops[k - 1]
        if stop == BREAK:
            late[k] = min(of.rest_closes, leave - of.rest)
            leave = late[k]
        else:
            late[k] = min(state.closes[day, stop], leave - state.service[day, stop])
            leave = late[k] - travel[place[k - 1], place[k]]
    return holds


@compiled()
def _largest_shortcut(travel: npt.NDArray[np.int32]) -> int:
    n = len(travel)
    most = 0
    for via in range(n):
        for a in range(n):
            first = travel[a, via]
            for b in range(n):
                most = max(most, travel[a, b] - first - travel[via, b])
    return most
