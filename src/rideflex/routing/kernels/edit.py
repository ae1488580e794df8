"""Writing agreed requests into the routes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked, Shifts
from rideflex.routing.kernels.state import NEVER, Rules, State, refresh


@compiled()
def commit_days(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    shifts: Shifts,
    quotes: npt.NDArray[np.int64],
    actions: npt.NDArray[np.int32],
    served: npt.NDArray[np.bool_],
) -> None:
    """Book one request a day under the offer that was agreed, and route it where it can be."""
    for day in range(len(actions)):
        action = actions[day]
        book(
            state, asked, day, day,
            shifts.early[shifts.lane[action]], shifts.late[shifts.step[action]],
        )  # fmt: skip
        cost, vehicle, i, j = quotes[:, day, action]
        served[day] = cost < NEVER
        if served[day]:
            insert(state, rules, travel, day, vehicle, state.booked[day] - 1, i, j, cost)


@compiled()
def book(state: State, asked: Asked, day: int, row: int, early: int, late: int) -> None:
    """Write down the windows of a request under the agreed shifts."""
    pickup = 2 * state.booked[day]
    dropoff = pickup + 1
    state.zone[day, pickup] = asked.origin[row]
    state.zone[day, dropoff] = asked.destination[row]
    state.opens[day, pickup] = asked.pickup_window[row, 0] + early
    state.closes[day, pickup] = asked.pickup_window[row, 1]
    state.opens[day, dropoff] = asked.dropoff_window[row, 0]
    state.closes[day, dropoff] = asked.dropoff_window[row, 1] + late
    state.riders[day, pickup] = asked.riders[row]
    state.riders[day, dropoff] = -asked.riders[row]
    state.service[day, pickup] = asked.service[row, 0]
    state.service[day, dropoff] = asked.service[row, 1]
    state.booked[day] += 1


@compiled()
def insert(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    day: int,
    vehicle: int,
    request: int,
    i: int,
    j: int,
    cost: int,
) -> None:
    """Put a booked request's stops into a route, where and at what cost a quote said."""
    stops = state.stops[day, vehicle]
    n = state.length[day, vehicle]
    for k in range(n + 1, i, -1):  # from the end, so that no stop is overwritten before it moved
        if k > j + 1:
            stops[k] = stops[k - 2]
        elif k == j + 1:
            stops[k] = 2 * request + 1
        else:
            stops[k] = stops[k - 1]
    stops[i] = 2 * request
    state.length[day, vehicle] = n + 2
    state.driving[day] += cost
    refresh(state, rules, travel, day, vehicle)
