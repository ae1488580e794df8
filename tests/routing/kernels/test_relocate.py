"""Taking requests out and moving them: by hand, and against a plain improvement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.routing import Break, Fleet, PlanBatch, Requests, ServiceDay, Vehicle, problems_of
from rideflex.routing.problem import BREAK
from rideflex.routing.solution import driving_of, earliest_times
from tests.routing.days import random_requests, settings_of_a_day
from tests.routing.kernels import calls
from tests.routing.oracle import plain_quote


def inserted(fleet: Fleet, travel_times: np.ndarray, requests: Requests) -> PlanBatch:
    """One day's plan, grown request by request."""
    plans = PlanBatch(fleet, travel_times, 1, len(requests))
    for request in range(len(requests)):
        plans.commit(plans.quote(requests.take([request]), calls.AS_ASKED), [0])
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


def plain_improvement(day: ServiceDay, routes: list, rounds: int) -> list:
    """Each request in turn is taken out, and put where it costs least if that is less."""
    routes = list(routes)
    for _ in range(rounds):
        moved = False
        for request in range(len(day.requests)):
            own = {2 * request, 2 * request + 1}
            left = [tuple(stop for stop in route if stop not in own) for route in routes]
            left = [() if set(route) <= {BREAK} else route for route in left]
            before, after = (
                sum(driving_of(day, v, route) for v, route in enumerate(one))
                for one in (routes, left)
            )
            gain = before - after if left != routes else day.fleet.penalty
            holds = all(
                earliest_times(day, v, route) is not None for v, route in enumerate(left) if route
            )
            if not holds or gain <= 0:
                continue
            new = len(day.requests)
            asked = day.requests.take([request])
            cost, vehicle, i, j = plain_quote(day, tuple(left), asked, calls.AS_ASKED)[0]
            if cost < gain:
                stands = left[vehicle] or ((BREAK,) if day.fleet.vehicles[vehicle].rest else ())
                stops = (*stands[:i], 2 * new, *stands[i:j], 2 * new + 1, *stands[j:])
                named = {2 * new: 2 * request, 2 * new + 1: 2 * request + 1}
                left[vehicle] = tuple(named.get(stop, stop) for stop in stops)
                routes, moved = left, True
        if not moved:
            break
    return routes


@given(settings_of_a_day(), st.integers(1, 3))
def test_improvement_equals_the_plain_one(setting, rounds):
    """The same routes, move by move, and the driving of them."""
    fleet, travel, requests = setting
    requests = requests.take(range(min(4, len(requests))))
    plans = inserted(fleet, travel, requests)
    day = plans.day(0)
    wanted = plain_improvement(day, list(plans.routes(0)), rounds)
    calls.improve_days(plans, rounds)
    assert list(plans.routes(0)) == wanted
    assert plans.driving[0] == sum(driving_of(day, v, route) for v, route in enumerate(wanted))
    for vehicle, route in enumerate(wanted):
        fresh = calls.planned(fleet, travel, day.requests, [()] * vehicle + [route])
        n = len(route) + 2
        if route:
            found = plans.arrays.state.route[0, vehicle, :n]
            assert (found == fresh.arrays.state.route[0, vehicle, :n]).all()


# Four rides between zones in a row, 100 s apart; the windows are wide.
FOUR = Requests(
    origin=[1, 3, 1, 4],
    destination=[2, 4, 2, 0],
    pickup_window=[[0, 9000]] * 4,
    dropoff_window=[[0, 9000]] * 4,
    service=[[0, 0]] * 4,
)


def day_of(routes, fleet: Fleet | None = None, travel: np.ndarray | None = None) -> PlanBatch:
    """The four requests on some routes, with the driving of the routes."""
    fleet = fleet or Fleet.alike(len(routes), 4, 0)
    travel = calls.line(6) if travel is None else travel
    plans = calls.planned(fleet, travel, FOUR, routes)
    day = plans.day(0)
    plans.arrays.state.driving[0] = sum(driving_of(day, v, r) for v, r in enumerate(routes))
    return plans


@pytest.mark.parametrize(
    ("route", "request_", "gain", "left"),
    [
        ((0, 1, 2, 3), 1, 400, (0, 1)),  # 0-1-2-3-4-0 is 800, 0-1-2-0 is 400
        ((0, 1, 2, 3), 0, 0, (2, 3)),  # on the way
        ((2, 0, 3, 1), 0, 400, (2, 3)),  # 0-3-1-4-2-0 is 3 + 2 + 3 + 2 + 2
        ((2, 0, 3, 1), 1, 800, (0, 1)),
        ((0, 1), 0, 400, ()),
    ],
)
def test_what_a_request_costs_by_hand(route, request_, gain, left):
    """The seconds saved are the difference of the routes, and the vehicle's other stops stay."""
    plans = day_of([(6, 7), route])
    before = plans.driving[0]
    assert calls.take_out(plans, 1, request_) == (gain, True)
    assert plans.routes(0) == ((6, 7), left)
    assert plans.driving[0] == before - gain
    fresh = day_of([(6, 7), left])
    n = len(left) + 2
    found, wanted = (one.arrays.state.route[0, :, :n] for one in (plans, fresh))
    assert (found[1] == wanted[1]).all()


