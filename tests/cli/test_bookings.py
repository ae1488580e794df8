"""`generate --bookings`, `check` and `route --date` of a service, as a user types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from rideflex.cli.app import app
from tests.areas.exports.test_import import EXPORT
from tests.areas.services import write_service
from tests.areas.test_service import MISTAKES


def rideflex(*words: object) -> tuple[int, str]:
    """Exit code and output, lines joined."""
    shown = CliRunner().invoke(app, [*map(str, words)])
    if words[0] != "generate":
        assert max(map(len, shown.output.splitlines()), default=0) <= 100
    return shown.exit_code, " ".join(shown.output.split())


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Path:
    """A made-up service of a week."""
    folder = tmp_path_factory.mktemp("services") / "demo"
    made = ("--bookings", "--travelers", 30, "--days", 7, "--zones", 8, "--seed", 2)
    code, told = rideflex("generate", folder, *made)
    assert code == 0, told
    assert "bookings.csv, fleet.csv, service.toml" in told
    return folder


def test_check_tells_counts_and_rules(service, tmp_path):
    """Counts and every rule in force, on screen and as JSON."""
    code, told = rideflex("check", service, "--json", tmp_path / "check.json")
    assert code == 0
    assert "No errors." in told
    assert "promise.earlier 15" in told
    figures = json.loads((tmp_path / "check.json").read_text())
    assert figures["settings"]["offers.means"] == "trip"
    assert figures["problems"] == []


def test_check_names_every_mistake(tmp_path):
    """Exit code 1, and as many errors as there are mistakes."""
    code, told = rideflex("check", write_service(tmp_path / "wrong", **MISTAKES))
    assert code == 1
    assert "16 errors; nothing can be run on this folder yet." in told
    assert "Traceback" not in told


def test_a_date_is_planned_and_written(service, tmp_path):
    """The figures and runs on screen, as JSON, as a dispatcher's table and as a picture."""
    names = ("plan.json", "runs.csv", "plan.png")
    files = [tmp_path / name for name in names]
    options = zip(("--json", "--csv", "--plot"), files, strict=True)
    code, told = rideflex(
        "route", service, "--date", "2026-01-06", "--iterations", 20, *sum(options, ())
    )
    assert code == 0, told
    assert "oracle accepted" in told
    assert "drivers' breaks, which PyVRP does not know" in told
    figures = json.loads(files[0].read_text())
    assert {
        "date", "requests", "served", "unserved", "vehicle_minutes", "penalty_minutes",
        "vehicle_hours", "vehicles", "ride_excess_mean", "ride_excess_p90", "ride_max",
        "trips_per_hour", "runs",
    } <= set(figures)  # fmt: skip
    with files[1].open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    stops = [
        {"vehicle": run["vehicle"], **stop} for run in figures["runs"] for stop in run["stops"]
    ]
    assert len(rows) == len(stops)
    assert [row["time"] for row in rows] == [stop["time"] for stop in stops]
    assert sum(row["kind"] == "pickup" for row in rows) == figures["served"]
    with Image.open(files[2]) as drawn:
        assert len(drawn.convert("RGB").getcolors(1 << 20)) > 20


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name one of them with --date"),
        (("--date", "6 January"), "is not a date YYYY-MM-DD"),
        (("--date", "2031-01-06"), "has no booking on 2031-01-06"),
        (("--date", "2026-01-06", "--geojson", "map.json"), "needs bookings and depots with"),
    ],
)
def test_what_is_missing_is_said(service, words, told):
    """One line and exit code 2, and no file."""
    code, output = rideflex("route", service, *words)
    assert code != 0
    shown = CliRunner().invoke(app, ["route", str(service), *words])
    assert told in output + str(shown.exception)
    assert not Path("map.json").exists()


def test_options_of_bookings_are_refused_elsewhere(tmp_path):
    """An instance has no dates."""
    instance = tmp_path / "i.txt"
    instance.write_text("2 10 1\n")
    shown = CliRunner().invoke(app, ["route", str(instance), "--date", "2026-01-06"])
    assert "is for a folder of bookings" in shown.output + str(shown.exception)


def test_an_export_is_imported(tmp_path):
    """The columns, the counts and the reasons are shown, and what to do next."""
    export = tmp_path / "export.csv"
    export.write_text(EXPORT, encoding="utf-8")
    code, told = rideflex("import", export, "--out", tmp_path / "o", "--json", tmp_path / "i.json")
    assert code == 0, told
    assert "14 rows: 5 kept, 5 of them changed, and 9 left out." in told
    assert "- 1 left out: has no traveler_id (first row 7)" in told
    assert "Not read: Driver." in told
    figures = json.loads((tmp_path / "i.json").read_text())
    assert {"kept", "changed", "left_out", "reasons"} <= set(figures)
    assert figures["columns"]["leave_at"] == "Req Pickup"
