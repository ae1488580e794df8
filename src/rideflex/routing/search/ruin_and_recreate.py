"""Search over the routes of many days at once, under the windows that were agreed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.offers import OfferGrid
from rideflex.routing.kernels.edit import as_agreed
from rideflex.routing.kernels.layout import ASKED_COLUMNS, Asked, shifts_of
from rideflex.routing.kernels.ruin_recreate import BEST, Choice, search_days
from rideflex.routing.plans import PlanBatch
from rideflex.routing.problem import BREAK

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
    asked = as_agreed(plans.arrays.state.visits).reshape(-1, ASKED_COLUMNS)
    choice = Choice(
        accepted=np.ones((n_days, room, 1), dtype=np.bool_),
        price=np.zeros((n_days, 1), dtype=np.int64),
        penalty=plans.fleet.penalty,
        chosen=np.where(_served(plans), 0, -1),
    )
    return search(plans, asked, _AS_AGREED, choice, rounds, seeds)[0]


def search(
    plans: PlanBatch,
    asked: Asked,
    offers: OfferGrid,
    choice: Choice,
    rounds: int,
    seeds: npt.ArrayLike,
) -> tuple[PlanBatch, npt.NDArray[np.int64]]:
    """Search plans and what is agreed in them; returns both, the offers as [B, R].

    Parameters
    ----------
    plans
        B days of R requests to start from; they stay as they are.
    asked
        The requests [B R] with the windows that they were asked with.
    offers, choice
        The grid, and which of its offers may be agreed at what price; `chosen` [B, R] is what the
        plans agree on, and stays as it is.
    rounds
        Of ruin and recreate.
    seeds
        One a day [B].
    """
    n_days = len(plans)
    triple = plans.select(np.repeat(np.arange(n_days), 3))
    choice = choice._replace(chosen=np.repeat(choice.chosen, 3, axis=0))
    search_days(
        *triple.arrays, asked, shifts_of(offers), choice, rounds, np.asarray(seeds, dtype=np.int64)
    )
    best = 3 * np.arange(n_days) + BEST
    return triple.select(best), choice.chosen[best]


def _served(plans: PlanBatch) -> npt.NDArray[np.bool_]:
    state = plans.arrays.state
    served = np.zeros((len(plans), plans.max_requests), dtype=np.bool_)
    on_route = np.arange(state.stops.shape[2]) < state.length[:, :, None]
    day, vehicle, place = np.nonzero(on_route)
    stops = state.stops[day, vehicle, place]
    rides = stops != BREAK
    served[day[rides], stops[rides] // 2] = True
    return served
