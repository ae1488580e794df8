"""Days drawn from an area's trips: their size, and who asks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rideflex.errors import DataError, UsageError
from rideflex.negotiation import Days
from rideflex.negotiation.days import (
    area_fleet,
    day_size,
    sample_days,
    true_answers,
)


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


def of_travelers(area, *travelers):
    """The first trip of each."""
    return np.array([np.flatnonzero(area.trips.traveler == one)[0] for one in travelers])


def test_an_offer_is_accepted_when_the_draw_is_below_its_probability(city):
    """Draws of 0, p and a little less than p: a probability of 0 is never, of 1 always accepted."""
    trips = np.tile(of_travelers(city, 3), (4, 1)).astype(np.int32)
    truth = np.array([0.0, 0.25, 0.5, 1.0] * 4, dtype=np.float32)  # a grid of 16 offers
    area = dataclasses.replace(city, answers=np.tile(truth, (1, len(city.trips), 1)))
    patience = np.array([[0.0], [0.25], [0.2499], [0.9999]], dtype=np.float32)
    assert Days(trips, patience).answers(area, 0)[:, 4:8].tolist() == [
        [False, True, True, True],
        [False, False, True, True],
        [False, True, True, True],
        [False, False, False, True],
    ]


def test_answers_are_those_of_the_phase_the_step_and_the_trip(city):
    """Each day's second request, in the second phase."""
    first, second = of_travelers(city, 2, 6)
    answers = np.zeros((2, len(city.trips), 16), dtype=np.float32)
    answers[1, second] = 0.5
    area = dataclasses.replace(city, answers=answers)
    trips = np.array([[first, second], [second, first]], dtype=np.int32)
    patience = np.full((2, 2), 0.4, dtype=np.float32)
    assert Days(trips, patience, phase=1).answers(area, 1)[:, :1].tolist() == [[True], [False]]
    assert Days(trips, patience, phase=1).answers(area, 0)[:, :1].tolist() == [[False], [True]]
    assert not Days(trips, patience).answers(area, 1).any()  # the first phase, unless told


def test_rows_of_days_are_days(city):
    """A slice keeps trips, draws and phase side by side."""
    days = Days.sample(city, 5, np.random.default_rng(0), phase=1, requests=4)
    some = days[1:3]
    assert (len(days), days.n_requests, len(some), some.n_requests) == (5, 4, 2, 4)
    assert np.array_equal(some.trips, days.trips[1:3])
    assert np.array_equal(some.patience, days.patience[1:3])
    assert some.phase == 1
    assert Days.sample(city, 1, np.random.default_rng(0)).phase == 0


def test_every_trip_of_a_traveler_is_as_likely_as_the_others():
    """Of 3 travelers with trips in no order: one of each, at any place of the day."""
    travelers = np.array([7, 2, 7, 4, 2, 7], dtype=np.int32)
    days = sample_days(travelers, 6000, np.random.default_rng(0))
    assert (np.sort(travelers[days], axis=1) == [2, 4, 7]).all()
    for place in range(3):
        times = np.bincount(days[:, place], minlength=6)
        chance = 1 / 3 / np.array([3, 2, 3, 1, 2, 3])
        assert times == pytest.approx(6000 * chance, abs=5 * np.sqrt(6000 * chance.max()))


def test_requests_are_the_trips_asked_for(city):
    """Ends and windows of each, in the shape asked; rides are limited only where the area says."""
    trips = np.array([[3, 8], [5, 3]], dtype=np.int32)
    free = city.requests(trips)
    assert np.array_equal(free.origin, city.trips.origin[trips])
    assert np.array_equal(free.destination, city.trips.destination[trips])
    assert np.array_equal(free.pickup_window, city.trips.pickup_window[trips])
    assert np.array_equal(free.dropoff_window, city.trips.dropoff_window[trips])
    assert free.max_ride is None


def test_nobody_plays_travelers_whose_answers_are_not_known(city):
    """The column that a simulation needs is named."""
    silent = dataclasses.replace(city, answers=None)
    with pytest.raises(UsageError, match=r"needs the column 'flexibility' in trips\.csv"):
        true_answers(silent)


def test_a_day_of_one_request_is_a_day():
    """The least size that is not refused."""
    assert day_size(np.array([4, 4], dtype=np.int32), 1) == 1
    assert day_size(np.array([4, 5], dtype=np.int32), 1) == 1


def test_a_fleet_that_has_nothing_to_drive_is_refused(city):
    """All times between the zones that are visited are 0: the table of times is named."""
    still = dataclasses.replace(city, travel_times=np.zeros_like(city.travel_times))
    with pytest.raises(DataError, match=r"travel_times.*there is no driving to save"):
        area_fleet(still)
