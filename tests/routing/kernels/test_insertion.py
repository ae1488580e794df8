"""Quotes against the plain oracle."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests, Solution, problems_of
from tests.routing.days import random_requests, settings_of_a_day
from tests.routing.oracle import drive, plain_quote

TRIP = OfferGrid(OfferGrid.default().pairs, "trip")
GRIDS = [
    TRIP,
    OfferGrid(((-20, 0), (0, 0), (-10, 10), (0, 10), (0, 30), (-30, 0)), "move"),
    OfferGrid.default(),
    OfferGrid.from_pairs([(0, 0)]),
    OfferGrid.from_pairs([(0, 30), (-15, 0), (0, 0), (-5, 7)]),
]


@settings(max_examples=100)
@given(settings_of_a_day(), st.sampled_from(GRIDS), st.integers(0, 2**32 - 1))
def test_quotes_equal_the_plain_oracle(setting, offers, seed):
    """Cost, vehicle and positions of every offer are the plain answer's, request by request."""
    fleet, travel, requests = setting
    rng = np.random.default_rng(seed)
    plans = PlanBatch(fleet, travel, 1, len(requests))
    for row in range(len(requests)):
        day, routes = plans.day(0), plans.routes(0)
        request = requests.take([row])
        quotes = plans.quote(request, offers)
        found = np.stack([quotes.cost, quotes.vehicle, quotes.pickup_at, quotes.dropoff_at])
        assert found[:, 0].T.tolist() == [
            list(a) for a in plain_quote(day, routes, request, offers)
        ]
        plans.commit(quotes, rng.integers(len(offers), size=1))


@settings(max_examples=100)
@given(settings_of_a_day(), st.sampled_from(GRIDS), st.integers(0, 2**32 - 1))
def test_committed_plans_hold(setting, offers, seed):
    """A plan grown by commits breaks nothing, and costs what the quotes added up to."""
    fleet, travel, requests = setting
    rng = np.random.default_rng(seed)
    plans = PlanBatch(fleet, travel, 1, len(requests))
    paid = 0
    for row in range(len(requests)):
        quotes = plans.quote(requests.take([row]), offers)
        paid += int(plans.commit(quotes, rng.integers(len(offers), size=1))[0])
    day, routes = plans.day(0), plans.routes(0)
    assert problems_of(day, routes) == []
    assert all(drive(day, v, route) for v, route in enumerate(routes) if route)
    solution = Solution.of(day, routes)
    assert solution.cost == plans.cost[0] == paid
    assert len(solution.unserved) == plans.unserved[0]


@given(settings_of_a_day(), st.sampled_from([OfferGrid.default(), TRIP]))
def test_wider_offers_never_cost_more(setting, offers):
    """An offer that allows at least as much is quoted at no more."""
    fleet, travel, requests = setting
    plans = PlanBatch(fleet, travel, 1, len(requests))
    for row in range(len(requests)):
        quotes = plans.quote(requests.take([row]), offers)
        grid = quotes.cost[0].reshape(4, 4)
        assert (np.diff(grid, axis=0) >= 0).all()
        assert (np.diff(grid, axis=1) <= 0).all()
        plans.commit(quotes, [offers.no_shift])


def _grown(threads: int) -> tuple[np.ndarray, list]:
    rng = np.random.default_rng(5)
    travel = rng.integers(0, 900, size=(9, 9)).astype(np.int32)
    plans = PlanBatch(Fleet.alike(3, 3, 0), travel, 40, 12)
    offers = OfferGrid.default()
    before = numba.get_num_threads()
    numba.set_num_threads(threads)
    try:
        costs = []
        for _ in range(12):
            quotes = plans.quote(random_requests(rng, 40, 9, 30000), offers)
            costs.append(quotes.cost)
            plans.commit(quotes, rng.integers(16, size=40))
    finally:
        numba.set_num_threads(before)
    return np.array(costs), [plans.routes(day) for day in range(40)]


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="needs two threads")
def test_threads_do_not_change_the_answer():
    """One thread and two give the same costs and the same routes."""
    (costs, routes), (other_costs, other_routes) = _grown(1), _grown(2)
    assert np.array_equal(costs, other_costs)
    assert routes == other_routes


def test_a_request_that_nobody_can_take_is_charged_and_counted():
    """Without a vehicle in reach the penalty is charged, and the routes stay as they were."""
    travel = np.full((2, 2), 3000, dtype=np.int32)
    plans = PlanBatch(Fleet.alike(1, 4, 0, penalty=5000), travel, 1, 2)
    tight = Requests([0], [1], [[0, 60]], [[0, 60]])
    quotes = plans.quote(tight, OfferGrid.default())
    assert not quotes.feasible.any()
    assert plans.commit(quotes, [12]).tolist() == [5000]
    assert (plans.unserved[0], plans.cost[0], plans.driving[0]) == (1, 5000, 0)
    assert plans.routes(0) == ((),)
    assert Solution.of(plans.day(0), plans.routes(0)).unserved == (0,)


