"""Days searched together: what they share, and what no time at all leaves of them."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, Requests, ServiceDay
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.joint import search_jointly

GRID = OfferGrid(((-10, 0), (0, 0), (0, 10)))
TRAVEL = np.array([[0, 1000], [1000, 0]])


def start_of(due, actions, routes, price=0, penalty=5000, grid=GRID):
    """Rides of 1,000 s from 0 to 1 from 600 s on, each due at its time; everybody accepts all."""
    n = len(due)
    requests = Requests([0] * n, [1] * n, [[600, 900]] * n, [[600, at] for at in due])
    day = ServiceDay(requests, Fleet.alike(1, 2, 0, service_time=0, penalty=penalty), TRAVEL)
    open_day = OpenDay(day, grid, np.ones((n, len(grid)), dtype=bool), price)
    return Agreement(open_day, np.array(actions, dtype=np.int32), routes)


def test_no_days_are_no_work():
    """Nothing comes of nothing."""
    assert search_jointly([], 100) == []


def test_days_of_other_offers_are_not_searched_together():
    """The grid is one of the things they share."""
    other = start_of([2000], [0], ((0, 1),), grid=OfferGrid(((0, 0), (0, 10))))
    with pytest.raises(UsageError, match="share an offer grid"):
        search_jointly([start_of([2000], [1], ((0, 1),)), other], 0)


def test_without_a_round_days_of_any_size_are_as_they_were():
    """Routes and offers stay; whoever is left out is asked for nothing."""
    starts = [
        start_of([1400, 3000], [2, 0], ((0, 1),)),
        start_of([3000], [0], ((0, 1),)),
        start_of([3000, 3000, 3000], [0, 2, 1], ((2, 3),)),
    ]
    found = search_jointly(starts, 0)
    assert [one.routes for one in found] == [one.routes for one in starts]
    assert [one.actions.tolist() for one in found] == [[2, 1], [0], [1, 2, 1]]
    assert all(one.open_day is start.open_day for one, start in zip(found, starts, strict=True))


def test_an_offer_is_agreed_where_it_pays():
    """200 s late: ten minutes at 7 s are worth a penalty of 5,000 s on top of the way there."""
    (found,) = search_jointly([start_of([1400], [1], ((),), price=7)], 50)
    assert found.routes == ((0, 1),)
    assert (found.minutes, found.cost) == (10, 2000 + 70)


@pytest.mark.parametrize(("penalty", "served"), [(None, False), (1500, False), (2500, True)])
def test_a_penalty_may_be_another_than_the_fleets(penalty, served):
    """Serving costs 2,000 s of driving; leaving out costs the fleet 1,000 s, or what is told."""
    start = start_of([3000], [1], ((),), penalty=1000)
    (found,) = search_jointly([start], 50, penalty=penalty)
    assert (found.routes == ((0, 1),)) == served
