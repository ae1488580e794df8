"""Bookings as trips that may be asked for: appointments, and places that a date needs."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from rideflex.areas import read_service
from rideflex.areas.behaviour import read_tolerances
from rideflex.areas.booked_trips import BookedTravelers, BookedTrips
from rideflex.errors import DataError, UsageError
from tests.areas.services import write_service

DATE = dt.date(2026, 3, 2)
HARD = """\
booking_id,traveler_id,date,leave_at,arrive_by,departure_time_window,arrival_time_window,origin,destination,appointment
b1,1,2026-03-02,08:00,,,,A,B,true
b2,2,2026-03-02,,9:30,,,B,A,true
b3,3,2026-03-02,,,10:00-10:30,10:20-11:00,A,B,true
b4,4,2026-03-02,,9:30,,,B,A,false
"""


def trips_of(service, rows=None):
    """The trips of the date, or of these rows."""
    day = service.on(DATE) if rows is None else service.day_of(DATE, np.array(rows))
    return BookedTrips(service, day, BookedTravelers.of(service.bookings), None)


@pytest.mark.parametrize("means", ["end", "trip", "move"])
def test_no_offer_goes_past_an_appointment(tmp_path, means):
    """Who must be there is not dropped later, who can't leave is not fetched earlier."""
    toml = f'offers = {{pickup = [-10, 0], dropoff = [0, 10], means = "{means}"}}\n'
    service = read_service(write_service(tmp_path, bookings_csv=HARD, service_toml=toml))
    trips = trips_of(service)
    offers = trips.offers
    may = trips.may_offer(np.arange(4))
    asked = trips.requests(np.arange(4))
    for action in range(len(offers)):
        agreed = asked.under(offers, np.full(4, action))
        later = agreed.dropoff_window[:, 1] > asked.dropoff_window[:, 1]
        earlier = agreed.pickup_window[:, 0] < asked.pickup_window[:, 0]
        goes_past = [earlier[0], later[1], earlier[2] or later[2], False]
        assert may[:, action].tolist() == [not past for past in goes_past], offers[action]
    assert may[:, offers.no_shift].all()


def test_requests_are_those_of_the_date(tmp_path):
    """Row by row as the date has them, and rows of other dates beside them where they are held."""
    service = read_service(write_service(tmp_path))
    booked = service.on(DATE)
    trips = trips_of(service)
    asked = trips.requests(booked.rows)
    assert np.array_equal(asked.pickup_window, booked.day.requests.pickup_window)
    assert np.array_equal(asked.wheelchairs, booked.day.requests.wheelchairs)
    with pytest.raises(UsageError, match="booking 3 may not be asked for on 2026-03-02"):
        trips.requests(np.array([3]))
    assert trips_of(service, [0, 1, 3]).requests(np.array([3])).riders.tolist() == [2]


def test_a_date_needs_few_of_all_places(tmp_path):
    """Of estimated times only the zones of the day are held, with kilometres by road."""
    told = (
        "booking_id,traveler_id,date,leave_at,origin_lat,origin_lon,destination_lat,destination_lon\n"
        "x,1,2026-03-02,08:00,10,0,10,0.1\ny,2,2026-03-03,08:00,11,0,11,0.1\n"
    )
    fleet = "vehicle_id,seats,depot_lat,depot_lon\nv,4,10,0.05\n"
    home = write_service(tmp_path, bookings_csv=told, fleet_csv=fleet, travel_times_csv="")
    trips = trips_of(read_service(home))
    assert trips.travel_times.shape == (3, 3)
    asked = trips.requests(np.array([0]))
    km = trips.kilometres[asked.origin[0], asked.destination[0]]
    assert km == pytest.approx(1.3 * 10.95, rel=0.001)  # a tenth of a degree at ten north
    assert trips_of(read_service(write_service(tmp_path / "zones"))).kilometres is None


def test_tolerances_of_everybody_who_books_are_read(tmp_path):
    """In the order of the travelers; people who never booked are left out."""
    told = "traveler_id,early_tolerance_min,late_tolerance_min,duty_effect,noise\n"
    rows = "7,3,4,0,1\nnobody,9,9,0,1\n007,1,2,0,1\nZoë,5,6,0,1\n"
    service = read_service(write_service(tmp_path, travelers_csv=told + rows))
    index = BookedTravelers.of(service.bookings).index
    found = read_tolerances(tmp_path, index)
    by_id = dict(zip(map(str, index.ids), found.early.tolist(), strict=True))
    assert by_id == {"7": 3.0, "007": 1.0, "Zoë": 5.0}
    write_service(tmp_path, travelers_csv=told + "7,3,4,0,1\n7,3,4,0,1\n007,x,2,0,1\n")
    with pytest.raises(DataError, match="early_tolerance_min"):
        read_tolerances(tmp_path, index)
    write_service(tmp_path, travelers_csv=told + "7,3,4,0,1\n7,3,4,0,1\n007,1,2,0,1\n")
    with pytest.raises(DataError, match="has 2 rows of a traveler who books") as error:
        read_tolerances(tmp_path, index)
    assert len(error.value.problems) == 2
