"""Search over the routes and the agreed offers of many days at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rideflex.errors import UsageError
from rideflex.routing.kernels.layout import ASKED_COLUMNS
from rideflex.routing.kernels.ruin_recreate import Choice
from rideflex.routing.plans import PlanBatch
from rideflex.routing.search.agreement import Agreement
from rideflex.routing.search.ruin_and_recreate import search


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
    asked = np.zeros((len(starts) * room, ASKED_COLUMNS), dtype=np.int64)
    for row, start in enumerate(starts):
        n = len(days[row].requests)
        asked[row * room : row * room + n] = plans.asked(days[row].requests)
        accepted[row, :n] = start.open_day.accepted
        chosen[row, :n] = start.actions
        chosen[row, list(start.solution.unserved)] = -1
    choice = Choice(
        accepted=accepted,
        price=np.stack([start.open_day.prices for start in starts]),
        penalty=first.day.fleet.penalty if penalty is None else penalty,
        chosen=chosen,
    )
    seeds = np.full(len(starts), seed, dtype=np.int64)
    best, agreed = search(plans, asked, first.offers, choice, rounds, seeds)
    found = []
    for row, start in enumerate(starts):
        actions = agreed[row, : len(start.actions)].astype(np.int32)
        actions[actions < 0] = first.offers.no_shift
        found.append(Agreement(start.open_day, actions, best.routes(row)))
    return found
