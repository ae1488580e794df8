"""Writing agreed requests into the routes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
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
)
from rideflex.routing.kernels.state import (
    CLOSES,
    LONGEST,
    NEVER,
    OPENS,
    RIDERS,
    SERVICE,
    WHEELCHAIRS,
    ZONE,
    Plans,
    refresh,
)


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
    pickup, dropoff = state.visits[day, 2 * request], state.visits[day, 2 * request + 1]
    pickup[ZONE], dropoff[ZONE] = asked[row, ORIGIN], asked[row, DESTINATION]
    pickup[RIDERS], dropoff[RIDERS] = asked[row, SEATS], -asked[row, SEATS]
    pickup[WHEELCHAIRS], dropoff[WHEELCHAIRS] = asked[row, CHAIRS], -asked[row, CHAIRS]
    pickup[SERVICE], dropoff[SERVICE] = asked[row, BOARD], asked[row, ALIGHT]
    pickup[LONGEST] = dropoff[LONGEST] = asked[row, MAX_RIDE]
    agree(plans, asked, day, row, request, bounds)
    state.timed[day] = state.timed[day] or asked[row, MAX_RIDE] < NEVER
    state.booked[day] += 1


@compiled()
def agree(
    plans: Plans, asked: Asked, day: int, row: int, request: int, bounds: npt.NDArray[np.int64]
) -> None:
    """Set the windows of a booked request to those asked for, shifted by `bounds` [4] seconds."""
    visits = plans.state.visits
    pickup, dropoff = visits[day, 2 * request], visits[day, 2 * request + 1]
    pickup[OPENS] = asked[row, PICKUP_OPENS] + bounds[0]
    pickup[CLOSES] = asked[row, PICKUP_CLOSES] + bounds[1]
    dropoff[OPENS] = asked[row, DROPOFF_OPENS] + bounds[2]
    dropoff[CLOSES] = asked[row, DROPOFF_CLOSES] + bounds[3]


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


def as_agreed(visits: npt.NDArray[np.int64]) -> Asked:
    """Take booked requests [..., R] out of their visits [..., 2 R, 7], windows as agreed."""
    pickups, dropoffs = visits[..., 0::2, :], visits[..., 1::2, :]
    asked = np.empty((*pickups.shape[:-1], ASKED_COLUMNS), dtype=np.int64)
    for column, side, told in (
        (ORIGIN, pickups, ZONE),
        (DESTINATION, dropoffs, ZONE),
        (PICKUP_OPENS, pickups, OPENS),
        (PICKUP_CLOSES, pickups, CLOSES),
        (DROPOFF_OPENS, dropoffs, OPENS),
        (DROPOFF_CLOSES, dropoffs, CLOSES),
        (SEATS, pickups, RIDERS),
        (CHAIRS, pickups, WHEELCHAIRS),
        (BOARD, pickups, SERVICE),
        (ALIGHT, dropoffs, SERVICE),
        (MAX_RIDE, pickups, LONGEST),
    ):
        asked[..., column] = side[..., told]
    return asked
