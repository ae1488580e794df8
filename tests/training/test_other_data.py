"""A run meets other data than it was trained on, or the same data elsewhere."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from rideflex.areas import read_area
from rideflex.errors import DataError, UsageError
from rideflex.negotiation import area_fleet
from rideflex.training.run_folder import RunFolder
from rideflex.training.trained_run import load_run
from tests.commands import SMALL, call

TRAVELER = pl.col("traveler_id").cast(int) + 90


@pytest.fixture
def other(city_folder, tmp_path):
    """A copy of the city, to be changed."""
    return shutil.copytree(city_folder, tmp_path / "other")


def rewrite(file, change):
    """Change a CSV file."""
    change(pl.read_csv(file, infer_schema=False)).write_csv(file)


def test_other_travelers_are_refused(run, other):
    """As many travelers with other ids are not those of the run: both ranges are told."""
    for name in ("decisions.csv", "trips.csv"):
        rewrite(other / name, lambda frame: frame.with_columns(TRAVELER))
    with pytest.raises(DataError, match=r"trained on travelers 1…10, this folder has 91…100"):
        load_run(run[0], read_area(other))
    with pytest.raises(DataError, match="traveler 1 is in only one of the two"):
        call("evaluate", run[0], "--data", other)


@pytest.mark.parametrize("n_more", [0, 5])
def test_other_types_are_refused(run, other, n_more):
    """A type of another name, and nine types in place of four."""
    kind = pl.read_csv(other / "decisions.csv", infer_schema=False).columns[-1]
    more = [pl.col(kind).alias(f"kind {number}") for number in range(n_more)]
    rewrite(other / "decisions.csv", lambda f: f.with_columns(more).rename({kind: "other"}))
    rewrite(
        other / "trips.csv", lambda f: f.with_columns(pl.col("flexibility").replace(kind, "other"))
    )
    with pytest.raises(DataError, match=r"trained on the types .*; this folder has .*'other'"):
        load_run(run[0], read_area(other))


def test_other_trips_of_a_level_are_refused(other, tmp_path):
    """A run that tells trips apart is not read where other trips have that purpose."""
    run = tmp_path / "run"
    call(
        *("train", "--data", other, "--out", run, *SMALL, "--model", "tolerance"),
        *("--context", "trip_purpose=work", "--stop-after", "1"),
    )
    work = pl.col("trip_purpose").replace({"work": "play", "school": "work"})
    for name in ("decisions.csv", "trips.csv"):
        rewrite(other / name, lambda frame: frame.with_columns(work))
    with pytest.raises(DataError, match="other trips with trip_purpose=work than the run was"):
        load_run(run, read_area(other))


def test_changed_files_are_told(run, other):
    """Same travelers and types, other trips: the days are played, under a warning."""
    told = f"warning: the files in {other}"
    shutil.copytree(run[0], other.parent / "run")
    assert told not in call("report", other.parent / "run", "--days", "1", "--data", other)
    rewrite(other / "trips.csv", lambda frame: frame[:-1])
    assert not load_run(run[0], read_area(other)).same_files
    assert told in call("report", other.parent / "run", "--days", "1", "--data", other)
    assert "files that are not those" in (other.parent / "run" / "report.html").read_text()


def test_a_run_goes_on_with_its_data_elsewhere(other, tmp_path):
    """The old place is gone: `--data` names the new one, where the files must be the same."""
    moved, run = tmp_path / "moved", tmp_path / "run"
    call("train", "--data", other, "--out", run, *SMALL, "--stop-after", "1")
    other.rename(moved)
    for command in (("train", "--resume", run), ("report", run), ("evaluate", run)):
        with pytest.raises(DataError, match="other: is not there; name its new place with --data"):
            call(*command)
    changed = shutil.copytree(moved, tmp_path / "changed")
    rewrite(changed / "trips.csv", lambda frame: frame[:-1])
    with pytest.raises(UsageError, match=r"files in .*changed are not those that the run began"):
        call("train", "--resume", run, "--data", changed)
    call("train", "--resume", run, "--data", moved, "--days", "0")
    assert RunFolder(run).settings().data == str(moved)
    call("report", run, "--days", "1")


def test_trips_without_any_driving_are_refused(city):
    """Where everybody stays in one zone there is nothing to save: the file is named."""
    still = np.zeros_like(city.trips.origin)
    trips = replace(city.trips, origin=still, destination=still)
    with pytest.raises(DataError, match=r"travel_times\.csv: all times .* are 0"):
        area_fleet(replace(city, trips=trips))
