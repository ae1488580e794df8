"""Ruin and recreate: each step by hand, and the whole against the same steps in plain Python."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.offers import OfferGrid
from rideflex.routing import Break, Fleet, PlanBatch, Requests, Vehicle, problems_of
from rideflex.routing.problem import BREAK
from rideflex.routing.solution import driving_of
from tests.routing.days import random_requests, settings_of_a_day
from tests.routing.kernels import calls

CURRENT, TRIAL, BEST = 0, 1, 2

# Rides between zones in a row, 100 s apart; every window is wide.
FOUR = Requests(
    origin=[1, 3, 1, 4],
    destination=[2, 4, 2, 0],
    pickup_window=[[0, 9000], [100, 9000], [200, 9000], [300, 9000]],
    dropoff_window=[[0, 9000]] * 4,
    service=[[0, 0]] * 4,
)
EARLY_LATE = OfferGrid(((0, 0), (-10, 0), (0, 10), (-10, 10)))


def search_of(
    routes,
    requests: Requests = FOUR,
    offers: OfferGrid = calls.AS_ASKED,
    fleet: Fleet | None = None,
    accepted=None,
    price=None,
    chosen=None,
    penalty: int = 5000,
) -> calls.Search:
    """One day on some routes, where every request may agree on every offer."""
    fleet = fleet or Fleet.alike(len(routes), 4, 0, penalty=penalty)
    plans = calls.planned(fleet, calls.line(6), requests, routes)
    day = plans.day(0)
    plans.arrays.state.driving[0] = sum(driving_of(day, v, r) for v, r in enumerate(routes))
    served = {stop // 2 for route in routes for stop in route}
    n = len(requests)
    no_shift = offers.no_shift
    return calls.Search(
        plans,
        requests,
        offers,
        np.ones((n, len(offers))) if accepted is None else accepted,
        [0] * len(offers) if price is None else price,
        np.array([no_shift if r in served else -1 for r in range(n)]) if chosen is None else chosen,
        penalty,
    )


def seeds_where(astray: bool, n: int) -> list[int]:
    """Seeds under which a request goes under any offer, or under the cheapest."""
    found = []
    for number in range(100 * n):
        calls.seed(number)
        if (calls.draw() < 0.05) == astray:
            found.append(number)
    return found[:n]


@pytest.mark.parametrize("n", [1, 2, 5, 9, 30])
def test_what_is_ruined_is_close_in_time(n):
    """One to six different requests within eight places of a centre, each of them now and then."""
    by_time = np.random.default_rng(n).permutation(n) + 100
    place = {request: k for k, request in enumerate(by_time.tolist())}
    calls.seed(3)
    drawn = [calls.pick(by_time) for _ in range(3000)]
    assert {len(one) for one in drawn} == set(range(1, min(6, n) + 1))
    assert all(len(set(one)) == len(one) for one in drawn)
    spread = {
        max(place[r] for r in one) - min(place[r] for r in one) for one in drawn if len(one) > 1
    }
    assert n == 1 or max(spread) == min(n - 1, 16)
    assert {r for one in drawn for r in one} == set(by_time.tolist())
    if n <= 5:
        pairs = {tuple(one) for one in drawn if len(one) == 2}
        assert pairs == set(permutations(by_time.tolist(), 2))
    assert sorted(by_time.tolist()) == list(range(100, 100 + n))


def test_sizes_and_members_are_drawn_evenly():
    """Of nine neighbours each size and each request comes about as often as any other."""
    calls.seed(9)
    drawn = [calls.pick(np.arange(9)) for _ in range(6000)]
    sizes = np.bincount([len(one) for one in drawn])[1:]
    assert len(sizes) == 6
    assert np.abs(sizes - 1000).max() < 150
    firsts = np.bincount([one[0] for one in drawn])
    assert np.abs(firsts - 6000 / 9).max() < 120
    members = np.bincount([r for one in drawn for r in one])
    assert np.abs(members - members.mean()).max() < 0.08 * members.mean()


@pytest.mark.parametrize("row", [CURRENT, TRIAL])
def test_a_request_is_taken_out_wherever_it_is(row):
    """Of the second vehicle here, and only from the row that is asked for."""
    search = search_of([(0, 1), (6, 7, 2, 3)])
    assert search.remove(row, 1)
    rows = [search.plans.routes(one) for one in range(3)]
    for one in range(3):
        assert rows[one] == (((0, 1), (6, 7)) if one == row else ((0, 1), (6, 7, 2, 3)))
    # The first route drives 400; the other 800, and 1400 with a detour of 300 there and back.
    assert search.plans.driving[row] == 400 + 800
    assert search.plans.driving[BEST] == 400 + 1600


def test_a_request_left_out_is_out_already():
    """Nothing changes, and that holds."""
    search = search_of([(0, 1)])
    assert search.remove(TRIAL, 3)
    assert search.plans.routes(TRIAL) == ((0, 1),)
    assert search.plans.driving[TRIAL] == 400


def test_a_removal_that_the_rest_does_not_survive():
    """Where the way without it takes longer than the shift, it says so."""
    travel = calls.line(6)
    travel[2, 0] = 900
    fleet = Fleet.alike(1, 4, 0, shift=(0, 1000))
    plans = calls.planned(fleet, travel, FOUR, ((0, 1, 2, 3),))
    search = calls.Search(plans, FOUR, calls.AS_ASKED, np.ones((4, 1)), [0], [0, 0, -1, -1])
    assert not search.remove(TRIAL, 1)
    assert search.remove(CURRENT, 0)


def recreated(search: calls.Search, request: int, seed: int | None = None, row: int = TRIAL):
    """The offer agreed, the routes, and the driving after a request went back."""
    calls.seed(seeds_where(False, 1)[0] if seed is None else seed)
    search.recreate(row, request)
    plans = search.plans
    return search.choice.chosen[row, request], plans.routes(row), plans.driving[row]


def test_a_request_goes_where_it_costs_least():
    """On the way of the other vehicle it costs nothing; the positions are those of the quote."""
    search = search_of([(), (4, 5)])
    assert recreated(search, 0) == (0, ((), (0, 4, 1, 5)), 400)
    assert search.plans.routes(CURRENT) == ((), (4, 5))
    assert search.choice.chosen[:, 0].tolist() == [-1, 0, -1]


def test_a_barred_vehicle_takes_nobody():
    """The other one drives instead, or nobody."""
    search = search_of([(), (4, 5)])
    search.barred[1] = True
    assert recreated(search, 0) == (0, ((0, 1), (4, 5)), 800)
    search.barred[0] = True
    assert recreated(search, 1) == (-1, ((0, 1), (4, 5)), 800)


@pytest.mark.parametrize(("penalty", "offer"), [(801, 0), (800, -1)])
def test_a_request_is_left_out_where_that_costs_no_more(penalty, offer):
    """A drive of 800 is made for a penalty of 801, and not for one of 800."""
    search = search_of([()], penalty=penalty, chosen=[0, 0, 0, 0])
    found, routes, driving = recreated(search, 3)
    assert (found, driving) == (offer, 800 if offer == 0 else 0)
    assert routes == (((6, 7),) if offer == 0 else ((),))


# Two riders along one way, of whom the second may board from 1200 on, when the first has left.
LATER = Requests(
    origin=[1, 1],
    destination=[2, 2],
    pickup_window=[[0, 600], [1200, 1800]],
    dropoff_window=[[0, 700], [1200, 3000]],
    service=[[0, 0]] * 2,
)


@pytest.mark.parametrize(
    ("price", "accepted", "offer", "bounds", "driving"),
    [
        # 0-1-2-0, and for the second rider 1-2-1-2: 200 more than without.
        ((0, 201), (1, 1), 0, [1200, 1800], 600),
        ((0, 199), (1, 1), 1, [600, 1800], 400),
        ((0, 0), (1, 0), 0, [1200, 1800], 600),
        ((5000, 199), (0, 1), 1, [600, 1800], 400),
        ((5000, 4999), (1, 1), 1, [600, 1800], 400),
        ((5000, 5000), (1, 1), -1, [1200, 1800], 400),
        ((0, 0), (0, 0), -1, [1200, 1800], 400),
    ],
)
def test_prices_and_refusals_decide(price, accepted, offer, bounds, driving):
    """Driving and price together are least among what is accepted; the windows are as agreed."""
    offers = OfferGrid(((0, 0), (-10, 0)))
    accepted = [[1, 1], accepted]
    search = search_of([(0, 1)], LATER, offers, price=price, accepted=accepted, chosen=[0, -1])
    found = recreated(search, 1)
    assert (found[0], found[2]) == (offer, driving)
    assert search.plans.arrays.state.visits[TRIAL, 2, 1:3].tolist() == bounds
    assert search.plans.arrays.state.visits[CURRENT, 2, 1:3].tolist() == [1200, 1800]
    assert search.cost(TRIAL, 1) == driving + price[0]


@pytest.mark.parametrize(
    ("order", "offer"),
    [
        ((0, 1, 2, 3), 3),  # asked for, earlier, later, both: the last is widest
        ((3, 0, 1, 2), 0),
        ((1, 2, 0), 0),  # neither of earlier and later is wider: the first stays
        ((2, 1, 0), 0),
        ((0, 2, 1), 1),
    ],
)
def test_among_equals_the_wider_offer_is_agreed(order, offer):
    """All of them cost the same here."""
    offers = OfferGrid(tuple(EARLY_LATE.pairs[k] for k in order))
    search = search_of([(4, 5)], offers=offers, chosen=[-1, -1, 0, -1])
    assert recreated(search, 0)[0] == offer


@pytest.mark.parametrize("means", ["end", "trip"])
def test_which_offers_are_wider(means):
    """One allows all that another does if no bound of it is narrower, and they may be equal."""
    pairs = [(early, late) for early in (-20, -10, 0) for late in (0, 10, 20)]
    search = search_of([()], offers=OfferGrid(tuple(pairs), means))
    for a, (early, late) in enumerate(pairs):
        for b, (other_early, other_late) in enumerate(pairs):
            assert search.widens(a, b) == (early <= other_early and late >= other_late)


@pytest.mark.parametrize(
    ("bounds", "wider"),
    [
        ([0, 0, 0, 0], True),
        ([-1, 1, -1, 1], True),
        ([1, 1, -1, 1], False),
        ([-1, -1, -1, 1], False),
        ([-1, 1, 1, 1], False),
        ([-1, 1, -1, -1], False),
    ],
)
def test_each_bound_can_be_the_narrower_one(bounds, wider):
    """Of earliest and latest pick-up, earliest and latest drop-off."""
    search = search_of([()], offers=EARLY_LATE)
    search.shifts.bounds[1] = search.shifts.bounds[0] + bounds
    try:
        assert search.widens(1, 0) == wider
    finally:
        search.shifts.bounds[1] = [-600, 0, 0, 0]


def test_now_and_then_any_accepted_offer_is_agreed():
    """Astray, each that is accepted and can be driven about equally often, at whatever cost."""
    offers = OfferGrid(((0, 0), (-10, 0), (0, 10), (-10, 10)))
    taken = []
    for seed in seeds_where(True, 150):
        search = search_of(
            [(4, 5)], offers=offers, price=[10, 0, 9000, 7], chosen=[-1, -1, 0, -1],
            accepted=[[1, 0, 1, 1]] * 4,
        )  # fmt: skip
        taken.append(int(recreated(search, 0, seed)[0]))
    counts = np.bincount(taken, minlength=4)
    assert counts[1] == 0
    assert counts[[0, 2, 3]].min() > 30


def test_one_in_twenty_goes_astray():
    """Where the cheapest is one offer, the other is agreed in half of one in twenty draws."""
    offers, dear = OfferGrid(((0, 0), (-10, 0))), 0
    search = search_of([(4, 5)], offers=offers, price=[0, 50], chosen=[-1, -1, 0, -1])
    for seed in range(1200):
        search.copy(CURRENT, TRIAL)
        dear += recreated(search, 0, seed)[0] == 1
    assert 15 <= dear <= 45


def test_a_rows_request_goes_under_its_own_days_terms():
    """The second day's requests, prices and answers count in the rows of the second day."""
    offers = OfferGrid(((0, 0), (-10, 0)))
    fleet = Fleet.alike(1, 4, 0, penalty=5000)
    two = calls.planned(fleet, calls.line(6), LATER, ((0, 1),)).select([0, 0])
    two.arrays.state.driving[:] = 400
    asked = Requests(
        origin=[4, 4, 1, 1],
        destination=[5, 5, 2, 2],
        pickup_window=[*[[0, 9000]] * 2, *LATER.pickup_window],
        dropoff_window=[*[[0, 9000]] * 2, *LATER.dropoff_window],
        service=[[0, 0]] * 4,
    )
    accepted = [[0, 0], [0, 0], [1, 1], [0, 1]]
    search = calls.Search(two, asked, offers, accepted, [0, 0], [[0, -1], [0, -1]])
    search.choice.price[:] = [[7000, 7000], [30, 40]]
    calls.seed(seeds_where(False, 1)[0])
    search.recreate(3 + TRIAL, 1, day=1)
    assert search.choice.chosen[:, 1].tolist() == [-1, -1, -1, -1, 1, -1]
    assert search.plans.driving.tolist() == [400] * 6
    assert search.cost(3 + TRIAL, 2, day=1) == 400 + 30 + 40
    assert search.cost(3 + CURRENT, 2, day=1) == 400 + 30 + 5000


