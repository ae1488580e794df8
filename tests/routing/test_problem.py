"""Service days: their checks, their sampling, and the fleet that serves them."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.areas import read_area
from rideflex.errors import UsageError
from rideflex.negotiation.days import sample_days
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests, ServiceDay, problems_of, windows_hold
from rideflex.routing.problem import default_fleet

TRAVEL = np.array([[0, 600], [500, 0]], dtype=np.int32)
ALONE = Fleet.alike(1, 1, 0)
GOOD = Requests([0], [1], [[0, 600]], [[0, 1200]])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"vehicles": 0}, "needs a vehicle"),
        ({"capacity": 0}, "needs a seat"),
        ({"depot": -1}, "depot can't be negative"),
        ({"max_ride": -5}, "max_ride can't be negative"),
        ({"shift": (10, 5)}, "ends before it starts"),
    ],
)
def test_a_fleet_that_makes_no_sense_is_refused(settings, told):
    """Every number of a fleet is checked where it is set."""
    with pytest.raises(UsageError, match=told):
        Fleet.alike(**{"vehicles": 1, "capacity": 1, "depot": 0} | settings)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pickup_window": [[700, 600]]}, "pickup_window of request 0 ends before"),
        ({"dropoff_window": [[0, 1], [0, 1]]}, r"dropoff_window has shape \(2, 2\)"),
        ({"riders": [0]}, "request 0 has nobody to carry"),
        ({"service": [[-1, 0]]}, "service time of request 0 is negative"),
    ],
)
def test_requests_that_make_no_sense_are_refused(changes, told):
    """Windows, riders and service times are checked, and the request is named."""
    fields = {
        "origin": [0],
        "destination": [1],
        "pickup_window": [[0, 600]],
        "dropoff_window": [[0, 1200]],
    }
    with pytest.raises(UsageError, match=told):
        Requests(**fields | changes)


@pytest.mark.parametrize(
    ("travel", "fleet", "told"),
    [
        (np.zeros((2, 3)), ALONE, "square matrix"),
        (np.array([[0, -1], [0, 0]]), ALONE, "from zone 0 to zone 1 is negative"),
        (
            np.array([[0, np.nan], [0, 0]]),
            ALONE,
            "no travel time from zone 0 to zone 1",
        ),
        (
            np.array([[0, 0], [np.inf, 0]]),
            ALONE,
            "no travel time from zone 1 to zone 0",
        ),
        (
            np.array([[0, 2**32 - 1], [0, 0]]),
            ALONE,
            "zone 1: 4294967295 is no number of",
        ),
        (TRAVEL, Fleet.alike(1, 1, 2), "depot 2 is outside the 2 zones"),
        (np.zeros((1, 1)), ALONE, "destination of request 0 is outside 1 zones"),
    ],
)
def test_a_day_whose_parts_do_not_fit_is_refused(travel, fleet, told):
    """Zones, matrix and depot must go together."""
    with pytest.raises(UsageError, match=told):
        ServiceDay(GOOD, fleet, travel)


def test_windows_that_nobody_can_keep_are_found():
    """Pick-up, service and the direct drive must end before the latest drop-off."""
    requests = Requests([0, 0], [1, 1], [[0, 600], [0, 600]], [[0, 660], [0, 659]])
    assert windows_hold(requests, TRAVEL, 60).tolist() == [True, False]


@pytest.mark.parametrize(
    ("means", "offer", "pickup", "dropoff"),
    [
        ("end", (-10, 20), [300, 1500], [900, 3300]),
        ("trip", (-10, 20), [300, 2700], [300, 3300]),
        ("move", (-10, 0), [300, 900], [300, 1500]),
        ("move", (0, 20), [2100, 2700], [2100, 3300]),
    ],
)
def test_an_accepted_offer_shifts_the_windows_as_its_grid_says(means, offer, pickup, dropoff):
    """The ends open, the whole trip may move, or it does; the asked windows stay as they were."""
    asked = Requests([0], [1], [[900, 1500]], [[900, 2100]])
    offers = OfferGrid(((0, 0), offer), means)
    agreed = asked.under(offers, [1])
    assert agreed.pickup_window.tolist() == [pickup]
    assert agreed.dropoff_window.tolist() == [dropoff]
    assert asked.pickup_window.tolist() == [[900, 1500]]


def test_a_sampled_day_has_one_trip_of_every_traveler():
    """Each day holds each traveler once, in an order of its own."""
    travelers = np.array([4, 7, 4, 9, 7, 4], dtype=np.int32)
    days = sample_days(travelers, 200, np.random.default_rng(0))
    assert days.shape == (200, 3)
    assert (np.sort(travelers[days], axis=1) == [4, 7, 9]).all()
    assert len(np.unique(travelers[days], axis=0)) == 6
    assert set(np.unique(days)) == set(range(6))


def test_the_same_generator_draws_the_same_days():
    """Sampling is a function of its seed."""
    travelers = np.repeat(np.arange(5), 4)
    drawn = [sample_days(travelers, 9, np.random.default_rng(3)) for _ in range(2)]
    assert np.array_equal(*drawn)


def test_there_must_be_a_trip_to_draw():
    """No trips is an error that says so."""
    with pytest.raises(UsageError, match="no trip to sample"):
        sample_days(np.zeros(0, dtype=np.int32), 1, np.random.default_rng(0))


def test_the_default_fleet_serves_the_real_area(san_francisco):
    """Of 3,000 requests on 100 San Francisco days, unshifted, at most 1 in 1,000 is left out."""
    area = read_area(san_francisco)
    trips = area.trips
    requests = Requests(trips.origin, trips.destination, trips.pickup_window, trips.dropoff_window)
    rows = sample_days(trips.traveler, 100, np.random.default_rng(0))
    offers = OfferGrid.default()
    plans = PlanBatch(
        default_fleet(requests, area.travel_times, rows.shape[1]), area.travel_times, *rows.shape
    )
    for step in range(rows.shape[1]):
        plans.commit(
            plans.quote(requests.take(rows[:, step]), offers), np.full(100, offers.no_shift)
        )
    assert plans.unserved.sum() <= 3
    assert not any(problems_of(plans.day(row), plans.routes(row)) for row in range(100))


@pytest.mark.parametrize(
    ("routes", "told"),
    [
        (((1, 0),), "drops request 0 without having picked it up"),
        (((0,),), "never drops request 0"),
        (((0, 1, 0, 1),), "stop 0 is visited 2 times"),
        (((0, 9),), "stop 9 is no stop"),
        (((0, 1), ()), "2 routes for 1 vehicles"),
    ],
)
def test_the_oracle_names_what_is_wrong(routes, told):
    """A plan that is no plan is refused with its reason."""
    day = ServiceDay(GOOD, Fleet.alike(1, 1, 0), TRAVEL)
    assert any(told in problem for problem in problems_of(day, routes))


def test_the_oracle_refuses_late_and_crowded_vehicles():
    """Windows, seats, the longest ride and the longest route each count."""
    two = Requests([0, 0], [1, 1], [[0, 600]] * 2, [[0, 1200]] * 2)

    def problems(route, **limits):
        fleet = Fleet.alike(**{"vehicles": 1, "capacity": 2, "depot": 0} | limits)
        return problems_of(ServiceDay(two, fleet, TRAVEL), [route])

    assert problems((0, 2, 1, 3)) == []
    assert problems((0, 2, 1, 3), capacity=1) == ["vehicle 0 carries 2 riders on 1 seats"]
    assert problems((0, 1, 2, 3)) == ["vehicle 0 can't keep its windows"]
    assert problems((0, 2, 1, 3), max_ride=659) == ["vehicle 0 can't keep its windows"]
    assert problems((0, 2, 1, 3), max_duration=1339) == ["vehicle 0 can't keep its windows"]
    assert problems((0, 2, 1, 3), max_ride=660, max_duration=1340) == []


def test_no_agreed_window_begins_before_the_service_day() -> None:
    """Half an hour earlier than ten past midnight is midnight, in plans and requests alike."""
    times = np.array([[0, 600], [600, 0]])
    asked = Requests([0], [1], [[600, 2400]], [[1200, 4800]])
    widest = asked.under(OfferGrid.default(), [OfferGrid.default().action_of(-30, 30)])
    assert widest.pickup_window.tolist() == [[0, 2400]]
    assert widest.dropoff_window.tolist() == [[1200, 6600]]
    offers = OfferGrid.default()
    plans = PlanBatch(Fleet.alike(vehicles=1, capacity=4, depot=0), times, 1, 1)
    quotes = plans.quote(asked, offers)
    plans.commit(quotes, [offers.action_of(-30, 30)])
    assert plans.day(0).requests.pickup_window.tolist() == [[0, 2400]]
    assert problems_of(plans.day(0), plans.routes(0)) == []
