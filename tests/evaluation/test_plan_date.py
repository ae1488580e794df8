"""The plan of a date: driven as promised, told as a dispatcher needs it."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from rideflex.areas import read_service
from rideflex.evaluation.plan_date import plan_date
from rideflex.synthetic import BookingSettings, generate_bookings
from tests.areas.services import write_service

DATE = dt.date(2026, 3, 2)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """A made-up service of a week."""
    folder = tmp_path_factory.mktemp("service") / "demo"
    generate_bookings(folder, BookingSettings(people=60, days=7, zones=12, seed=3))
    return read_service(folder)


def test_a_small_plan_is_as_by_hand(tmp_path):
    """Two trips: each vehicle could drive both, the bus alone takes the wheelchair."""
    found = plan_date(read_service(write_service(tmp_path)), DATE, 50, 0, "pyvrp")
    told = found.as_json()
    assert (told["requests"], told["served"], told["unserved"]) == (2, 2, 0)
    assert told["vehicle_minutes"] == pytest.approx((300 + 600 + 600 + 300) / 60)
    (run,) = told["runs"]
    assert run["vehicle"] == "bus"
    kinds = [stop["kind"] for stop in run["stops"]]
    assert sorted(kinds) == ["back", "break", "dropoff", "dropoff", "leave", "pickup", "pickup"]
    first = next(stop for stop in run["stops"] if stop["kind"] == "pickup")
    assert (first["booking_id"], first["traveler_id"]) == ("b1", "007")
    assert (first["promised_from"], first["promised_until"]) == ("07:45", "08:15")
    assert found.solver == "built-in"  # the driver takes a break
    assert json.loads(json.dumps(told)) == told


def test_every_date_of_a_made_up_service_can_be_driven(made_up):
    """The oracle accepts; stops are in order, in their windows, and each booking is there once."""
    served = 0
    for date in made_up.dates:
        found = plan_date(made_up, date, 20, 0, "pyvrp")
        assert found.problems == []
        assert found.solution.cost <= found.inserted.cost
        stops = [stop for run in found.runs for stop in run.stops]
        for run in found.runs:
            times = [stop.seconds for stop in run.stops]
            assert times == sorted(times)
            assert [stop.kind for stop in run.stops].count("break") == 1
        for stop in stops:
            if stop.promised is not None:
                assert stop.promised[0] <= stop.seconds <= stop.promised[1]
        picked = sorted(stop.booking_id for stop in stops if stop.kind == "pickup")
        wanted = set(made_up.bookings.ids[found.booked.rows]) - set(found.unserved)
        assert picked == sorted(wanted)
        assert picked == sorted(stop.booking_id for stop in stops if stop.kind == "dropoff")
        assert found.figures.ride_max <= max(45, 1.5 * 60)
        served += len(picked)
    assert served > 50


def test_the_map_of_a_date_joins_stops_to_places(tmp_path):
    """A line and a point for each stop a vehicle, longitude first."""
    told = (
        "booking_id,traveler_id,date,leave_at,origin_lat,origin_lon,destination_lat,destination_lon\n"
        "x,1,2026-03-02,08:00,10,0,10,0.1\n"
    )
    fleet = "vehicle_id,seats,depot_lat,depot_lon\nv,4,10,0.05\n"
    home = write_service(tmp_path, bookings_csv=told, fleet_csv=fleet, travel_times_csv="")
    found = plan_date(read_service(home), DATE, 10, 0, "pyvrp").as_geojson()
    line, *points = found["features"]
    assert line["geometry"]["coordinates"] == [[0.05, 10], [0, 10], [0.1, 10], [0.05, 10]]
    assert [point["properties"]["kind"] for point in points] == [
        "leave", "pickup", "dropoff", "back",
    ]  # fmt: skip
    assert points[1]["properties"]["booking_id"] == "x"
    assert points[1]["geometry"] == {"type": "Point", "coordinates": [0, 10]}
