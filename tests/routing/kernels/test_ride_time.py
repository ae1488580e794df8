"""The ride-time test against shortest paths in the graph of all constraints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rideflex.routing import Break, Fleet, Requests, Vehicle, problems_of
from rideflex.routing.problem import BREAK
from tests.routing.days import settings_of_a_day
from tests.routing.kernels import calls
from tests.routing.oracle import NEVER


def plain_schedule(opens, closes, gap, since, within):
    """Least times by Floyd and Warshall, or None where the constraints contradict each other."""
    n = len(opens)
    least = np.full((n + 1, n + 1), -np.inf)  # least[a, b]: time b is at least time a plus this
    np.fill_diagonal(least, 0)
    for k in range(n):
        least[n, k], least[k, n] = opens[k], -closes[k]
        if k:
            least[k - 1, k] = max(least[k - 1, k], gap[k])
        if since[k] >= 0:
            least[k, since[k]] = max(least[k, since[k]], -within[k])
    for via in range(n + 1):
        least = np.maximum(least, least[:, via, None] + least[None, via])
    return None if (np.diag(least) > 0).any() else least[n, :n].tolist()


@settings(max_examples=300)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.booleans())
def test_the_schedule_is_the_least_that_all_constraints_allow(seed, rides, whole_route):
    """Feasible exactly where no constraints contradict, and then with the same earliest times."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.repeat(np.arange(rides), 2))
    n = 2 * rides + 2
    since = np.full(n, -1)
    for ride in range(rides):
        boarded, left = np.flatnonzero(order == ride) + 1
        since[left] = boarded
    if whole_route:
        since[-1] = 0
    gap = rng.integers(0, 50, size=n)
    opens = np.cumsum(gap) + rng.integers(-60, 60, size=n)
    closes = opens + rng.integers(0, 150, size=n)
    within = rng.integers(20, 160, size=n)
    within[-1] *= 4
    within[since < 0] = -1_000_000  # where there is no limit none is read
    arrays = opens, closes, gap, since, within
    assert calls.earliest_schedule(*arrays) == plain_schedule(*arrays)


def test_waiting_before_a_pick_up_saves_the_ride():
    """Boarding at once would mean a ride of 100; boarding at 70 keeps it to 30."""
    arrays = ([0, 0, 100, 0], [500] * 4, [0, 0, 10, 0], [-1, -1, 1, -1], [0, 0, 30, 0])
    assert calls.earliest_schedule(*arrays) == [0, 70, 100, 100]


def test_the_departure_waits_too():
    """A duty of at most 50 that ends at 100 begins at 50, and not one second later."""
    for closes, times in ((50, [50, 60, 100]), (49, None)):
        arrays = ([0, 0, 100], [closes, 500, 500], [0, 10, 40], [-1, -1, 0], [0, 0, 50])
        assert calls.earliest_schedule(*arrays) == times


@pytest.mark.parametrize("late", [0, 1])
def test_a_window_that_closes_at_the_last_moment(late):
    """Raised by a ride limit, a stop starts at its closing, but not after it."""
    closes = [500, 70 - late, 500, 500]
    arrays = ([0, 0, 100, 0], closes, [0, 0, 10, 0], [-1, -1, 1, -1], [0, 0, 30, 0])
    assert calls.earliest_schedule(*arrays) == (None if late else [0, 70, 100, 100])


# On a line of zones 100 s apart.
HURRIED = Requests(
    origin=[1, 2, 0],
    destination=[3, 4, 2],
    pickup_window=[[0, 5000]] * 3,
    dropoff_window=[[0, 9000]] * 3,
    riders=[1, 1, 1],
    service=[[30, 10], [20, 50], [5, 5]],
    max_ride=[NEVER] * 3,
)


def longest(*seconds: int, fleet: Fleet | None = None, rides=((0, 2, 1, 3),)):
    """One vehicle's day where the rides may take so many seconds."""
    asked = replace(HURRIED, max_ride=[*seconds, *[NEVER] * (3 - len(seconds))])
    return calls.planned(fleet or Fleet.alike(1, 4, 0), calls.line(5), asked, rides)


