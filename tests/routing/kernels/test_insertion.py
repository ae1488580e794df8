"""Quotes against the plain oracle."""

from __future__ import annotations

from dataclasses import fields, replace

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.routing import Break, Fleet, PlanBatch, Requests, Solution, Vehicle, problems_of
from rideflex.routing.problem import BREAK
from tests.routing.days import random_requests, settings_of_a_day
from tests.routing.kernels import calls
from tests.routing.oracle import NEVER, drive, plain_quote

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


# Rides on a row of zones 100 s apart, by a vehicle of zone 0.
FROM_1_TO_3 = Requests([1], [3], [[0, 5000]], [[0, 9000]], service=[[30, 10]])


def asked(**other) -> Requests:
    """A request from zone 1 to zone 3, with some things otherwise."""
    return replace(FROM_1_TO_3, **other)


def standing(route, *requests: Requests, fleet: Fleet | None = None, room: int = 9) -> PlanBatch:
    """One vehicle's day on a row of six zones, with a route that its requests stand on."""
    joint = {
        field.name: np.concatenate([getattr(one, field.name) for one in requests])
        for field in fields(Requests)
        if getattr(requests[0], field.name) is not None
    }
    fleet = fleet or Fleet.alike(1, 4, 0)
    return calls.planned(fleet, calls.line(6), Requests(**joint), (route,), room)


@pytest.mark.parametrize(
    ("changed", "values"),
    [
        # 0→1 at 100, boarded at 130; on to 3 at 330, out at 340; home at 640.
        ("pickup_window", [[[0, 100]], [[0, 99]]]),
        ("dropoff_window", [[[0, 330]], [[0, 329]]]),
        ("riders", [[4], [5]]),
        ("max_ride", [[200], [199]]),
    ],
)
def test_the_limits_of_a_request_hold_to_the_second(changed, values):
    """At exactly the limit it is served at 600, and beyond it never."""
    least, tight = ({changed: value} for value in values)
    plans = PlanBatch(Fleet.alike(1, 4, 0), calls.line(6), 1, 1)
    assert calls.quote(plans, asked(**least)) == [[600, 0, 0, 0]]
    assert calls.quote(plans, asked(**tight)) == [[NEVER, -1, -1, -1]]


@pytest.mark.parametrize(
    ("wheelchairs", "riders", "places", "seats", "fits"),
    [
        (2, 1, 2, 7, True),  # a seat, and three for each wheelchair
        (2, 1, 2, 6, False),
        (2, 1, 1, 9, False),
        (2, 0, 2, 6, True),
        (0, 1, 0, 1, True),
    ],
)
def test_wheelchairs_take_places_and_seats(wheelchairs, riders, places, seats, fits):
    """Alone, and as well beside those who are on board."""
    request = asked(riders=[riders], wheelchairs=[wheelchairs])
    vehicle = Vehicle(seats, 0, wheelchairs=places, seats_per_wheelchair=3)
    plans = PlanBatch(Fleet((vehicle,)), calls.line(6), 1, 1)
    assert (calls.quote(plans, request)[0][0] == 600) == fits
    # Beside a rider from 0 to 5 with a wheelchair, who takes a place and 1 + 3 seats, a request
    # on the way costs nothing; where it does not fit, one goes after it: 0-5-1-3-0.
    beside = Requests(
        [0], [5], [[0, 5000]], [[0, 9000]], riders=[1], service=[[0, 0]], wheelchairs=[1]
    )
    for more_seats, more_places, cost in ((4, 1, 0), (3, 1, 400), (4, 0, 400)):
        if more_places == 0 and wheelchairs == 0:
            continue
        vehicle = Vehicle(seats + more_seats, 0, wheelchairs=places + more_places,
                          seats_per_wheelchair=3)  # fmt: skip
        plans = standing((0, 1), beside, fleet=Fleet((vehicle,)))
        if fits:
            assert calls.quote(plans, request)[0][0] == cost


def test_every_place_by_hand():
    """The cheapest of ten places, by the windows that leave only it."""
    # A rider goes from 2 to 4; the request goes from 1 to 3, which is on the way out, in between,
    # at once before, or afterwards with a way back to 1.
    rider = Requests([2], [4], [[0, 5000]], [[0, 9000]], service=[[0, 0]])
    plans = standing((0, 1), rider)
    assert calls.quote(plans, asked()) == [[0, 0, 0, 1]]  # 0-1-2-3-4-0
    # Late, it goes last: 0-2-4-1-3-0 is 2 + 2 + 3 + 2 + 3.
    early = replace(rider, dropoff_window=np.array([[0, 5000]]))
    assert calls.quote(standing((0, 1), early), asked(pickup_window=[[6000, 9000]])) == [
        [400, 0, 2, 2]
    ]
    # Too early for a rider who may be picked up after 3000: 0-1-3-2-4-0.
    late = replace(rider, pickup_window=np.array([[3000, 5000]]))
    plans = standing((0, 1), late)
    assert calls.quote(plans, asked(dropoff_window=[[0, 900]])) == [[200, 0, 0, 0]]
    # Between pick-up and drop-off: 0-2-1-3-4-0.
    soon = replace(rider, pickup_window=np.array([[0, 200]]))
    assert calls.quote(standing((0, 1), soon), asked()) == [[200, 0, 1, 1]]
    # With a drop-off after the rider's: 0-1-2-4-3-0.
    urgent = replace(rider, dropoff_window=np.array([[0, 430]]))
    assert calls.quote(standing((0, 1), urgent), asked()) == [[0, 0, 0, 2]]


