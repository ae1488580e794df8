"""Positions of a route: worked out by hand, and by driving it plainly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.routing import Break, Fleet, PlanBatch, Requests, Vehicle
from rideflex.routing.kernels.state import NEVER as KERNELS_NEVER
from rideflex.routing.problem import BREAK
from tests.routing.days import settings_of_a_day
from tests.routing.kernels import calls
from tests.routing.oracle import NEVER, drive

PLACE, READY, LATE, LOAD, TAKEN = range(5)

# Two riders of zone 1, of whom one sits in a wheelchair, share a way on a line of four zones.
TWO = Requests(
    origin=[1, 1],
    destination=[2, 3],
    pickup_window=[[0, 900], [300, 400]],
    dropoff_window=[[0, 2000], [0, 1000]],
    riders=[1, 2],
    service=[[10, 20], [30, 40]],
    wheelchairs=[0, 1],
)
VAN = Vehicle(
    seats=5,
    depot=0,
    end_depot=1,
    shift=(50, 3000),
    wheelchairs=1,
    seats_per_wheelchair=2,
    rest=Break(600, 1900, 100),
)
ROUTE = (0, 2, 1, 3, BREAK)


def positions(vehicle: Vehicle = VAN, requests: Requests = TWO, route=ROUTE) -> list[list[int]]:
    """Positions of one vehicle's route, from the depot to the depot."""
    plans = calls.planned(Fleet((vehicle,)), calls.line(4), requests, (route,))
    return plans.arrays.state.route[0, 0, : len(route) + 2].tolist()


def test_positions_by_hand():
    """Place, earliest departure, latest start, seats and wheelchair places, one by one."""
    # Out at 50, a pick-up at 150, one at its opening 300, drop-offs at 430 and 550, rest at 600.
    # Back from the end: 3000 less 200 to the depot, the rest by 1800, so 1760 for the last stop if
    # it did not close at 1000; so 880 for the one before, 750 and 740 (which close at 400).
    rows = positions()
    assert [row[PLACE] for row in rows] == [0, 1, 1, 2, 3, 3, 1]
    assert [row[READY] for row in rows] == [50, 160, 330, 450, 590, 700, 900]
    assert [row[LATE] for row in rows[1:]] == [390, 400, 880, 1000, 1800, 3000]
    assert [row[LOAD] for row in rows] == [0, 1, 5, 4, 0, 0, 0]
    assert [row[TAKEN] for row in rows] == [0, 0, 1, 1, 0, 0, 0]


def test_the_way_back_and_the_rest_bound_the_last_stops():
    """With a shift that ends at 1000, the rest starts by 700 and the stop before it by 660."""
    vehicle = Vehicle(
        seats=5, depot=0, end_depot=1, shift=(50, 1000), wheelchairs=1, seats_per_wheelchair=2,
        rest=Break(600, 950, 100),
    )  # fmt: skip
    assert [row[LATE] for row in positions(vehicle)[1:]] == [390, 400, 540, 660, 700, 1000]


def test_each_wheelchair_takes_its_seats():
    """Two wheelchairs of three seats each, beside one rider, take seven seats."""
    asked = Requests([1], [2], [[0, 900]], [[0, 900]], riders=[1], wheelchairs=[2])
    vehicle = Vehicle(seats=7, depot=0, wheelchairs=2, seats_per_wheelchair=3)
    rows = positions(vehicle, asked, (0, 1))
    assert [row[LOAD] for row in rows] == [0, 7, 0, 0]
    assert [row[TAKEN] for row in rows] == [0, 2, 0, 0]


@pytest.mark.parametrize("first", [True, False])
def test_a_rest_before_or_between(first):
    """A rest starts where the vehicle stands, and the way that follows starts there as well."""
    one = TWO.take([0])
    route = (BREAK, 0, 1) if first else (0, 1, BREAK)
    rows = positions(requests=one, route=route)
    if first:  # rest from 600 to 700 at the depot, then 100 to the pick-up
        assert [row[PLACE] for row in rows] == [0, 0, 1, 2, 1]
        assert [row[READY] for row in rows] == [50, 700, 810, 930, 1030]
        assert [row[LATE] for row in rows[1:]] == [700, 900, 2000, 3000]
    else:
        assert [row[PLACE] for row in rows] == [0, 1, 2, 2, 1]
        assert [row[READY] for row in rows] == [50, 160, 280, 700, 800]
        assert [row[LATE] for row in rows[1:]] == [900, 1780, 1800, 3000]


@pytest.mark.parametrize(
    ("what", "row", "column", "least"),
    [
        ("vehicles", 0, 6, 900),  # end of the shift
        ("vehicles", 0, 8, 600),  # latest start of the rest
        ("vehicles", 0, 0, 5),  # seats
        ("vehicles", 0, 1, 1),  # wheelchair places
        ("visits", 2, 2, 300),  # latest pick-up
        ("visits", 3, 2, 550),  # latest drop-off
    ],
)
def test_each_limit_holds_to_the_second(what, row, column, least):
    """The route holds at exactly what it needs, and not one below."""
    plans = calls.planned(Fleet((VAN,)), calls.line(4), TWO)
    limits = {"vehicles": plans.arrays.rules.vehicles, "visits": plans.arrays.state.visits[0]}[what]
    for value, holds in ((least, True), (least - 1, False)):
        limits[row, column] = value
        assert calls.write(plans, 0, ROUTE) == holds