@pytest.mark.parametrize(
    ("limits", "holds"),
    [
        ((220, NEVER), True),  # from the end of boarding: 100 + 20 + 100
        ((219, NEVER), False),
        ((NEVER, 210), True),  # 100 + 10 + 100
        ((NEVER, 209), False),
        ((NEVER, NEVER), True),
    ],
)
def test_a_ride_takes_from_door_to_door_without_its_own_service(limits, holds):
    """The service of a stop between counts, one's own boarding and alighting do not."""
    assert calls.route_holds(longest(*limits), 0) == holds


@pytest.mark.parametrize(("duration", "holds"), [(910, True), (909, False)])
def test_a_duty_takes_from_depot_to_depot(duration, holds):
    """800 of driving and 30 + 20 + 10 + 50 at the stops, wherever the day begins."""
    fleet = Fleet.alike(1, 4, 0, max_duration=duration)
    assert calls.route_holds(longest(fleet=fleet), 0) == holds


def test_an_unused_vehicle_has_no_duty_to_limit():
    """Its two depots may be farther apart than the longest duty, and a rest longer than it."""
    rest = Break(500, 900, 400)
    vehicles = (Vehicle(4, 0, 4), Vehicle(4, 0, rest=rest), Vehicle(4, 0))
    fleet = Fleet(vehicles, max_duration=399)
    plans = longest(fleet=fleet, rides=((), (BREAK,), (4, 5)))
    assert [calls.route_holds(plans, vehicle) for vehicle in range(3)] == [True, True, False]


def test_a_rest_belongs_to_the_duty():
    """340 to the end of the first ride, a rest of 100, 510 for the other ride, and 100 home."""
    vehicle = Vehicle(4, 0, 3, rest=Break(0, 9000, 100))
    for duration, holds in ((1050, True), (1049, False)):
        fleet = Fleet((vehicle,), max_duration=duration)
        plans = longest(fleet=fleet, rides=((0, 1, BREAK, 4, 5),))
        assert calls.route_holds(plans, 0) == holds


def test_a_rest_begins_by_its_last_moment():
    """At 340, when the first ride is over; one second earlier it can't."""
    vehicle = Vehicle(4, 0, 3, rest=Break(0, 440, 100))
    plans = longest(fleet=Fleet((vehicle,), max_duration=5000))
    calls.write(plans, 0, (0, 1, BREAK, 4, 5))
    assert calls.ride_holds(plans, HURRIED.take([1]), 0, 5, 5)
    plans.arrays.rules.vehicles[0, 8] = 339
    assert not calls.ride_holds(plans, HURRIED.take([1]), 0, 5, 5)


def test_a_route_that_breaks_a_window_does_not_hold():
    """Without limits of rides the windows still decide."""
    plans = longest()
    plans.arrays.state.visits[0, 3, 2] = 559  # 100 + 30 + 100 + 20 + 100 + 10 + 100 = 460
    assert calls.route_holds(plans, 0)
    plans.arrays.state.visits[0, 3, 2] = 459
    assert not calls.route_holds(plans, 0)


@pytest.mark.parametrize(
    ("window", "bound", "least"),
    [("pickup", 1, 230), ("dropoff", 1, 460)],
)
def test_the_windows_of_an_insertion_hold_to_the_second(window, bound, least):
    """The inserted stops keep the windows that would be agreed, at their own places."""
    plans = longest(rides=((0, 1),))
    for value, holds in ((least, True), (least - 1, False)):
        asked = HURRIED.take([1])
        if window == "pickup":
            asked = replace(asked, pickup_window=[[0, value]])
        else:
            asked = replace(asked, dropoff_window=[[0, value]])
        # 0→1 100, board 30, →2 at 230, board 20, →3 350, alight 10, →4 at 460
        assert calls.ride_holds(plans, asked, 0, 1, 2) == holds


