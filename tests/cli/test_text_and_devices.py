"""Names are printed as they are, and an output that can't be written ends in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from rideflex.cli.console import WIDTH, make_console, make_table, showing
from rideflex.cli.run_tables import print_comparison
from rideflex.evaluation.compare import Comparison, PolicyRow
from rideflex.evaluation.service_figures import ServiceFigures
from rideflex.evaluation.statistics import Interval
from rideflex.negotiation import Prices
from rideflex.tables.columns import CONTEXT, SHIFTS
from tests.commands import SMALL, call

ODD = ("rigid [/x]", "both [early]", "[bold]loud[/bold]", ":smile: [")
FULL = Path("/dev/full")


def run(*words: object, stdout: object) -> tuple[int, str]:
    """Exit code and error stream of the program in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "rideflex", *map(str, words)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stderr


@pytest.fixture(scope="module")
def odd_folder(city_folder, tmp_path_factory) -> Path:
    """The city with types that look like markup."""
    folder = tmp_path_factory.mktemp("odd") / "city [b]"
    folder.mkdir()
    for name in ("decisions.csv", "trips.csv", "travel_times.csv"):
        (folder / name).write_bytes((city_folder / name).read_bytes())
    decisions = pl.read_csv(folder / "decisions.csv", infer_schema=False, glob=False)
    names = dict(zip(decisions.columns[-4:], ODD, strict=True))
    decisions.rename(names).write_csv(folder / "decisions.csv")
    trips = pl.read_csv(folder / "trips.csv", infer_schema=False, glob=False)
    trips.with_columns(pl.col("flexibility").replace(names)).write_csv(folder / "trips.csv")
    return folder


@pytest.fixture(scope="module")
def log(odd_folder) -> Path:
    """Outcomes of the odd city, in a file whose name looks like markup too."""
    frame = pl.read_csv(odd_folder / "decisions.csv", infer_schema=False, glob=False)
    log = frame.select(*CONTEXT, *SHIFTS).with_columns(accepted=pl.lit("true"))
    path = odd_folder.parent / "may [x].csv"
    log.write_csv(path)
    return path


def test_names_that_look_like_markup_are_printed_as_they_are(odd_folder, log, tmp_path):
    """`check`, `train` with its report, `report`, `fit` and `predict` print every type whole."""
    run_folder, model = tmp_path / "run [i]", tmp_path / "odd [m].model"
    printed = {
        "check": call("check", odd_folder),
        "train": call("train", "--data", odd_folder, "--out", run_folder, *SMALL, "--days", "1"),
        "fit": call("fit", "--data", odd_folder, "--outcomes", log, "--out", model),
        "predict": call("predict", model, "--travelers", "1"),
        "route": call("route", odd_folder, "--iterations", "1"),
    }
    assert "city [b]" in printed.pop("route")
    for command, text in printed.items():
        for name in ODD:
            assert name in text, command
    page = (run_folder / "report.html").read_text(encoding="utf-8")
    assert all(name in page for name in ODD)


def test_a_status_is_no_markup(capsys):
    """What is being done may be named with brackets."""
    with showing("reading [/x]", make_console()) as on_step:
        on_step("playing [/y]")
    table = make_table("title [/t]", "column [/c]", "n")
    table.add_row("[/cell]", "1")
    make_console().print(table)
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("title [/t]", "column [/c]", "[/cell]"))


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize(
    "words",
    [("check", "CITY"), ("route", "CITY", "--iterations", "1"), ("--help",), ("--version",)],
)
def test_a_full_device_ends_in_one_line(city_folder, words):
    """Exit code 1, the system's reason, and no traceback."""
    words = [city_folder if word == "CITY" else word for word in words]
    with FULL.open("w") as full:
        code, told = run(*words, stdout=full)
    assert code == 1
    assert told == "rideflex: the output can't be written: No space left on device\n"


def test_a_closed_pipe_ends_in_one_line(city_folder):
    """As with `| head`, which may close before everything was printed."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        code, told = run("check", city_folder, stdout=writing)
    finally:
        os.close(writing)
    assert code == 1
    assert told == "rideflex: standard output: was closed before everything was printed\n"


def test_tables_of_a_run_fit_a_hundred_columns(capsys):
    """With a long name and the widest figures no line is longer, nothing is cut, and no colour."""
    wide = Interval(-0.101, -0.999, -0.999)
    burden = (1.0, 1.0, 1234.5, 99.99, 0.99, 0.99, 99_999, 0.5, 1234.5)
    service = ServiceFigures(99_999.9, 9_999.9, 99.99, 1234.5, 1234.5, 1234.5, 1.0, 99_999.9)
    row = PolicyRow("never", None, 12345.6, 1234.5, wide, wide, 1.0, *burden, service)
    rows = (row, *(replace(row, policy=name) for name in ("a policy of my own", "clairvoyant")))
    compared = Comparison(rows, {}, Prices())
    console = make_console()
    known = "The model had seen 123,456,789,012 outcomes."
    print_comparison(compared, "1000 unseen days", known, 1_000, console)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= WIDTH
    assert "…" not in shown.replace(" … ", "")
    assert "\x1b" not in shown