def test_what_a_row_costs():
    """Its driving, the price of what is agreed with those served, a penalty for the others."""
    search = search_of(
        [(0, 1)], offers=EARLY_LATE, price=[1, 20, 300, 4000], chosen=[2, -1, 1, 3], penalty=70000
    )
    assert search.cost(CURRENT, 0) == 400
    assert [search.cost(CURRENT, n) for n in (1, 2, 3, 4)] == [700, 70700, 70720, 74720]


def test_a_row_is_copied_whole():
    """Routes, positions, windows, driving and what was agreed; and no other row."""
    rest = Vehicle(4, 0, rest=Break(0, 5000, 60))
    fleet = Fleet((rest, Vehicle(4, 0)), penalty=5000)
    search = search_of([(BREAK, 0, 1), (4, 5)], offers=EARLY_LATE, fleet=fleet)
    state = search.plans.arrays.state
    recreated(search, 3)
    recreated(search, 1)
    assert search.choice.chosen[TRIAL].tolist() == [0, 3, 0, 3]
    search.copy(TRIAL, BEST)
    for name in ("visits", "driving", "length"):
        array = getattr(state, name)
        assert array[BEST].tolist() == array[TRIAL].tolist() != array[CURRENT].tolist()
    assert search.plans.routes(BEST) == search.plans.routes(TRIAL) != search.plans.routes(CURRENT)
    for vehicle in range(2):
        n = state.length[TRIAL, vehicle] + 2
        assert (state.route[BEST, vehicle, :n] == state.route[TRIAL, vehicle, :n]).all()
    assert search.choice.chosen[BEST].tolist() == [0, 3, 0, 3]
    assert search.choice.chosen[CURRENT].tolist() == [0, -1, 0, -1]


