"""An engine's answer saved in the folder takes the place of `travel_times.csv`."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rideflex.areas import check_area, check_service, read_area, read_service
from rideflex.areas.travel_times import read_travel_times
from rideflex.errors import DataError
from rideflex.routing.problem import UNREACHABLE
from rideflex.synthetic import AreaSettings, generate_area
from tests.areas.engines import answers
from tests.areas.services import write_service


def folder_of(tmp_path: Path, answer: Any, places: str = answers.PLACES_CSV) -> Path:
    """The small service, with an answer in place of its matrix."""
    home = write_service(tmp_path / "service", travel_times_csv="", places_csv=places)
    text = answer if isinstance(answer, str) else json.dumps(answer)
    (home / "travel_times.json").write_text(text, encoding="utf-8")
    return home


def problem_of(home: Path) -> str:
    """The first problem of the answer."""
    with pytest.raises(DataError) as refused:
        read_travel_times(home)
    return str(refused.value.problems[0])


@pytest.mark.parametrize("engine", answers.ALL)
def test_every_format_gives_the_matrix(tmp_path, engine):
    """The same service as with its table: whole seconds, zones of `places.csv`."""
    home = folder_of(tmp_path, answers.ALL[engine]())
    times = read_travel_times(home)
    assert times.zones == ("A", "B", "D")
    assert times.seconds.tolist() == answers.SECONDS
    assert times.seconds.dtype == np.int32
    found = check_service(home)
    assert (found.problems, found.warnings) == ((), ())
    assert (found.travel_times, found.zones, found.estimated) == ("travel_times.json", 3, False)
    date = dt.date(2026, 3, 2)
    day, told = read_service(home).on(date), read_service(write_service(tmp_path / "csv")).on(date)
    assert np.array_equal(day.day.requests.pickup_window, told.day.requests.pickup_window)
    assert day.places is not None  # zones lie where places.csv says


@pytest.mark.parametrize("engine", answers.ALL)
def test_null_is_a_pair_without_a_way(tmp_path, engine):
    """It is told as a warning, and a zone reaches itself all the same."""
    answer = copy.deepcopy(answers.ALL[engine]())
    if engine == "Valhalla":
        answer["sources_to_targets"][0][0]["time"] = None
        answer["sources_to_targets"][0][1]["time"] = None
    else:
        holder = answer.get("sources_to_targets", answer)
        holder["durations"][0][:2] = [None, None]
    home = folder_of(tmp_path, answer)
    times = read_travel_times(home)
    assert times.seconds[0].tolist() == [0, UNREACHABLE, 300]
    assert times.seconds[1].tolist() == [600, 0, 400]
    told = "has no travel time for 1 pairs of zones, which so can't be reached: 'A' to 'B'"
    assert told in str(check_service(home).warnings[0])


def test_zones_may_stand_in_the_answer(tmp_path):
    """A key `zones` names the rows in their order; numbers are names too."""
    home = folder_of(tmp_path, answers.osrm(zones=["D", "A", 7]), places="")
    assert read_travel_times(home).zones == ("D", "A", "7")


def test_places_without_names_are_zones_of_their_own(tmp_path):
    """The id of a place is its degrees, to a meter; bookings by place find it."""
    rows = answers.PLACES_CSV.replace("zone,", "").splitlines()
    nameless = "\n".join([rows[0], *(row.partition(",")[2] for row in rows[1:])]) + "\n"
    home = folder_of(tmp_path, answers.osrm(), places=nameless)
    assert read_travel_times(home).zones[0] == "52.51704 13.38886"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("{", "is no JSON (Expecting property name"),
        ("<html>", "or is it a page of HTML?"),
        ('{"code": "Ok", "durations": [[0, NaN]]}', "NaN is no JSON; null stands for a pair"),
        ([1], "is no answer of OSRM's table, Valhalla's sources_to_targets"),
        ({"type": "FeatureCollection"}, "it has neither code, sources_to_targets nor durations"),
        (
            {"code": "TooBig", "message": "Too many table coordinates"},
            "is an error that OSRM answered, no travel times (TooBig: Too many table coordinates)",
        ),
        (
            {"error_code": 171, "error": "No suitable edges near location", "status_code": 400},
            "is an error that Valhalla answered, no travel times (171: No suitable edges",
        ),
        (
            {"error": {"code": 6004, "message": "Request parameters exceed"}, "info": {}},
            "is an error that openrouteservice answered, no travel times (6004: Request",
        ),
        ({"error": "Access to this API has been disallowed"}, "no travel times (Access to this"),
        (
            {"code": "Ok", "distances": [[0.0]]},
            "holds distances and no durations: ask with annotations=duration",
        ),
        ({"code": "Ok", "routes": []}, "is it of another of OSRM's services than table?"),
        ({"distances": [[0.0]], "metadata": {}}, 'ask with "metrics": ["duration"]'),
        ({"metadata": {}}, "is it of another service than matrix?"),
        ({"sources_to_targets": {"distances": [[0]]}}, "'sources_to_targets': holds no durations"),
        ({"sources_to_targets": [[{"distance": 0}]]}, "'sources_to_targets[0][0].time', value"),
        (answers.osrm(durations=5), "column 'durations', value 5: is no list of rows of seconds"),
        (answers.osrm(durations=[]), "is no list of rows of seconds"),
        (
            answers.osrm(durations=[[0, 1, 2], [1, 0], [1, 2, 0]]),
            "column 'durations[1]': has 2 times, and the first row 3",
        ),
        (
            answers.osrm(durations=[[0, -1, 2], [1, 0, 2], [1, 2, 0]]),
            "column 'durations[0][1]', value -1: is negative; travel times are seconds from 0 up; "
            "null stands for a pair without a way",
        ),
        (
            answers.osrm(durations=[[0, "1", 2], [1, 0, 2], [1, 2, 0]]),
            "column 'durations[0][1]', value '1': is not a number of seconds",
        ),
        (answers.osrm(durations=[[0, True, 2], [1, 0, 2], [1, 2, 0]]), "is not a number of"),
        (answers.osrm(durations=[[0, 1e6, 2], [1, 0, 2], [1, 2, 0]]), "is longer than a day"),
        (answers.osrm(durations=[[0, 0, 0]] * 3), "has no travel time above 0"),
        (
            answers.osrm(durations=[[0, 1, 2]]),
            "has times from 1 places to 3; every zone is wanted as a source and as a target",
        ),
        (
            answers.osrm(durations=[[0, 100], [100, 0]]),
            "has times of 2 places, and places.csv names 3 zones",
        ),
        (
            answers.osrm(zones=["A", "B"]),
            "has times of 3 places, and the key zones names 2 zones",
        ),
        (answers.osrm(zones="ABD"), "column 'zones': is a list of the zones' ids"),
        (answers.osrm(zones=["A", "B", "A"]), "'zones[2]', value 'A': is a zone that stands in"),
        (answers.osrm(zones=["A", " ", "D"]), "column 'zones[1]', value ' ': is empty"),
        (
            answers.osrm(durations=[[300, 0, 600], [0, 600, 400], [600, 400, 0]]),
            "column 'durations[1][1]', value 600: takes that many seconds from 'B' to itself",
        ),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(tmp_path, answer, told):
    """File, place in the JSON, value and likely cause."""
    said = problem_of(folder_of(tmp_path, answer))
    assert said.startswith(f"{tmp_path / 'service' / 'travel_times.json'}")
    assert told in said


def test_every_bad_cell_is_named(tmp_path):
    """Not only the first."""
    bad = answers.osrm(durations=[[0, -1, "x"], [1, 0, 90000], [1, 2, 0]])
    with pytest.raises(DataError, match="and 2 more"):
        read_travel_times(folder_of(tmp_path, bad))


def test_an_answer_without_zones_says_where_to_put_them(tmp_path):
    """A key of the JSON, or `places.csv`."""
    said = problem_of(folder_of(tmp_path, answers.valhalla(), places=""))
    assert "add a key zones, a list of their ids in that order, or put places.csv beside it" in said


@pytest.mark.parametrize("engine", ["OSRM", "Valhalla", "openrouteservice"])
def test_rows_in_another_order_than_the_zones_are_noticed(tmp_path, engine):
    """Engines say where they put each source; another zone's place is no place for it."""
    rows = answers.PLACES_CSV.splitlines()
    home = folder_of(
        tmp_path, answers.ALL[engine](), "\n".join([rows[0], rows[2], rows[1], rows[3]])
    )
    said = problem_of(home)
    assert "'sources[0]'" in said
    assert "lies 1.5 km from 'B', nearest to 'A': are the rows in the order of the zones" in said


