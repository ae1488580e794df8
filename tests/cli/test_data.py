"""`rideflex generate`, `check` and `bench lookup`."""

from __future__ import annotations

import json
import subprocess
import sys

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
    counts = json.loads(file.read_text())
    assert counts["decisions"]["rows"] == 640
    assert counts["problems"] == []
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
    assert "row 4" in checked.stdout
    assert "row 8" in checked.stdout
    assert "'yes': is neither accept nor reject" in checked.stdout
    assert "2 errors" in checked.stdout


def test_generate_refuses_a_folder_that_is_there_and_bad_settings(city):
    """Bad usage ends with exit code 2 and one line."""
    for arguments in ((city,), (city.parent / "other", "--travelers", 0)):
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
    written = json.loads(figures.read_text())
    assert written["equal"] is True
    assert written["threads"] == 1
    assert chart.stat().st_size > 10_000
