"""Travelers drawn from a fitted model, where nobody knows how they truly answer."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from rideflex.areas import read_area
from rideflex.errors import DataError, UsageError
from rideflex.evaluation.play import Scene, play, unseen_days
from rideflex.logs.trip_context import TripContext
from rideflex.models.acceptance import Beliefs
from rideflex.models.answer_fitting import hybrid_for
from rideflex.models.fitting import model_for
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.world import in_world
from rideflex.negotiation import Prices, area_fleet
from rideflex.negotiation.days import Days, expected_answers, n_phases
from rideflex.negotiation.policies import ExpectedSaving
from rideflex.offers import OfferGrid
from rideflex.outcomes import Counts, Outcomes
from rideflex.synthetic.outcomes import ask
from rideflex.travelers import TravelerIndex

DUTY = "trip_purpose=work,school"


@pytest.fixture(scope="module")
def nobody_knows(city_folder, tmp_path_factory):
    """The city without the column that says of which type each traveler is."""
    folder = shutil.copytree(city_folder, tmp_path_factory.mktemp("areas") / "unknown")
    trips = pl.read_csv(folder / "trips.csv", infer_schema=False).drop("flexibility")
    trips.write_csv(folder / "trips.csv")
    return read_area(folder)


def answers_of(city, n=60, seed=0):
    """Answers to random offers on random trips."""
    rng = np.random.default_rng(seed)
    return ask(city, rng.integers(len(city.trips), size=n), 0.05, rng)


def fitted(city, folder, kind):
    """A file with a model of some answers, and the model."""
    outcomes = answers_of(city)
    if kind == "hybrid":
        model = hybrid_for(city, TripContext.parse(DUTY))
        model.update(outcomes)
    elif kind == "tolerance":
        model = ToleranceModel(10, city.table.offers, travelers=city.travelers)
        model.update(outcomes)
    else:
        model = model_for(city, kind)
        model.fit(Counts.of(outcomes, 10, 4))
    model.save(folder / f"{kind}.model")
    return folder / f"{kind}.model", model


@pytest.mark.parametrize("kind", ["tolerance", "hybrid", "posterior", "evidence"])
def test_days_draw_their_travelers_from_the_model(city, nobody_knows, tmp_path, kind):
    """Over many days the answers have the mean that the model predicts; no true ones are asked."""
    path, _ = fitted(city, tmp_path, kind)
    area = in_world(nobody_knows, path)
    days = Days.sample(area, 4000, np.random.default_rng(1))
    traveler, actions = 3, [0, 9, 13, 15]
    said = np.zeros(len(actions))
    expected = np.zeros(len(actions))
    rows = np.flatnonzero(area.trips.traveler == traveler)
    for step in range(days.n_requests):
        mine = np.isin(days.trips[:, step], rows)
        said += days.answers(area, step)[mine][:, actions].sum(axis=0)
        expected += expected_answers(area, 0, days.trips[mine, step])[:, actions].sum(axis=0)
    np.testing.assert_allclose(said / 4000, expected / 4000, atol=0.04)
    model_says = Beliefs(area)
    model_says.use(area.world.model)
    np.testing.assert_allclose(expected_answers(area, 0, rows), model_says.accept(rows), atol=1e-6)
    assert n_phases(area) == 1
    assert area.types_by_phase is None


def test_what_is_not_known_of_a_traveler_is_drawn_each_day(city, nobody_knows, tmp_path):
    """Someone who never answered differs from day to day, as one of many does not."""
    path, model = fitted(city, tmp_path, "tolerance")
    late = city.offers.action_of(0, 20)
    sure = Outcomes(*(np.full(400, x) for x in (2, -1, late)), np.ones(400, dtype=bool))
    model.learn(sure)
    model.learn(_of(answers_of(city), 5), sign=-1)
    model.save(path)
    area = in_world(nobody_knows, path)
    drawn = {}
    for traveler in (2, 5):
        row = np.flatnonzero(area.trips.traveler == traveler)[:1]
        drawn[traveler] = area.world.draw(np.repeat(row, 500), np.random.default_rng(0))[:, late]
    assert drawn[5].std() > 4 * drawn[2].std()


def _of(outcomes, traveler):
    return outcomes[outcomes.travelers == traveler]


def test_a_world_is_the_same_for_every_policy_and_number_of_days(city, nobody_knows, tmp_path):
    """The first days of many are those of few; a slice of days keeps its travelers."""
    area = in_world(nobody_knows, fitted(city, tmp_path, "hybrid")[0])
    few, many = (unseen_days(area, n, seed=4) for n in (2, 5))
    assert np.array_equal(few.drawn, many.drawn[:2])
    assert np.array_equal(many[1:3].drawn, many.drawn[1:3])
    beliefs = Beliefs(area)
    beliefs.use(area.world.model)
    whole = play(Scene(area, area_fleet(area), beliefs, many), ExpectedSaving(), Prices())
    part = play(Scene(area, area_fleet(area), beliefs, few), ExpectedSaving(), Prices())
    assert np.array_equal(whole.actions[:2], part.actions)
    assert whole.asked.any()


def test_a_log_alone_makes_a_world(city, nobody_knows, tmp_path):
    """Other travelers, other offers and a log's own levels: each trip is asked at its level."""
    ids = TravelerIndex([*city.travelers.ids[:6].tolist(), 777])
    offers = OfferGrid(((0, 0), (-15, 0), (0, 15)))
    model = ToleranceModel(
        7,
        offers,
        trip_levels=np.arange(2),
        travelers=ids,
        context=TripContext.parse(DUTY),
    )
    n = 240
    rng = np.random.default_rng(0)
    level = rng.integers(2, size=n)
    accepted = (level == 0) ^ (rng.random(n) < 0.03)
    model.update(Outcomes(rng.integers(7, size=n), level, rng.integers(1, 3, size=n), accepted))
    model.save(tmp_path / "log.model")
    area = in_world(nobody_knows, tmp_path / "log.model")
    purposes = np.array([area.table.contexts[trip][1] for trip in area.trips.trip_id.tolist()])
    duty = np.isin(purposes, ["work", "school"])
    says = expected_answers(area, 0, np.arange(len(area.trips)))
    assert says.shape == (len(area.trips), 16)
    late = area.offers.action_of(0, 10)
    assert says[duty, late].max() < 0.5 < says[~duty, late].min()
    strangers = area.trips.traveler >= 6
    assert np.ptp(says[strangers & duty], axis=0).max() < 1e-6
    told = area.world.sentence()
    assert "learned from 240 answers; 6 of the area's 10 travelers gave some" in told
    assert "Nobody was asked for more than 15 minutes earlier or more than 15 minutes later" in told
    assert area.world.as_json()["answers"] == 240


