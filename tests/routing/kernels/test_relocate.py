"""Moving requests between routes: never dearer, never broken."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests, problems_of
from rideflex.routing.solution import driving_of
from tests.routing.days import random_requests, settings_of_a_day

AS_ASKED = OfferGrid(((0, 0),))


def inserted(fleet: Fleet, travel_times: np.ndarray, requests: Requests) -> PlanBatch:
    """One day's plan, grown request by request."""
    plans = PlanBatch(fleet, travel_times, 1, len(requests))
    for request in range(len(requests)):
        plans.commit(plans.quote(requests.take([request]), AS_ASKED), [0])
    return plans


@given(settings_of_a_day(), st.integers(0, 3))
def test_improved_plans_hold_and_never_cost_more(setting, rounds):
    """Every limit still holds, the books agree with the routes, and the cost does not rise."""
    fleet, travel_times, requests = setting
    plans = inserted(fleet, travel_times, requests)
    before = plans.cost[0]
    plans.improve(rounds)
    day, routes = plans.day(0), plans.routes(0)
    assert not problems_of(day, routes)
    assert plans.cost[0] <= before
    assert plans.cost[0] == before or rounds > 0
    assert plans.driving[0] == sum(driving_of(day, v, route) for v, route in enumerate(routes))


def test_improvement_finds_what_insertion_missed():
    """On most days of fifteen requests, moving some of them shortens the routes."""
    rng = np.random.default_rng(11)
    shortened = 0
    for _ in range(20):
        travel_times = rng.integers(60, 1500, size=(12, 12))
        plans = inserted(Fleet.alike(3, 4, 0), travel_times, random_requests(rng, 15, 12, 6 * 3600))
        before = plans.cost[0]
        plans.improve(3)
        shortened += plans.cost[0] < before
    assert shortened >= 15