def test_a_shift_is_worth_what_it_saves():
    """Two riders for one drive: the second rides along only if the first window reaches far."""
    travel = np.array([[0, 600], [600, 0]], dtype=np.int32)
    plans = PlanBatch(Fleet.alike(1, 4, 0, service_time=0), travel, 1, 2)
    offers = OfferGrid.default()
    first = Requests([0], [1], [[0, 600]], [[0, 1200]])
    plans.commit(plans.quote(first, offers), [offers.no_shift])
    second = Requests([0], [1], [[1200, 1800]], [[1200, 3000]])
    quotes = plans.quote(second, offers)
    assert quotes.cost[0, offers.no_shift] == 1200
    assert quotes.cost[0, offers.action_of(-10, 0)] == 0


@pytest.mark.parametrize(
    ("to_next", "closes", "wait", "cost"), [(100, 1150, 500, -800), (400, 1450, 150, -500)]
)
def test_a_drop_off_on_the_way_may_be_a_shortcut(to_next, closes, wait, cost):
    """Without the triangle inequality a late stop is saved by what is inserted after it."""
    travel = np.full((5, 5), 100, dtype=np.int32)
    travel[1, 2], travel[1, 3], travel[3, 2], travel[4, 1] = 1000, 50, 50, to_next
    plans = PlanBatch(Fleet.alike(1, 4, 0, service_time=0), travel, 1, 2)
    as_asked = OfferGrid.from_pairs([(0, 0)])
    plans.commit(plans.quote(Requests([1], [2], [[0, 600]], [[0, closes]]), as_asked), [0])
    quotes = plans.quote(Requests([4], [3], [[0, wait]], [[0, 1000]]), as_asked)
    assert (quotes.cost[0, 0], quotes.pickup_at[0, 0], quotes.dropoff_at[0, 0]) == (cost, 0, 1)
    plans.commit(quotes, [0])
    assert problems_of(plans.day(0), plans.routes(0)) == []


@pytest.mark.parametrize(
    ("limit", "least"),
    [("max_ride", 650), ("max_duration", 1850), ("shift", (0, 1850)), ("capacity", 2)],
)
def test_limits_hold_to_the_second(limit, least):
    """Two riders who share a way can be taken at exactly the limit, and not one below it."""
    travel = np.array([[0, 500, 600], [500, 10, 600], [600, 600, 20]], dtype=np.int32)
    as_asked = OfferGrid.from_pairs([(0, 0)])
    tight = (least[0], least[1] - 1) if limit == "shift" else least - 1
    for value, served in ((least, 0), (tight, 1)):
        settings_of_fleet = {"vehicles": 1, "capacity": 2, "depot": 0, "service_time": 30}
        fleet = Fleet.alike(**settings_of_fleet | {limit: value})
        plans = PlanBatch(fleet, travel, 1, 2)
        for _ in range(2):
            asked = Requests([1], [2], [[500, 560]], [[0, 1300]])
            plans.commit(plans.quote(asked, as_asked), [0])
        assert plans.unserved[0] == served


def test_selected_days_grow_on_their_own():
    """A copy and its source do not share routes; a reset day starts from nothing."""
    rng = np.random.default_rng(1)
    travel = rng.integers(0, 900, size=(5, 5)).astype(np.int32)
    plans = PlanBatch(Fleet.alike(2, 2, 0), travel, 3, 4)
    offers = OfferGrid.default()
    plans.commit(plans.quote(random_requests(rng, 3, 5, 9000), offers), [0, 5, 12])
    twice = plans.select([1, 1])
    kept = plans.routes(1)
    twice.commit(twice.quote(random_requests(rng, 2, 5, 9000), offers), [0, 0])
    assert plans.routes(1) == kept
    assert plans.booked.tolist() == [1, 1, 1]
    assert twice.booked.tolist() == [2, 2]
    plans.reset([1])
    assert plans.booked.tolist() == [1, 0, 1]
    assert plans.cost[1] == 0


def test_stale_quotes_are_refused():
    """Quotes of plans that have changed since are an error, not a broken plan."""
    rng = np.random.default_rng(1)
    travel = rng.integers(0, 900, size=(5, 5)).astype(np.int32)
    plans = PlanBatch(Fleet.alike(2, 2, 0), travel, 1, 4)
    quotes = plans.quote(random_requests(rng, 1, 5, 9000), OfferGrid.default())
    plans.commit(quotes, [12])
    with pytest.raises(UsageError, match="out of date"):
        plans.commit(quotes, [12])
