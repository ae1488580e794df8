"""`rideflex route` with VROOM's files: what it reads, writes and compares."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rideflex.cli.app import app
from rideflex.errors import DataError, UsageError
from rideflex.synthetic import (
    AreaSettings,
    BookingSettings,
    generate_area,
    generate_bookings,
)
from tests.cli.test_routes import LI_LIM
from tests.routing.instances.vroom.problems import SMALL, changed, written


def routed(*words: object):
    """What `rideflex route` ends with, and what it prints, lines joined."""
    shown = CliRunner().invoke(app, ["route", "--iterations", "20", *map(str, words)])
    assert max(map(len, shown.output.splitlines()), default=0) <= 100
    return shown, " ".join(shown.output.split())


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    """A city of ten travelers."""
    folder = tmp_path_factory.mktemp("areas") / "city"
    generate_area(folder, AreaSettings(travelers=10, trips=6, zones=8, seed=4))
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Path:
    """A service of two days."""
    folder = tmp_path_factory.mktemp("services") / "demo"
    generate_bookings(folder, BookingSettings(people=20, days=2, zones=6, seed=1))
    return folder


def a_date(service: Path) -> str:
    """The first date with bookings."""
    return (service / "bookings.csv").read_text().splitlines()[1].split(",")[2]


def test_a_problem_of_vrooms_is_routed(tmp_path):
    """Costs are seconds; the solution has the ids of the problem."""
    figures, solution = tmp_path / "f.json", tmp_path / "s.json"
    words = ("--json", figures, "--vroom-solution", solution)
    shown, told = routed(written(tmp_path, SMALL), *words)
    assert shown.exit_code == 0, shown.output
    assert "(VROOM), 2 requests" in told
    assert "cost, s" in told
    found = json.loads(figures.read_text())
    assert (found["kind"], found["unit"], found["plans"][-1]["cost"]) == ("VROOM", "s", 3600)
    assert json.loads(solution.read_text())["routes"][0]["vehicle"] == 7


def test_every_problem_of_a_file_is_printed(tmp_path):
    """The list is printed, and the error tells that it is."""
    wrong = changed(vehicles__0__skills=[1], shipments__0__pickup__service=-1)
    shown, told = routed(written(tmp_path, wrong))
    assert isinstance(shown.exception, DataError)
    assert "(and 1 more; all are listed above)" in str(shown.exception)
    assert "column 'vehicles[0].skills', value [1]" in told
    assert "column 'shipments[0].pickup.service', value -1" in told


def test_a_drawn_day_goes_to_vroom_and_back(city, tmp_path):
    """The day as it was asked for is written; its own routes, compared, cost the same."""
    problem, solution, figures = (tmp_path / n for n in ("p.json", "s.json", "f.json"))
    shown, told = routed(city, "--vroom", problem, "--vroom-solution", solution)
    assert shown.exit_code == 0, shown.output
    assert f"Wrote {problem}" in told
    shown, told = routed(city, "--compare", solution, "--json", figures)
    assert shown.exit_code == 0, shown.output
    plans = {plan["plan"]: plan for plan in json.loads(figures.read_text())["plans"]}
    assert plans["s.json"]["cost"] == plans["re-optimised"]["cost"]
    assert plans["s.json"]["problems"] == []
    shown, told = routed(problem, "--compare", solution)
    assert shown.exit_code == 0, shown.output


def test_a_longest_ride_is_left_out_by_name_alone(service, tmp_path):
    """Bookings have one, which VROOM does not know; nothing is planned before that is told."""
    problem = tmp_path / "p.json"
    words = (service, "--date", a_date(service), "--vroom", problem)
    shown, told = routed(*words)
    assert isinstance(shown.exception, UsageError)
    assert "VROOM knows no longest ride, which limits requests" in str(shown.exception)
    assert not problem.exists()
    assert "vehicle minutes" not in told
    shown, told = routed(*words, "--vroom-without", "longest-ride")
    assert shown.exit_code == 0, shown.output
    assert f"note: {problem} leaves out the longest ride, which its routes may break." in told
    content = json.loads(problem.read_text())
    booked = {row.split(",")[0] for row in (service / "bookings.csv").read_text().splitlines()}
    assert {one["pickup"]["description"] for one in content["shipments"]} <= booked
    assert content["vehicles"][0]["description"]


def test_routes_of_a_date_are_compared(service, tmp_path):
    """Our own routes, read again, take as long; other bookings' routes are refused."""
    solution, figures = tmp_path / "s.json", tmp_path / "f.json"
    words = (service, "--date", a_date(service))
    shown, _ = routed(*words, "--vroom-solution", solution)
    assert shown.exit_code == 0, shown.output
    shown, told = routed(*words, "--compare", solution, "--json", figures)
    assert shown.exit_code == 0, shown.output
    assert "Routes of" in told
    found = json.loads(figures.read_text())
    assert found["compared"]["vehicle_minutes"] == found["vehicle_minutes"]
    assert found["compared"]["problems"] == []
    content = solution.read_text()
    solution.write_text(content.replace('"description": "', '"description": "other ', 5))
    shown, _ = routed(*words, "--compare", solution)
    assert isinstance(shown.exception, DataError)
    assert "was the problem written before its requests changed?" in str(shown.exception)


def test_routes_that_can_not_be_driven_end_with_1(tmp_path):
    """The oracle's word on the routes of others is told and counts."""
    steps = [{"type": kind, "id": of} for kind, of in (
        ("pickup", 11), ("delivery", 21), ("pickup", 10), ("delivery", 20))]  # fmt: skip
    solution = tmp_path / "s.json"
    solution.write_text(json.dumps({"routes": [{"vehicle": 7, "steps": steps}]}))
    shown, told = routed(written(tmp_path, SMALL), "--compare", solution)
    assert shown.exit_code == 1
    assert "s.json: vehicle 0 can't keep its windows" in told


def test_instances_are_written_for_vroom(tmp_path):
    """Thousandths of a unit are the seconds of VROOM."""
    instance, problem = tmp_path / "i.txt", tmp_path / "p.json"
    instance.write_text(LI_LIM)
    shown, _ = routed(instance, "--vroom", problem)
    assert shown.exit_code == 0, shown.output
    shown, told = routed(problem)
    assert shown.exit_code == 0, shown.output
    assert "31,402.00" in told


def test_options_that_make_no_sense_are_refused(tmp_path):
    """A rule that is none, and a rule of a file that is not written."""
    path = written(tmp_path, SMALL)
    shown, _ = routed(path, "--vroom", tmp_path / "p.json", "--vroom-without", "breaks")
    assert "--vroom-without is of longest-ride, longest-route, not 'breaks'" in str(shown.exception)
    shown, _ = routed(path, "--vroom-without", "longest-ride")
    assert "--vroom-without says what the file of --vroom leaves out" in str(shown.exception)


@pytest.mark.skipif(shutil.which("vroom") is None, reason="there is no VROOM here")
def test_vroom_routes_a_date(service, tmp_path):
    """Written, solved by VROOM, and compared: the ride alone may be too long."""
    problem, solution, figures = (tmp_path / n for n in ("p.json", "s.json", "f.json"))
    words = (service, "--date", a_date(service))
    routed(*words, "--vroom", problem, "--vroom-without", "longest-ride")
    subprocess.run(["vroom", "-i", problem, "-o", solution], check=True, capture_output=True)
    routed(*words, "--compare", solution, "--json", figures)
    found = json.loads(figures.read_text())
    assert found["compared"]["vehicle_minutes"] <= 1.02 * found["vehicle_minutes"]
