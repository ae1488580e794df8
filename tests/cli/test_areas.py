"""`rideflex generate`, `check` and `bench lookup`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import polars as pl
import pytest


def rideflex(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The program as a user starts it."""
    words = [sys.executable, "-m", "rideflex", *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A small city made by the program."""
    folder = tmp_path_factory.mktemp("cli") / "city"
    small = ("--travelers", 5, "--trips", 8, "--zones", 6, "--seed", 1)
    made = rideflex("generate", folder, *small)
    assert made.returncode == 0, made.stderr
    assert "decisions.csv, travel_times.csv, trips.csv" in made.stdout
    return folder


def test_check_prints_the_counts_and_writes_them(city, tmp_path):
    """Rows, keys, repeats and offers are shown in 100 columns, and JSON holds the same."""
    file = tmp_path / "check.json"
    checked = rideflex("check", city, "--json", file)
    assert checked.returncode == 0, checked.stderr
    assert max(map(len, checked.stdout.splitlines())) <= 100
    assert f"Wrote {file}." in " ".join(checked.stdout.split())
    counts = json.loads(file.read_text())
    assert counts["decisions"]["rows"] == 640
    assert counts["problems"] == counts["warnings"] == []
    assert "4 flexibility types:" in checked.stdout
    assert all(f"- {name}" in checked.stdout for name in counts["types"])
    shown = [line for line in checked.stdout.splitlines() if line.strip().startswith("keys (trip")]
    assert f"{counts['decisions']['keys']:,}" in shown[0]


def test_check_lists_every_error_and_ends_with_1(city, tmp_path):
    """Two bad cells give two lines that name them."""
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    for file in city.iterdir():
        (spoilt / file.name).write_text(file.read_text())
    lines = (spoilt / "decisions.csv").read_text().splitlines()
    lines[3] = lines[3].replace("accept", "yes", 1)
    lines[7] = lines[7].replace("accept", "no", 1)
    (spoilt / "decisions.csv").write_text("\n".join(lines))
    checked = rideflex("check", spoilt)
    assert checked.returncode == 1
    shown = " ".join(checked.stdout.split())
    assert "row 4" in shown
    assert "row 8" in shown
    assert "'yes': is neither accept nor reject" in shown
    assert "2 errors" in shown


def test_check_tells_each_cause_once_within_100_columns(city, tmp_path):
    """640 cells of one wrong word are one line, with the first row and the count."""
    spoilt, file = shutil.copytree(city, tmp_path / "spoilt"), tmp_path / "check.json"
    rows = pl.read_csv(city / "decisions.csv", infer_schema=False)
    name = rows.columns[-1]
    long = rows.with_columns(pl.lit("x" * 500).alias(name))
    window = pl.col("departure_time_window").str.replace("^0", "")
    shown = []
    for content in (long, rows.with_columns(window, pl.lit("maybe").alias(name))):
        content.write_csv(spoilt / "decisions.csv")
        checked = rideflex("check", spoilt, "--json", file)
        assert checked.returncode == 1
        assert max(map(len, checked.stdout.splitlines())) <= 100
        shown.append(" ".join(checked.stdout.split()))
    assert f"row 2, column {name!r}, value '{'x' * 80}…'" in shown[0]
    assert shown[0].count("error: ") == 1
    assert re.search(r"neither .*\(and 639 more like it", shown[0])
    assert "640 errors" in shown[0]
    assert shown[1].count("error: ") == 2
    assert len(json.loads(file.read_text())["problems"]) > 640


def test_check_warns_and_still_ends_with_0(city, tmp_path):
    """What is hardly meant is a line that starts with warning, and no error."""
    odd = shutil.copytree(city, tmp_path / "odd")
    pl.read_csv(odd / "trips.csv").drop("flexibility").write_csv(odd / "trips.csv")
    checked = rideflex("check", odd)
    assert checked.returncode == 0
    assert "warning: " in checked.stdout
    assert "1 warning. No errors." in checked.stdout


def test_generate_refuses_a_folder_that_is_there_and_bad_settings(city):
    """Bad usage ends with exit code 2 and one line."""
    other = city.parent / "other"
    for arguments in ((city,), (other, "--travelers", 0), (other, "--trips", 100_000)):
        refused = rideflex("generate", *arguments)
        assert refused.returncode == 2
        assert len(refused.stderr.strip().splitlines()) == 1
    assert not (city.parent / "other").exists()


def test_bench_lookup_shows_a_table_and_writes_its_figures(city, tmp_path):
    """One command: a table in 100 columns, JSON, a chart, and that all answers are equal."""
    figures, chart = tmp_path / "lookup.json", tmp_path / "lookup.png"
    measured = rideflex(
        *("bench", "lookup", "--data", city, "--outcomes", 100),
        *("--json", figures, "--plot", chart),
    )
    assert measured.returncode == 0, measured.stderr
    assert "all answers are equal" in measured.stdout
    assert max(map(len, measured.stdout.splitlines())) <= 100
    for file in (figures, chart):
        assert f"Wrote {file}." in " ".join(measured.stdout.split())
    written = json.loads(figures.read_text())
    assert written["equal"] is True
    assert written["threads"] == 1
    assert chart.stat().st_size > 10_000
