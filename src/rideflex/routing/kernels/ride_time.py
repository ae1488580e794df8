"""Feasibility of a route under windows and ride-time limits, by difference constraints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked, signed
from rideflex.routing.kernels.state import NEVER, Plans, refresh, unused
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
def ride_holds(
    plans: Plans,
    asked: Asked,
    day: int,
    row: int,
    vehicle: int,
    i: int,
    j: int,
    bounds: npt.NDArray[np.int64],
) -> bool:
    """Tell whether a route has a schedule after an insertion at positions i and j.

    `bounds` [4] are the offer's shifts in seconds, in the order of `OfferGrid.bounds`.
    """
    windows = np.empty((2, 2), dtype=np.int64)
    windows[0] = asked.pickup_window[row] + bounds[:2]
    windows[1] = asked.dropoff_window[row] + bounds[2:]
    ends = (asked.origin[row], asked.destination[row])
    return _has_schedule(
        plans, day, vehicle, i, j, ends, windows, asked.service[row], asked.max_ride[row]
    )


@compiled()
def route_holds(plans: Plans, day: int, vehicle: int) -> bool:
    """Recompute the positions of a route; tell whether it keeps every window, seat and ride."""
    state, rules = plans
    holds = refresh(plans, day, vehicle)
    if holds and (state.timed[day] or rules.max_duration < NEVER):
        none = np.zeros((2, 2), dtype=np.int64)
        nowhere = state.zone[day, 0], state.zone[day, 0]
        at = signed(_AT_NO_POSITION)
        holds = _has_schedule(plans, day, vehicle, at, at, nowhere, none, none[0], signed(0))
    return holds


@compiled()
def _has_schedule(
    plans: Plans,
    day: int,
    vehicle: int,
    i: int,
    j: int,
    ends: tuple[int, int],
    windows: npt.NDArray[np.int64],
    service: npt.NDArray[np.int64],
    max_ride: int,
) -> bool:
    # The route with one more request after positions i and j, or as it is.
    state, rules = plans
    of = rules.vehicles[vehicle]
    n = state.length[day, vehicle] + (2 if i == _AT_NO_POSITION else 4)
    opens, closes, gap = (np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n, np.int64))
    since, within = np.full(n, -1, dtype=np.int64), np.empty(n, dtype=np.int64)
    boarded = np.empty(state.zone.shape[1] // 2, dtype=np.int64)
    opens[0], closes[0] = of.start, of.end
    here, served, picked, old = of.depot, np.int64(0), 0, 0
    for k in range(1, n - 1):
        gap[k] = served
        if k == i + 1:
            zone, served = ends[0], service[0]
            opens[k], closes[k] = windows[0]
            picked = k
        elif k == j + 2:
            zone, served = ends[1], service[1]
            opens[k], closes[k] = windows[1]
            since[k], within[k] = picked, max_ride + service[0]
        else:
            stop = state.stops[day, vehicle, old]
            old += 1
            if stop == BREAK:
                opens[k], closes[k], served = of.rest_opens, of.rest_closes, of.rest
                continue
            zone, served = state.zone[day, stop], state.service[day, stop]
            opens[k], closes[k] = state.opens[day, stop], state.closes[day, stop]
            if stop % 2 == 0:
                boarded[stop // 2] = k
            else:
                since[k] = boarded[stop // 2]
                within[k] = state.max_ride[day, stop // 2] + state.service[day, stop - 1]
        gap[k] += rules.travel[here, zone]
        here = zone
    back = n - 1
    opens[back], closes[back] = of.start, of.end
    gap[back] = served + rules.travel[here, of.end_depot]
    if not unused(plans, day, vehicle) or i != _AT_NO_POSITION:
        since[back], within[back] = 0, rules.max_duration
    return earliest_schedule(opens, closes, gap, since, within, np.empty(n, dtype=np.int64))
