"""Generated cities: the shape and the flaws of a real one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rideflex.areas import check_area, read_area
from rideflex.decisions import DecisionTable
from rideflex.errors import DataError, UsageError
from rideflex.flexibility import rule_answers
from rideflex.synthetic import AreaSettings, generate, generate_area
from rideflex.travelers import TravelerIndex

SMALL = AreaSettings(travelers=6, trips=10, zones=7, seed=3)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """The city of the default size."""
    folder = tmp_path_factory.mktemp("generated") / "city"
    generate_area(folder, AreaSettings(seed=7))
    return folder


def test_a_city_has_the_size_of_a_real_one(city):
    """About 25,000 rows give about 21,000 keys, and some repeated keys disagree."""
    report = DecisionTable.from_csv(city / "decisions.csv").report
    assert report.rows == 30 * 52 * 16
    assert 20_000 < report.keys < 21_500
    assert report.duplicate_rows == report.rows - report.keys
    assert 100 < report.conflicting_keys < 1500
    assert report.missing_cells == 0


def test_three_percent_of_the_answers_differ_from_the_types_rule(city):
    """Answers are not quite what the rule says, and no shift is always accepted."""
    table = DecisionTable.from_csv(city / "decisions.csv")
    trips = np.repeat(np.arange(table.n_trips), 16)
    answers = table.accepts(trips, np.tile(np.arange(16), table.n_trips)).reshape(-1, 16, 4)
    odd = (answers != rule_answers(table.types, table.offers)).mean()
    assert odd == pytest.approx(0.03, abs=0.005)
    assert answers[:, table.offers.no_shift].all()


def test_the_columns_are_those_of_the_real_folder(city, san_francisco):
    """Both files have the same columns in the same order as the real ones."""
    for name in ("decisions.csv", "trips.csv"):
        made, real = (pl.scan_csv(folder / name) for folder in (city, san_francisco))
        assert made.collect_schema() == real.collect_schema()


def test_travel_times_are_those_of_streets(city):
    """Not symmetric, nothing on the diagonal, and hardly a detour that is quicker."""
    area = read_area(city)
    times = area.travel_times
    assert (times != times.T).mean() > 0.8
    assert not times.diagonal().any()
    detours = times[:, :, None] + times[None]
    assert (times[:, None] > detours).mean() < 0.005
    assert (times[:, None] > 1.05 * detours).sum() == 0


def test_demand_has_hubs_homes_and_a_day_profile(city):
    """A few zones hold most trip ends, most trips touch the home, and nights are quiet."""
    area = read_area(city)
    trips = pl.read_csv(city / "trips.csv")
    ends = np.sort(np.bincount(area.trips.origin, minlength=31))[::-1]
    assert ends[:5].sum() > 0.4 * len(area.trips)
    at_home = (pl.col("departure_location") == "home") | (pl.col("arrival_location") == "home")
    assert trips.select(at_home.mean()).item() > 0.7
    hours = area.trips.pickup_window[:, 0] / 3600
    assert 6 <= hours.min()
    assert hours.max() <= 22
    assert (np.diff(area.trips.pickup_window) == 1800).all()
    assert (np.diff(area.trips.dropoff_window) == 1800).all()


def test_types_are_unequal_and_every_trip_can_be_served(city):
    """Four types in unequal shares; a vehicle at the door reaches every destination in time."""
    area, found = read_area(city), check_area(city)
    shares = np.bincount(area.true_types, minlength=4)
    assert shares.min() > 0
    assert shares.max() > 2 * shares.min()
    assert found.problems == ()
    assert found.unservable == ()
    assert found.without_decisions == 0


def test_the_same_seed_gives_the_same_files(tmp_path):
    """Byte by byte; another seed gives another city."""
    contents = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        generate_area(tmp_path / name, AreaSettings(**{**vars(SMALL), "seed": seed}))
        contents.append({one.name: one.read_bytes() for one in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1] != contents[2]
    assert set(contents[0]) == {"decisions.csv", "travel_times.csv", "trips.csv"}


def test_the_embedding_ids_hit_every_key_through_every_entry(city):
    """Ids of trips, decisions and entities agree: a 100 % hit rate, counted from 1 in the files."""
    area = read_area(city)
    rows = pl.read_csv(city / "decisions.csv")
    assert area.travelers.ids.tolist() == list(range(1, 31))
    assert area.trips.traveler.min() == 0
    assert area.trips.trip_id.min() >= 0
    ids = area.table.trip_ids(rows)
    assert area.table.fallbacks(ids, area.table.actions(rows)) == 0
    np.testing.assert_array_equal(
        area.table.trip_travelers[area.trips.trip_id], area.travelers.ids[area.trips.traveler]
    )
    by_entity = TravelerIndex.consecutive(1, 30)
    np.testing.assert_array_equal(
        by_entity.encode(rows["traveler_id"]), rows["traveler_id"].to_numpy() - 1
    )


def test_one_traveler_can_have_as_many_trips_as_are_allowed(tmp_path):
    """The most trips there may be are found in seconds."""
    generate_area(tmp_path / "city", AreaSettings(travelers=1, trips=generate.MOST_TRIPS))
    assert len(read_area(tmp_path / "city").trips) == generate.MOST_TRIPS


def test_types_can_depend_on_features_or_not(tmp_path):
    """With features on, occupations differ in their types far more than with features off."""
    spread = {}
    for features in (True, False):
        folder = tmp_path / str(features)
        generate_area(folder, AreaSettings(travelers=800, trips=1, features=features, seed=1))
        area = read_area(folder)
        shares = (
            area.features.with_columns(type=area.true_types)
            .group_by("occupation")
            .agg(both=(pl.col("type") == 3).mean())
        )
        spread[features] = shares["both"].max() - shares["both"].min()
    assert spread[False] < 0.15 < 0.4 < spread[True]


def test_a_logit_city_answers_by_tolerances(tmp_path):
    """Offers within a traveler's tolerances are likelier accepted, and no shift always is."""
    generate_area(tmp_path / "city", AreaSettings(answers="logit", seed=5))
    area = read_area(tmp_path / "city")
    answers = area.answers[0]
    offers = area.table.offers
    assert (answers[:, offers.no_shift] == 1).all()
    assert ((answers >= 0) & (answers <= 1)).all()
    assert 0.05 < ((answers > 0.05) & (answers < 0.95)).mean()
    ten, thirty = answers[:, offers.action_of(-10, 0)], answers[:, offers.action_of(-30, 0)]
    assert (ten >= thirty).all()
    early = area.true_types == 1
    assert ten[early[area.trips.traveler]].mean() > 0.6
    assert (
        ten[~early[area.trips.traveler] & (area.true_types[area.trips.traveler] != 3)].mean() < 0.5
    )