def plain_search(search: calls.Search, requests: Requests, rounds: int, seed: int) -> None:
    """The rounds of a single day in plain Python, on the same draws."""
    calls.seed(seed)
    n = len(requests)
    by_time = np.argsort(requests.pickup_window[:, 0])
    start = search.cost(CURRENT, n)
    at_hand, record = start, start
    for left in range(rounds, 0, -1):
        search.copy(CURRENT, TRIAL)
        ruined = calls.pick(by_time)
        if not all(search.remove(TRIAL, request) for request in ruined):
            continue
        for request in ruined:
            for vehicle in range(len(search.barred)):
                search.barred[vehicle] = calls.draw() < 0.02
            search.recreate(TRIAL, request)
        tried = search.cost(TRIAL, n)
        allowed = record + 0.025 * start * left / rounds
        if tried < allowed or tried <= at_hand:
            at_hand = tried
            search.copy(TRIAL, CURRENT)
        if tried < record:
            record = tried
            search.copy(TRIAL, BEST)


def rows_of(search: calls.Search) -> list:
    """What stands in the rows after a search, the trial apart."""
    return [
        (
            search.plans.routes(row),
            int(search.plans.driving[row]),
            search.choice.chosen[row].tolist(),
            search.plans.arrays.state.visits[row].tolist(),
        )
        for row in range(len(search.plans))
        if row % 3 != TRIAL
    ]


