"""The hybrid: types of a table beside tolerances, and each traveler's answers decide."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import rideflex
from rideflex import DecisionTable, FlexibilityPosterior
from rideflex.errors import UsageError
from rideflex.logs.trip_context import TripContext
from rideflex.models.hybrid import HybridModel
from rideflex.models.registry import load_answer_model
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.trip_levels import levels_of_trips
from rideflex.tables.columns import CONTEXT
from rideflex.testing.worlds import draw_world
from tests.models.drawn import draw_outcomes, log_loss


@pytest.fixture(scope="module")
def learned(city):
    """A hybrid of the generated city with ten answers each."""
    outcomes = draw_outcomes(city, np.ones(len(city.trips), bool), 10, np.random.default_rng(0))
    model = HybridModel(len(city.travelers), city.table)
    model.update(outcomes)
    return model, outcomes


def test_predictions_are_bayes_by_hand(city, learned):
    """Σ over settings, cells and types of prior × likelihood × answer, in plain loops."""
    model, outcomes = learned
    trips = city.trips.trip_id[:3]
    for traveler in (0, 7):
        mine = outcomes[outcomes.travelers == traveler]
        expected, types = np.zeros((3, 16)), np.zeros(4)
        for setting in model.settings:
            accept = setting.acceptance(model.offers, 1)[:, 0]
            joint = []
            for cell in range(len(accept)):
                chance = accept[cell, mine.actions]
                joint.append(np.prod(np.where(mine.accepted, chance, 1.0 - chance)))
            for kind in range(4):
                says = city.table.accepts(mine.trips, mine.actions)[:, kind]
                right = says == mine.accepted
                joint.append(np.prod(np.where(right, 1.0 - setting.noise, setting.noise)))
            held = setting.weights * joint
            held /= held.sum()
            n_cells = len(accept)
            expected += setting.share * (held[:n_cells] @ accept)
            for kind in range(4):
                mask = city.table.masks(trips, np.full(3, kind))
                says = np.where(mask, 1.0 - setting.noise, setting.noise)
                expected += setting.share * held[n_cells + kind] * says
            types += setting.share * held[n_cells:]
        found = model.predict_accept([traveler] * 3, trips)
        np.testing.assert_allclose(found, expected, atol=1e-9)
        np.testing.assert_allclose(model.predict_types([traveler])[0], types, atol=1e-9)


def test_the_table_is_believed_where_it_is_right(san_francisco):
    """San Francisco's own answers: at most 0.02 worse than the table alone, at 10 answers each."""
    area = rideflex.read_area(san_francisco)
    losses = {"hybrid": [], "table": [], "tolerance": []}
    for seed in range(2):
        rng = np.random.default_rng(seed)
        half = rng.random(len(area.trips)) < 0.5
        seen, new = (draw_outcomes(area, rows, 10, rng) for rows in (half, ~half))
        posterior = FlexibilityPosterior(
            len(area.travelers), area.table.types, decisions=area.table
        )
        posterior.update(seen)
        chance = posterior.predict_accept(new.trips, new.actions, new.travelers)
        losses["table"].append(log_loss(chance, new.accepted))
        for name, model in (
            ("hybrid", HybridModel(len(area.travelers), area.table)),
            ("tolerance", ToleranceModel(len(area.travelers), area.table.offers)),
        ):
            model.update(seen)
            accept = model.predict_accept(new.travelers, new.trips)
            losses[name].append(log_loss(accept[np.arange(len(new)), new.actions], new.accepted))
    means = {name: np.mean(values) for name, values in losses.items()}
    assert means["hybrid"] < means["table"] + 0.02
    assert means["hybrid"] < means["tolerance"] - 0.1


def test_the_table_is_not_believed_where_it_is_wrong():
    """Travelers whom no type describes are held to have tolerances of their own."""
    answers = draw_world(30, 40).outcomes
    table = DecisionTable.empty()
    small = (table.offers.pickup >= -10) & (table.offers.dropoff <= 10)
    rng = np.random.default_rng(0)
    answers.accepted[:] = small[answers.actions] ^ (rng.random(len(answers)) < 0.03)
    model = HybridModel(30, table)
    model.update(answers)
    assert (model.predict_types(np.arange(30)).sum(axis=1) < 0.05).all()
    accept = model.predict_accept([3], [-1])[0]
    assert (accept[small] > 0.9).all()
    assert (accept[~small] < 0.1).all()


def test_a_model_goes_on_with_its_table(city, learned, tmp_path):
    """Types are told without the table; acceptance needs it, and another table is refused."""
    model, _ = learned
    path = tmp_path / "a.model"
    model.save(path)
    alone = load_answer_model(path)
    assert isinstance(alone, HybridModel)
    assert np.array_equal(alone.predict_types([3]), model.predict_types([3]))
    for asked in (
        lambda: alone.predict_accept([0], [-1]),
        lambda: alone.sample_answers([0], [-1], np.random.default_rng(0)),
    ):
        with pytest.raises(UsageError, match="load the model with table"):
            asked()
    with pytest.raises(UsageError, match="other types or offers"):
        alone.ask(DecisionTable.empty(("rigid", "flexible")))
    with pytest.raises(UsageError, match="no offers but those of their table"):
        model.predict_accept([0], [-1], offers=DecisionTable.empty(offers=[(0, 0)]).offers)
    trips = city.trips.trip_id[:5]
    whole = load_answer_model(path, city.table)
    assert np.array_equal(
        whole.predict_accept([1] * 5, trips), model.predict_accept([1] * 5, trips)
    )


def test_counts_of_other_types_are_refused(city):
    """Counts without types don't fit, nor do outcomes that know of none."""
    model = HybridModel(len(city.travelers), city.table)
    tally = ToleranceModel(len(city.travelers), city.table.offers).tally()
    with pytest.raises(UsageError, match="counts of 0 types don't fit a model of 4"):
        model.fit(tally)


def test_levels_are_those_of_the_trips(city):
    """A column of the context is read from the decisions, for every trip id."""
    purposes = [context[1] for context in city.table.contexts]
    levels, context = levels_of_trips(city, TripContext.parse(f"trip_purpose={purposes[0]}"))
    assert levels.tolist() == [int(purpose == purposes[0]) for purpose in purposes]
    assert context.values == (purposes[0],)


def read_places(trips):
    """A number for each context of trips.csv: equal contexts are one trip."""
    contexts = trips.select(CONTEXT).rows()
    return [sorted(set(contexts)).index(context) for context in contexts]


def test_levels_may_stand_in_the_trips_file(city_folder, tmp_path):
    """Another column is that of trips.csv; two values are told apart by themselves."""
    for file in city_folder.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    trips = pl.read_csv(tmp_path / "trips.csv")
    places = read_places(trips)
    told = ["yes" if place % 3 == 0 else "no" for place in places]
    trips.with_columns(hurry=pl.Series(told)).write_csv(tmp_path / "trips.csv")
    area = rideflex.read_area(tmp_path)
    levels, context = levels_of_trips(area, TripContext("hurry"))
    assert context.values == ("yes",)
    assert levels[area.trips.trip_id].tolist() == [int(one == "yes") for one in told]