@pytest.mark.parametrize(
    ("route", "why"), [((0, BREAK, 1), "rider"), ((2, BREAK, 3), "wheelchair")]
)
def test_nobody_is_on_board_at_a_rest(route, why):
    """A rest with a rider on board breaks the route, and with a wheelchair that takes no seat."""
    asked = Requests(
        [1, 1], [2, 2], [[0, 900]] * 2, [[0, 2000]] * 2, riders=[1, 0], wheelchairs=[0, 1]
    )
    vehicle = Vehicle(seats=5, depot=0, shift=(0, 3000), wheelchairs=1, rest=Break(0, 1900, 100))
    plans = calls.planned(Fleet((vehicle,)), calls.line(4), asked)
    assert not calls.write(plans, 0, route), why
    assert calls.write(plans, 0, (*[stop for stop in route if stop != BREAK], BREAK))


def test_an_unused_vehicle_stays_at_home():
    """Its last position is the other depot at the start of the shift, its rest has not moved it."""
    rows = positions(route=(BREAK,))
    assert [row[PLACE] for row in rows] == [0, 0, 1]
    assert [row[READY] for row in rows] == [50, 700, 50]
    assert [row[LATE] for row in rows[1:]] == [1800, 3000]
    plain = Vehicle(seats=1, depot=2, end_depot=0, shift=(70, 90))
    assert positions(plain, route=()) == [[2, 70, 0, 0, 0], [0, 70, 90, 0, 0]]


def test_which_vehicles_are_unused():
    """One without stops, and one whose only stop is the rest that its driver takes."""
    fleet = Fleet((VAN, Vehicle(seats=4, depot=0)))
    plans = calls.planned(fleet, calls.line(4), TWO, ((BREAK,), ()))
    assert (calls.unused(plans, 0), calls.unused(plans, 1)) == (True, True)
    plans = calls.planned(fleet, calls.line(4), TWO, ((0, 1, BREAK), (2, 3)))
    assert (calls.unused(plans, 0), calls.unused(plans, 1)) == (False, False)


def plain_positions(day, vehicle, route) -> list[list[int | None]]:
    """Place, departure, seats and wheelchair places, by carrying riders by name."""
    of = day.fleet.vehicles[vehicle]
    rows, on_board = [[of.depot, of.shift[0], 0, 0]], set()
    for stop in route:
        here, clock = rows[-1][:2]
        if stop == BREAK:
            clock = max(clock, of.rest.opens) + of.rest.seconds
        else:
            request, end = divmod(stop, 2)
            asked = day.requests
            zone = int((asked.origin, asked.destination)[end][request])
            opens = int((asked.pickup_window, asked.dropoff_window)[end][request, 0])
            clock = max(clock + int(day.travel_times[here, zone]), opens)
            clock += int(day.service[request, end])
            here = zone
            on_board ^= {request}
        chairs = sum(int(day.wheelchairs[r]) for r in on_board)
        seats = sum(int(day.riders[r]) for r in on_board)
        rows.append([here, clock, seats + chairs * of.seats_per_wheelchair, chairs])
    here, clock = rows[-1][:2]
    return [*rows, [of.end, clock + int(day.travel_times[here, of.end]), 0, 0]]


