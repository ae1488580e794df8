"""The list of calls against the exact model, on days that are small enough for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rideflex.calls.planning import CallProblem, Effort, first_plan
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, ServiceDay, problems_of
from rideflex.routing.search.agreement import OpenDay
from rideflex.routing.search.exact import best_agreement
from tests.routing.days import random_requests

OFFERS = OfferGrid(((-30, 0), (0, 0), (0, 10), (0, 30)), "trip")
EFFORT = Effort(1500, 1500, 300)


def small_problem(seed: int, calls: int) -> CallProblem:
    """Draw a day of three requests and one vehicle, with offers that some would not take."""
    rng = np.random.default_rng(seed)
    travel = rng.integers(200, 1500, size=(4, 4)).astype(np.int32)
    np.fill_diagonal(travel, 0)
    requests = replace(random_requests(rng, 3, 4, 6000), max_ride=None)
    fleet = Fleet.alike(1, 4, 0, shift=(0, 20_000), penalty=7200)
    allowed = rng.random((3, len(OFFERS))) < 0.8
    allowed[:, OFFERS.no_shift] = True
    chance = np.where(np.arange(len(OFFERS)) == OFFERS.no_shift, 1.0, rng.uniform(0.2, 0.9, (3, 4)))
    return CallProblem(ServiceDay(requests, fleet, travel), OFFERS, allowed, chance, 5, 20, calls)


def exact(problem: CallProblem, allowed: np.ndarray) -> int:
    """Least cost when some offers are open, by the exact model."""
    day = OpenDay(problem.day, OFFERS, allowed, problem.price, problem.question)
    return best_agreement(day).cost


def only(actions: np.ndarray) -> np.ndarray:
    """Offers [n, A] of which one is open beside no shift: the request keeps it at its price."""
    allowed = np.zeros((len(actions), len(OFFERS)), dtype=np.bool_)
    allowed[np.arange(len(actions)), actions] = True
    return allowed


@pytest.mark.parametrize("seed", range(6))
def test_the_list_is_the_exact_best(seed):
    """Nobody's and everybody's routes cost what the exact model says; each call is worth it."""
    problem = small_problem(seed, calls=3)
    plan = first_plan(problem, EFFORT, 0)
    assert plan.nobody.cost == exact(problem, only(np.full(3, OFFERS.no_shift)))
    assert plan.everybody.cost == exact(problem, problem.allowed)
    day = plan.everybody.open_day.under(plan.everybody.actions)
    assert problems_of(day, plan.everybody.routes) == []
    expected = []
    for call in plan.calls:
        actions = plan.everybody.actions.copy()
        actions[call.request] = OFFERS.no_shift
        agreed = ServiceDay(
            problem.day.requests.under(OFFERS, actions), problem.day.fleet, problem.day.travel_times
        )
        without = best_agreement(OpenDay.without_offers(agreed)).cost
        assert call.saved == without - plan.everybody.solution.cost
        assert call.gain > 0
        expected.append(call.gain * problem.chance[call.request, call.action])
    assert expected == sorted(expected, reverse=True)
    shifted = np.flatnonzero(plan.everybody.actions != OFFERS.no_shift)
    assert sorted(call.request for call in plan.calls) == shifted.tolist()


@pytest.mark.parametrize("seed", range(6))
def test_one_call_is_the_best_of_all_single_ones(seed):
    """With one call left, of all travelers that one is called who is worth most."""
    problem = small_problem(seed, calls=1)
    problem = replace(problem, chance=np.ones_like(problem.chance))
    plan = first_plan(problem, EFFORT, 0)
    single = []
    for request in range(3):
        allowed = only(np.full(3, OFFERS.no_shift))
        allowed[request] = problem.allowed[request]
        single.append(exact(problem, allowed))
    assert len(plan.calls) <= 1
    assert plan.everybody.cost == min(single)
