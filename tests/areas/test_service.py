"""Folders of bookings: what is read, what follows from it, and what is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from rideflex.areas import check_service, read_service
from rideflex.areas.estimated_times import estimated_times
from rideflex.areas.settings import Driving, Offers, ServiceSettings
from rideflex.errors import DataError, UsageError
from rideflex.routing.vehicles import Break
from tests.areas.services import BOOKINGS, FLEET, write_service

MARCH_2, MARCH_3 = dt.date(2026, 3, 2), dt.date(2026, 3, 3)


def test_a_date_holds_its_bookings_in_the_order_of_booking(tmp_path):
    """Who booked first comes first, whoever cancelled stays away, and ids are names."""
    service = read_service(write_service(tmp_path))
    booked = service.on(MARCH_2)
    assert service.bookings.ids[booked.rows].tolist() == ["b2", "b1"]
    assert service.bookings.travelers[booked.rows].tolist() == [7, "007"]
    assert service.dates == [MARCH_2, MARCH_3]
    assert booked.day.riders.tolist() == [0, 1]
    assert booked.day.wheelchairs.tolist() == [1, 0]
    assert service.on(MARCH_3).day.riders.tolist() == [2]


def test_the_other_window_follows_from_the_drive_and_the_longest_ride(tmp_path):
    """By hand: A to B takes ten minutes, a stop one, and a ride at most 45."""
    day = read_service(write_service(tmp_path)).on(MARCH_2).day
    leaves = [7 * 60 + 45, 8 * 60 + 15]  # around eight
    assert (day.requests.pickup_window[1] / 60).tolist() == leaves
    assert (day.requests.dropoff_window[1] / 60).tolist() == [leaves[0] + 11, leaves[1] + 46]
    arrives = [9 * 60, 9 * 60 + 30]  # by half past nine
    assert (day.requests.dropoff_window[0] / 60).tolist() == arrives
    assert (day.requests.pickup_window[0] / 60).tolist() == [arrives[0] - 46, arrives[1] - 11]
    assert day.requests.max_ride.tolist() == [2700, 2700]
    assert day.service.tolist() == [[60, 60], [60, 60]]


def test_settings_change_promise_ride_and_boarding(tmp_path):
    """Every rule of `service.toml` reaches the requests and the fleet."""
    toml = (
        "boarding = 3\npenalty = 60\n[promise]\nearlier = 0\nlater = 10\n"
        "[ride]\nlongest = 12\ntimes_direct = 1.5\n"
    )
    service = read_service(write_service(tmp_path, service_toml=toml))
    day = service.on(MARCH_2).day
    assert (day.requests.pickup_window[1] / 60).tolist() == [480, 490]
    assert (day.requests.dropoff_window[1] / 60).tolist() == [493, 508]
    assert day.requests.max_ride.tolist() == [900, 900]  # 1.5 times ten minutes
    assert day.service.tolist() == [[180, 180], [180, 180]]
    assert service.fleet.penalty == 3600


def test_a_booking_may_bring_its_own_limits(tmp_path):
    """Both windows, boarding minutes and a longest ride of one's own stand as told."""
    told = (
        "booking_id,traveler_id,date,departure_time_window,arrival_time_window,origin,destination,"
        "boarding_min,max_ride_min,seats\n"
        "x,1,2026-03-02,08:00-08:20,08:30-09:00,A,B,5,20,1\n"
        "y,1,2026-03-02,10:00-10:20,10:30-11:00,A,B,,5,1\n"
    )
    day = read_service(write_service(tmp_path, bookings_csv=told)).on(MARCH_2).day
    assert (day.requests.pickup_window / 60).tolist() == [[480, 500], [600, 620]]
    assert (day.requests.dropoff_window / 60).tolist() == [[510, 540], [630, 660]]
    assert day.service[:, 0].tolist() == [300, 60]
    assert day.requests.max_ride.tolist() == [1200, 600]  # nobody rides less than the drive


