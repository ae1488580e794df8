"""Writing agreed requests into the routes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked, Shifts
from rideflex.routing.kernels.state import NEVER, Plans, refresh


@compiled()
def commit_days(
    plans: Plans,
    asked: Asked,
    shifts: Shifts,
    quotes: npt.NDArray[np.int64],
    actions: npt.NDArray[np.int32],
    served: npt.NDArray[np.bool_],
) -> None:
    """Book one request a day under the offer that was agreed, and route it where it can be."""
    for day in range(len(actions)):
        action = actions[day]
        book(plans, asked, day, day, shifts.bounds[action])
        cost, vehicle, i, j = quotes[:, day, action]
        served[day] = cost < NEVER
        if served[day]:
            insert(plans, day, vehicle, plans.state.booked[day] - 1, i, j, cost)


@compiled()
def book(plans: Plans, asked: Asked, day: int, row: int, bounds: npt.NDArray[np.int64]) -> None:
    """Write down a request with its windows under the agreed shifts [4] in seconds."""
    state = plans.state
    request = state.booked[day]
    pickup, dropoff = 2 * request, 2 * request + 1
    state.zone[day, pickup] = asked.origin[row]
    state.zone[day, dropoff] = asked.destination[row]
    agree(plans, asked, day, row, request, bounds)
    state.riders[day, pickup] = asked.riders[row]
    state.riders[day, dropoff] = -asked.riders[row]
    state.wheelchairs[day, pickup] = asked.wheelchairs[row]
    state.wheelchairs[day, dropoff] = -asked.wheelchairs[row]
    state.service[day, pickup] = asked.service[row, 0]
    state.service[day, dropoff] = asked.service[row, 1]
    state.max_ride[day, request] = asked.max_ride[row]
    state.timed[day] = state.timed[day] or asked.max_ride[row] < NEVER
    state.booked[day] += 1


@compiled()
def agree(
    plans: Plans, asked: Asked, day: int, row: int, request: int, bounds: npt.NDArray[np.int64]
) -> None:
    """Set the windows of a booked request to those asked for, shifted by `bounds` [4] seconds."""
    state = plans.state
    pickup, dropoff = 2 * request, 2 * request + 1
    state.opens[day, pickup] = asked.pickup_window[row, 0] + bounds[0]
    state.closes[day, pickup] = asked.pickup_window[row, 1] + bounds[1]
    state.opens[day, dropoff] = asked.dropoff_window[row, 0] + bounds[2]
    state.closes[day, dropoff] = asked.dropoff_window[row, 1] + bounds[3]


@compiled()
def insert(plans: Plans, day: int, vehicle: int, request: int, i: int, j: int, cost: int) -> None:
    """Put a booked request's stops into a route, where and at what cost a quote said."""
    state = plans.state
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
    refresh(plans, day, vehicle)
