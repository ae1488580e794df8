"""Adapter to PyVRP: service days as its shipments, searched by its iterated local search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyvrp
import pyvrp.search
import pyvrp.stop

from rideflex.routing.problem import ServiceDay
from rideflex.routing.solution import Routes, Solution, problems_of, window_of, zone_of
from rideflex.routing.vehicles import Fleet

# Smaller kicks and a shorter memory than PyVRP's own, which are made for hundreds of clients where
# a day has tens of shipments: they reach the same costs in a third of the time.
_KICKS = pyvrp.search.PerturbationParams(1, 8)
_MEMORY = 100


def polish(day: ServiceDay, start: Solution, iterations: int, seed: int) -> Solution:
    """Improve a solution by PyVRP's iterated local search, stopped by iterations.

    What the start serves must stay served; what it leaves out is optional, at the price of the
    fleet's penalty. PyVRP knows no ride times, nor wheelchairs that cost a different number of
    seats in each vehicle: where there are such rules, every candidate that it passes is held
    against them, and the best that keeps them is returned. It knows no drivers' breaks either, and
    leaves a start with breaks as it is.
    """
    if day.fleet.has_breaks:
        return start
    served = [r for r in range(len(day.requests)) if r not in start.unserved]
    shipments = served + [r for r in start.unserved if _reachable(day, r)]
    if not shipments or iterations == 0:
        return start
    problem = _problem(day, shipments, n_required=len(served))
    keeper = _Keeper(day, shipments, start)
    pyvrp.solve(
        problem,
        pyvrp.stop.MaxIterations(iterations),
        seed=seed,
        collect_stats=False,
        params=pyvrp.SolveParams(
            ils=pyvrp.IteratedLocalSearchParams(history_length=_MEMORY, callbacks=keeper),
            perturbation=_KICKS,
        ),
        initial_solution=_warm_start(problem, day, shipments, start.routes),
    )
    return keeper.best


class _Keeper(pyvrp.IteratedLocalSearchCallbacks):
    # Keeps the best solution that our own rules accept.
    def __init__(self, day: ServiceDay, shipments: Sequence[int], start: Solution) -> None:
        self.best = start
        self._day, self._shipments = day, shipments
        self._further = _further_rules(day)
        self._left_out = day.fleet.penalty * (len(day.requests) - len(shipments))

    def on_iteration(
        self,
        current: pyvrp.Solution,  # noqa: ARG002
        candidate: pyvrp.Solution,
        best: pyvrp.Solution,
        cost_evaluator: pyvrp.CostEvaluator,  # noqa: ARG002
    ) -> None:
        found = candidate if self._further else best
        cost = found.distance() + found.uncollected_prizes() + self._left_out
        if cost < self.best.cost and found.is_feasible():
            routes = _routes_of(found, self._shipments, self._day.fleet)
            if not self._further or not problems_of(self._day, routes):
                self.best = Solution.of(self._day, routes)


def _further_rules(day: ServiceDay) -> bool:
    costs = {vehicle.seats_per_wheelchair for vehicle in day.fleet.vehicles if vehicle.wheelchairs}
    limited = any(day.longest_ride(r) is not None for r in range(len(day.requests)))
    return limited or (len(costs) > 1 and bool(day.wheelchairs.any()))


def _problem(day: ServiceDay, shipments: Sequence[int], n_required: int) -> pyvrp.ProblemData:
    # One location a stop, since PyVRP asks for a matrix with zeros on its diagonal; the clock
    # starts with the shift, since it knows no time before zero.
    fleet, (start, _) = day.fleet, day.fleet.hours
    depots = fleet.depots
    zones = [*depots, *(zone_of(day, stop) for r in shipments for stop in (2 * r, 2 * r + 1))]
    chair_seats = min(v.seats_per_wheelchair for v in fleet.vehicles)
    matrix = day.travel_times[np.ix_(zones, zones)].astype(np.int64)
    np.fill_diagonal(matrix, 0)
    steps = []
    for place, request in enumerate(shipments):
        (pickup_opens, pickup_closes), (dropoff_opens, dropoff_closes) = _windows(day, request)
        board, alight = (int(seconds) for seconds in day.service[request])
        steps.append(
            pyvrp.Shipment(
                pickup_location=len(depots) + 2 * place,
                delivery_location=len(depots) + 2 * place + 1,
                pickup_tw_early=pickup_opens - start,
                pickup_tw_late=pickup_closes - start,
                pickup_service_duration=board,
                delivery_tw_early=dropoff_opens - start,
                delivery_tw_late=dropoff_closes - start,
                delivery_service_duration=alight,
                amount=[
                    int(day.riders[request] + chair_seats * day.wheelchairs[request]),
                    int(day.wheelchairs[request]),
                ],
                prize=0 if place < n_required else fleet.penalty,
                required=place < n_required,
            )
        )
    vehicles = []
    for kind, number in Counter(fleet.kinds).items():
        of = fleet.vehicles[fleet.kinds.index(kind)]
        opens, closes = (at - start for at in of.shift)
        longest = closes - opens if fleet.max_duration is None else fleet.max_duration
        vehicles.append(
            pyvrp.VehicleType(
                num_available=number,
                capacity=[of.seats, of.wheelchairs],
                start_depot=depots.index(of.depot),
                end_depot=depots.index(of.end),
                tw_early=opens,
                tw_late=closes,
                shift_duration=longest,
            )
        )
    locations = [pyvrp.Location(0, 0) for _ in zones]
    places = [pyvrp.Depot(place) for place in range(len(depots))]
    matrices: Any = [matrix]  # PyVRP's stubs ask for an array of `int`, which NumPy's do not know
    return pyvrp.ProblemData(locations, [], places, vehicles, matrices, matrices, shipments=steps)


def _windows(day: ServiceDay, request: int) -> tuple[tuple[int, int], tuple[int, int]]:
    # Cut to what the shifts and the longest ride leave of them in any plan.
    start, end = day.fleet.hours
    opens, closes = window_of(day, 2 * request)
    dropoff_opens, dropoff_closes = window_of(day, 2 * request + 1)
    longest = day.longest_ride(request)
    if longest is not None:
        longest += int(day.service[request, 0])
        opens = max(opens, dropoff_opens - longest)
        dropoff_closes = min(dropoff_closes, closes + longest)
    return (max(opens, start), min(closes, end)), (
        max(dropoff_opens, start),
        min(dropoff_closes, end),
    )


def _reachable(day: ServiceDay, request: int) -> bool:
    (pickup_opens, pickup_closes), (dropoff_opens, dropoff_closes) = _windows(day, request)
    in_order = pickup_opens <= dropoff_closes  # PyVRP takes no shipment that must arrive before
    return in_order and pickup_opens <= pickup_closes and dropoff_opens <= dropoff_closes


def _warm_start(
    problem: pyvrp.ProblemData, day: ServiceDay, shipments: Sequence[int], routes: Routes
) -> pyvrp.Solution:
    place = {request: k for k, request in enumerate(shipments)}
    kinds = (pyvrp.ActivityType.PICKUP, pyvrp.ActivityType.DELIVERY)
    visits = [
        pyvrp.Route(problem, [pyvrp.Activity(kinds[s % 2], place[s // 2]) for s in route], kind)
        for kind, route in zip(day.fleet.kinds, routes, strict=True)
        if route
    ]
    return pyvrp.Solution(problem, visits)


def _routes_of(found: pyvrp.Solution, shipments: Sequence[int], fleet: Fleet) -> Routes:
    free = [[v for v, kind in enumerate(fleet.kinds) if kind == k] for k in set(fleet.kinds)]
    routes: list[tuple[int, ...]] = [()] * len(fleet)
    for route in found.routes():
        routes[free[route.vehicle_type()].pop(0)] = tuple(
            2 * shipments[activity.idx] + int(activity.is_delivery())
            for activity in route
            if activity.is_shipment()
        )
    return tuple(routes)
