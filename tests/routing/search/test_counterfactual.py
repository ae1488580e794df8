"""What days would cost without one agreed shift, against days that are planned anew."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.offers import MEANINGS, OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests, ServiceDay, problems_of
from rideflex.routing.search.counterfactual import narrowed

N = 5
# No way round is shorter, so that a route holds without one of its requests too.
TRAVEL = np.array(
    [[0, 700, 1050, 400], [600, 0, 900, 800], [950, 1000, 0, 500], [450, 700, 650, 0]]
)


def agreed_day(seed, means):
    """Requests as asked, what was agreed, and the routes of the agreed day, improved to rest."""
    rng = np.random.default_rng(seed)
    pairs = ((-20, 0), (-10, 0), (0, 0), (0, 20), (0, 30))
    offers = OfferGrid(pairs, means)
    start = rng.integers(1500, 6000, size=N)
    windows = np.stack([start, start + 600], axis=1)
    ends = np.array([rng.permutation(4)[:2] for _ in range(N)])
    arrival = windows + TRAVEL[ends[:, 0], ends[:, 1]][:, None] + [[-300, 300]]
    requests = Requests(ends[:, 0], ends[:, 1], windows, arrival)
    fleet = Fleet.alike(2, 3, 0, service_time=30, penalty=4000)
    actions = rng.integers(len(offers), size=N)
    day = ServiceDay(requests.under(offers, actions), fleet, TRAVEL)
    plans = PlanBatch(fleet, TRAVEL, 1, N)
    for request in range(N):
        plans.commit(plans.quote(day.requests.take([request]), OfferGrid(((0, 0),))), [0])
    plans.improve(50)
    return requests, offers, actions, plans


def planned_anew(requests, offers, actions, plans, request):
    """The cost as it is where all holds; else the request is taken out, and the day improved."""
    back = actions.copy()
    back[request] = offers.no_shift
    day = ServiceDay(requests.under(offers, back), plans.fleet, TRAVEL)
    routes = plans.routes(0)
    if problems_of(day, routes) == []:
        return plans.cost[0], False
    without = [tuple(stop for stop in route if stop // 2 != request) for route in routes]
    again = PlanBatch.of([day], [without])
    again.improve(2)
    return again.cost[0], True


@pytest.mark.parametrize("means", MEANINGS)
def test_a_shift_that_is_taken_back_costs_what_the_day_planned_anew_costs(means):
    """Request by request, alone or side by side; the plans stay as they are."""
    broken = 0
    for seed in range(12):
        requests, offers, actions, plans = agreed_day(seed, means)
        before = plans.routes(0), plans.cost.copy()
        anew = [planned_anew(requests, offers, actions, plans, request) for request in range(N)]
        found = narrowed(plans, [0] * N, range(N), offers.bounds[actions])
        assert found.tolist() == [cost for cost, _ in anew]
        alone = narrowed(plans, [0], [N - 1], offers.bounds[actions[[N - 1]]])
        assert alone.tolist() == found[[N - 1]].tolist()
        assert (plans.routes(0), plans.cost.tolist()) == (before[0], before[1].tolist())
        broken += sum(breaks for _, breaks in anew)
    assert 0 < broken < 12 * N