def test_vehicles_are_as_the_fleet_says(tmp_path):
    """Seats, wheelchairs, depots, shifts and breaks; a blank is the default."""
    service = read_service(write_service(tmp_path))
    bus, car = service.fleet.vehicles
    assert (bus.seats, bus.wheelchairs, bus.seats_per_wheelchair) == (8, 2, 2)
    assert (bus.shift, bus.rest) == ((21600, 93600), Break(36000, 50400, 1800))
    assert (car.depot, car.end, car.shift, car.rest) == (2, 0, (0, 108000), None)
    assert service.vehicle_ids == ("bus", "car")


def test_parquet_holds_the_same(tmp_path):
    """Bookings as Parquet, with nulls for blanks, are those of the CSV."""
    of_csv = read_service(write_service(tmp_path / "csv")).on(MARCH_2)
    home = write_service(tmp_path / "parquet", bookings_csv="")
    frame = pl.read_csv(BOOKINGS.encode(), infer_schema=False)
    frame.write_parquet(home / "bookings.parquet")
    of_parquet = read_service(home).on(MARCH_2)
    assert of_parquet.rows.tolist() == of_csv.rows.tolist()
    assert np.array_equal(of_parquet.day.requests.pickup_window, of_csv.day.requests.pickup_window)


def test_without_travel_times_they_are_estimated_from_places(tmp_path):
    """Two points a degree apart on the equator are 111.19 km; the detour and speed do the rest."""
    places = np.array([[0.0, 0.0], [0.0, 1.0]])
    seconds = estimated_times(places, Driving(detour=1.5, speed_kmh=60))
    assert seconds.tolist() == [[0, 10008], [10008, 0]]
    told = (
        "booking_id,traveler_id,date,leave_at,origin_lat,origin_lon,destination_lat,destination_lon\n"
        "x,1,2026-03-02,08:00,0,0,0,0.1\ny,2,2026-03-02,09:00,0,0.1,0,0\nz,2,2026-03-03,09:00,5,5,5,6\n"
    )
    fleet = "vehicle_id,seats,depot_lat,depot_lon\nv,4,0,0.05\n"
    home = write_service(tmp_path, bookings_csv=told, fleet_csv=fleet, travel_times_csv="")
    service = read_service(home)
    booked = service.on(MARCH_2)
    assert service.is_estimated
    assert booked.day.travel_times.shape == (3, 3)  # the places of that date, and the depot
    assert booked.places[booked.day.fleet.vehicles[0].depot].tolist() == [0, 0.05]
    assert booked.places[booked.day.requests.origin].tolist() == [[0, 0], [0, 0.1]]


def test_a_date_without_bookings_names_those_that_have_some(tmp_path):
    """The error says what there is."""
    service = read_service(write_service(tmp_path))
    with pytest.raises(UsageError, match="has no booking on 2027-01-01; it has some on 2026-03-02"):
        service.on(dt.date(2027, 1, 1))


MISTAKES = {
    "bookings_csv": (
        "booking_id,traveler_id,date,leave_at,arrive_by,origin,destination,seats,wheelchairs,status\n"
        "b1,,2026-03-02,08:00,,A,B,1,0,\n"  # 1 no traveler
        "b1,2,2026-03-02,08:00,,A,B,1,0,\n"  # 2 twice
        "b3,2,02.03.2026,08:00,,A,B,1,0,\n"  # 3 a date
        "b4,2,2026-03-02,8 o'clock,,A,B,1,0,\n"  # 4 a time
        "b5,2,2026-03-02,,,A,B,1,0,\n"  # 5 no time
        "b6,2,2026-03-02,08:00,09:00,A,B,1,0,\n"  # 6 two times
        "b7,2,2026-03-02,08:00,,X,B,1,0,\n"  # 7 a zone
        "b8,2,2026-03-02,08:00,,A,B,-1,0,\n"  # 8 seats
        "b9,2,2026-03-02,08:00,,A,B,0,0,\n"  # 9 nobody
        "b10,2,2026-03-02,08:00,,A,B,1,0,lost\n"  # 10 a status
        "b11,2,2026-03-02,31:00,,A,B,1,0,\n"  # 11 after the day
    ),
    "fleet_csv": (
        "vehicle_id,seats,depot,start,end,break_from,break_until,break_min\n"
        "v,4,Q,,,,,\n"  # 12 a depot
        "w,many,D,,,,,\n"  # 13 seats
    ),
    "service_toml": (
        "colour = 3\n[promise]\nearlier = 'soon'\n[ride]\nlongest = -1\n"  # 14 15 16
    ),
}


