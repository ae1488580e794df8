"""Booking and routing one request: what is written where, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.offers import OfferGrid
from rideflex.routing import Break, Fleet, PlanBatch, Requests, Vehicle
from rideflex.routing.problem import BREAK
from tests.routing.kernels import calls
from tests.routing.oracle import NEVER

THREE = Requests(
    origin=[1, 2, 3],
    destination=[4, 5, 0],
    pickup_window=[[1000, 1060], [2000, 2070], [3000, 3080]],
    dropoff_window=[[4000, 4090], [5000, 5100], [6000, 6110]],
    riders=[1, 2, 3],
    service=[[11, 12], [13, 14], [15, 16]],
    wheelchairs=[2, 1, 0],
    max_ride=[NEVER, 800, NEVER],
)
FLEET = Fleet.alike(2, 8, 0)


def test_a_booked_request_by_hand():
    """Its two stops say where, when, how long, who boards and who leaves."""
    plans = PlanBatch(FLEET, calls.line(6), 2, 3)
    calls.book(plans, THREE, 1, 0, (-600, 5, -7, 900))
    calls.book(plans, THREE, 1, 2, (0, 0, 0, 0))
    state = plans.arrays.state
    assert state.visits[1].tolist() == [
        [1, 400, 1065, 11, 1, 2, NEVER],
        [4, 3993, 4990, 12, -1, -2, NEVER],
        [3, 3000, 3080, 15, 3, 0, NEVER],
        [0, 6000, 6110, 16, -3, 0, NEVER],
        [0] * 7,
        [0] * 7,
    ]
    assert not state.visits[0].any()
    assert state.booked.tolist() == [0, 2]


def test_a_day_is_timed_from_the_first_limited_ride_on():
    """A limit of any request is kept in mind, and one without does not take it back."""
    plans = PlanBatch(FLEET, calls.line(6), 1, 3)
    timed = []
    for row in range(3):
        calls.book(plans, THREE, 0, row, (0, 0, 0, 0))
        timed.append(bool(plans.arrays.state.timed[0]))
    assert timed == [False, True, True]
    assert plans.arrays.state.visits[0, 2:4, 6].tolist() == [800, 800]


def test_other_times_can_be_agreed_later():
    """The windows are those asked for, shifted; nothing else and no other request changes."""
    plans = calls.planned(FLEET, calls.line(6), THREE)
    before = plans.arrays.state.visits[0].copy()
    calls.agree(plans, THREE, 2, 1, (-10, 20, -30, 40))
    before[2, 1:3] = 2990, 3100
    before[3, 1:3] = 5970, 6150
    assert plans.arrays.state.visits[0].tolist() == before.tolist()


@pytest.mark.parametrize("route", [(), (0, 1), (0, 2, 1, 3), (0, 1, BREAK)])
def test_an_insertion_is_a_splice(route):
    """At every pair of positions the stops are those of a plain splice, and the cost is added."""
    rest = Break(0, 9000, 10) if BREAK in route else None
    fleet = Fleet((Vehicle(8, 0), Vehicle(8, 0, rest=rest)))
    for i in range(len(route) + 1):
        for j in range(i, len(route) + 1):
            plans = calls.planned(fleet, calls.line(6), THREE, ((), route))
            plans.arrays.state.driving[0] = 500
            calls.insert(plans, 1, 2, i, j, 70)
            state, wanted = plans.arrays.state, (*route[:i], 4, *route[i:j], 5, *route[j:])
            assert plans.routes(0) == ((), wanted)
            assert state.driving[0] == 570
            fresh = calls.planned(fleet, calls.line(6), THREE, ((), wanted))
            n = len(wanted) + 2
            assert (state.route[0, 1, :n] == fresh.arrays.state.route[0, 1, :n]).all()


def test_agreed_requests_are_booked_and_routed_where_they_can_be():
    """Of three days one has no way, one appends, one goes first; each under its own offer."""
    offers = OfferGrid(((0, 0), (-10, 20)))
    plans = PlanBatch(FLEET, calls.line(6), 3, 2)
    for day in range(3):
        calls.book(plans, THREE, day, 0, (0, 0, 0, 0))
        calls.write(plans, 1, (0, 1), day)
    quotes = np.full((4, 3, 2), -1, dtype=np.int64)
    quotes[0] = NEVER
    quotes[:, 0, 1] = 25, 0, 0, 0
    quotes[:, 1, 0] = 3, 0, 0, 0  # of an offer that was not agreed
    quotes[:, 2, 0] = -35, 1, 1, 2
    assert calls.commit_days(plans, THREE, offers, quotes, [1, 1, 0]) == [True, False, True]
    assert [plans.routes(day) for day in range(3)] == [
        ((2, 3), (0, 1)),
        ((), (0, 1)),
        ((), (0, 2, 1, 3)),
    ]
    state = plans.arrays.state
    assert state.booked.tolist() == [2, 2, 2]
    assert state.driving.tolist() == [25, 0, -35]
    assert state.visits[:, 2, 1:3].tolist() == [[400, 1060], [1400, 2070], [3000, 3080]]
    assert state.visits[:, 3, 1:3].tolist() == [[4000, 5290], [5000, 6300], [6000, 6110]]


def test_a_cost_of_never_or_more_is_no_way():
    """The last cost that can be driven is a second less."""
    for cost, served in ((NEVER - 1, True), (NEVER, False), (NEVER + 1, False)):
        plans = PlanBatch(FLEET, calls.line(6), 1, 1)
        quotes = np.array([cost, 0, 0, 0]).reshape(4, 1, 1)
        found = calls.commit_days(plans, THREE.take([0]), calls.AS_ASKED, quotes, [0])
        assert found == [served]


def test_requests_are_taken_out_of_plans_as_they_were_asked():
    """Every column comes back, in the order in which requests are told to kernels."""
    plans = calls.planned(FLEET, calls.line(6), THREE)
    assert calls.as_agreed(plans)[0].tolist() == plans.asked(THREE).tolist()
    assert plans.asked(THREE)[1].tolist() == [2, 5, 2000, 2070, 5000, 5100, 2, 1, 13, 14, 800]
