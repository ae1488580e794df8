"""`rideflex travel-times` with an OSRM, as a user types it."""

from __future__ import annotations

import csv
import json
import socket
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from rideflex.areas import check_service, read_service
from rideflex.areas.travel_times import read_travel_times
from rideflex.cli.app import app, main
from rideflex.cli.console import counting
from rideflex.routing.problem import UNREACHABLE
from tests.areas.engines.answers import PLACES_CSV
from tests.areas.engines.osrm_server import osrm_stand_in
from tests.areas.services import write_service

HEAD = (
    "booking_id,traveler_id,date,leave_at,origin_lat,origin_lon,destination_lat,destination_lon\n"
)


@pytest.fixture
def osrm():
    """An OSRM on this machine."""
    with osrm_stand_in() as server:
        yield server


@pytest.fixture
def home(tmp_path) -> Path:
    """A service whose bookings and depot have places and no travel times: four places in all."""
    rows = (
        "x,1,2026-03-02,08:00,52.50,13.40,52.52,13.41\n"
        "y,2,2026-03-02,09:00,52.52,13.41,52.500001,13.40\n"
        "z,3,2026-03-03,09:00,52.51,13.45,52.50,13.40\n"
    )
    fleet = "vehicle_id,seats,depot_lat,depot_lon\nv,4,52.53,13.40\n"
    files = {"bookings_csv": HEAD + rows, "fleet_csv": fleet, "travel_times_csv": ""}
    return write_service(tmp_path / "service", **files)


