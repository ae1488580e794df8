"""From a day to VROOM's JSON and back, and what may be lost on the way."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.routing import Break, Fleet, Requests, ServiceDay, Vehicle, problems_of
from rideflex.routing.instances.vroom.names import VroomNames
from rideflex.routing.instances.vroom.read_problem import read_vroom
from rideflex.routing.instances.vroom.write_problem import RULES, vroom_problem
from rideflex.routing.picture import Map
from rideflex.routing.plans import inserted
from rideflex.routing.problem import BREAK
from tests.routing.days import settings_of_a_day
from tests.routing.instances.vroom.problems import SMALL, written


def there_and_back(folder, day: ServiceDay, **options) -> ServiceDay:
    """Write a day and read it again."""
    return read_vroom(written(folder, vroom_problem(day, **options))).day


def everything(day: ServiceDay) -> dict[str, object]:
    """All that a day says, but for the penalty, in one form whatever was left to defaults."""
    of = day.requests
    return {
        "origin": of.origin.tolist(),
        "destination": of.destination.tolist(),
        "pickup_window": of.pickup_window.tolist(),
        "dropoff_window": of.dropoff_window.tolist(),
        "riders": day.riders.tolist(),
        "wheelchairs": day.wheelchairs.tolist(),
        "service": day.service.tolist(),
        "longest_rides": [day.longest_ride(request) for request in range(len(of))],
        "longest_route": day.fleet.max_duration,
        "travel_times": day.travel_times.tolist(),
        "vehicles": [replace(one, end_depot=one.end) for one in day.fleet.vehicles],
    }


def plain(fleet: Fleet, requests: Requests, seats: int = 0) -> tuple[Fleet, Requests]:
    """Take away the longest ride and route, and let each wheelchair cost as many seats."""
    alike = tuple(replace(one, seats_per_wheelchair=seats) for one in fleet.vehicles)
    fleet = replace(fleet, vehicles=alike, max_ride=None, max_duration=None)
    return fleet, replace(requests, max_ride=None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all examples."""
    return tmp_path_factory.mktemp("vroom")


@given(settings=settings_of_a_day())
def test_a_day_comes_back_as_it_was(folder, settings):
    """Requests, windows, vehicles, depots, shifts, breaks and travel times are equal."""
    fleet, travel, requests = settings
    day = ServiceDay(plain(fleet, requests)[1], plain(fleet, requests)[0], travel)
    assert everything(there_and_back(folder, day)) == everything(day)


@st.composite
def routes_of(draw: st.DrawFn, day: ServiceDay) -> tuple[tuple[int, ...], ...]:
    """Draw routes: those of insertion, or any, most of which can't be driven."""
    if draw(st.booleans()):
        return inserted(day)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    routes: list[list[int]] = [[] for _ in day.fleet.vehicles]
    for request in rng.permutation(len(day.requests)):
        route = routes[rng.integers(len(routes))]
        at = int(rng.integers(len(route) + 1))
        route[at:at] = [2 * int(request)]
        route.insert(int(rng.integers(at + 1, len(route) + 1)), 2 * int(request) + 1)
    for of, route in zip(day.fleet.vehicles, routes, strict=True):
        if route and of.rest is not None:
            route.insert(int(rng.integers(len(route) + 1)), BREAK)
    return tuple(map(tuple, routes))


@given(settings=settings_of_a_day(), seats=st.integers(0, 2), draw=st.data())
def test_the_same_routes_hold_where_wheelchairs_take_seats(folder, settings, seats, draw):
    """Amounts that count the seats of a wheelchair admit what the fleet's rule admits."""
    fleet, requests = plain(settings[0], settings[2], seats)
    day = ServiceDay(requests, fleet, settings[1])
    routes = draw.draw(routes_of(day))
    back = there_and_back(folder, day)
    assert (problems_of(back, routes) == []) == (problems_of(day, routes) == [])


@given(settings=settings_of_a_day(), draw=st.data())
def test_what_holds_still_holds_without_the_rules_left_out(folder, settings, draw):
    """VROOM's problem admits every route of the day, and more where rules are left out."""
    fleet, requests = settings[0], settings[2]
    alike = tuple(replace(one, seats_per_wheelchair=1) for one in fleet.vehicles)
    day = ServiceDay(requests, replace(fleet, vehicles=alike), settings[1])
    routes = draw.draw(routes_of(day))
    back = there_and_back(folder, day, without=RULES)
    if not problems_of(day, routes):
        assert problems_of(back, routes) == []


def small_day(folder) -> ServiceDay:
    """The day of the small problem."""
    return read_vroom(written(folder, SMALL)).day


def test_what_is_read_is_written_again(tmp_path):
    """The small problem comes back, its ids and descriptions too; what was left out is told."""
    instance = read_vroom(written(tmp_path, SMALL))
    problem = vroom_problem(instance.day, instance.names)
    assert problem["matrices"] == SMALL["matrices"]
    assert problem["vehicles"] == [SMALL["vehicles"][0] | {"profile": "car"}]
    assert problem["shipments"][1]["pickup"]["description"] == "Ann"
    assert [one["delivery"]["id"] for one in problem["shipments"]] == [20, 21]