@pytest.mark.parametrize(("closes", "answer"), [(440, [0, 0, 0, 1]), (439, [NEVER, -1, -1, -1])])
def test_later_stops_keep_their_windows_to_the_second(closes, answer):
    """A stop behind the insertion is reached at its last moment, or not any more."""
    # 0-1: board 30, 2: 230, 3: alight 10 at 330, 4 at 440, and without the request at 400.
    rider = Requests([2], [4], [[0, 5000]], [[0, closes]], service=[[0, 0]])
    plans = standing((0, 1), rider)
    assert calls.quote(plans, asked(dropoff_window=[[0, 350]])) == [answer]


@pytest.mark.parametrize(
    ("opens", "closes", "place"),
    [
        (0, 100, (0, 0, 0)),  # before, at 340 for a rest at 3 until 440, home at 740
        (5000, 9000, (0, 1, 1)),  # after
    ],
)
def test_a_request_goes_before_or_after_the_rest(opens, closes, place):
    """The rest is where the vehicle then is, and nobody is on board."""
    vehicle = Vehicle(4, 0, rest=Break(0, 4000, 100))
    plans = PlanBatch(Fleet((vehicle,)), calls.line(6), 1, 1)
    request = asked(pickup_window=[[opens, closes]])
    assert calls.quote(plans, request) == [[600, *place]]


@pytest.mark.parametrize(
    ("rest", "end", "before"),
    [
        (Break(0, 440, 100), 740, True),
        (Break(0, 439, 100), 9000, False),  # the rest is over at 440
        (Break(0, 9000, 100), 739, False),  # home at 740, and no sooner if the rest comes first
        (Break(400, 9000, 100), 800, True),
        (Break(400, 9000, 100), 799, False),  # the rest waits for its opening
    ],
)
def test_the_rest_and_the_way_home_after_an_insertion(rest, end, before):
    """Before a rest there is room for a ride to the second."""
    vehicle = Vehicle(4, 0, shift=(0, end), rest=rest)
    plans = PlanBatch(Fleet((vehicle,)), calls.line(6), 1, 1)
    request = asked(pickup_window=[[0, 150]])
    assert calls.quote(plans, request)[0] == ([600, 0, 0, 0] if before else [NEVER, -1, -1, -1])


def test_the_way_on_from_a_rest_starts_where_the_ride_before_it_ended():
    """Costs of a ride before, and after, a rest that stands between two rides."""
    vehicle = Vehicle(4, 0, rest=Break(1000, 1500, 100))
    rider = Requests([2], [4], [[0, 230]], [[0, 430]], service=[[0, 0]])
    other = Requests([5], [5], [[2000, 9000]], [[2000, 9000]], service=[[0, 0]])
    plans = standing((0, 1, BREAK, 2, 3), rider, other, fleet=Fleet((vehicle,)))
    # 0-2-4 rest 5-5-0 drives 1000. Between the ride and the rest: 4-1-3 rest 5, 3 + 2 + 2 less 1.
    only_between = asked(pickup_window=[[700, 1000]], dropoff_window=[[0, 1500]])
    assert calls.quote(plans, only_between) == [[600, 0, 2, 2]]
    # After the rest, before 5: 4 rest 1-3-5, which costs the same, from 1100 on.
    only_after = asked(pickup_window=[[1400, 1900]], dropoff_window=[[1500, 1900]])
    assert calls.quote(plans, only_after) == [[600, 0, 3, 3]]
    # With nobody on board at the rest, nobody rides across it.
    across = asked(pickup_window=[[0, 100]], dropoff_window=[[1400, 9000]])
    assert calls.quote(plans, across) == [[NEVER, -1, -1, -1]]


@pytest.mark.parametrize("seats", [(4, 5, 6), (4, 4, 4)])
def test_barred_vehicles_are_passed_over(seats):
    """Of three the first that is not barred takes the request; without any, nobody."""
    fleet = Fleet(tuple(Vehicle(one, 0) for one in seats))
    plans = PlanBatch(fleet, calls.line(6), 1, 1)
    two = Requests([0, 1], [0, 3], [[0, 5000]] * 2, [[0, 9000]] * 2)
    for barred, answer in (
        ((False, False, False), [600, 0, 0, 0]),
        ((True, False, False), [600, 1, 0, 0]),
        ((True, True, False), [600, 2, 0, 0]),
        ((True, True, True), [NEVER, -1, -1, -1]),
    ):
        assert calls.quote_day(plans, two, 1, barred) == answer