def drives_on(day, vehicle, route, k: int, start: int) -> bool:
    """Whether the rest of a route keeps its windows if its k-th stop (from 1) starts at `start`."""
    of, asked = day.fleet.vehicles[vehicle], day.requests
    zones = [of.depot]
    for stop in route:
        ends = asked.destination if stop % 2 else asked.origin
        zones.append(zones[-1] if stop == BREAK else int(ends[stop // 2]))
    for at, stop in enumerate(route[k - 1 :], start=k):
        if stop == BREAK:
            opens, closes = of.rest.opens, of.rest.closes - of.rest.seconds
            served = of.rest.seconds
        else:
            window = asked.dropoff_window if stop % 2 else asked.pickup_window
            opens, closes = (int(bound) for bound in window[stop // 2])
            served = int(day.service[stop // 2, stop % 2])
        start = start if at == k else max(start, opens)
        if start > closes:
            return False
        onward = route[at] if at < len(route) else None
        there = zones[at + 1] if onward is not None else of.end
        start += served + (0 if onward == BREAK else int(day.travel_times[zones[at], there]))
    return start <= of.shift[1]


@given(settings_of_a_day(), st.integers(0, 2**32 - 1))
def test_positions_equal_a_plain_drive(setting, seed):
    """Of any route, held or not; and where it holds, one second after LATE it no longer does."""
    fleet, travel, requests = setting
    rng = np.random.default_rng(seed)
    plans = calls.planned(fleet, travel, requests)
    day = plans.day(0)
    for vehicle, of in enumerate(fleet.vehicles):
        for _ in range(4):
            chosen = rng.permutation(len(requests))[: rng.integers(1, 4)]
            together = rng.permutation(np.repeat(chosen, 2)).tolist()
            if rng.random() < 0.5:
                together = sorted(together)
            stops = [2 * r + (r in together[:k]) for k, r in enumerate(together)]
            if of.rest:
                stops.insert(int(rng.integers(len(stops) + 1)), BREAK)
            holds = calls.write(plans, vehicle, stops)
            assert holds == drive(day, vehicle, tuple(stops))
            at = plans.arrays.state.route[0, vehicle, : len(stops) + 2]
            found = at[:, [PLACE, READY, LOAD, TAKEN]].tolist()
            assert found == plain_positions(day, vehicle, stops)
            assert at[-1, LATE] == of.shift[1]
            if holds:
                for k in range(1, len(stops) + 1):
                    assert drives_on(day, vehicle, stops, k, int(at[k, LATE]))
                    assert not drives_on(day, vehicle, stops, k, int(at[k, LATE]) + 1)


def test_what_kernels_know_of_a_fleet():
    """A row a vehicle: seats, places, depots, shift, latest start of the rest, kind."""
    plain = Vehicle(seats=3, depot=2)
    fleet = Fleet((VAN, plain, VAN), max_duration=777)
    rules = PlanBatch(fleet, calls.line(4), 1, 1).arrays.rules
    assert rules.vehicles.tolist() == [
        [5, 1, 2, 0, 1, 50, 3000, 600, 1800, 100, 0],
        [3, 0, 0, 2, 2, 0, 108000, 0, NEVER, 0, 1],
        [5, 1, 2, 0, 1, 50, 3000, 600, 1800, 100, 0],
    ]
    assert (rules.max_duration, rules.shortcut) == (777, 0)
    assert PlanBatch(Fleet((plain,)), calls.line(4), 1, 1).arrays.rules.max_duration == NEVER
    assert KERNELS_NEVER == NEVER


def test_empty_plans_have_room_for_all():
    """Room for a stop more than all requests need, and two positions of the depots."""
    state = PlanBatch(Fleet((VAN, VAN)), calls.line(4), 3, 5).arrays.state
    shapes = {name: array.shape for name, array in state._asdict().items()}
    assert shapes == {
        "visits": (3, 10, 7),
        "timed": (3,),
        "booked": (3,),
        "stops": (3, 2, 11),
        "length": (3, 2),
        "route": (3, 2, 13, 5),
        "driving": (3,),
    }
    assert not state.visits.any()
    assert (state.stops[:, :, 0] == BREAK).all()
    assert (state.length == 1).all()


def test_cleared_days_start_anew_and_the_others_stay():
    """Nothing is booked, driven or timed, and only the rest is on the route."""
    fleet = Fleet((VAN, Vehicle(seats=4, depot=3)))
    plans = PlanBatch(fleet, calls.line(4), 3, 2)
    state = plans.arrays.state
    for day in range(3):
        calls.book(plans, TWO, day, 0, (0, 0, 0, 0))
        state.timed[day], state.driving[day] = True, 400
        calls.write(plans, 0, (0, 1, BREAK), day)
    calls.clear(plans, [0, 2])
    assert state.booked.tolist() == [0, 1, 0]
    assert state.driving.tolist() == [0, 400, 0]
    assert state.timed.tolist() == [False, True, False]
    assert state.length.tolist() == [[1, 0], [3, 0], [1, 0]]
    assert state.stops[:, 0, 0].tolist() == [BREAK, 0, BREAK]
    assert state.route[0, 0, :3, PLACE].tolist() == [0, 0, 1]
    assert state.route[0, 1, :2, PLACE].tolist() == [3, 3]


def test_a_rest_of_one_second_is_a_rest():
    """However short, it stands in the route from the beginning."""
    vehicle = Vehicle(seats=1, depot=0, rest=Break(0, 1, 1))
    plans = PlanBatch(Fleet((vehicle,)), calls.line(2), 1, 1)
    assert plans.arrays.state.length[0, 0] == 1
    assert calls.unused(plans, 0)


def test_the_largest_shortcut():
    """The most that a way by another zone saves; none where the triangle inequality holds."""
    travel = np.full((3, 3), 100, dtype=np.int32)
    assert calls.largest_shortcut(travel) == 0
    travel[0, 2], travel[0, 1], travel[1, 2] = 500, 30, 60
    assert calls.largest_shortcut(travel) == 410
    travel[1, 2], travel[2, 1] = 60, 900
    assert calls.largest_shortcut(travel) == 770
    rng = np.random.default_rng(3)
    for _ in range(10):
        travel = rng.integers(0, 500, size=(4, 4)).astype(np.int32)
        saved = [
            travel[a, c] - sum(travel[leg] for leg in pairwise((a, b, c)))
            for a in range(4)
            for b in range(4)
            for c in range(4)
        ]
        assert calls.largest_shortcut(travel) == max(0, *saved)
