"""Statements help at the start, are weighed by what people do, and can't override it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rideflex import DecisionTable
from rideflex.errors import UsageError
from rideflex.logs.answers_only import read_answers
from rideflex.logs.statements import read_statements, statements_of
from rideflex.models.hybrid import HybridModel
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.tolerance.settings import STATEMENT_LAPSES
from rideflex.outcomes import Outcomes
from rideflex.travelers import TravelerIndex
from tests.commands import call

TABLE = DecisionTable.empty()
EARLY, LATE = TABLE.offers.action_of(-30, 0), TABLE.offers.action_of(0, 30)
SMALL = TABLE.offers.action_of(-10, 0)


def said(travelers, actions, accepted):
    """Statements, or answers without a trip."""
    n = len(travelers)
    return TABLE.outcomes(
        np.asarray(travelers, dtype=np.int32),
        np.full(n, -1, dtype=np.int32),
        np.asarray(actions, dtype=np.int32),
        np.asarray(accepted, dtype=np.bool_),
    )


def answers(n_travelers, each, truth, seed=0):
    """Travelers who bear early shifts, or none, by `truth`, and no late ones."""
    rng = np.random.default_rng(seed)
    travelers = np.repeat(np.arange(n_travelers), each)
    actions = rng.choice([SMALL, EARLY, LATE], size=len(travelers))
    yes = truth[travelers] & (actions != LATE)
    return said(travelers, actions, yes ^ (rng.random(len(yes)) < 0.03))


@pytest.fixture(params=["tolerance", "hybrid"])
def make(request):
    """A function that makes either model."""
    if request.param == "hybrid":
        return lambda n: HybridModel(n, TABLE)
    return ToleranceModel


def test_statements_help_at_the_start(make):
    """Of two travelers never asked, the one who says that she can leave earlier is likelier to."""
    truth = np.arange(40) % 2 == 0
    model = make(42)
    model.state(said(range(42), [EARLY] * 42, [*truth, True, False]))
    model.update(answers(40, 6, truth))
    accept = model.predict_accept([40, 41], [-1, -1])[:, EARLY]
    assert accept[0] > 0.75
    assert accept[1] < 0.25
    assert model.statement_lapse < 0.15


def test_how_far_to_believe_them_is_learned(make):
    """Statements that say nothing of the answers are hardly believed."""
    truth = np.arange(60) % 2 == 0
    coin = np.random.default_rng(1).random(62) < 0.5
    model = make(62)
    coin[60:] = [True, False]
    model.state(said(range(62), [EARLY] * 62, coin))
    model.update(answers(60, 6, truth))
    accept = model.predict_accept([60, 61], [-1, -1])[:, EARLY]
    assert abs(accept[0] - accept[1]) < 0.3
    assert model.statement_lapse > 0.3


def test_what_people_do_overrides_what_they_say(make):
    """Five refusals weigh more than any number of statements, though all others keep their word."""
    truth = np.arange(40) % 2 == 0
    model = make(41)
    for _ in range(50):
        model.state(said([*range(40), 40, 40], [EARLY] * 41 + [SMALL], [*truth, True, True]))
    model.update(answers(40, 6, truth))
    assert model.predict_accept([40], [-1])[0, EARLY] > 0.7
    model.learn(said([40] * 5, [SMALL] * 5, [False] * 5))
    assert model.predict_accept([40], [-1])[0, EARLY] < 0.2


def test_statements_are_bayes_by_hand():
    """They multiply each cell's likelihood, with a lapse of their own."""
    model = ToleranceModel(2)
    model.state(said([0], [EARLY], [True]))
    model.update(said([0, 1, 1], [SMALL, LATE, LATE], [True, False, False]))
    expected = np.zeros(16)
    for setting in model.settings:
        accept = setting.acceptance(model.offers, 1)[:, 0]
        within = (accept[:, EARLY] - setting.lapse) / (1 - 2 * setting.lapse)
        stated = setting.statement_lapse + (1 - 2 * setting.statement_lapse) * within
        held = setting.weights * accept[:, SMALL] * stated
        expected += setting.share * (held / held.sum()) @ accept
    np.testing.assert_allclose(model.predict_accept([0], [-1])[0], expected, atol=1e-9)
    assert {setting.statement_lapse for setting in model.settings} <= set(STATEMENT_LAPSES)