@pytest.mark.parametrize("kinds", [3, 62, 63, 64, 66])
def test_the_nearest_of_many_kinds_is_found(kinds):
    """Unused vehicles that differ are each looked at, however many kinds there are."""
    vehicles = [Vehicle(4, 5, shift=(0, 10_000 + kind)) for kind in range(kinds - 1)]
    fleet = Fleet((*vehicles, Vehicle(4, 1), Vehicle(4, 5, shift=(0, 10_000))))
    plans = PlanBatch(fleet, calls.line(6), 1, 1)
    assert calls.quote(plans, asked()) == [[400, kinds - 1, 0, 0]]


@pytest.mark.parametrize("unlike", [0, 1])
def test_of_like_vehicles_the_one_on_its_way_is_looked_at(unlike):
    """Though an unused one of the kind was seen before it."""
    plans = standing((), FROM_1_TO_3, fleet=Fleet.alike(3, 4, 0))
    calls.write(plans, 1 + unlike, (0, 1))
    assert calls.quote(plans, asked()) == [[0, 1 + unlike, 0, 1]]


def test_the_position_from_which_stops_can_wait():
    """As a walk along the route from its beginning finds it."""
    rider = Requests([2], [4], [[0, 1000]], [[0, 2000]], service=[[0, 0]])
    plans = standing((0, 1, 2, 3), rider, replace(rider, pickup_window=np.array([[0, 3000]]),
                     dropoff_window=np.array([[0, 4000]])))  # fmt: skip
    late = plans.arrays.state.route[0, 0, 1:5, 2].tolist()
    assert late == sorted(late)
    for ready in sorted({bound + by for bound in late for by in (-1, 0, 1)}):
        walked = next((k for k, bound in enumerate(late) if bound >= ready), 4)
        assert calls.first_in_time(plans, 0, ready) == walked


@pytest.mark.parametrize("days", [15, 16, 17])
def test_days_are_quoted_alike_one_or_many_at_once(days):
    """As many rows as days, each what the day is quoted alone."""
    rng = np.random.default_rng(days)
    travel = rng.integers(0, 900, size=(6, 6)).astype(np.int32)
    plans = PlanBatch(Fleet.alike(2, 3, 0), travel, days, 4)
    for _ in range(3):
        calling = random_requests(rng, days, 6, 9000)
        quotes = plans.quote(calling, GRIDS[1])
        plans.commit(quotes, [1] * days)
    calling = random_requests(rng, days, 6, 9000)
    together = calls.quote_days(plans, calling, GRIDS[1])
    for day in range(days):
        alone = calls.quote_days(plans.select([day]), calling.take([day]), GRIDS[1])
        assert (together[:, day] == alone[:, 0]).all()


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from(GRIDS))
def test_quotes_of_busy_days_equal_the_plain_oracle(seed, offers):
    """Wide windows, few seats, wheelchairs, rests and limits, with several on board at once."""
    rng = np.random.default_rng(seed)
    n, zones = 6, 5
    travel = rng.integers(0, int(rng.choice([120, 400])), size=(zones, zones)).astype(np.int32)
    start = rng.integers(0, 2500, size=n)
    later = start + rng.integers(0, 600, size=n)
    requests = Requests(
        origin=rng.integers(zones, size=n),
        destination=rng.integers(zones, size=n),
        pickup_window=np.stack([start, start + rng.integers(300, 1500, size=n)], axis=1),
        dropoff_window=np.stack([later, later + rng.integers(600, 2500, size=n)], axis=1),
        riders=rng.integers(1, 3, size=n),
        service=rng.integers(0, 60, size=(n, 2)),
        wheelchairs=rng.integers(0, 3, size=n),
        max_ride=np.where(rng.random(n) < 0.3, rng.integers(200, 1200, size=n), NEVER),
    )
    longest = int(rng.integers(2500, 6000)) if rng.random() < 0.3 else None
    vehicles = [
        Vehicle(
            seats=int(rng.integers(3, 9)),
            depot=int(rng.integers(zones)),
            end_depot=int(rng.integers(zones)),
            shift=(int(rng.integers(0, 500)), int(rng.integers(3500, 7000))),
            wheelchairs=int(rng.integers(1, 4)),
            seats_per_wheelchair=int(rng.integers(0, 3)),
            rest=Break(int(rng.integers(0, 2000)), 3000, 300) if rng.random() < 0.5 else None,
        )
        for _ in range(2)
    ]
    if rng.random() < 0.5:
        requests = replace(requests, max_ride=np.full(n, NEVER))
        longest = None
    plans = PlanBatch(Fleet(tuple(vehicles), max_duration=longest), travel, 1, n)
    for row in range(n):
        request = requests.take([row])
        found = calls.quote(plans, request, offers)
        wanted = plain_quote(plans.day(0), plans.routes(0), request, offers)
        assert found == [list(answer) for answer in wanted]
        plans.commit(plans.quote(request, offers), rng.integers(len(offers), size=1))