def call(*words: object) -> str:
    """What the command prints, lines joined."""
    shown = CliRunner().invoke(app, ["travel-times", *map(str, words)], catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    return " ".join(shown.output.split())


def refused(monkeypatch, capsys, *words: object) -> tuple[int, str]:
    """Exit code and error line of a command that fails."""
    monkeypatch.setattr(sys, "argv", ["rideflex", "travel-times", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert told.count("\n") == 1, told
    return ended.value.code, told


def test_every_place_of_bookings_and_depots_is_asked_for(home, osrm, tmp_path):
    """The matrix is what OSRM answers, its ids are the places, and a date is planned with it."""
    told = call(home, "--osrm", osrm.url + "/", "--json", tmp_path / "t.json")
    assert f"Wrote {home}/travel_times.csv." in told
    times = read_travel_times(home)
    assert times.zones == (
        "52.50000 13.40000", "52.51000 13.45000", "52.52000 13.41000", "52.53000 13.40000",
    )  # fmt: skip
    assert times.seconds.tolist() == [
        [0, 500, 100, 0], [700, 0, 400, 500], [500, 600, 0, 100], [600, 900, 300, 0],
    ]  # fmt: skip
    found = check_service(home)
    assert (found.problems, found.estimated, found.zones) == ((), False, 4)
    figures = json.loads((tmp_path / "t.json").read_text())
    assert (figures["places"], figures["questions"], figures["engine"]) == (4, 1, "OSRM")
    assert (figures["pairs_without_a_way"], figures["longest_seconds"]) == (0, 900)
    assert figures["moved_to_street"] == []
    shown = CliRunner().invoke(app, ["route", str(home), "--date", "2026-03-02"])
    assert shown.exit_code == 0
    assert "ESTIMATED" not in shown.output


def test_blocks_make_the_same_matrix(home, osrm):
    """Asked two by two, or one by one, nothing differs but the number of questions."""
    call(home, "--osrm", osrm.url)
    whole = (home / "travel_times.csv").read_bytes()
    for block, questions in ((3, 4), (2, 4), (1, 16)):
        osrm.asked.clear()
        told = call(home, "--osrm", osrm.url, "--block", block)
        assert "in place of an older one" in told
        assert len(osrm.asked) == questions
        assert (home / "travel_times.csv").read_bytes() == whole


def test_osrm_is_asked_as_its_documentation_says(home, osrm):
    """Longitude before latitude, sources and destinations by index."""
    call(home, "--osrm", osrm.url, "--block", 2)
    asked = osrm.asked[0].replace("%3B", ";")
    first, second = "13.40000,52.50000", "13.45000,52.51000"
    assert asked.startswith(f"/table/v1/driving/{first};{second};{first};{second}?")
    assert "sources=0;1&destinations=2;3" in asked


def test_more_places_than_an_engine_takes_at_once(tmp_path, osrm):
    """120 zones are asked in blocks of 50; all at once they would be refused."""
    rng = np.random.default_rng(5)
    latitude, longitude = places = rng.uniform(10, 10.1, (2, 120)).round(5)
    rows = [f"Z{n},{a},{b}" for n, (a, b) in enumerate(places.T)]
    (tmp_path / "places.csv").write_text("\n".join(["zone,lat,lon", *rows]))
    call(tmp_path, "--osrm", osrm.url)
    assert len(osrm.asked) == 9
    times = read_travel_times(tmp_path)
    assert times.zones[119] == "Z119"
    north, east = (one[:, None] - one for one in (latitude, longitude))
    by_hand = 10_000 * (np.abs(east) + 2 * np.maximum(0, north))
    assert np.abs(times.seconds - by_hand).max() <= 0.56


def test_named_zones_lie_where_places_csv_says(tmp_path, osrm):
    """A service of named zones has its matrix asked for by their names."""
    home = write_service(tmp_path, travel_times_csv="", places_csv=PLACES_CSV)
    call(home, "--osrm", osrm.url)
    assert read_travel_times(home).zones == ("A", "B", "D")
    service = read_service(home)
    assert service.bookings.origin.tolist() == [0, 1, 0, 0]


def test_pairs_without_a_way_are_blank(home, osrm):
    """And told."""
    osrm.island.add((13.45, 52.51))
    told = call(home, "--osrm", osrm.url)
    assert "pairs without a way 6" in told
    assert "has no travel time for 6 pairs of zones" in told
    with (home / "travel_times.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[2] == ["52.51000 13.45000", "", "0", "", ""]
    assert (read_travel_times(home).seconds == UNREACHABLE).sum() == 6


def test_places_far_from_streets_are_told(home, osrm, tmp_path):
    """0.01 degrees of longitude are some 680 m there."""
    osrm.shift = 0.01
    told = call(home, "--osrm", osrm.url, "--json", tmp_path / "t.json")
    assert "4 places lie more than 500 m from the nearest street" in told
    moved = json.loads((tmp_path / "t.json").read_text())["moved_to_street"]
    assert [round(one["meters"], -1) for one in moved] == [680, 680, 680, 680]


def _engine_error(code: str, message: str) -> tuple[int, str]:
    return 400, json.dumps({"code": code, "message": message})


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_engine_error("InvalidOptions", "bad"), "refused: InvalidOptions: bad"),
        (_engine_error("TooBig", "Too many"), "refused: TooBig: Too many; ask for fewer with --bl"),
        (
            _engine_error("NoSegment", "none"),
            "no street is near '52.50000 13.40000' (latitude 52.5",
        ),
        ((200, "<html>hello"), "answered no JSON (HTTP 200, '<html>hello'): is that its address?"),
        ((502, "Bad gateway"), "answered no JSON (HTTP 502, 'Bad gateway')"),
        ((200, "[]"), "does not answer as OSRM does"),
        ((404, '{"error_code": 106}'), "does not answer as OSRM does"),
        ((200, '{"code": "Ok", "durations": [[0]]}'), "was asked from 4 places to 4, and answered"),
        ((200, '{"code": "Ok", "distances": [[0]]}'), "holds distances and no durations"),
        ((200, '{"code": "Ok", "durations": [[-3]]}'), "durations[0][0], value -3: is negative"),
    ],
)
def test_an_engine_that_does_not_answer_leaves_nothing(
    home, osrm, monkeypatch, capsys, answer, told
):
    """One line, exit code 1, and no file; not even one that was there is touched."""
    osrm.answer = answer
    code, said = refused(monkeypatch, capsys, home, "--osrm", osrm.url)
    assert (code, told in said) == (1, True), said
    assert osrm.url in said
    assert not list(home.glob("*travel_times*"))


def test_an_engine_that_stops_half_way_leaves_what_was_there(home, osrm, monkeypatch, capsys):
    """The matrix of before stays whole."""
    (home / "travel_times.csv").write_text("older")
    osrm.answer, osrm.fails_after = (500, ""), 2
    code, _ = refused(monkeypatch, capsys, home, "--osrm", osrm.url, "--block", 2)
    assert code == 1
    assert len(osrm.asked) == 3
    assert (home / "travel_times.csv").read_text() == "older"
    assert len(list(home.glob("*travel_times*"))) == 1


def test_an_engine_that_is_not_there(home, monkeypatch, capsys):
    """Nothing listens on the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, said = refused(monkeypatch, capsys, home, "--valhalla", url)
    assert code == 1
    assert f"Valhalla at {url} can't be reached (Connection refused): does it run" in said


def test_an_engine_that_takes_too_long(home, monkeypatch, capsys):
    """It takes the question and says nothing."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        code, said = refused(monkeypatch, capsys, home, "--osrm", url, "--timeout", 0.2)
    assert code == 1
    assert "did not answer within 0.2 s; wait longer with --timeout" in said


def test_a_map_of_elsewhere_is_noticed(home, osrm, monkeypatch, capsys):
    """OSRM moves a place to its nearest street, however far that is."""
    osrm.shift = 4.0
    code, said = refused(monkeypatch, capsys, home, "--osrm", osrm.url)
    assert code == 1
    assert "knows no street nearer than 271 km to '52.50000 13.40000' (latitude 52.5" in said
    assert "does its map cover the area" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name one engine: --osrm URL or --valhalla URL"),
        (("--osrm", "http://a", "--valhalla", "http://b"), "name one engine"),
        (("--osrm", "localhost:5000"), "is no address of an engine, such as http://localhost"),
        (("--osrm", "file:///etc/passwd"), "is no address of an engine"),
        (("--osrm", "http://localhost:99999"), "is no address of an engine"),
    ],
)
def test_bad_usage_is_said(home, monkeypatch, capsys, words, told):
    """Exit code 2."""
    code, said = refused(monkeypatch, capsys, home, *words)
    assert (code, told in said) == (2, True), said


