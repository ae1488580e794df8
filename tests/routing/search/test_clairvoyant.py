"""The clairvoyant benchmark, and the exact model that it is held against on small days."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from rideflex.errors import RideflexError, UsageError
from rideflex.offers import OfferGrid
from rideflex.routing import Break, Fleet, Requests, ServiceDay, Vehicle, problems_of
from rideflex.routing.plans import inserted
from rideflex.routing.problem import BREAK
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.clairvoyant import clairvoyant, clairvoyant_days
from rideflex.routing.search.exact import best_agreement
from rideflex.routing.solution import driving_of

GRID = OfferGrid.from_steps(pickup=(-20, 0), dropoff=(0, 20))


def small_day(seed: int, n: int = 4, offers: OfferGrid = GRID, **limits: int) -> OpenDay:
    """Draw a day of few requests close in time, and who would accept what."""
    city = np.random.default_rng(0)
    places = city.uniform(0, 900, size=(6, 2))
    travel = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)).astype(np.int32)
    travel = travel + city.integers(0, 200, size=travel.shape, dtype=np.int32)
    rng = np.random.default_rng(seed)
    start = rng.integers(1800, 7200, size=n)
    windows = np.stack([start, start + 900], axis=1)
    origin = rng.integers(6, size=n)
    requests = Requests(origin, (origin + rng.integers(1, 6, size=n)) % 6, windows, windows + 900)
    price = int(rng.integers(0, 2)) * 7
    day = ServiceDay(requests, Fleet.alike(2, 2, 0, **limits), travel)
    return OpenDay(day, offers, rng.random((n, len(offers))) < 0.5, price)


def start_of(open_day: OpenDay) -> Agreement:
    """Insert everybody as asked."""
    return Agreement.as_asked(open_day, inserted(open_day.day))


def brute_force(open_day: OpenDay) -> int:
    """Try every choice of offers, every split over two vehicles and every order of stops."""
    n = len(open_day.accepted)
    best = None
    for actions in itertools.product(*(np.flatnonzero(row) for row in open_day.accepted)):
        day = open_day.under(np.array(actions, dtype=np.int32))
        minutes = open_day.price * int(open_day.offers.minutes[list(actions)].sum())
        cheapest = {}
        for size in range(n + 1):
            for riders in itertools.combinations(range(n), size):
                stops = [s for r in riders for s in (2 * r, 2 * r + 1)]
                orders = (
                    order
                    for order in itertools.permutations(stops)
                    if all(order.index(2 * r) < order.index(2 * r + 1) for r in riders)
                )
                costs = [driving_of(day, 0, o) for o in orders if not problems_of(day, [o])]
                cheapest[riders] = min(costs, default=None)
        for first in cheapest:
            second = tuple(r for r in range(n) if r not in first)
            if cheapest[first] is not None and cheapest[second] is not None:
                cost = cheapest[first] + cheapest[second] + minutes
                best = cost if best is None else min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_model_equals_brute_force(seed):
    """On days of two requests the mixed-integer optimum is that of trying everything."""
    open_day = small_day(seed, n=2)
    found = best_agreement(open_day)
    assert found.solution.unserved == ()
    assert found.cost == brute_force(open_day)


def mixed_day(seed: int, means: str) -> OpenDay:
    """A small day of wheelchairs and hurried riders, and two vehicles that differ in everything."""
    offers = OfferGrid(GRID.pairs if means != "move" else ((-20, 0), (0, 0), (0, 20)), means)
    plain = small_day(seed, 4, offers)
    rng = np.random.default_rng(seed)
    fleet = Fleet(
        (
            Vehicle(3, 0, end_depot=4, wheelchairs=1, seats_per_wheelchair=2),
            Vehicle(2, 5, shift=(1800, 9000), rest=Break(3600, 7200, 900)),
        ),
        penalty=3000,
    )
    requests = replace(
        plain.day.requests,
        wheelchairs=(rng.random(4) < 0.4).astype(np.int32),
        max_ride=np.where(rng.random(4) < 0.5, 900, 5000),
    )
    day = ServiceDay(requests, fleet, plain.day.travel_times)
    return OpenDay(day, offers, plain.accepted, plain.price)


@pytest.mark.parametrize("means", ["end", "trip", "move"])
def test_search_and_exact_model_agree_on_vehicles_that_differ(means):
    """Wheelchairs, breaks, depots, shifts, own longest rides and each meaning of an offer."""
    days = [mixed_day(seed, means) for seed in range(6)]
    found = clairvoyant_days([[start_of(day)] for day in days], rounds=4000, iterations=20)
    rests = 0
    for open_day, agreement in zip(days, found, strict=True):
        exact = best_agreement(open_day)
        assert problems_of(open_day.under(exact.actions), exact.routes) == []
        assert problems_of(open_day.under(agreement.actions), agreement.routes) == []
        assert agreement.cost == exact.cost
        rests += any(BREAK in route for route in exact.routes)
    assert rests


@pytest.mark.parametrize("limits", [{}, {"max_ride": 900}, {"max_duration": 4000}])
def test_the_local_search_finds_the_exact_optimum(limits):
    """On small days, with and without ride limits, local search ends where HiGHS does."""
    days = [small_day(seed, **limits) for seed in range(8)]
    found = clairvoyant_days([[start_of(day)] for day in days], rounds=2000, iterations=20)
    for open_day, agreement in zip(days, found, strict=True):
        exact = best_agreement(open_day)
        assert problems_of(open_day.under(exact.actions), exact.routes) == []
        assert problems_of(open_day.under(agreement.actions), agreement.routes) == []
        assert open_day.accepted[range(4), agreement.actions].all()
        assert agreement.cost == exact.cost


def test_the_benchmark_is_never_worse_than_any_start():
    """Started from several plans and given no time at all, it returns the best of them."""
    open_day = small_day(3, n=6)
    good = clairvoyant([start_of(open_day)], rounds=2000, iterations=20)
    empty = Agreement.as_asked(open_day, ((), ()))
    for starts in ([good, empty], [empty, good]):
        assert clairvoyant(starts, rounds=0, iterations=0).cost <= good.cost


def test_the_benchmark_is_a_function_of_its_seed():
    """The same starts and seed give the same agreement, alone or with other days, on any pool."""
    days = [small_day(seed, n=6) for seed in range(3)]
    starts = [[start_of(day)] for day in days]
    together = clairvoyant_days(starts, 300, 20, seed=5, workers=2)
    for own, found in zip(starts, together, strict=True):
        alone = clairvoyant(own, 300, 20, seed=5)
        assert alone.routes == found.routes
        assert alone.actions.tolist() == found.actions.tolist()


def test_nobody_is_asked_for_more_than_the_routes_need():
    """Sparing keeps routes and feasibility, and lowers the minutes where it can."""
    open_day = small_day(5, n=5, offers=OfferGrid.default())
    object.__setattr__(open_day, "accepted", np.ones_like(open_day.accepted))
    start = start_of(open_day)
    widest = np.full(5, open_day.offers.action_of(-30, 30), dtype=np.int32)
    spared = Agreement(open_day, widest, start.routes).spared()
    assert spared.routes == start.routes
    assert spared.minutes == 0


def test_a_day_too_large_for_the_time_limit_says_so():
    """The exact model does not hand out an unproven plan."""
    with pytest.raises(RideflexError, match="for small days"):
        best_agreement(small_day(0, n=9), time_limit=0.0)


def test_answers_must_fit_the_day():
    """Accepted offers of another shape are refused."""
    open_day = small_day(0)
    with pytest.raises(UsageError, match="accepted has shape"):
        OpenDay(open_day.day, GRID, np.ones((3, 4), dtype=bool))
