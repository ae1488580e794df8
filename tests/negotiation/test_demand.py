"""What may still be asked for: earlier dates, thinned by hand and by plain counting."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.areas.bookings import UNTOLD
from rideflex.negotiation.demand import NOBODY, BookedHistory

HOUR = 3600
# Rows 0-4 are an earlier date, rows 5-8 the day: Ann books out and back, Bob and Cy once.
ANN, BOB, CY, DEE = range(4)
TRAVELER = np.array([ANN, ANN, BOB, CY, BOB, ANN, ANN, DEE, BOB], dtype=np.int32)
BOOKED_AT = HOUR * np.array([-300, -300, -40, -20, -5, -300, -300, -50, -30])
EARLIER = np.arange(5, dtype=np.int32)


def calls(came, now):
    """One day on which these rows came, the last of them now."""
    return SimpleNamespace(
        step=len(came),
        trips=np.array([now], dtype=np.int32),
        came=np.array([came], dtype=np.int32),
        waiting=np.zeros((1, 4), dtype=np.bool_),
    )


@pytest.mark.parametrize(
    ("came", "now", "left"),
    [
        ([], 5, [1, 2, 3, 4]),  # Ann books her way out: the way back comes next
        ([5], 6, [2, 3, 4]),  # and the way back: she is done
        (
            [5, 6],
            7,
            [2, 3, 4],
        ),  # Dee was not there; Bob's forty hours are to come
        ([5, 6, 7], 8, [3, 4]),  # Bob at thirty hours: one of his two is taken, the other comes
    ],
)
def test_what_is_left_is_as_by_hand(came, now, left):
    """Who has booked is taken off the earlier date, and so is what would be there by now."""
    demand = BookedHistory(TRAVELER, BOOKED_AT, (EARLIER,))
    assert demand.still_to_come(0, np.array([*came, now])).tolist() == left


def test_without_times_of_booking_places_stand_in():
    """The second request of a day finds the earlier date from its third booking on."""
    untold = np.full(len(TRAVELER), UNTOLD)
    demand = BookedHistory(TRAVELER, untold, (EARLIER,))
    assert demand.still_to_come(0, np.array([7])).tolist() == [1, 2, 3, 4]
    assert demand.still_to_come(0, np.array([7, 8])).tolist() == [3, 4]


def plainly(demand, date, came):
    """Count one booking after another."""
    taken, left = Counter(demand.traveler[came].tolist()), []
    for row in demand.dates[date].tolist():
        who = int(demand.traveler[row])
        if taken[who]:
            taken[who] -= 1
            continue
        now = came[-1]
        if demand.booked_at[row] >= demand.booked_at[now] or who == demand.traveler[now]:
            left.append(row)
    return left


@given(data=st.data())
def test_thinning_is_plain_counting(data):
    """For any history and any calls so far."""
    n = data.draw(st.integers(3, 20))
    whole = st.integers(0, 3)
    traveler = np.array(data.draw(st.lists(whole, min_size=n, max_size=n)), dtype=np.int32)
    booked_at = -np.array(data.draw(st.lists(whole, min_size=n, max_size=n)), dtype=np.int64)
    cut = data.draw(st.integers(1, n - 1))
    rows = np.arange(cut, dtype=np.int32)
    rows = rows[np.argsort(booked_at[rows], kind="stable")]
    demand = BookedHistory(traveler, booked_at, (rows,))
    came = np.arange(cut, data.draw(st.integers(cut + 1, n)))
    assert demand.still_to_come(0, came).tolist() == plainly(demand, 0, came)


def test_each_future_is_one_earlier_date():
    """All dates are drawn, each is whole and ends in nobody, and a seed gives the same again."""
    dates = (EARLIER, EARLIER[2:4], EARLIER[:0])
    demand = BookedHistory(TRAVELER, BOOKED_AT, dates)
    futures = demand.draw(calls([], 7), 60, seed=3)
    assert futures.shape == (1, 60, 3)
    seen = Counter(tuple(future[future != NOBODY].tolist()) for future in futures[0])
    assert set(seen) == {(2, 3, 4), (2, 3), ()}
    assert min(seen.values()) > 10
    ends = np.sort(futures == NOBODY, axis=2) == (futures == NOBODY)
    assert ends.all()
    assert np.array_equal(futures, demand.draw(calls([], 7), 60, seed=3))
    assert not np.array_equal(futures, demand.draw(calls([], 7), 60, seed=4))


def test_a_day_is_drawn_alike_whatever_days_follow_it():
    """Two days in one call: the first as alone."""
    demand = BookedHistory(TRAVELER, BOOKED_AT, (EARLIER, EARLIER[2:4]))
    two = calls([], 7)
    two.trips, two.came = np.array([7, 5], dtype=np.int32), np.zeros((2, 0), dtype=np.int32)
    alone, beside = demand.draw(calls([], 7), 20, 0)[0], demand.draw(two, 20, 0)[0]
    n = alone.shape[1]
    assert np.array_equal(alone, beside[:, :n])
    assert (beside[:, n:] == NOBODY).all()
