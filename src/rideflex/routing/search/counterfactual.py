"""What a day would cost if one traveler had not agreed to a wider window."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.relocate import take_out
from rideflex.routing.kernels.state import Rules, State, refresh
from rideflex.routing.plans import PlanBatch


def narrowed(
    plans: PlanBatch,
    days: npt.ArrayLike,
    requests: npt.ArrayLike,
    pickup: npt.ArrayLike,
    dropoff: npt.ArrayLike,
    rounds: int = 2,
) -> npt.NDArray[np.int64]:
    """Cost [n] of `days` after taking the shifts of one request each back.

    Where the routes keep the narrower windows nothing changes. Elsewhere the request is taken out
    and put back where it costs least, and the day is improved for `rounds` rounds.

    Parameters
    ----------
    plans
        Days with all their requests booked, improved until nothing moves: what improving still
        found on them would count against the shift.
    days, requests
        Which request of which day [n].
    pickup, dropoff
        The shifts [n] in minutes that its windows were widened by.
    """
    at, which = np.asarray(days, dtype=np.intp), np.asarray(requests, dtype=np.int64)
    copies = plans.select(at)
    rows = np.arange(len(at))
    copies._state.opens[rows, 2 * which] -= 60 * np.asarray(pickup, dtype=np.int64)
    copies._state.closes[rows, 2 * which + 1] -= 60 * np.asarray(dropoff, dtype=np.int64)
    broken = np.zeros(len(at), dtype=np.bool_)
    _drop_broken(copies._state, copies._rules, copies.travel_times, which, broken)
    cost = plans.cost[at]
    if broken.any():
        again = copies.select(np.flatnonzero(broken))
        again.improve(rounds)
        cost[broken] = again.cost
    return cost


@compiled()
def _drop_broken(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    requests: npt.NDArray[np.int64],
    broken: npt.NDArray[np.bool_],
) -> None:
    for row in range(len(requests)):
        for vehicle in range(state.length.shape[1]):
            for k in range(state.length[row, vehicle]):
                if state.stops[row, vehicle, k] == 2 * requests[row]:
                    if not refresh(state, rules, travel, row, vehicle):
                        take_out(state, rules, travel, row, vehicle, requests[row])
                        broken[row] = True
                    break
