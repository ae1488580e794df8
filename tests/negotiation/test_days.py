"""Days drawn from an area's trips: their size, and who asks."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.negotiation.days import area_fleet, day_size, sample_days


def test_a_day_is_as_large_as_asked_and_no_larger_than_its_travelers():
    """At most so many requests, each of another traveler."""
    travelers = np.repeat(np.arange(50, dtype=np.int32), 3)
    days = sample_days(travelers, 20, np.random.default_rng(0), requests=8)
    assert days.shape == (20, 8)
    for day in travelers[days]:
        assert len(set(day.tolist())) == 8
    assert len(np.unique(travelers[days])) > 40  # not always the same
    assert sample_days(travelers, 1, np.random.default_rng(0)).shape == (1, 50)
    assert day_size(travelers) == 50
    assert day_size(np.arange(1000, dtype=np.int32)) == 200


def test_a_smaller_day_begins_as_a_larger_one():
    """The same generator, the same first requests."""
    travelers = np.repeat(np.arange(30, dtype=np.int32), 2)
    small, large = (
        sample_days(travelers, 5, np.random.default_rng(3), requests=n) for n in (7, 19)
    )
    assert np.array_equal(small, large[:, :7])


def test_the_fleet_is_sized_for_the_requests_of_a_day(city):
    """One vehicle for every eight requests, and two at least."""
    assert len(area_fleet(city, requests=1)) == 2
    assert len(area_fleet(city)) == max(2, -(-day_size(city.trips.traveler) // 8))


def test_a_day_without_requests_is_refused():
    """Neither without trips nor of no request."""
    with pytest.raises(UsageError, match="at least 1 request, not 0"):
        day_size(np.zeros(3, dtype=np.int32), 0)
    with pytest.raises(UsageError, match="no trip"):
        day_size(np.zeros(0, dtype=np.int32))
