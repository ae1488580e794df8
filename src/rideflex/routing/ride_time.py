"""Can a vehicle drive this route so that no ride takes too long?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.compiled import compiled


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
