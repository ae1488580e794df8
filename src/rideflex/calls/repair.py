"""Agreements whose routes no longer hold: taken apart where need be, and put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rideflex.routing import PlanBatch, ServiceDay
from rideflex.routing.problem import BREAK
from rideflex.routing.search.agreement import Agreement
from rideflex.routing.search.ruin_and_recreate import search_routes
from rideflex.routing.solution import Routes, earliest_times

_IMPROVED = 2  # rounds of moves before the search


def repaired(
    changed: Sequence[tuple[Agreement, Iterable[int]]], rounds: int, seed: int = 0
) -> list[Agreement]:
    """Route agreements anew after the windows of some of their requests changed.

    Where a route still holds it stays; elsewhere those requests are taken out of it, and all of it
    if that is not enough. What was taken out goes back where it costs least, and `rounds` of ruin
    and recreate follow, under the windows as they are agreed.

    Parameters
    ----------
    changed
        Agreements of days that share fleet and travel times, each with the requests concerned.
    """
    if not changed:
        return []
    days = [agreement.open_day.under(agreement.actions) for agreement, _ in changed]
    routes = [
        _holding(day, agreement.routes, set(requests))
        for day, (agreement, requests) in zip(days, changed, strict=True)
    ]
    plans = PlanBatch.of(days, routes)
    plans.improve(_IMPROVED)
    if rounds:
        plans = search_routes(plans, rounds, np.full(len(days), seed, dtype=np.int64))
    return [
        replace(agreement, routes=plans.routes(at)) for at, (agreement, _) in enumerate(changed)
    ]


def taken_back(
    agreement: Agreement, groups: Iterable[Sequence[int]], rounds: int, seed: int = 0
) -> list[Agreement]:
    """Counterfactual agreements, in each of which one group of requests keeps what it asked for."""
    without = []
    for requests in groups:
        actions: npt.NDArray[np.int32] = agreement.actions.copy()
        actions[list(requests)] = agreement.open_day.offers.no_shift
        without.append((replace(agreement, actions=actions), requests))
    return repaired(without, rounds, seed)


def _holding(day: ServiceDay, routes: Routes, suspects: set[int]) -> Routes:
    kept = []
    for vehicle, route in enumerate(routes):
        left = route
        if route and earliest_times(day, vehicle, route) is None:
            left = tuple(stop for stop in route if stop == BREAK or stop // 2 not in suspects)
            # Without the way over somebody's door the rest may come too early or too late.
            if set(left) == {BREAK} or earliest_times(day, vehicle, left) is None:
                left = ()
        kept.append(left)
    return tuple(kept)