def drawn_search(setting, rng: np.random.Generator, offers: OfferGrid, penalty: int = 4000):
    """A day grown by insertion, its requests in no order of time, with prices and answers drawn."""
    fleet, travel, requests = setting
    requests = requests.take(rng.permutation(len(requests)))
    plans = PlanBatch(fleet, travel, 1, len(requests))
    chosen = []
    for row in range(len(requests)):
        quotes = plans.quote(requests.take([row]), offers)
        plans.commit(quotes, [offers.no_shift])
        chosen.append(offers.no_shift if quotes.feasible[0, offers.no_shift] else -1)
    accepted = rng.random((len(requests), len(offers))) < 0.6
    accepted[:, offers.no_shift] = True
    price = rng.integers(0, 400, size=len(offers))
    return calls.Search(plans, requests, offers, accepted, price, chosen, penalty), requests


@given(settings_of_a_day(), st.integers(0, 2**32 - 1), st.integers(1, 25))
def test_the_search_equals_the_same_steps_in_plain_python(setting, seed, rounds):
    """The same routes, windows, offers and driving, at hand and at best."""
    rng = np.random.default_rng(seed)
    search, requests = drawn_search(setting, rng, EARLY_LATE)
    rng = np.random.default_rng(seed)
    plain, _ = drawn_search(setting, rng, EARLY_LATE)
    search.run(rounds, [seed])
    plain_search(plain, requests, rounds, seed)
    assert rows_of(search) == rows_of(plain)