@pytest.mark.parametrize(("limit", "holds"), [(210, True), (209, False)])
def test_the_inserted_ride_has_its_own_limit(limit, holds):
    """From the end of its boarding at 250 to its drop-off at 460."""
    plans = longest(rides=((0, 1),))
    asked = replace(HURRIED.take([1]), max_ride=[limit])
    assert calls.ride_holds(plans, asked, 0, 1, 2) == holds


@pytest.mark.parametrize(("limit", "holds"), [(220, True), (219, False)])
def test_those_on_board_keep_their_limit_when_somebody_is_inserted(limit, holds):
    """The way by the new pick-up and its service count for the rider who is on board."""
    plans = longest(limit, rides=((0, 1),))
    assert calls.ride_holds(plans, HURRIED.take([1]), 0, 1, 2) == holds


def test_an_inserted_ride_waits_for_the_opening():
    """With windows that open late its drop-off waits, and so does its boarding."""
    plans = longest(rides=((),))
    for limit, pickup, holds in (
        (50, [0, 930], True),
        (50, [0, 929], False),
        (60, [0, 920], True),
        (60, [0, 919], False),
    ):
        asked = replace(
            HURRIED.take([1]),
            pickup_window=[pickup],
            dropoff_window=[[1000, 1000]],
            max_ride=[limit],
        )
        asked = replace(asked, destination=[2])
        assert calls.ride_holds(plans, asked, 0, 0, 0) == holds


def plain_holds(day, vehicle: int, route) -> bool:
    """What the plain check says of one vehicle's route alone."""
    return not problems_of(day, [()] * vehicle + [route])


@given(settings_of_a_day(), st.integers(0, 2**32 - 1))
def test_routes_and_insertions_hold_as_the_plain_check_says(setting, seed):
    """Of any route, with limits or without, and of any insertion into it."""
    fleet, travel, requests = setting
    rng = np.random.default_rng(seed)
    riders = np.ones(len(requests), dtype=np.int32)
    none = np.zeros(len(requests), dtype=np.int32)
    hurry = np.where(rng.random(len(requests)) < 0.5, rng.integers(100, 4000), NEVER)
    wider = np.array([0, 3000])
    requests = replace(
        requests, pickup_window=requests.pickup_window + wider,
        dropoff_window=requests.dropoff_window + 2 * wider,
        riders=riders, wheelchairs=none, max_ride=hurry,
    )  # fmt: skip
    vehicles = tuple(replace(of, seats=20) for of in fleet.vehicles)
    fleet = replace(fleet, vehicles=vehicles, max_ride=None)
    plans = calls.planned(fleet, travel, requests)
    day = plans.day(0)
    for vehicle, of in enumerate(fleet.vehicles):
        for _ in range(3):
            chosen = rng.permutation(len(requests))[: rng.integers(1, 4)]
            order = rng.permutation(np.repeat(chosen, 2)).tolist()
            route = [2 * r + (r in order[:k]) for k, r in enumerate(order)]
            if of.rest:
                empty = [
                    k for k in range(len(route) + 1) if not sum(s % 2 or -1 for s in route[:k])
                ]
                route.insert(int(rng.choice(empty)), BREAK)
            calls.write(plans, vehicle, route)
            assert calls.route_holds(plans, vehicle) == plain_holds(day, vehicle, route)
            left = [r for r in range(len(requests)) if r not in chosen]
            if not left:
                continue
            new = int(rng.choice(left))
            i = int(rng.integers(len(route) + 1))
            j = int(rng.integers(i, len(route) + 1))
            if BREAK in route[i:j]:
                continue
            longer = [*route[:i], 2 * new, *route[i:j], 2 * new + 1, *route[j:]]
            found = calls.ride_holds(plans, requests.take([new]), vehicle, i, j)
            assert found == plain_holds(day, vehicle, longer)