def test_a_hybrid_tells_how_many_fit_no_type(city, nobody_knows, tmp_path):
    """Two travelers answer as no type does: they are counted, and nobody else."""
    model = hybrid_for(city, None)
    model.update(answers_of(city, n=900, seed=3))
    odd = np.isin(np.arange(10), [4, 7])
    actions = np.tile(np.arange(16), 20)
    early = -city.table.offers.pickup[actions]
    for traveler in np.flatnonzero(odd):
        rows = np.flatnonzero(city.trips.traveler == traveler)
        trips = city.trips.trip_id[np.resize(rows, len(actions))]
        said = (early <= 10) & (city.table.offers.dropoff[actions] <= 10)
        model.learn(city.table.outcomes(np.full(320, traveler), trips, actions, said))
    model.refit()
    model.save(tmp_path / "h.model")
    world = in_world(nobody_knows, tmp_path / "h.model").world
    assert world.as_json()["travelers_of_no_type"] == 2
    assert "gave some, 2 of them as no type of the decisions would" in world.sentence()


def test_true_answers_are_left_aside_and_it_is_said(city, tmp_path):
    """Where the folder knows the answers and a model is named, the model draws them."""
    path, _ = fitted(city, tmp_path, "tolerance")
    area = in_world(city, path)
    assert area.answers is None
    assert "The folder's true answers are not used" in area.world.sentence()
    assert area.world.as_json()["overrides_true_answers"] is True


def test_a_model_that_does_not_fit_is_named(city, nobody_knows, tmp_path):
    """Strangers all, other types, no ids: each error names the file and the cause."""
    for name, model, cause in (
        ("a", ToleranceModel(2, travelers=TravelerIndex([501, 502])), "knows none of the 10"),
        ("b", ToleranceModel(10), "holds no traveler ids"),
    ):
        model.save(tmp_path / name)
        with pytest.raises(DataError, match=rf"{name}: {cause}"):
            in_world(nobody_knows, tmp_path / name)
    other = replace(city, table=city.table.empty(city.table.types[:3]))
    for kind in ("posterior", "hybrid"):
        path, _ = fitted(city, tmp_path, kind)
        with pytest.raises(DataError, match=rf"{kind}\.model: .*types"):
            in_world(other, path)
    with pytest.raises(UsageError, match="--world"):
        n_phases(nobody_knows)
