"""Search over the routes of many days at once, under the windows that were agreed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.offers import OfferGrid
from rideflex.routing.kernels.layout import Asked, shifts_of
from rideflex.routing.kernels.ruin_recreate import BEST, Choice, search_days
from rideflex.routing.plans import PlanBatch

_AS_AGREED = OfferGrid(((0, 0),))


def search_routes(plans: PlanBatch, rounds: int, seeds: npt.ArrayLike) -> PlanBatch:
    """Return the plans after `rounds` of ruin and recreate a day; none got worse.

    Parameters
    ----------
    plans
        Days that have the same number of requests booked; they stay as they are.
    rounds
        Of the search.
    seeds
        One a day [B]: days with equal plans and seeds are searched alike.
    """
    n_days, room = len(plans), plans.max_requests
    triple = plans.select(np.repeat(np.arange(n_days), 3))
    state, served = plans._state, _served(plans)
    windows = np.stack([state.opens, state.closes], axis=2)
    asked = Asked(
        origin=state.zone[:, 0::2].flatten(),
        destination=state.zone[:, 1::2].flatten(),
        pickup_window=windows[:, 0::2].reshape(-1, 2),
        dropoff_window=windows[:, 1::2].reshape(-1, 2),
        riders=state.riders[:, 0::2].flatten(),
        service=state.service.reshape(-1, 2),
    )
    choice = Choice(
        accepted=np.ones((n_days, room, 1), dtype=np.bool_),
        price=np.zeros((n_days, 1), dtype=np.int64),
        penalty=plans.fleet.penalty,
        chosen=np.repeat(np.where(served, 0, -1), 3, axis=0),
    )
    search_days(
        triple._state,
        triple._rules,
        triple.travel_times,
        asked,
        shifts_of(_AS_AGREED),
        choice,
        rounds,
        np.asarray(seeds, dtype=np.int64),
    )
    return triple.select(3 * np.arange(n_days) + BEST)


def _served(plans: PlanBatch) -> npt.NDArray[np.bool_]:
    state = plans._state
    served = np.zeros((len(plans), plans.max_requests), dtype=np.bool_)
    on_route = np.arange(state.stops.shape[2]) < state.length[:, :, None]
    day, vehicle, place = np.nonzero(on_route)
    served[day, state.stops[day, vehicle, place] // 2] = True
    return served
