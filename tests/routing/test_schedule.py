"""Schedules: out for as short as can be, and rides as short as that allows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rideflex.routing import Fleet, Requests, ServiceDay
from rideflex.routing.plans import inserted
from rideflex.routing.schedule import duty_seconds, rides, schedule_of
from rideflex.routing.solution import earliest_times, latest_times

TRAVEL = [[0, 600, 900], [600, 0, 600], [900, 600, 0]]


def day_of(pickups, dropoffs, max_ride=None, max_duration=None):
    """Two requests from zone 1 to zone 2, one vehicle in zone 0, a minute at every stop."""
    fleet = Fleet.alike(1, 4, 0, max_ride=max_ride, max_duration=max_duration)
    n = len(pickups)
    return ServiceDay(Requests([1] * n, [2] * n, pickups, dropoffs), fleet, TRAVEL)


def test_a_vehicle_leaves_late_and_is_back_early():
    """One rider at 2:00: out at 1:50 for 10 + 1 + 10 + 1 + 15 minutes, by hand."""
    day = day_of([(7200, 9000)], [(7200, 90000)])
    assert schedule_of(day, 0, (0, 1)) == [6600, 7200, 7860, 8820]
    assert duty_seconds(day, ((0, 1),)) == 2220


def test_a_pickup_waits_where_the_vehicle_would_wait_anyway():
    """Two ride together; the second is ready at 3:00, so that the first boards at 2:59."""
    day = day_of([(7200, 12000), (10800, 12000)], [(7200, 90000)] * 2)
    times = schedule_of(day, 0, (0, 2, 1, 3))
    assert times == [10140, 10740, 10800, 11460, 11520, 12480]
    first, second = rides(day, ((0, 2, 1, 3),))
    assert (first.seconds, first.direct, first.excess) == (660, 600, 60)
    assert (second.seconds, second.excess) == (660, 60)


def test_a_window_that_closes_early_makes_the_vehicle_wait_with_the_rider():
    """The first must board by 2:05, so that the vehicle is out from 1:55 and its rider waits."""
    day = day_of([(7200, 7500), (10800, 12000)], [(7200, 90000)] * 2)
    assert schedule_of(day, 0, (0, 2, 1, 3))[:3] == [6900, 7500, 10800]
    assert rides(day, ((0, 2, 1, 3),))[0].excess == 11460 - 7560 - 600


def test_a_route_that_cannot_be_driven_has_no_schedule():
    """It is refused by its stops."""
    day = day_of([(7200, 7500)], [(0, 100)])
    with pytest.raises(ValueError, match=r"route \(0, 1\) can't be driven"):
        schedule_of(day, 0, (0, 1))
    assert rides(day, ((),)) == []
    assert duty_seconds(day, ((),)) == 0


@st.composite
def days(draw):
    """Days of one to four requests with wide and narrow windows, and limits on rides."""
    n = draw(st.integers(1, 4))
    opens = draw(st.lists(st.integers(1000, 20000), min_size=n, max_size=n))
    wide = draw(st.lists(st.integers(300, 9000), min_size=n, max_size=n))
    later = draw(st.lists(st.integers(1500, 9000), min_size=n, max_size=n))
    return day_of(
        [(a, a + w) for a, w in zip(opens, wide, strict=True)],
        [(a, a + w) for a, w in zip(opens, later, strict=True)],
        draw(st.sampled_from([None, 700, 2000])),
        draw(st.sampled_from([None, 8000])),
    )


@settings(max_examples=60, deadline=None)
@given(days())
def test_a_schedule_keeps_every_limit_and_no_shorter_duty_exists(day):
    """Windows, driving, longest ride; leaving a second later would mean being back later."""
    for vehicle, route in enumerate(inserted(day)):
        if not route:
            continue
        times = schedule_of(day, vehicle, route)
        zones = [0, *((1, 2)[stop % 2] for stop in route), 0]
        served = [0, *([60] * len(route)), 0]
        for k, ((a, b), (start, following)) in enumerate(
            zip(pairwise(zones), pairwise(times), strict=True)
        ):
            assert start + served[k] + TRAVEL[a][b] <= following
        for stop, at in zip(route, times[1:-1], strict=True):
            window = (day.requests.pickup_window, day.requests.dropoff_window)[stop % 2][stop // 2]
            assert window[0] <= at <= window[1]
        for ride in rides(day, (route,)):
            assert day.fleet.max_ride is None or ride.seconds <= day.fleet.max_ride
            assert ride.excess >= 0
        assert times[-1] == earliest_times(day, 0, route)[-1]
        later = earliest_times(day, 0, route, departure=times[0] + 1)
        assert later is None or later[-1] > times[-1]


@settings(max_examples=40, deadline=None)
@given(days(), st.integers(0, 3000))
def test_latest_times_are_the_mirror_of_earliest_times(day, spare):
    """No time can be raised: one second more at any stop, and the limits break."""
    for route in inserted(day):
        if route:
            back = earliest_times(day, 0, route)[-1] + spare
            latest = latest_times(day, 0, route, back)
            assert latest[0] >= earliest_times(day, 0, route)[0]
            assert earliest_times(day, 0, route, departure=latest[0])[-1] <= back
            beyond = earliest_times(day, 0, route, departure=latest[0] + 1)
            assert beyond is None or beyond[-1] > back
