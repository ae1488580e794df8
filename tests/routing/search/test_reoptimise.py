"""Re-optimised routes: never worse, always drivable, a function of day and seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.routing import Fleet, Requests, ServiceDay, Solution, problems_of
from rideflex.routing.plans import inserted
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.joint import search_jointly
from rideflex.routing.search.pyvrp_search import polish
from rideflex.routing.search.reoptimise import reoptimise, reoptimise_days
from tests.routing.days import random_requests, settings_of_a_day


def city_day(seed: int, n: int = 12, **limits: int) -> ServiceDay:
    """Draw a day that two vehicles can nearly serve."""
    rng = np.random.default_rng(seed)
    places = np.random.default_rng(0).uniform(0, 900, size=(8, 2))
    travel = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)).astype(np.int32)
    start = rng.integers(0, 20000, size=n)
    windows = np.stack([start, start + 1800], axis=1)
    origin = rng.integers(8, size=n)
    requests = Requests(origin, (origin + rng.integers(1, 8, size=n)) % 8, windows, windows + 1200)
    return ServiceDay(requests, Fleet.alike(2, 3, 0, **limits), travel)


@pytest.mark.parametrize("closes", [4999, 1800])
def test_a_request_that_must_arrive_before_it_leaves_is_left_out(closes):
    """Its drop-off window has closed before its pick-up opens: nobody serves it, all else holds."""
    pickup, dropoff = [[0, 600], [5000, 6000]], [[0, 1200], [600, closes]]
    requests = Requests([0, 0], [1, 1], pickup, dropoff)
    day = ServiceDay(requests, Fleet.alike(1, 2, 0), np.array([[0, 600], [500, 0]]))
    assert reoptimise(day, inserted(day), 30).unserved == (1,)


@pytest.mark.parametrize("solver", ["pyvrp", "built-in"])
@settings(max_examples=40)
@given(setting=settings_of_a_day())
def test_reoptimised_routes_hold_and_are_never_worse(setting, solver):
    """Whatever the day, limits and travel times: the oracle accepts, and the cost did not rise."""
    fleet, travel, requests = setting
    day = ServiceDay(requests, fleet, travel)
    routes = inserted(day)
    start, found = Solution.of(day, routes), reoptimise(day, routes, 30, solver=solver)
    assert problems_of(day, found.routes) == []
    assert found == Solution.of(day, found.routes)
    assert found.cost <= start.cost
    assert len(found.unserved) <= len(start.unserved)


@settings(max_examples=30)
@given(settings_of_a_day(), st.integers(0, 1000))
def test_each_search_alone_never_gets_worse(setting, seed):
    """PyVRP's search and the ruin and recreate both keep what they were given."""
    fleet, travel, requests = setting
    day = ServiceDay(requests, fleet, travel)
    start = Agreement.as_asked(OpenDay.without_offers(day), inserted(day))
    polished = polish(day, start.solution, 30, seed)
    (searched,) = search_jointly([start], 50, seed)
    for found in (polished, searched.solution):
        assert problems_of(day, found.routes) == []
        assert found.cost <= start.cost


def test_the_same_seed_gives_the_same_routes_on_any_number_of_workers():
    """A result depends on its day and the seed, not on the company it was solved in."""
    days = [city_day(seed) for seed in range(4)]
    routes = [inserted(day) for day in days]
    together = reoptimise_days(days, routes, 60, seed=3, workers=2)
    assert together == [reoptimise(d, r, 60, seed=3) for d, r in zip(days, routes, strict=True)]


def test_reoptimisation_finds_what_insertion_missed():
    """On days of two vehicles the searches save at least a twentieth of what insertion drives."""
    days = [city_day(seed) for seed in range(10)]
    routes = [inserted(day) for day in days]
    before = [Solution.of(d, r).cost for d, r in zip(days, routes, strict=True)]
    after = [found.cost for found in reoptimise_days(days, routes, 100)]
    assert sum(after) < 0.95 * sum(before)


def test_whoever_cannot_be_served_is_named():
    """A request whose windows nobody can keep stays out, is named and is charged."""
    day = city_day(1, n=4)
    late = day.requests.dropoff_window.copy()
    late[2] = day.requests.pickup_window[2, 0] + np.array([0, 5])
    requests = Requests(
        day.requests.origin, day.requests.destination, day.requests.pickup_window, late
    )
    hopeless = ServiceDay(requests, day.fleet, day.travel_times)
    found = reoptimise(hopeless, inserted(hopeless), 50)
    assert 2 in found.unserved
    assert found.cost == found.driving + day.fleet.penalty * len(found.unserved)


def test_a_request_left_out_is_taken_in_when_it_fits():
    """What the routes left out without need is served after the search."""
    day = city_day(2, n=6)
    found = reoptimise(day, ((), ()), 100)
    assert found.unserved == reoptimise(day, inserted(day), 100).unserved == ()


def test_routes_that_break_a_window_are_refused():
    """A start that can't be driven is an error, not a quietly repaired plan."""
    day = city_day(3, n=4)
    by_time = np.argsort(-day.requests.pickup_window[:, 0])
    backwards = tuple(stop for r in by_time for stop in (2 * int(r), 2 * int(r) + 1))
    with pytest.raises(UsageError, match="can't be driven"):
        reoptimise(day, (backwards, ()), 10)


def test_ride_limits_survive_every_search():
    """Under a tight ride limit both searches return only routes that keep it."""
    for seed in range(5):
        day = city_day(seed, max_ride=1100, max_duration=9000)
        found = reoptimise(day, inserted(day), 100, seed)
        assert problems_of(day, found.routes) == []


def test_an_empty_day_costs_nothing():
    """No requests, no driving."""
    rng = np.random.default_rng(0)
    day = ServiceDay(
        random_requests(rng, 0, 3, 100), Fleet.alike(1, 1, 0), np.ones((3, 3), np.int32)
    )
    assert reoptimise(day, ((),), 10).cost == 0