@pytest.mark.parametrize("answers", ["types", "logit"])
def test_travelers_change_half_way(tmp_path, answers):
    """The share that was asked for answers by another type in the second phase."""
    generate_area(tmp_path / "city", AreaSettings(change=0.4, answers=answers, trips=8, seed=5))
    area = read_area(tmp_path / "city")
    assert area.answers.shape == (2, len(area.trips), 16)
    differs = (area.answers[0] != area.answers[1]).any(axis=1)
    changed = np.unique(area.trips.traveler[differs])
    assert len(changed) == 12


def test_an_existing_folder_is_never_written_over(tmp_path):
    """A folder that is not empty is refused and stays as it is; a failure leaves nothing."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        generate_area(kept, SMALL)
    assert [one.name for one in tmp_path.rglob("*")] == ["kept", "notes.txt"]
    (tmp_path / "empty").mkdir()
    generate_area(tmp_path / "empty", SMALL)
    assert read_area(tmp_path / "empty").table.n_trips > 0


def test_a_failure_half_way_leaves_nothing(tmp_path, monkeypatch):
    """When writing fails there is neither a folder nor a part of one."""

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(generate, "_decision_frame", fail)
    with pytest.raises(DataError, match="city: can't be written: no space left"):
        generate_area(tmp_path / "city", SMALL)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "wrong",
    [
        *({"travelers": 0}, {"trips": 0}, {"trips": 1001}, {"zones": 1}, {"seed": -1}),
        *({"answers": "x"}, {"change": 2}),
    ],
)
def test_settings_that_make_no_city_are_refused(wrong):
    """The error names the setting."""
    with pytest.raises(UsageError, match=next(iter(wrong))):
        AreaSettings(**wrong)
