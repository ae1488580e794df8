"""The program where the extras are not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from rideflex.cli.extras import EXTRA_OF
from rideflex.synthetic import BookingSettings, generate_bookings
from tests.areas.engines.osrm_server import osrm_stand_in
from tests.cli.test_app import every_command

WITHOUT = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec

def find_others(name, path=None, target=None):
    absent = name.partition(".")[0] in LIBRARIES
    return None if absent else find(name, path, target)

PathFinder.find_spec = find_others
from rideflex.cli.app import main
main()
"""

BASE_BENCHES = {"scale", "stream", "instances", "start"}
BASE = {
    *("generate", "check", "import", "travel-times", "route", "calls"),
    *("fit", "predict", "evaluate-log"),
}


def run_without_extras(*words: object) -> subprocess.CompletedProcess[str]:
    """The program in a process in which no library of an extra can be imported."""
    program = WITHOUT.replace("LIBRARIES", repr(set(EXTRA_OF)))
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def places(city_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """Arguments with which each command does its work, or would."""
    out = tmp_path_factory.mktemp("extras")
    log = out / "log.csv"
    decisions = pl.read_csv(city_folder / "decisions.csv", n_rows=200)
    decisions.with_columns(accepted=pl.lit(value=True)).write_csv(log)
    export = out / "export.csv"
    export.write_text("client,date,time,from,to\n1,2026-03-02,8:00,A,B\n")
    data, model = ["--data", city_folder], out / "my.model"
    return {
        "generate": [out / "new", "--travelers", 3, "--trips", 2, "--zones", 4],
        "check": [city_folder],
        "import": [export, "--out", out / "imported"],
        "fit": [*data, "--outcomes", log, "--out", model],
        "predict": [model, "--travelers", 1],
        "evaluate-log": [log, *data],
        "route": [city_folder, "--iterations", 2],
        "train": [*data, "--out", out / "run"],
        "evaluate": [out / "run"],
        "report": [out / "run"],
        "bench": data,
    }


def test_commands_of_the_base_work_without_any_extra(places: dict[str, list[object]]) -> None:
    """Making, checking, learning, predicting and routing need no library of an extra."""
    for name in ("generate", "check", "fit", "predict", "evaluate-log", "import", "route"):
        done = run_without_extras(name, *places[name])
        assert done.returncode == 0, (name, done.stderr)
        assert "Traceback" not in done.stderr
    assert "pip install 'rideflex[solve]'" in " ".join(done.stdout.split())


def test_dates_are_evaluated_without_extras(tmp_path: Path) -> None:
    """Policies that need no training are tried on bookings by the base alone."""
    folder = tmp_path / "service"
    generate_bookings(folder, BookingSettings(people=10, days=8, zones=4, seed=1))
    quick = ("--days", 1, "--policies", "expected", "--iterations", 1, "--rounds", 2)
    done = run_without_extras("evaluate", folder, *quick)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_an_engine_is_asked_without_any_extra(tmp_path: Path) -> None:
    """The base has all that a question and its answer need."""
    (tmp_path / "places.csv").write_text("zone,lat,lon\nA,52.5,13.4\nB,52.51,13.4\n")
    with osrm_stand_in() as osrm:
        done = run_without_extras("travel-times", tmp_path, "--osrm", osrm.url)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "travel_times.csv").read_text() == "zone,A,B\nA,0,0\nB,200,0\n"


@pytest.mark.parametrize(
    "words",
    [words for words in every_command() if words[0] not in BASE and words[-1] not in BASE_BENCHES],
    ids=" ".join,
)
def test_others_say_in_one_line_what_to_install(
    words: list[str], places: dict[str, list[object]]
) -> None:
    """A command whose extra is missing ends with exit code 2 and one line that names the extra."""
    done = run_without_extras(*words, *places[words[0]])
    extra = "bench" if words[0] == "bench" else "train"
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"pip install 'rideflex[{extra}]'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_picture_and_a_solver_name_their_extra(
    places: dict[str, list[object]], tmp_path: Path
) -> None:
    """Options of `route` that need an extra say so before the work."""
    for options, extra in (
        (["--plot", tmp_path / "day.png"], "plot"),
        (["--solver", "pyvrp"], "solve"),
    ):
        done = run_without_extras("route", *places["route"], *options)
        assert done.returncode == 2
        assert done.stderr.strip().endswith(f"pip install 'rideflex[{extra}]'")
