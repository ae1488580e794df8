"""`rideflex travel-times` with a Valhalla that drives the streets of a small town."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import pytest
from typer.testing import CliRunner

from rideflex.areas import check_service
from rideflex.areas.engines import read_answer
from rideflex.areas.travel_times import read_travel_times
from rideflex.cli.app import app
from rideflex.errors import RideflexError
from rideflex.routing.problem import UNREACHABLE
from tests.areas.engines.streets import COLUMNS, ISLAND, ROWS, crossing, valhalla
from tests.areas.services import write_service

CROSSINGS = [crossing(row, column) for row in range(ROWS) for column in range(COLUMNS)]


@pytest.fixture(scope="module")
def engine():
    """The address of a Valhalla."""
    with valhalla() as url:
        yield url


def asked(home: Path, engine: str, places: list[tuple[float, float]], *words: object) -> np.ndarray:
    """Seconds between places, zones p0 on, as the command writes them."""
    home.mkdir(exist_ok=True)
    rows = [f"p{number},{a},{b}" for number, (a, b) in enumerate(places)]
    (home / "places.csv").write_text("\n".join(["zone,lat,lon", *rows]))
    command = ["travel-times", str(home), "--valhalla", engine, *map(str, words)]
    shown = CliRunner().invoke(app, command, catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    return read_travel_times(home).seconds


def test_times_are_those_of_the_streets(tmp_path, engine):
    """Between all crossings: no way takes less than its blocks, and none is a straight line."""
    seconds = asked(tmp_path, engine, CROSSINGS)
    row, column = np.divmod(np.arange(len(CROSSINGS)), COLUMNS)
    north, east = (np.abs(one[:, None] - one) for one in (row, column))
    meters = 444.8 * north + 270.7 * east  # a step of latitude, and one of longitude at 52.5
    apart = meters > 0
    speed = 3.6 * meters[apart] / seconds[apart]
    assert speed.max() < 50
    assert np.median(speed) > 25
    eastward, westward = seconds[0, COLUMNS - 1], seconds[COLUMNS - 1, 0]
    assert westward > eastward + 60  # the southernmost street leads east: back it takes two more
    others = np.ix_(range(COLUMNS, len(CROSSINGS)), range(COLUMNS, len(CROSSINGS)))
    assert np.abs(seconds[others] - seconds[others].T).max() <= 15


def test_blocks_make_the_same_matrix(tmp_path, engine):
    """Asked seven by seven, only some ways that are nearly alike are taken for each other."""
    whole = asked(tmp_path / "a", engine, [*CROSSINGS, *ISLAND])
    parts = asked(tmp_path / "b", engine, [*CROSSINGS, *ISLAND], "--block", 7)
    differ = np.abs(whole - parts)
    assert (differ > 0).mean() < 0.02  # Valhalla searches many to many at once, and not to the end
    assert differ.max() <= 20


def test_no_way_leads_to_the_street_of_its_own(tmp_path, engine):
    """Blank, though Valhalla answers an error where no source reaches any target at all."""
    seconds = asked(tmp_path, engine, [*CROSSINGS[:2], *ISLAND], "--block", 2)
    assert (seconds[:2, 2:] == UNREACHABLE).all()
    assert (seconds[2:, :2] == UNREACHABLE).all()
    assert 0 < seconds[2, 3] < 120


def test_saved_answers_hold_the_same(tmp_path, engine):
    """Verbose, concise and in OSRM's format, what Valhalla answers is read alike."""
    places = [*CROSSINGS[:8], ISLAND[0]]
    by_command = asked(tmp_path, engine, places)
    locations = [{"lat": latitude, "lon": longitude} for latitude, longitude in places]
    question = {"sources": locations, "targets": locations, "costing": "auto"}
    for changed in ({}, {"verbose": False}, {"format": "osrm"}):
        body = json.dumps({**question, **changed}).encode()
        request = Request(f"{engine}/sources_to_targets", body)
        with urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        assert np.array_equal(read_answer(told).seconds, by_command)
        (tmp_path / "travel_times.csv").unlink(missing_ok=True)
        (tmp_path / "travel_times.json").write_text(json.dumps(told))
        assert np.array_equal(read_travel_times(tmp_path).seconds, by_command)


def test_a_place_without_a_street_is_named(tmp_path, engine):
    """Valhalla says that there is one, and not which."""
    with pytest.raises(RideflexError) as refused:
        asked(tmp_path, engine, [*CROSSINGS, (53.2, 13.4)])
    told = str(refused.value)
    assert f"Valhalla at {engine} refused: 171: No suitable edges near location" in told
    assert "no street is near 'p30' (latitude 53.2, longitude 13.4)" in told
    assert not (tmp_path / "travel_times.csv").exists()


def test_a_place_off_the_streets_is_moved_and_told(tmp_path, engine):
    """One kilometer and a half north of the last row."""
    asked(tmp_path, engine, [*CROSSINGS, (52.53, 13.41)], "--json", tmp_path / "figures.json")
    (moved,) = json.loads((tmp_path / "figures.json").read_text())["moved_to_street"]
    assert moved["zone"] == "p30"
    assert moved["meters"] == pytest.approx(1557, abs=5)


def test_too_many_at_once_is_said(tmp_path, engine):
    """Valhalla takes 2,500 pairs as it is installed."""
    with pytest.raises(RideflexError, match=r"150: Exceeded max locations.*fewer with --block"):
        asked(tmp_path, engine, CROSSINGS * 2, "--block", 60)


def test_a_costing_that_is_none_is_said(tmp_path, engine):
    """The engine's own words."""
    with pytest.raises(RideflexError, match="125: No costing method found: 'flying'"):
        asked(tmp_path, engine, CROSSINGS, "--profile", "flying")


def test_an_osrm_is_not_there(tmp_path, engine):
    """Asked as an OSRM, a Valhalla is known by its answer."""
    (tmp_path / "places.csv").write_text("zone,lat,lon\nA,52.5,13.4\nB,52.504,13.4\n")
    command = ["travel-times", str(tmp_path), "--osrm", engine]
    shown = CliRunner().invoke(app, command)
    assert "does not answer as OSRM does" in str(shown.exception)


def test_a_date_is_planned_on_its_streets(tmp_path, engine):
    """Bookings and depots by place: asked for, checked and routed."""
    ends = "origin_lat,origin_lon,destination_lat,destination_lon"
    head = f"booking_id,traveler_id,date,leave_at,{ends}\n"
    rows = "".join(
        f"b{n},{n},2026-03-02,{8 + n % 3}:00,{a[0]},{a[1]},{b[0]},{b[1]}\n"
        for n, (a, b) in enumerate(zip(CROSSINGS[:12], CROSSINGS[:11:-1], strict=False))
    )
    fleet = "vehicle_id,seats,depot_lat,depot_lon\nv,8,52.5,13.4\nw,8,52.508,13.408\n"
    files = {"bookings_csv": head + rows, "fleet_csv": fleet, "travel_times_csv": ""}
    home = write_service(tmp_path / "service", **files)
    shown = CliRunner().invoke(app, ["travel-times", str(home), "--valhalla", engine])
    assert shown.exit_code == 0, shown.output
    found = check_service(home)
    assert (found.problems, found.zones, found.unservable) == ((), 25, ())
    shown = CliRunner().invoke(app, ["route", str(home), "--date", "2026-03-02"])
    assert shown.exit_code == 0, shown.output
    assert "oracle" in shown.output
    assert "ESTIMATED" not in shown.output
