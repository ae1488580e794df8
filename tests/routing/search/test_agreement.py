"""Agreements on a day of two lines: what is spared, and what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, Requests, ServiceDay
from rideflex.routing.search.agreement import Agreement, OpenDay

# Minutes: 60, 10, 0, 10, 20.
GRID = OfferGrid(((-30, 30), (-10, 0), (0, 0), (0, 10), (0, 20)))
WIDEST, EARLY, NONE, LATE, LATER = range(5)


def open_day(accepted, price=0):
    """Two rides of 1,000 s from 0 to 1, picked up from 600 s on; the first is due in at 1,400 s."""
    requests = Requests([0, 0], [1, 1], [[600, 900], [600, 900]], [[600, 1400], [600, 3000]])
    fleet = Fleet.alike(2, 2, 0, service_time=0, penalty=5000)
    day = ServiceDay(requests, fleet, np.array([[0, 1000], [1000, 0]]))
    rows = np.zeros((2, 5), dtype=bool)
    for request, offers in enumerate(accepted):
        rows[request, list(offers)] = True
    return OpenDay(day, GRID, rows, price)


@pytest.mark.parametrize(
    ("accepted", "agreed", "spared"),
    [
        ((WIDEST, LATE, LATER), WIDEST, LATE),
        ((WIDEST, EARLY, LATE), WIDEST, EARLY),
        ((WIDEST, LATER), WIDEST, LATER),
        ((WIDEST,), WIDEST, WIDEST),
        ((EARLY, LATE), LATE, LATE),
        ((LATE, LATER), LATER, LATE),
    ],
)
def test_the_fewest_minutes_that_the_route_can_do_with(accepted, agreed, spared):
    """200 s late: ten minutes on either side are enough; nothing is needed of the second."""
    day = open_day((accepted, (WIDEST, LATE)))
    start = Agreement(day, np.array([agreed, LATE], dtype=np.int32), ((0, 1), (2, 3)))
    found = start.spared()
    assert found.actions.tolist() == [spared, NONE]
    assert found.routes == start.routes
    assert start.actions.tolist() == [agreed, LATE]


def test_nobody_who_is_left_out_is_asked():
    """What was agreed with a traveler who does not ride is off."""
    day = open_day(((WIDEST,), (WIDEST,)))
    start = Agreement(day, np.array([WIDEST, WIDEST], dtype=np.int32), ((), (2, 3)))
    found = start.spared()
    assert found.actions.tolist() == [NONE, NONE]
    assert found.solution.unserved == (0,)


def test_a_cost_is_driving_penalties_and_minutes():
    """There and back 2,000 s, 5,000 s for who stays out, and 7 s for each of 70 minutes."""
    day = open_day(((WIDEST,), (LATE,)), price=7)
    agreement = Agreement(day, np.array([WIDEST, LATE], dtype=np.int32), ((0, 1), ()))
    assert agreement.minutes == 70
    assert agreement.cost == 2000 + 5000 + 7 * 70


def test_as_asked_is_without_any_shift():
    """No shift counts as accepted whatever was told, and is all there is without offers."""
    day = open_day(((), ()))
    assert day.accepted.tolist() == [[False, False, True, False, False]] * 2
    asked = Agreement.as_asked(day, ((), (2, 3)))
    assert asked.actions.tolist() == [NONE, NONE]
    assert (asked.minutes, asked.cost) == (0, 7000)
    plain = OpenDay.without_offers(day.day)
    assert (plain.offers.pairs, plain.accepted.tolist()) == (((0, 0),), [[True], [True]])
