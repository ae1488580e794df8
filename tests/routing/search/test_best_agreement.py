"""The exact model on days of two requests, where everything can be tried."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from rideflex.offers import MEANINGS, OfferGrid
from rideflex.routing import Break, Fleet, Requests, ServiceDay, Solution, Vehicle, problems_of
from rideflex.routing.problem import BREAK
from rideflex.routing.search.agreement import OpenDay
from rideflex.routing.search.exact import best_agreement

GRID = ((-20, 0), (-10, 0), (0, 0), (0, 20))
TRAVEL = np.array(
    [[0, 700, 1300, 400], [600, 0, 900, 800], [1500, 1000, 0, 500], [450, 700, 650, 0]]
)


def orders(day: ServiceDay, vehicle: int, riders: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every order of the stops of some requests, with the break at every place."""
    stops = [stop for r in riders for stop in (2 * r, 2 * r + 1)]
    for order in itertools.permutations(stops):
        if any(order.index(2 * r) > order.index(2 * r + 1) for r in riders):
            continue
        if day.fleet.vehicles[vehicle].rest is None or not order:
            yield order
        else:
            yield from ((*order[:at], BREAK, *order[at:]) for at in range(len(order) + 1))


def cost_by_trying(open_day: OpenDay) -> int:
    """Every choice of offers, every way to share out the requests or leave them, every order."""
    n, found = len(open_day.accepted), []
    for actions in itertools.product(*(np.flatnonzero(row) for row in open_day.accepted)):
        day = open_day.under(np.array(actions, dtype=np.int32))
        for places in itertools.product((None, 0, 1), repeat=n):
            riders = [tuple(r for r in range(n) if places[r] == v) for v in (0, 1)]
            asked = sum(
                int(open_day.offers.minutes[actions[r]]) for r in range(n) if places[r] is not None
            )
            cheapest = 0
            for vehicle in (0, 1):
                costs = []
                for order in orders(day, vehicle, riders[vehicle]):
                    routes = (order, ()) if vehicle == 0 else ((), order)
                    if not problems_of(day, routes):
                        costs.append(Solution.of(day, routes).driving)
                cheapest += min(costs, default=10**9)
            left_out = day.fleet.penalty * places.count(None)
            found.append(cheapest + left_out + open_day.price * asked)
    return min(found)


def drawn_day(seed: int) -> OpenDay:
    """Two requests close in time, vehicles and rules that differ, and some offers accepted."""
    rng = np.random.default_rng(seed)
    offers = OfferGrid(GRID, MEANINGS[seed % 3])
    start = rng.integers(1500, 4500, size=2)
    windows = np.stack([start, start + rng.integers(0, 700, size=2)], axis=1)
    ends = np.array([rng.permutation(4)[:2] for _ in range(2)])
    direct = TRAVEL[ends[:, 0], ends[:, 1]]
    arrival = np.stack(
        [start + direct - 200, start + direct + rng.integers(0, 900, size=2)], axis=1
    )
    requests = Requests(
        ends[:, 0],
        ends[:, 1],
        windows,
        arrival,
        riders=rng.integers(1, 3, size=2),
        service=rng.integers(0, 120, size=(2, 2)),
        wheelchairs=(rng.random(2) < 0.4).astype(int),
        max_ride=np.where(rng.random(2) < 0.5, direct + 150, 9000),
    )
    rest = Break(2000, 6000, 600) if seed % 2 else None
    fleet = Fleet(
        (
            Vehicle(4, 0, end_depot=3, wheelchairs=1, seats_per_wheelchair=1),
            Vehicle(3, 1, shift=(1200, 8000), rest=rest, wheelchairs=2, seats_per_wheelchair=2),
        ),
        penalty=int(rng.integers(1500, 6000)),
        max_duration=4200 if seed % 4 > 1 else None,
    )
    accepted = rng.random((2, len(GRID))) < 0.6
    return OpenDay(ServiceDay(requests, fleet, TRAVEL), offers, accepted, int(rng.integers(0, 20)))


@pytest.mark.parametrize("seed", range(24))
def test_the_exact_model_finds_what_trying_everything_finds(seed):
    """Seats, wheelchairs, breaks, shifts, longest rides, each meaning, and who stays out."""
    open_day = drawn_day(seed)
    found = best_agreement(open_day)
    assert problems_of(open_day.under(found.actions), found.routes) == []
    assert open_day.accepted[range(2), found.actions].all()
    assert found.cost == cost_by_trying(open_day)


def test_vehicles_that_are_alike_change_nothing():
    """Three of a kind for two requests cost what two of the kind do."""
    open_day = drawn_day(0)
    alike = [Fleet.alike(n, 2, 0, penalty=4000) for n in (2, 3)]
    costs = [
        best_agreement(
            OpenDay(
                ServiceDay(open_day.day.requests, fleet, TRAVEL), open_day.offers, open_day.accepted
            )
        ).cost
        for fleet in alike
    ]
    assert costs[0] == costs[1]
