"""Cold starts: days from zero knowledge, beside the truth."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from rideflex.areas import read_area
from rideflex.bench.start import (
    StartSettings,
    Truth,
    bench_start,
    net_shares,
    onboarding_answers,
)
from rideflex.errors import DataError, UsageError
from rideflex.synthetic import AreaSettings, generate_area
from tests.commands import call, refused

QUICK = StartSettings(days=7, repeats=2, models=("posterior", "tolerance"), seed=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A city of seven travelers."""
    made = tmp_path_factory.mktemp("start") / "city"
    generate_area(made, AreaSettings(travelers=7, trips=6, zones=7, seed=2))
    return made


@pytest.fixture(scope="module")
def area(folder):
    """The city, read."""
    return read_area(folder)


def test_shares_are_of_what_the_truth_saves():
    """By hand: sums of a period over the sums of the one that knows; empty periods are left out."""
    known = np.tile([[10.0] * 5 + [20.0] * 5 + [1.0] * 2], (2, 1))
    net = known * np.array([[0.5] * 5 + [1.0] * 5 + [2.0] * 2] * 2)
    shares = net_shares(net, known)
    assert list(shares) == ["d1_5", "d6_10", "d11_20", "all"]
    means = [share.mean for share in shares.values()]
    np.testing.assert_allclose(means, [0.5, 1.0, 2.0, (25 + 100 + 4) / 152])
    assert list(net_shares(net, np.zeros((2, 12)))) == []


def test_everybody_meets_the_same_days(folder, area):
    """The one that knows asks alike whatever is compared, and is all of itself."""
    found = bench_start(folder, QUICK)
    alone = bench_start(folder, replace(QUICK, models=("posterior",)))
    names = ["known", "posterior", "tolerance", "tolerance, onboarding"]
    assert [row.name for row in found.rows] == names * 2
    for first, second in zip(
        [row for row in found.rows if row.name in ("known", "posterior")], alone.rows, strict=True
    ):
        assert np.array_equal(first.figures.net, second.figures.net)
    for row in found.rows:
        assert row.figures.net.shape == (2, 7)
        assert (row.figures.refused <= row.figures.asked).all()
        assert (row.figures.asked <= len(area.travelers)).all()
        if row.name == "known":
            assert {share.mean for share in row.net_share.values()} == {1.0}
    free, priced = found.rows[0], found.rows[4]
    assert priced.figures.asked.sum() <= free.figures.asked.sum()


def test_net_is_what_is_saved_less_the_prices(folder):
    """Without a price of minutes, what is netted is the saving less 60 s a question."""
    found = bench_start(folder, replace(QUICK, minute=0.0, models=("posterior",), days=3))
    for row in found.rows:
        figures = row.figures
        expected = figures.saved - row.question * figures.asked
        np.testing.assert_allclose(figures.net, expected, atol=1e-6)


def test_the_truth_is_told_with_its_noise(area):
    """By trip id, every trip has its own traveler's answers, three in a hundred turned round."""
    truth = Truth(area, 0.03)
    rows = np.arange(len(area.trips))
    told = truth.predict_accept(area.trips.traveler, area.trips.trip_id)
    np.testing.assert_allclose(told, 0.03 + 0.94 * area.answers[0, rows], atol=1e-6)
    broken = replace(area.trips, trip_id=np.full_like(area.trips.trip_id, -1))
    with pytest.raises(DataError, match=r"decisions\.csv: lacks rows"):
        Truth(replace(area, trips=broken), 0.03)


def test_four_of_five_say_truly_what_they_bear(area):
    """Told rightly all halves are true; told wrongly at least one of the two is not."""
    right = onboarding_answers(area, np.random.default_rng(0), right=1.0)
    wrong = onboarding_answers(area, np.random.default_rng(0), right=0.0)
    flexible = np.array([[False, True], [True, False], [False, False], [True, True]])
    said = right.accepted.reshape(-1, 2)
    bears = flexible[area.true_types]
    assert (said == bears).mean() > 0.7  # a type's answers differ by trip
    assert (said != wrong.accepted.reshape(-1, 2)).any(axis=1).all()
    pairs = {area.table.offers[action] for action in right.actions.tolist()}
    assert pairs == {(-30, 0), (0, 30)}


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ({"days": 0}, "days must be at least 1"),
        ({"noise": 0.5}, "below one half"),
        ({"policy": "never"}, "asks nobody"),
        ({"models": ()}, "at least one model"),
    ],
)
def test_settings_out_of_range_are_refused(given, cause):
    """Each names what is wrong."""
    with pytest.raises(UsageError, match=cause):
        StartSettings(**given)


def test_the_command_writes_policies(folder, tmp_path):
    """`--json` has shares by period, refusals a day and every day's figures."""
    told = call(
        *("bench", "start", "--data", folder, "--days", 6, "--repeats", 1, "--questions", "60"),
        *("--models", "tolerance", "--json", tmp_path / "s.json"),
    )
    assert "tolerance, onboarding" in told
    figures = json.loads((tmp_path / "s.json").read_text())
    assert [one["name"] for one in figures["policies"]] == [
        "known",
        "tolerance",
        "tolerance, onboarding",
    ]
    for one in figures["policies"]:
        assert set(one["net_share"]) <= {"d1_5", "d6_10", "all"}
        assert one["refused_per_day"] >= 0
        assert set(one["by_day"]) == {"net_s", "saved_s", "asked", "refused"}
        assert len(one["by_day"]["asked"]) == 6
    assert refused("bench", "start", "--data", folder, "--models", "nothing") == 2
