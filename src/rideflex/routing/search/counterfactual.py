"""Counterfactual cost of a day without one agreed shift."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.relocate import take_out
from rideflex.routing.kernels.ride_time import route_holds
from rideflex.routing.kernels.state import CLOSES, OPENS, Plans
from rideflex.routing.plans import PlanBatch


def narrowed(
    plans: PlanBatch,
    days: npt.ArrayLike,
    requests: npt.ArrayLike,
    bounds: npt.ArrayLike,
    rounds: int = 2,
) -> npt.NDArray[np.int64]:
    """Cost [n] of `days` after taking the shifts of one request each back.

    Where the routes keep the windows asked for nothing changes. Elsewhere the request is taken out
    and put back where it costs least, and the day is improved for `rounds` rounds.

    Parameters
    ----------
    plans
        Days with all their requests booked, improved until nothing moves: what improving still
        found on them would count against the shift.
    days, requests
        Which request of which day [n].
    bounds
        The shifts [n, 4] in minutes of its windows, in the order of `OfferGrid.bounds`.
    """
    at, which = np.asarray(days, dtype=np.intp), np.asarray(requests, dtype=np.int64)
    copies = plans.select(at)
    rows, back = np.arange(len(at)), 60 * np.asarray(bounds, dtype=np.int64)
    visits = copies.arrays.state.visits
    visits[rows, 2 * which, OPENS : CLOSES + 1] -= back[:, :2]
    visits[rows, 2 * which + 1, OPENS : CLOSES + 1] -= back[:, 2:]
    broken = np.zeros(len(at), dtype=np.bool_)
    _drop_broken(copies.arrays, which, broken)
    cost = plans.cost[at]
    if broken.any():
        again = copies.select(np.flatnonzero(broken))
        again.improve(rounds)
        cost[broken] = again.cost
    return cost


@compiled()
def _drop_broken(
    plans: Plans, requests: npt.NDArray[np.int64], broken: npt.NDArray[np.bool_]
) -> None:
    state = plans.state
    for row in range(len(requests)):
        for vehicle in range(state.length.shape[1]):
            for k in range(state.length[row, vehicle]):
                if state.stops[row, vehicle, k] == 2 * requests[row]:
                    if not route_holds(plans, row, vehicle):
                        take_out(plans, row, vehicle, requests[row])
                        broken[row] = True
                    break