def test_every_mistake_is_named_once(tmp_path):
    """One run names the mistakes of all files, each with its row, and none twice."""
    found = check_service(write_service(tmp_path, **MISTAKES)).problems
    texts = [str(one) for one in found]
    assert len(texts) == len(set(texts)) == 16
    rows = sorted(one.row for one in found if one.file.endswith("bookings.csv"))
    assert rows == list(range(2, 13))
    for told in (
        "is a booking of an earlier row",
        "write 2026-03-02 or 2026-02-03",
        "needs leave_at, arrive_by or both time windows",
        "a trip has one of the two",
        "is a zone that the travel times lack; they have 'A', 'B', 'D'",
        "carries nobody",
        "is none of performed, cancelled",
        "is after the service day ends",
        "is no key of a service; known are promise",
        "column 'promise.earlier'",
        "column 'ride.longest'",
    ):
        assert any(told in text for text in texts), told


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"bookings_csv": ""}, "bookings.csv: can't be read: No such file"),
        ({"fleet_csv": ""}, "fleet.csv: can't be read: No such file"),
        ({"travel_times_csv": ""}, "driving can't be estimated from names"),
        ({"fleet_csv": FLEET.replace("break_min", "pause_min")}, "is a break without break_min"),
        ({"fleet_csv": FLEET.replace("bus,8", "car,8")}, "is a vehicle of an earlier row"),
        ({"fleet_csv": FLEET.replace("10:00,14:00,30", "10:00,10:20,30")}, "does not fit between"),
        ({"service_toml": "[offers]\nmeans = 'both'"}, "is one of end, trip, move"),
        ({"service_toml": "[offers]\npickup = [5, 0]"}, "picks up earlier"),
        ({"service_toml": "[day]\nends = 80"}, "is from 24 to 48 hours"),
        ({"service_toml": "[day]\ntime_zone = 'Mars/Olympus'"}, "is no time zone"),
        ({"service_toml": "[driving]\ndetour = 0.5"}, "no way is shorter than the straight line"),
        ({"service_toml": "boarding = "}, "can't be read as TOML"),
    ],
)
def test_what_keeps_a_folder_from_being_used_is_said(tmp_path, files, told):
    """A file that is missing, or does not fit the others."""
    with pytest.raises(DataError) as refused:
        read_service(write_service(tmp_path, **files))
    assert told in " ".join(map(str, refused.value.problems))


def test_check_counts_and_warns(tmp_path):
    """Counts, rules in force, columns that nothing reads, and bookings that nobody could serve."""
    extra = BOOKINGS.replace("status\n", "status,colour\n", 1).replace("\nb1,", "\nb1,", 1)
    rows = extra.splitlines()
    rows[1:] = [f"{row},red" for row in rows[1:]]
    rows.append("b9,8,2026-03-03,03:00,,A,B,9,0,,,red")  # nine seats
    found = check_service(write_service(tmp_path, bookings_csv="\n".join(rows) + "\n"))
    assert found.problems == ()
    assert (found.bookings, found.travelers, found.dates) == (5, 4, 2)
    assert (found.cancelled, found.no_shows, found.vehicles) == (1, 1, 2)
    assert found.unservable == ("b9",)
    warned = " ".join(map(str, found.warnings))
    assert "'colour': is not read" in warned
    assert "1 bookings can be served by no vehicle" in warned
    assert found.settings["ride.longest"] == 45


def test_offers_that_move_are_earlier_or_later():
    """The grid of a service whose offers move a trip leaves out those that do both."""
    assert len(Offers().grid) == 16
    assert Offers().grid.means == "trip"
    assert sorted(Offers(means="move").grid) == [
        (-30, 0), (-20, 0), (-10, 0), (0, 0), (0, 10), (0, 20), (0, 30),
    ]  # fmt: skip
    assert ("offers.means", "trip") in ServiceSettings().in_force()
