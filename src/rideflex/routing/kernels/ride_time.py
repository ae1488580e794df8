"""Feasibility of a route under windows and ride-time limits, by difference constraints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import (
    ALIGHT,
    ASKED_COLUMNS,
    BOARD,
    DESTINATION,
    MAX_RIDE,
    ORIGIN,
    signed,
)
from rideflex.routing.kernels.state import (
    CLOSES,
    DEPOT,
    END,
    END_DEPOT,
    LONGEST,
    NEVER,
    OPENS,
    REST,
    REST_CLOSES,
    REST_OPENS,
    SERVICE,
    START,
    ZONE,
    Plans,
    refresh,
    unused,
)
from rideflex.routing.problem import BREAK

_AT_NO_POSITION = -3


@compiled()
def earliest_schedule(
    opens: npt.NDArray[np.int64],
    closes: npt.NDArray[np.int64],
    gap: npt.NDArray[np.int64],
    since: npt.NDArray[np.int64],
    within: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
) -> bool:
    """Find the earliest schedule of a route under windows and ride times, if there is one.

    A route is a chain of times with `start[k] >= start[k-1] + gap[k]`, windows
    `opens[k] <= start[k] <= closes[k]`, and for each k with `since[k] >= 0` the limit
    `start[k] <= start[since[k]] + within[k]`: a vehicle may wait before a pick-up so that the ride
    gets shorter. These are difference constraints, so a schedule exists exactly when raising times
    to the least that every constraint asks for comes to rest inside the windows (Bellman-Ford on
    the constraint graph, Cormen et al., section 24.4). Pulling a pick-up up to its drop-off and
    pushing the chain on again answers the same question as the eight steps of Cordeau and Laporte
    (2003), with the earliest schedule instead of the one with least delay; at most one round for
    every limit is needed, and two are usual.

    Parameters
    ----------
    opens, closes, gap, since, within
        One entry a position [n]; `gap[0]` is not read.
    start
        Receives the schedule [n] where there is one.
    """
    n = len(opens)
    before = opens[0]
    for k in range(n):
        before = opens[k] if k == 0 else max(opens[k], before + gap[k])
        if before > closes[k]:
            return False
        start[k] = before
    for _ in range(n):
        lowest = n
        for k in range(n):
            if since[k] >= 0 and start[k] - within[k] > start[since[k]]:
                start[since[k]] = start[k] - within[k]
                lowest = min(lowest, since[k])
        if lowest == n:
            return True
        for k in range(lowest, n):
            if k > lowest:
                start[k] = max(start[k], start[k - 1] + gap[k])
            if start[k] > closes[k]:
                return False
    return False


@compiled()
def route_holds(plans: Plans, day: int, vehicle: int) -> bool:
    """Recompute the positions of a route; tell whether it keeps every window, seat and ride."""
    holds = refresh(plans, day, vehicle)
    if holds and (plans.state.timed[day] or plans.rules.max_duration < NEVER):
        nobody, none = np.zeros(ASKED_COLUMNS, np.int64), np.zeros((2, 2), np.int64)
        at = signed(_AT_NO_POSITION)
        holds = ride_holds(plans, nobody, day, vehicle, at, at, none)
    return holds


@compiled()
def ride_holds(
    plans: Plans,
    request: npt.NDArray[np.int64],
    day: int,
    vehicle: int,
    i: int,
    j: int,
    windows: npt.NDArray[np.int64],
) -> bool:
    """Tell whether a route has a schedule after an insertion at positions i and j.

    `request` is a row of a table of requests; `windows` [2, 2] are those of its pick-up and its
    drop-off as they would be agreed.
    """
    state, travel, of = plans.state, plans.rules.travel, plans.rules.vehicles[vehicle]
    visits = state.visits[day]
    n = state.length[day, vehicle] + (2 if i == _AT_NO_POSITION else 4)
    opens, closes, gap = (np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n, np.int64))
    since, within = np.full(n, -1, dtype=np.int64), np.empty(n, dtype=np.int64)
    boarded = np.empty(len(visits) // 2, dtype=np.int64)
    opens[0], closes[0] = of[START], of[END]
    here, served, picked, old = of[DEPOT], signed(0), 0, 0
    for k in range(1, n - 1):
        gap[k] = served
        if k == i + 1:
            zone, served, picked = request[ORIGIN], request[BOARD], k
            opens[k], closes[k] = windows[0, 0], windows[0, 1]
        elif k == j + 2:
            zone, served = request[DESTINATION], request[ALIGHT]
            opens[k], closes[k] = windows[1, 0], windows[1, 1]
            since[k], within[k] = picked, request[MAX_RIDE] + request[BOARD]
        else:
            stop = state.stops[day, vehicle, old]
            old += 1
            if stop == BREAK:
                opens[k], closes[k], served = of[REST_OPENS], of[REST_CLOSES], of[REST]
                continue
            zone, served = visits[stop, ZONE], visits[stop, SERVICE]
            opens[k], closes[k] = visits[stop, OPENS], visits[stop, CLOSES]
            if stop % 2 == 0:
                boarded[stop // 2] = k
            else:
                since[k] = boarded[stop // 2]
                within[k] = visits[stop, LONGEST] + visits[stop - 1, SERVICE]
        gap[k] += travel[here, zone]
        here = zone
    back = n - 1
    opens[back], closes[back] = of[START], of[END]
    gap[back] = served + travel[here, of[END_DEPOT]]
    if not unused(plans, day, vehicle) or i != _AT_NO_POSITION:
        since[back], within[back] = 0, plans.rules.max_duration
    return earliest_schedule(opens, closes, gap, since, within, np.empty(n, dtype=np.int64))
