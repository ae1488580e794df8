"""A made-up service has what a real one has."""

from __future__ import annotations

import polars as pl
import pytest

from rideflex.areas import check_service, read_service
from rideflex.errors import UsageError
from rideflex.synthetic import BookingSettings, generate_bookings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ninety days of 100 people."""
    made = tmp_path_factory.mktemp("made") / "service"
    generate_bookings(made, BookingSettings(people=100, seed=5))
    return made


def test_it_checks_without_error_or_warning(folder):
    """The rules in force can serve every booking."""
    found = check_service(folder)
    assert (found.problems, found.warnings, found.unservable) == ((), (), ())
    assert found.dates > 70


def test_it_has_returns_regulars_strangers_and_cancellations(folder):
    """Most who leave come back, some ride weekly and some once, some cancel, all book before."""
    bookings = pl.read_csv(folder / "bookings.csv", infer_schema_length=None)
    by_person_and_day = bookings.group_by("traveler_id", "date").len()["len"]
    assert (by_person_and_day == 2).mean() > 0.7
    rides = bookings.group_by("traveler_id").len()["len"]
    assert rides.max() > 40
    assert rides.min() < 25
    shares = bookings["status"].value_counts(normalize=True).rows_by_key("status")
    assert 0.05 < shares["cancelled"][0][0] < 0.14
    assert 0.01 < shares["no_show"][0][0] < 0.06
    assert (bookings["booked_at"] < bookings["date"] + "T24").all()
    assert (bookings["leave_at"].is_null() != bookings["arrive_by"].is_null()).all()


def test_its_fleet_is_mixed(folder):
    """Vehicles of two sizes, with wheelchair places, shifts and breaks."""
    fleet = read_service(folder).fleet
    assert len({vehicle.seats for vehicle in fleet.vehicles}) == 2
    assert any(vehicle.wheelchairs for vehicle in fleet.vehicles)
    assert len({vehicle.shift for vehicle in fleet.vehicles}) == 2
    assert fleet.has_breaks


def test_answers_follow_the_tolerances(folder):
    """Who bears more minutes says yes more often."""
    answers = pl.read_csv(folder / "answers.csv").join(
        pl.read_csv(folder / "travelers.csv"), on="traveler_id"
    )
    within = (
        answers["pickup_shift_min"].abs() / answers["early_tolerance_min"]
        + answers["dropoff_shift_min"] / answers["late_tolerance_min"]
    ) < 1
    yes = answers["accepted"] == "yes"
    assert yes.filter(within).mean() > 0.75
    assert yes.filter(~within).mean() < 0.25


def test_the_same_seed_gives_the_same_files(tmp_path):
    """Byte by byte."""
    for name in ("one", "two"):
        generate_bookings(tmp_path / name, BookingSettings(people=8, days=5, zones=4, seed=9))
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize("wrong", [{"people": 0}, {"days": 0}, {"zones": 1}, {"days": 9999}])
def test_settings_that_make_no_sense_are_refused(wrong):
    """Each is named."""
    with pytest.raises(UsageError, match=next(iter(wrong))):
        BookingSettings(**wrong)


def test_more_zones_than_memory_are_refused(tmp_path):
    """Before anything is made, and nothing is left."""
    with pytest.raises(UsageError, match="10,000,000 zones need about"):
        generate_bookings(tmp_path / "new", BookingSettings(zones=10_000_000))
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    """Nothing is written over."""
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        generate_bookings(tmp_path, BookingSettings(people=2, days=1, zones=2))