def test_the_last_request_of_a_vehicle_saves_the_way_between_its_depots():
    """Without anybody to carry it stays where it is, so all its driving is saved."""
    vehicle = Vehicle(4, 0, 5, rest=Break(0, 5000, 60))
    plans = day_of([(BREAK, 0, 1)], Fleet((vehicle,)))
    assert plans.driving[0] == 500
    assert calls.take_out(plans, 0, 0) == (500, True)
    assert plans.driving[0] == 0
    assert plans.arrays.state.stops[0, 0, 0] == BREAK
    assert plans.arrays.state.length[0, 0] == 1


def crooked(seconds: int) -> np.ndarray:
    """A row of zones where the way from zone 2 straight home takes so many seconds."""
    travel = calls.line(6)
    travel[2, 0] = seconds
    return travel


@pytest.mark.parametrize(
    ("straight", "end", "holds"),
    [(800, 1000, True), (600, 800, True), (601, 800, False), (1001, 1200, False)],
)
def test_a_request_on_a_shortcut_can_be_needed(straight, end, holds):
    """Home by way of zones 3 and 4 takes 600; where straight takes longer, the shift may end."""
    fleet = Fleet.alike(1, 4, 0, shift=(0, end))
    plans = day_of([(0, 1, 2, 3)], fleet, crooked(straight))
    assert calls.take_out(plans, 0, 1) == (600 - straight, holds)


@pytest.mark.parametrize(("closes", "holds"), [(800, True), (799, False)])
def test_a_longest_ride_can_hinder_too(closes, holds):
    """Straight takes 800 where by way of the others it takes 600, and the duty is limited."""
    fleet = Fleet.alike(1, 4, 0, max_duration=closes + 200)
    plans = day_of([(0, 1, 2, 3)], fleet, crooked(800))
    assert calls.take_out(plans, 0, 1) == (-200, holds)


@pytest.mark.parametrize(("closes", "holds"), [(300, True), (299, False)])
def test_a_route_is_checked_where_the_stops_before_its_rest_go(closes, holds):
    """The rest is then taken elsewhere; after 0-1-2 it begins at 200, at its last moment or not."""
    vehicle = Vehicle(4, 0, rest=Break(0, 9000, 100))
    plans = day_of([(0, 1, 2, 3, BREAK)], Fleet((vehicle,)))
    plans.arrays.rules.vehicles[0, 8] = closes - 100
    assert calls.take_out(plans, 0, 1) == (400, holds)
    plans = day_of([(0, 1, BREAK, 2, 3)], Fleet((vehicle,)))
    plans.arrays.rules.vehicles[0, 8] = 199
    assert calls.take_out(plans, 0, 1) == (400, True)  # the break stays, and nothing is checked


def test_moves_by_hand():
    """The first vehicle's rider goes the other's way, so joins it, and the first stays at home."""
    fleet = Fleet.alike(2, 4, 0)
    plans = calls.planned(fleet, calls.line(6), FOUR.take([0, 2]), ((0, 1), (2, 3)))
    plans.arrays.state.driving[0] = 800
    calls.improve_days(plans, 1)
    assert plans.routes(0) == ((), (0, 2, 1, 3))
    assert plans.driving[0] == 400


def test_those_left_out_come_in_where_the_penalty_is_more():
    """A request that costs a second less than its penalty is served, at the penalty it is not."""
    for penalty, served in ((801, True), (800, False)):
        fleet = Fleet.alike(1, 4, 0, penalty=penalty)
        asked = FOUR.take([3])  # 0-4-0
        plans = calls.planned(fleet, calls.line(6), asked)
        calls.improve_days(plans, 1)
        assert plans.routes(0) == (((0, 1),) if served else ((),))
        assert plans.driving[0] == (800 if served else 0)


def test_what_would_not_gain_goes_back_as_it_was():
    """Routes, positions and books are untouched where no move saves anything."""
    vehicle = Vehicle(4, 0, rest=Break(0, 9000, 100))
    plans = day_of([(0, 4, 5, 1, 2, 3, BREAK, 6, 7)], Fleet((vehicle,)))
    before = [array.copy() for array in plans.arrays.state]
    calls.improve_days(plans, 3)
    n = 9
    state = plans.arrays.state
    assert state.stops[0, 0, :n].tolist() == before[3][0, 0, :n].tolist()
    assert state.route[0, 0, : n + 2].tolist() == before[5][0, 0, : n + 2].tolist()
    assert (state.length[0, 0], state.driving[0]) == (n, before[6][0])


def test_days_are_improved_alike_one_or_many_at_once():
    """Each of three days ends as it does alone."""
    rng = np.random.default_rng(4)
    fleet, travel = Fleet.alike(2, 3, 0), rng.integers(60, 900, size=(6, 6)).astype(np.int32)
    plans = PlanBatch(fleet, travel, 3, 6)
    for _ in range(6):
        quotes = plans.quote(random_requests(rng, 3, 6, 9000), calls.AS_ASKED)
        plans.commit(quotes, [0, 0, 0])
    alone = [plans.select([day]) for day in range(3)]
    calls.improve_days(plans, 2)
    before = [one.routes(0) for one in alone]
    for one in alone:
        calls.improve_days(one, 2)
    assert [one.routes(0) for one in alone] == [plans.routes(day) for day in range(3)] != before