def test_vehicles_that_differ_in_seats_per_wheelchair_have_a_metric_each(tmp_path):
    """A wheelchair takes one seat in the van and two in the bus; the car has no place for it."""
    vehicles = (
        Vehicle(seats=6, depot=0, wheelchairs=2, seats_per_wheelchair=2),
        Vehicle(seats=4, depot=0, wheelchairs=1, seats_per_wheelchair=1),
        Vehicle(seats=3, depot=0, seats_per_wheelchair=5),
    )
    day = replace(small_day(tmp_path), fleet=Fleet(vehicles))
    problem = vroom_problem(day)
    assert [one["amount"] for one in problem["shipments"]] == [[1, 1, 0], [2, 3, 1]]
    assert [one["capacity"] for one in problem["vehicles"]] == [[3, 6, 2], [4, 4, 1], [3, 3, 0]]


def test_a_break_starts_in_time_and_empty(tmp_path):
    """VROOM's window is that of the start; no load is allowed."""
    vehicle = Vehicle(seats=4, depot=0, shift=(0, 9000), rest=Break(100, 2000, 600))
    problem = vroom_problem(replace(small_day(tmp_path), fleet=Fleet((vehicle,))))
    assert problem["vehicles"][0]["breaks"] == [
        {"id": 0, "time_windows": [[100, 1400]], "service": 600, "max_load": [0, 0]}
    ]


def test_places_are_written_longitude_first(tmp_path):
    """Latitudes and longitudes become locations; x and y stay away."""
    day, places = small_day(tmp_path), np.array([[52.0, 13.0]] * 4)
    problem = vroom_problem(day, zones=Map(places, geographic=True))
    assert problem["vehicles"][0]["start"] == [13.0, 52.0]
    assert problem["shipments"][0]["delivery"]["location"] == [13.0, 52.0]
    assert "start" not in vroom_problem(day, zones=Map(places))["vehicles"][0]


def test_windows_before_the_day_are_cut(tmp_path):
    """VROOM knows no time before 0, and nobody drives then."""
    day = small_day(tmp_path)
    day.requests.pickup_window[0] = [-600, 600]
    assert vroom_problem(day)["shipments"][0]["pickup"]["time_windows"] == [[0, 600]]


def refused(day: ServiceDay, **options) -> str:
    """Why a day is not written."""
    with pytest.raises(UsageError) as caught:
        vroom_problem(day, **options)
    return str(caught.value)


def test_a_longest_ride_is_refused_where_it_binds(tmp_path):
    """Rides of the small day can last 7,940 s between their windows, and not longer."""
    day = small_day(tmp_path)
    requests = replace(day.requests, max_ride=np.array([10**6, 7940]))
    assert vroom_problem(replace(day, requests=requests))
    requests = replace(day.requests, max_ride=np.array([10**6, 7939]))
    names = VroomNames.of(day, ["b1", "b2"], ["bus"])
    told = refused(replace(day, requests=requests), names=names)
    assert "VROOM knows no longest ride, which limits request b2;" in told
    assert vroom_problem(replace(day, requests=requests), without=("longest-ride",))


def test_a_longest_route_is_refused_where_it_binds(tmp_path):
    """It is shorter than the shift of 9,000 s."""
    day = small_day(tmp_path)
    assert vroom_problem(replace(day, fleet=replace(day.fleet, max_duration=9000)))
    bound = replace(day, fleet=replace(day.fleet, max_duration=8999))
    assert "longest route, which here is 8,999 s where a shift is 9,000 s" in refused(bound)
    assert vroom_problem(bound, without=["longest-route"])


def test_all_that_can_not_be_written_is_told_at_once(tmp_path):
    """Rules, times before 0 and times past 32 bits stand in one error."""
    day = small_day(tmp_path)
    day.requests.dropoff_window[1] = [-20, -10]
    vehicle = Vehicle(seats=4, depot=0, wheelchairs=1, shift=(-5, 1 << 33))
    fleet = Fleet((vehicle,), max_ride=60, max_duration=60)
    told = refused(replace(day, fleet=fleet), without=["longest-drive"])
    for one in (
        "'longest-drive' is no rule that can be left out; those are longest-ride, longest-route",
        "no longest ride, which limits request 0",
        "no longest route",
        "the drop-off of request 1 ends at -10 s, and times in VROOM are from 0",
        "the shift of vehicle 0 is from -5 to 8,589,934,592 s",
    ):
        assert one in told


def test_a_day_without_requests_is_no_problem(tmp_path):
    """VROOM refuses it too."""
    day = small_day(tmp_path)
    empty = replace(day, requests=day.requests.take(np.array([], dtype=int)))
    assert "it has no requests" in refused(empty)


def test_what_is_written_is_plain_json(tmp_path):
    """Numbers are numbers of JSON's, not NumPy's."""
    assert json.loads(json.dumps(vroom_problem(small_day(tmp_path))))["shipments"]