def test_statements_are_saved_and_stay(make, tmp_path):
    """They don't fade with answers, are not answers, and come back bit for bit."""
    model, path = make(3), tmp_path / "a.model"
    model.state(said([0, 1], [EARLY, EARLY], [True, False]))
    model.refit()
    assert model.answered([0, 1]).tolist() == [0, 0]
    everybody = ([0, 1, 2], [-1] * 3)
    before = model.predict_accept(*everybody)
    assert before[0, EARLY] > before[2, EARLY] > before[1, EARLY]
    model.save(path)
    loaded = type(model).load(path, table=TABLE)
    assert np.array_equal(loaded.predict_accept(*everybody), before)
    loaded.forget(0.0)
    np.testing.assert_allclose(loaded.predict_accept(*everybody), before)
    other = make(3)
    other.state(said([2], [EARLY], [True]))
    other.merge(model)
    merged = other.predict_accept(*everybody)[:, EARLY]
    assert min(merged[0], merged[2]) > merged[1]


def test_a_statement_of_a_stranger_is_refused(make):
    """Nothing is counted then."""
    with pytest.raises(UsageError, match="outside the counts"):
        make(2).state(said([2], [EARLY], [True]))


def test_statements_stand_in_files(tmp_path):
    """Rows as in a log; their travelers and offers are added to those of the log."""
    log, told, figures = tmp_path / "log.csv", tmp_path / "said.csv", tmp_path / "fit.json"
    header = "traveler_id,pickup_shift_min,dropoff_shift_min,accepted\n"
    log.write_text(header + "7,20,0,yes\n8,20,0,no\n" * 5, encoding="utf-8")
    told.write_text(header + "9,45,0,yes\n7,20,0,yes\n", encoding="utf-8")
    both, statements = read_statements([told], read_answers([log]))
    assert both.travelers.ids.tolist() == [7, 8, 9]
    assert both.offers.pairs == ((-20, 0), (0, 0), (-45, 0))
    assert statements.travelers.tolist() == [2, 0]
    assert statements.actions.tolist() == [2, 0]
    fit = ("fit", "--outcomes", log, "--statements", told, "--out", tmp_path / "a.model")
    assert "2 statements" in call(*fit, "--json", figures)
    assert json.loads(figures.read_text(encoding="utf-8"))["statements"] == 2
    with pytest.raises(UsageError, match=r"\(-45, 0\), which is not in the grid of 16"):
        statements_of([told], TABLE, TravelerIndex([7, 8, 9]))


def test_a_table_that_agrees_is_told_by_statements(city, city_folder, tmp_path):
    """With a folder the types hear them too; types alone take none."""
    told, log = tmp_path / "said.csv", tmp_path / "log.csv"
    header = "traveler_id,pickup_shift_min,dropoff_shift_min,accepted\n"
    told.write_text(header + f"{city.travelers.ids[0]},20,0,yes\n", encoding="utf-8")
    context = city.table.contexts[0]
    names = ",".join(("traveler_id", "trip_purpose", "departure_location", "arrival_location"))
    names += ",departure_time_window,arrival_time_window,action,accepted\n"
    log.write_text(names + ",".join(map(str, context)) + ",3,no\n", encoding="utf-8")
    fit = ("fit", "--data", city_folder, "--outcomes", log, "--statements", told)
    call(*fit, "--out", tmp_path / "a.model")
    loaded = HybridModel.load(tmp_path / "a.model", table=city.table)
    assert loaded.statement_lapse > 0
    with pytest.raises(UsageError, match="--statements needs"):
        call(*fit, "--out", tmp_path / "b.model", "--model", "posterior")


def test_no_statement_costs_nothing():
    """A model without statements has one lapse of them, which is never asked."""
    model = ToleranceModel(3)
    model.update(
        Outcomes(*(np.array([0, 1]), np.array([-1, -1])), np.array([3, 4]), np.ones(2, bool))
    )
    assert {setting.statement_lapse for setting in model.settings} == {0.2}