def test_exchanged_degrees_are_noticed(tmp_path):
    """Asked with latitude first, an engine answers for places far away."""
    far = [{"location": [52.5, 13.4]}] * 3
    said = problem_of(folder_of(tmp_path, answers.osrm(sources=far)))
    assert "was longitude asked before latitude?" in said


def test_straight_lines_of_an_engine_are_warned_of(tmp_path):
    """OSRM's `fallback_speed` fills pairs without a way; it says which."""
    home = folder_of(tmp_path, answers.osrm(fallback_speed_cells=[[0, 1], [1, 0]]))
    assert "2 travel times are straight lines" in str(check_service(home).warnings[0])


def test_two_files_of_travel_times_are_refused(tmp_path):
    """Nobody can say which of them is meant."""
    home = folder_of(tmp_path, answers.osrm())
    (home / "travel_times_osrm.json").write_text("{}")
    assert "travel_times_osrm.json: stands beside travel_times.json; keep one" in problem_of(home)
    (home / "travel_times_osrm.json").unlink()
    (home / "travel_times.csv").write_text("zone,A\nA,0\n")
    assert "stands beside travel_times.csv" in str(check_service(home).problems[0])


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ("name\nA\n", "has neither the column zone nor lat and lon"),
        ("zone\nA\nB\nA\n", "row 4, column 'zone', value 'A': is a zone of an earlier row"),
        ("zone,lat,lon\nA,52.5,13.4\nB,91,13.4\nD,,1\n", "row 3, column 'lat', value '91': is no"),
    ],
)
def test_what_is_wrong_with_places_is_said(tmp_path, places, told):
    """The row, the column and the cause."""
    home = folder_of(tmp_path, answers.osrm(), places)
    assert f"places.csv, {told}" in problem_of(home).replace("row 1: ", "")


