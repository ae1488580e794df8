"""Figures of the service: minutes used, vehicle hours and rides, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.evaluation.service_figures import service_figures, used_minutes
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, Requests, ServiceDay, Solution

TRAVEL = [[0, 600, 900], [600, 0, 600], [900, 600, 0]]
OFFERS = OfferGrid.default()


def day_of(pickups, dropoffs):
    """Requests from zone 1 to zone 2, one vehicle in zone 0, a minute at every stop."""
    n = len(pickups)
    return ServiceDay(Requests([1] * n, [2] * n, pickups, dropoffs), Fleet.alike(1, 4, 0), TRAVEL)


def test_vehicle_hours_and_rides_of_two_days():
    """One rider alone, then two together a minute apart; means are over days and riders."""
    alone = day_of([(7200, 9000)], [(7200, 90000)])
    together = day_of([(7200, 12000), (10800, 12000)], [(7200, 90000)] * 2)
    days, routes = [alone, together], [((0, 1),), ((0, 2, 1, 3),)]
    solutions = [Solution.of(day, of_day) for day, of_day in zip(days, routes, strict=True)]
    figures = service_figures(days, solutions, [None, None])
    assert figures.vehicle_hours == pytest.approx((2220 + 2340) / 2 / 3600)
    assert figures.vehicles == 1.0
    assert figures.trips_per_hour == pytest.approx(3 / ((2220 + 2340) / 3600))
    assert figures.ride_excess_mean == pytest.approx((0 + 60 + 60) / 3 / 60)
    assert figures.ride_excess_p90 == pytest.approx(1.0)
    assert figures.ride_max == pytest.approx(11.0)


def test_kilometres_are_those_of_every_leg():
    """From depot to depot, per day; nowhere where one day's places are not known."""
    alone, idle = day_of([(7200, 9000)], [(7200, 90000)]), day_of([(0, 60)], [(0, 60)])
    solutions = [Solution.of(alone, ((0, 1),)), Solution.of(idle, ((),))]
    between = np.array([[0, 1.0, 20.0], [300.0, 0, 4.0], [50.0, 6000.0, 0]])
    known = service_figures([alone, idle], solutions, [between, between])
    assert known.kilometres == pytest.approx((1 + 4 + 50) / 2)
    assert known.on_time_share == 1.0
    assert service_figures([alone, idle], solutions, [between, None]).kilometres is None


def test_a_day_without_routes_has_no_rides():
    """Nobody served: no division by nothing."""
    day = day_of([(7200, 9000)], [(7200, 90000)])
    figures = service_figures([day], [Solution.of(day, ((),))], [None])
    assert figures.vehicle_hours == 0.0
    assert figures.trips_per_hour is None
    assert figures.ride_max is None
    assert figures.on_time_share is None


def test_minutes_that_the_routes_do_not_need_are_not_used():
    """Of (-30, 30) the second needs ten minutes to be dropped, and the first nothing."""
    windows = [(7200, 9000), (7200, 9000)], [(7200, 9000), (7200, 8000)]
    asked = day_of(*windows)
    both = OFFERS.action_of(-30, 30)
    actions = np.array([both, both], dtype=np.int32)
    routes = ((0, 2, 1, 3),)  # boards at 7200 and 7260, drops at 7920 and 7980
    day = day_of([(5400, 9000)] * 2, [(7200, 10800), (7200, 9800)])
    assert used_minutes(asked, OFFERS, actions, Solution.of(day, routes)) == 0
    tight = day_of(windows[0], [(7200, 9000), (7200, 7500)])
    assert used_minutes(tight, OFFERS, actions, Solution.of(day, routes)) == 10
    assert used_minutes(tight, OFFERS, actions, Solution.of(day, ((),))) == 0


def test_only_offers_within_what_was_agreed_count():
    """Who agreed to be dropped later is not taken to leave earlier, if less would do."""
    asked = day_of([(7200, 9000)] * 2, [(7200, 9000), (7200, 7500)])
    late = OFFERS.action_of(0, 30)
    actions = np.array([OFFERS.no_shift, late], dtype=np.int32)
    routes = Solution.of(asked, ((0, 2, 1, 3),))
    assert used_minutes(asked, OFFERS, actions, routes) == 10
    early = OFFERS.action_of(-30, 0)
    actions = np.array([early, early], dtype=np.int32)
    assert used_minutes(asked, OFFERS, actions, routes) == 20
