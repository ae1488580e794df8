"""Warnings: what in a folder can be used, but is hardly meant."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

from rideflex.areas import check_area
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.synthetic import AreaSettings, generate_area


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A generated folder of more than a hundred contexts."""
    folder = tmp_path_factory.mktemp("suspicions") / "city"
    generate_area(folder, AreaSettings(travelers=12, trips=14, zones=5, seed=2))
    return folder


@pytest.fixture
def city(pristine, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(pristine, tmp_path / "city")


def change(file, *expressions):
    """Rewrite columns of a CSV file, all read as text."""
    pl.read_csv(file, infer_schema=False).with_columns(*expressions).write_csv(file)


def only_warning(city):
    """The one warning of a folder without errors."""
    found = check_area(city)
    assert found.problems == ()
    (warning,) = found.warnings
    return warning


def test_a_sound_folder_has_no_warning(pristine, san_francisco):
    """Neither a generated city nor the real one is suspected of anything; types are named."""
    for folder in (pristine, san_francisco):
        found = check_area(folder)
        assert found.warnings == ()
        assert found.types == DEFAULT_TYPES


@pytest.mark.parametrize(("yes", "no"), [("Yes", "no"), ("TRUE", "FALSE"), ("accepted", "y")])
def test_columns_like_answers_are_named(city, yes, no):
    """A column of yes and no is no type, and may have been meant as one."""
    name = DEFAULT_TYPES[0]
    cells = pl.col(name).replace({"accept": yes, "reject": no}).alias("easy-going")
    change(city / "decisions.csv", cells)
    warning = only_warning(city)
    assert warning.column == "easy-going"
    assert "write accept or reject if it is a flexibility type" in warning.cause


def test_columns_like_answers_are_named_even_if_no_type_is_left(city):
    """The warning stands beside the error that there is no type."""
    rows = pl.read_csv(city / "decisions.csv", infer_schema=False)
    words = {"accept": "yes", "reject": "no"}
    kinds = [
        pl.col(name).replace(words).alias(f"type {at}") for at, name in enumerate(DEFAULT_TYPES)
    ]
    rows.select(pl.exclude(DEFAULT_TYPES), *kinds).write_csv(city / "decisions.csv")
    found = check_area(city)
    assert "no column of accepts and rejects" in found.problems[0].cause
    assert [one.column for one in found.warnings] == ["type 0", "type 1", "type 2", "type 3"]


def test_trips_without_decisions_show_the_first_and_the_nearest(city):
    """A purpose in another case: the value that is known stands beside the one that is not."""
    change(city / "trips.csv", pl.col("trip_purpose").str.to_uppercase())
    warning = only_warning(city)
    assert warning.row == 2
    assert "168 of 168 trips have no row of decisions; the first is (1, " in warning.cause
    first = pl.read_csv(city / "decisions.csv")["trip_purpose"][0]
    assert f"has trip_purpose {first!r} instead of {first.upper()!r}" in warning.cause


@pytest.mark.parametrize("share", [0.04, 0.5])
def test_trips_without_decisions_are_counted_and_many_are_warned_of(city, share):
    """Of more than one in twenty a warning says the share, and what context is near."""
    n = int(share * len(pl.read_csv(city / "trips.csv")))
    some = pl.when(pl.int_range(pl.len()) < n).then(pl.lit("else")).otherwise("trip_purpose")
    change(city / "trips.csv", some.alias("trip_purpose"))
    found = check_area(city)
    assert found.without_decisions >= n
    assert len(found.warnings) == (share > 0.05)
    assert all("instead of 'else'" in warning.cause for warning in found.warnings)


def test_an_offer_that_hardly_occurs_is_named(city):
    """A 3 that was to be a 30 makes an offer of its own."""
    slip = pl.when(pl.int_range(pl.len()) == 12).then(pl.lit("3")).otherwise("pickup_shift_min")
    change(city / "decisions.csv", slip.alias("pickup_shift_min"))
    cause = only_warning(city).cause
    assert "1 of 17 offers are in fewer than one trip context in a hundred" in cause
    assert "(-3, 0) in 1;" in cause


def test_no_true_types(city):
    """Training needs the column flexibility."""
    trips = pl.read_csv(city / "trips.csv").drop("flexibility")
    trips.write_csv(city / "trips.csv")
    assert "no column flexibility" in only_warning(city).cause


def test_features_that_change_between_rows_of_a_traveler(city):
    """The first row that differs is named, and how many travelers have such rows."""
    other = pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("99")).otherwise("age")
    change(city / "trips.csv", other.alias("age"))
    warning = only_warning(city)
    assert (warning.row, warning.column, warning.value) == (3, "age", "99")
    assert "1 of 12 travelers" in warning.cause


def test_travel_times_in_minutes_are_suspected(city):
    """A median below half a minute."""
    times = pl.read_csv(city / "travel_times.csv")
    minutes = [(pl.col(name) / 60).round(1) for name in times.columns[1:]]
    times.with_columns(minutes).write_csv(city / "travel_times.csv")
    found = check_area(city)
    assert found.problems == ()
    minutes, rounded = found.warnings
    assert "are they minutes?" in minutes.cause
    assert "have parts of a second, and are rounded" in rounded.cause


def test_parts_of_a_second_are_told(city):
    """A decimal comma is read, and what is lost by rounding is said."""
    path = city / "travel_times.csv"
    rows = path.read_text().splitlines()
    first = rows[1].split(",")
    first[2] = '"420,5"'
    path.write_text("\n".join([rows[0], ",".join(first), *rows[2:]]) + "\n")
    assert "1 travel times have parts of a second" in only_warning(city).cause
