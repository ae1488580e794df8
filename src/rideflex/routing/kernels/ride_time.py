"""The exact question of the longest ride: may a vehicle wait so that every ride is short."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked
from rideflex.routing.kernels.state import Rules, State


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
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    day: int,
    row: int,
    vehicle: int,
    i: int,
    j: int,
    early: int,
    late: int,
) -> bool:
    """Tell whether a route has a schedule after an insertion at positions i and j.

    `early` and `late` are the offer's shifts in seconds.
    """
    n = state.length[day, vehicle] + 4
    opens, closes, gap = (np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n, np.int64))
    since, within = np.full(n, -1, dtype=np.int64), np.empty(n, dtype=np.int64)
    boarded = np.empty(state.zone.shape[1] // 2, dtype=np.int64)
    opens[0], closes[0] = rules.start, rules.end
    here, served, k = rules.depot, 0, 1
    old = 0
    while k < n - 1:
        if k == i + 1:
            zone, taking = asked.origin[row], asked.service[row, 0]
            opens[k], closes[k] = asked.pickup_window[row]
            opens[k] += early
            picked = k
        elif k == j + 2:
            zone, taking = asked.destination[row], asked.service[row, 1]
            opens[k], closes[k] = asked.dropoff_window[row]
            closes[k] += late
            since[k], within[k] = picked, rules.max_ride + asked.service[row, 0]
        else:
            stop = state.stops[day, vehicle, old]
            old += 1
            zone, taking = state.zone[day, stop], state.service[day, stop]
            opens[k], closes[k] = state.opens[day, stop], state.closes[day, stop]
            if stop % 2 == 0:
                boarded[stop // 2] = k
            else:
                since[k] = boarded[stop // 2]
                within[k] = rules.max_ride + state.service[day, stop - 1]
        gap[k] = served + travel[here, zone]
        here, served = zone, taking
        k += 1
    opens[k], closes[k], gap[k] = rules.start, rules.end, served + travel[here, rules.depot]
    since[k], within[k] = 0, rules.max_duration
    return earliest_schedule(opens, closes, gap, since, within, np.empty(n, dtype=np.int64))