def test_a_saved_answer_is_not_pushed_aside(home, osrm, monkeypatch, capsys):
    """Two files of travel times would be refused; figures must not be taken for one."""
    words = (home, "--osrm", osrm.url, "--json", home / "travel_times_asked.json")
    code, said = refused(monkeypatch, capsys, *words)
    assert (code, "would be read as travel times" in said) == (2, True)
    (home / "travel_times.json").write_text("{}")
    code, said = refused(monkeypatch, capsys, home, "--osrm", osrm.url)
    assert (code, "remove it first, or name a file elsewhere" in said) == (2, True)
    assert "Wrote" in call(home, "--osrm", osrm.url, "--out", home.parent / "elsewhere.csv")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "bookings.csv, row 1: names zones, and there is no places.csv that says where"),
        ({"places_csv": "zone\nA\nB\nD\n"}, "has no columns lat and lon, and a routing engine is"),
        ({"places_csv": PLACES_CSV.replace("B,", "Q,")}, "zone that places.csv lacks; it has 'A'"),
        ({"bookings_csv": ""}, "holds neither bookings nor places.csv"),
        ({"fleet_csv": ""}, "fleet.csv: can't be read"),
    ],
)
def test_what_keeps_a_folder_from_being_asked_for(tmp_path, monkeypatch, capsys, files, told):
    """Before anything is asked."""
    home = write_service(tmp_path, **{"travel_times_csv": "", **files})
    code, said = refused(monkeypatch, capsys, home, "--osrm", "http://127.0.0.1:9")
    assert (code, told in said) == (1, True), said
    missing = refused(monkeypatch, capsys, tmp_path / "no", "--osrm", "http://127.0.0.1:9")
    assert "is not a folder" in missing[1]


def test_depots_may_have_names_and_places(home, osrm):
    """Names that nothing knows do not hinder where places are given."""
    (home / "fleet.csv").write_text(
        "vehicle_id,seats,depot,depot_lat,depot_lon\nv,4,Yard,52.53,13.4\n"
    )
    call(home, "--osrm", osrm.url)
    service = read_service(home)
    assert service.fleet.vehicles[0].depot == 3


def test_the_bar_is_shown_on_a_terminal_once_it_takes_long():
    """After a while, and not before; never where the output goes to a file."""
    for is_terminal, pause, shown in ((True, 0.4, True), (True, 0, False), (False, 0.4, False)):
        console = Console(force_terminal=is_terminal, width=80)
        with console.capture() as seen, counting("asking", 2, console, after=0.1) as advance:
            advance()
            time.sleep(pause)
        assert ("asking" in seen.get()) == shown
