"""A day's routes as a strong solver would drive them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from rideflex.routing.problem import ServiceDay
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.joint import search_jointly
from rideflex.routing.search.solver import Solver
from rideflex.routing.solution import Routes, Solution

_ROUNDS = 5  # of ruin and recreate, compiled, for each of PyVRP's: together a tenth of its time
_ROUNDS_ALONE = 35  # where nothing comes after them: about as long as both take together
_NEVER_LEAVE_OUT = 1 << 30


def reoptimise(
    day: ServiceDay,
    routes: Routes,
    iterations: int = 2000,
    seed: int = 0,
    solver: Solver = "pyvrp",
) -> Solution:
    """Improve a day's routes: a quick ruin and recreate, then `iterations` of PyVRP's search.

    The objective is the plans' own: driving seconds, plus the fleet's penalty for each request
    left out. Serving comes first: what the routes leave out is optional, at the price of the
    penalty, and whoever is still left out is named in `unserved`. The result is a function of the
    day, the routes, the iterations and the seed, and is never worse than the routes. The built-in
    solver is a longer ruin and recreate, for where PyVRP is not installed, and for fleets whose
    drivers take breaks, which PyVRP does not know.

    Raises
    ------
    ModuleNotFoundError
        If the solver is PyVRP, and it is not installed.
    UsageError
        If the routes can't be driven to start with.

    Examples
    --------
    >>> from rideflex.routing import Fleet, Requests
    >>> travel_times = [[0, 600, 900], [600, 0, 600], [900, 600, 0]]
    >>> windows = [[0, 3600], [0, 3600]], [[0, 7200], [0, 7200]]
    >>> day = ServiceDay(Requests([1, 1], [2, 2], *windows), Fleet.alike(1, 2, 0), travel_times)
    >>> one_after_the_other = ((0, 1, 2, 3),)
    >>> reoptimise(day, one_after_the_other, iterations=20, solver="built-in").driving
    2100
    """
    return reoptimise_days([day], [routes], iterations, seed, solver=solver)[0]


def reoptimise_days(
    days: Sequence[ServiceDay],
    routes: Sequence[Routes],
    iterations: int = 2000,
    seed: int = 0,
    workers: int = 1,
    solver: Solver = "pyvrp",
) -> list[Solution]:
    """Improve many days of one fleet, `workers` at a time; how many does not change the result."""
    solver = "built-in" if any(day.fleet.has_breaks for day in days) else solver
    starts = [
        Agreement.as_asked(OpenDay.without_offers(day), agreed)
        for day, agreed in zip(days, routes, strict=True)
    ]
    rounds = (_ROUNDS if solver == "pyvrp" else _ROUNDS_ALONE) * iterations
    quick = search_jointly(starts, rounds, seed, penalty=_NEVER_LEAVE_OUT)
    found = [agreement.solution for agreement in quick]
    if solver == "pyvrp":
        found = _polished(days, found, iterations, seed, workers)
    return [
        min(start.solution, solution, key=lambda solution: solution.cost)
        for start, solution in zip(starts, found, strict=True)
    ]


def _polished(
    days: Sequence[ServiceDay],
    solutions: Sequence[Solution],
    iterations: int,
    seed: int,
    workers: int,
) -> list[Solution]:
    from rideflex.routing.search.pyvrp_search import polish

    solve = partial(polish, iterations=iterations, seed=seed)
    with ThreadPoolExecutor(workers) as pool:  # PyVRP works outside Python's lock
        return list(pool.map(solve, days, solutions))
