"""The clairvoyant benchmark of an evaluation: a search with every answer known beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rideflex.evaluation.play import Played, Scene
from rideflex.negotiation.masking import AskLedger
from rideflex.routing import ServiceDay, Solution
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.clairvoyant import clairvoyant_days
from rideflex.routing.search.solver import Solver


def clairvoyant_agreements(
    scene: Scene,
    played: Sequence[Played],
    solutions: Sequence[Sequence[Solution]],
    *,
    rounds: int,
    iterations: int,
    seed: int,
    workers: int = 1,
    solver: Solver = "pyvrp",
    ledger: AskLedger | None = None,
) -> list[Agreement]:
    """Search for the best offers and routes of every day [D], never worse than any policy's.

    It is a local search, so that it is no bound: what it finds could in principle be beaten.

    Parameters
    ----------
    scene
        Days, and the cap on questions, which the benchmark respects too: day after day it may ask
        only those who have a question left.
    played, solutions
        What the policies did, and their re-optimised routes: the starts of the search.
    rounds, iterations, seed, workers, solver
        See `clairvoyant_days`. A day's result depends on no other day, unless questions are capped.
    ledger
        Questions put before the scene; none without it.
    """
    ledger = ledger or AskLedger(scene.area, scene.max_asks)
    n_days = len(scene.days)
    n_together = n_days if scene.max_asks is None else 1
    found: list[Agreement] = []
    for first in range(0, n_days, n_together):
        starts = []
        for day in range(first, min(first + n_together, n_days)):
            open_day = _open_day(scene, day, ledger)
            starts.append(
                [
                    Agreement(open_day, of_policy.actions[day], routed[day].routes)
                    for of_policy, routed in zip(played, solutions, strict=True)
                    if _is_accepted(open_day, of_policy.actions[day])
                ]
            )
        best = clairvoyant_days(starts, rounds, iterations, seed, workers, solver)
        for day, agreement in enumerate(best, start=first):
            asked = agreement.actions != agreement.open_day.offers.no_shift
            ledger.note(scene.area.trips.traveler[scene.days.trips[day]], asked)
        found += best
    return found


def _open_day(scene: Scene, day: int, ledger: AskLedger) -> OpenDay:
    area, days = scene.area, scene.days[day : day + 1]
    accepted = np.stack([days.answers(area, step)[0] for step in range(days.n_requests)])
    travelers = area.trips.traveler[days.trips[0]]
    accepted[~ledger.open_on(travelers)] = False
    accepted &= area.may_offer(days.trips[0])
    requests = area.requests(days.trips[0])
    return OpenDay(ServiceDay(requests, scene.fleet, area.travel_times), area.offers, accepted)


def _is_accepted(open_day: OpenDay, actions: npt.NDArray[np.int32]) -> bool:
    return bool(open_day.accepted[np.arange(len(actions)), actions].all())
