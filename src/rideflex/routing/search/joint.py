"""Search over the routes and the agreed offers of many days at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rideflex.errors import UsageError
from rideflex.routing.kernels.layout import Asked, shifts_of
from rideflex.routing.kernels.ruin_recreate import BEST, Choice, search_days
from rideflex.routing.plans import PlanBatch
from rideflex.routing.search.agreement import Agreement


def search_jointly(
    starts: Sequence[Agreement], rounds: int, seed: int = 0, penalty: int | None = None
) -> list[Agreement]:
    """Improve agreements by `rounds` of ruin and recreate each; none gets worse.

    All days share the fleet, the travel times and the offers. The result of a day depends on its
    start, the rounds and the seed, not on the other days nor on the number of threads.

    Parameters
    ----------
    penalty
        Seconds for a request left out, where it is not the fleet's.

    Raises
    ------
    UsageError
        If the days differ in what they share, or a start can't be driven.
    """
    if not starts:
        return []
    first = starts[0].open_day
    if any(start.open_day.offers != first.offers for start in starts):
        raise UsageError("days that are searched together share an offer grid")
    days = [start.open_day.day for start in starts]
    plans = PlanBatch.of(
        [start.open_day.under(start.actions) for start in starts], [s.routes for s in starts]
    )
    room = plans.max_requests
    accepted = np.zeros((len(starts), room, len(first.offers)), dtype=np.bool_)
    chosen = np.full((len(starts), room), -1, dtype=np.int64)
    asked = _room_for(len(starts) * room)
    for row, start in enumerate(starts):
        n = len(days[row].requests)
        at = slice(row * room, row * room + n)
        requests, day = days[row].requests, days[row]
        asked.origin[at], asked.destination[at] = requests.origin, requests.destination
        asked.pickup_window[at] = requests.pickup_window
        asked.dropoff_window[at] = requests.dropoff_window
        asked.riders[at], asked.service[at] = day.riders, day.service
        accepted[row, :n] = start.open_day.accepted
        chosen[row, :n] = start.actions
        chosen[row, list(start.solution.unserved)] = -1
    triple = plans.select(np.repeat(np.arange(len(starts)), 3))
    choice = Choice(
        accepted=accepted,
        price=np.outer([s.open_day.price for s in starts], first.offers.minutes).astype(np.int64),
        penalty=first.day.fleet.penalty if penalty is None else penalty,
        chosen=np.repeat(chosen, 3, axis=0),
    )
    search_days(
        triple._state,
        triple._rules,
        triple.travel_times,
        asked,
        shifts_of(first.offers),
        choice,
        rounds,
        np.full(len(starts), seed, dtype=np.int64),
    )
    found = []
    for row, start in enumerate(starts):
        actions = choice.chosen[3 * row + BEST, : len(start.actions)].astype(np.int32)
        actions[actions < 0] = first.offers.no_shift
        found.append(Agreement(start.open_day, actions, triple.routes(3 * row + BEST)))
    return found


def _room_for(n: int) -> Asked:
    return Asked(
        np.zeros(n, dtype=np.int32),
        np.zeros(n, dtype=np.int32),
        np.zeros((n, 2), dtype=np.int64),
        np.zeros((n, 2), dtype=np.int64),
        np.zeros(n, dtype=np.int32),
        np.zeros((n, 2), dtype=np.int64),
    )