def busy_day(seed: int) -> tuple[Fleet, np.ndarray, Requests]:
    """Twenty requests for three vehicles: enough to move for the tolerance to matter."""
    rng = np.random.default_rng(seed)
    travel = rng.integers(60, 900, size=(8, 8)).astype(np.int32)
    fleet = Fleet.alike(3, 4, 0, penalty=4000)
    return fleet, travel, random_requests(rng, 20, 8, 4 * 3600)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_search_equals_the_plain_one(seed):
    """Over many rounds on a busy day, worse plans are tolerated less and less."""
    search, requests = drawn_search(busy_day(seed), np.random.default_rng(seed), EARLY_LATE)
    plain, _ = drawn_search(busy_day(seed), np.random.default_rng(seed), EARLY_LATE)
    before = search.cost(CURRENT, 20)
    search.run(60, [seed])
    plain_search(plain, requests, 60, seed)
    assert rows_of(search) == rows_of(plain)
    assert search.cost(BEST, 20) < before
    assert search.cost(BEST, 20) <= search.cost(CURRENT, 20)


@given(settings_of_a_day(), st.integers(0, 2**32 - 1))
def test_what_is_found_holds_and_never_costs_more(setting, seed):
    """Windows are those of the accepted offers, limits hold, and the books are right."""
    rng = np.random.default_rng(seed)
    search, requests = drawn_search(setting, rng, EARLY_LATE)
    n = len(requests)
    before = search.cost(CURRENT, n)
    search.run(15, [seed])
    day, routes = search.plans.day(BEST), search.plans.routes(BEST)
    assert not problems_of(day, routes)
    assert search.cost(BEST, n) <= before
    chosen = search.choice.chosen[BEST]
    served = {stop // 2 for route in routes for stop in route if stop != BREAK}
    assert served == set(np.flatnonzero(chosen >= 0).tolist())
    assert search.plans.driving[BEST] == sum(driving_of(day, v, r) for v, r in enumerate(routes))
    for request in served:
        assert search.choice.accepted[0, request, chosen[request]]
        agreed = requests.take([request]).under(EARLY_LATE, chosen[[request]])
        assert day.requests.pickup_window[request].tolist() == agreed.pickup_window[0].tolist()
        assert day.requests.dropoff_window[request].tolist() == agreed.dropoff_window[0].tolist()


def cheapest(fleet: Fleet, travel: np.ndarray, requests: Requests) -> int:
    """The least cost of three requests and two like vehicles, by trying every order."""
    day = calls.planned(fleet, travel, requests).day(0)
    least = fleet.penalty * len(requests)
    n = len(requests)
    for who in range(3**n):
        vehicle_of = [who // 3**r % 3 for r in range(n)]
        cost, holds = fleet.penalty * vehicle_of.count(2), True
        for vehicle in range(2):
            stops = [s for r in range(n) if vehicle_of[r] == vehicle for s in (2 * r, 2 * r + 1)]
            routes = [
                driving_of(day, vehicle, order)
                for order in permutations(stops)
                if not problems_of(day, [order])
            ]
            holds = holds and bool(routes)
            cost += min(routes) if routes else 0
        if holds:
            least = min(least, cost)
    return least


@pytest.mark.parametrize("seed", range(4))
def test_of_three_requests_the_cheapest_plan_is_found(seed):
    """No order of stops on two vehicles, and no request left out, would cost less."""
    rng = np.random.default_rng(seed)
    travel = rng.integers(60, 900, size=(5, 5)).astype(np.int32)
    fleet = Fleet.alike(2, 2, 0, penalty=1500)
    requests = random_requests(rng, 3, 5, 3000)
    plans = calls.planned(fleet, travel, requests, ((), ()))
    search = calls.Search(plans, requests, calls.AS_ASKED, np.ones((3, 1)), [0], [-1] * 3)
    search.run(80, [seed])
    assert search.cost(BEST, 3) == cheapest(fleet, travel, requests)


def test_days_are_searched_alike_one_or_many_at_once():
    """Each of three days ends as it does alone under its own seed, and nothing else counts."""
    fleet, travel, _ = busy_day(5)
    rng = np.random.default_rng(5)
    requests = random_requests(rng, 12, 8, 9000)
    plans = PlanBatch(fleet, travel, 3, 4)
    for row in range(4):
        asking = requests.take([row, 4 + row, 8 + row])
        plans.commit(plans.quote(asking, calls.AS_ASKED), [0, 0, 0])
    ones, prices = np.ones((3, 4, 1)), [0]
    chosen = np.zeros((3, 4))
    search = calls.Search(plans, requests, calls.AS_ASKED, ones, prices, chosen)
    search.run(20, [7, 8, 9])
    found = rows_of(search)
    for day, seed in enumerate((7, 8, 9)):
        asked = requests.take(range(4 * day, 4 * day + 4))
        alone = calls.Search(plans.select([day]), asked, calls.AS_ASKED, ones[0], prices, chosen[0])
        alone.run(20, [seed])
        assert rows_of(alone) == found[2 * day : 2 * day + 2]


def test_a_day_without_requests_stays_as_it_is():
    """Nothing is drawn, and nothing moves."""
    plans = PlanBatch(Fleet.alike(1, 4, 0), calls.line(3), 1, 2)
    search = calls.Search(plans, FOUR.take([0, 1]), calls.AS_ASKED, np.ones((2, 1)), [0], [-1, -1])
    search.run(5, [1])
    assert search.plans.routes(BEST) == ((),)
    assert search.choice.chosen.tolist() == [[-1, -1]] * 3