def test_a_service_area_takes_an_answer_too(tmp_path):
    """What held as a table holds as an answer with its zones."""
    generate_area(tmp_path / "city", AreaSettings(travelers=4, trips=3, zones=5, seed=3))
    before = read_area(tmp_path / "city")
    table = tmp_path / "city" / "travel_times.csv"
    answer = {"code": "Ok", "zones": [*before.zones], "durations": before.travel_times.tolist()}
    table.unlink()
    table.with_suffix(".json").write_text(json.dumps(answer))
    after = read_area(tmp_path / "city")
    assert after.zones == before.zones
    assert np.array_equal(after.travel_times, before.travel_times)
    assert check_area(tmp_path / "city").problems == ()


BY_PLACE = (
    "booking_id,traveler_id,date,leave_at,origin_lat,origin_lon,destination_lat,destination_lon\n"
    "x,1,2026-03-02,08:00,52.517037,13.38886,52.529407,13.397634\n"
    "y,2,2026-03-02,09:00,52.5294072,13.3976338,52.51704,13.38886\n"
)
FLEET_BY_PLACE = "vehicle_id,seats,depot_lat,depot_lon\nv,4,52.523219,13.428555\n"


def test_bookings_by_place_find_their_zones(tmp_path):
    """Within about a meter; a date holds no more places than it needs."""
    home = folder_of(tmp_path, answers.osrm())
    (home / "bookings.csv").write_text(BY_PLACE)
    (home / "fleet.csv").write_text(FLEET_BY_PLACE)
    service = read_service(home)
    assert not service.is_estimated
    assert service.bookings.origin.tolist() == [0, 1]
    booked = service.on(dt.date(2026, 3, 2))
    depot = booked.day.fleet.vehicles[0].depot
    assert booked.day.travel_times[depot, booked.day.requests.origin].tolist() == [300, 400]
    assert booked.places[depot].tolist() == [52.523219, 13.428555]
    (home / "bookings.csv").write_text("\n".join(BY_PLACE.splitlines()[:2]))
    (home / "fleet.csv").write_text(
        FLEET_BY_PLACE.replace("52.523219,13.428555", "52.517037,13.38886")
    )
    assert read_service(home).on(dt.date(2026, 3, 2)).day.travel_times.tolist() == [
        [0, 600],
        [600, 0],
    ]


def test_places_without_times_are_named_by_row(tmp_path):
    """A booking, or a depot, at a place that nobody asked for."""
    home = folder_of(tmp_path, answers.osrm())
    (home / "bookings.csv").write_text(
        BY_PLACE + "z,2,2026-03-02,09:00,52.5,13.4,52.51704,13.38886\n"
    )
    (home / "fleet.csv").write_text(FLEET_BY_PLACE.replace("52.52", "52.62"))
    first, second = map(str, check_service(home).problems)
    assert (
        "row 4, column 'origin_lat', value '52.5': lies at '52.50000 13.40000', where no" in first
    )
    assert "fleet.csv, row 2, column 'depot_lat'" in second
    assert "rideflex travel-times asks a routing engine for all places of a folder" in second


def test_places_need_zones_that_lie_somewhere(tmp_path):
    """Zones with names alone can't be found by place."""
    home = folder_of(tmp_path, answers.osrm(), places="zone\nA\nB\nD\n")
    (home / "bookings.csv").write_text(BY_PLACE)
    (home / "fleet.csv").write_text(FLEET_BY_PLACE)
    first, second = map(str, check_service(home).problems)
    assert "say in places.csv where the zones lie, or leave the travel times out" in first
    assert "it needs depot, or places.csv" in second
