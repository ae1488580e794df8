"""Clairvoyant benchmark: the best offers and routes found, every answer known, by local search."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from rideflex.routing.search.agreement import Agreement
from rideflex.routing.search.joint import search_jointly
from rideflex.routing.search.solver import Solver


def clairvoyant(
    starts: Sequence[Agreement],
    rounds: int = 20_000,
    iterations: int = 500,
    seed: int = 0,
    solver: Solver = "pyvrp",
) -> Agreement:
    """Find the best agreement of one open day, never worse than any of the `starts`."""
    return clairvoyant_days([starts], rounds, iterations, seed, solver=solver)[0]


def clairvoyant_days(
    starts: Sequence[Sequence[Agreement]],
    rounds: int = 20_000,
    iterations: int = 500,
    seed: int = 0,
    workers: int = 1,
    solver: Solver = "pyvrp",
) -> list[Agreement]:
    """Find the best agreement of every open day, by local search over offers and routes together.

    Each day starts from the plans of several policies. All are searched for `rounds` of ruin and
    recreate, which choose offers and routes at once; PyVRP improves the routes of the best under
    its offers, and the search goes on from there. Last, nobody is asked for more minutes than the
    routes need. On small days the result is that of `best_agreement`, which is exact.

    Parameters
    ----------
    starts
        For every day at least one agreement to start from; all days share fleet and offers.
    rounds, iterations
        Of ruin and recreate from every start, and of PyVRP from the best.
    solver
        The built-in one leaves PyVRP's turn out; it is taken where drivers take breaks, which PyVRP
        does not know.

    Raises
    ------
    ModuleNotFoundError
        If the solver is PyVRP, and it is not installed.
    """
    flat = [start for of_day in starts for start in of_day]
    if any(start.open_day.day.fleet.has_breaks for start in flat):
        solver = "built-in"
    found = [start.spared() for start in search_jointly(flat, rounds, seed)]
    best, at = [], 0
    for of_day in starts:
        best.append(min(found[at : at + len(of_day)] + list(of_day), key=_cost))
        at += len(of_day)

    routed = _polished(best, iterations, seed, workers) if solver == "pyvrp" else best
    again = [last.spared() for last in search_jointly(routed, rounds, seed + 1)]
    return [
        min(candidates, key=_cost)
        for candidates in zip(best, [r.spared() for r in routed], again, strict=True)
    ]


def _polished(
    agreements: Sequence[Agreement], iterations: int, seed: int, workers: int
) -> list[Agreement]:
    from rideflex.routing.search.pyvrp_search import polish

    def polished(agreement: Agreement) -> Agreement:
        day = agreement.open_day.under(agreement.actions)
        routes = polish(day, agreement.solution, iterations, seed).routes
        return Agreement(agreement.open_day, agreement.actions, routes)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(polished, agreements))


def _cost(agreement: Agreement) -> tuple[int, int]:
    return agreement.cost, agreement.minutes
