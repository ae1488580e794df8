"""Evaluation on a log: models beside baselines, and the answers against the table."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import rideflex
from rideflex import DecisionTable
from rideflex.errors import DataError, UsageError
from rideflex.evaluation.log.evaluate import EARLIER, evaluate_log, figures
from rideflex.logs.encode import encode_outcomes
from rideflex.models.answer_predictors import AnswerWorld
from rideflex.tables.columns import CONTEXT
from rideflex.testing.worlds import draw_world
from tests.commands import call
from tests.models.drawn import draw_outcomes

TABLE = DecisionTable.empty()


def test_real_answers_are_predicted_best_by_tolerances(san_francisco, real_answers):
    """In turn, tolerances beat the table, whose types are surely wrong for two of three."""
    area = rideflex.read_area(san_francisco)
    outcomes = encode_outcomes(pl.read_csv(real_answers), area.table, area.travelers)
    world = AnswerWorld(len(area.travelers), area.table.offers, area.table)
    found = evaluate_log(outcomes, world, world.names, true_types=area.true_types)
    by_name = {one.name: one for one in found.models}
    assert (found.answers, found.no_shift, found.travelers) == (462, 498, 30)
    assert found.best().name == "tolerance"
    assert by_name["tolerance"].scores.log_loss < 0.26
    assert by_name["hybrid"].scores.log_loss < by_name["table"].scores.log_loss - 0.04
    assert by_name["table"].sure_and_wrong > 0.5
    assert by_name["hybrid"].sure_and_wrong < 0.01
    assert found.misfit is not None
    assert found.misfit.contradicts


def test_groups_of_earlier_answers_are_all_answers():
    """Every answer is in one group; the mean over groups is the log loss."""
    outcomes = draw_world(6, 14).outcomes
    world = AnswerWorld(6, TABLE.offers, TABLE)
    found = evaluate_log(outcomes, world, ["table"])
    (one,) = found.models
    groups = [scores for scores in one.by_earlier if scores is not None]
    assert sum(scores.answers for scores in groups) == found.answers
    mean = sum(scores.answers * scores.log_loss for scores in groups) / found.answers
    assert mean == pytest.approx(one.scores.log_loss)
    assert one.by_earlier[0].answers == 6
    assert len(one.by_earlier) == len(EARLIER)


def test_who_is_surely_wrong_is_known_without_true_types():
    """A traveler who answers against the type that the table is sure of is told from answers."""
    outcomes = draw_world(12, 60, noise=0.0).outcomes
    mine = (outcomes.travelers == 3) & (np.random.default_rng(0).random(len(outcomes)) < 0.3)
    outcomes.accepted[mine] ^= True
    world = AnswerWorld(12, TABLE.offers, TABLE)
    found = evaluate_log(outcomes, world, ["table", "tolerance"])
    wrong = {one.name: one.sure_and_wrong for one in found.models}
    assert wrong == {"table": pytest.approx(1 / 12), "tolerance": 0.0}


def test_what_is_asked_for_must_be_there():
    """Unknown models, models of a table without one, and logs without a question."""
    outcomes, world = draw_world(4, 10).outcomes, AnswerWorld(4, TABLE.offers)
    with pytest.raises(UsageError, match="no model 'table' here; there are tolerance"):
        evaluate_log(outcomes, world, ["table"])
    nothing = outcomes[outcomes.actions == TABLE.offers.no_shift]
    with pytest.raises(UsageError, match="no answer to a real question"):
        evaluate_log(nothing, world, ["tolerance"])
    with pytest.raises(UsageError, match="no answer to a real question"):
        evaluate_log(outcomes, world, ["tolerance"], fit_on=nothing)


def test_another_log_may_be_learned_from():
    """Earlier answers are those of the other log, and figures tell how many there were."""
    seen, new = draw_world(6, 10).outcomes, draw_world(6, 5, seed=2).outcomes
    world = AnswerWorld(6, TABLE.offers, TABLE)
    found = evaluate_log(new, world, ["hybrid"], fit_on=seen)
    told = figures(found)
    assert told["learned_from"] == (seen.actions != TABLE.offers.no_shift).sum()
    assert {group["from"] for group in told["models"][0]["by_earlier_answers"]} <= {3, 10}
    assert {"acceptance rate", "rate per offer"} <= {one["name"] for one in told["baselines"]}


@pytest.fixture(scope="module")
def logs(city, tmp_path_factory):
    """Two logs of the generated city."""
    folder, paths = tmp_path_factory.mktemp("logs"), []
    for seed in range(2):
        everywhere = np.ones(len(city.trips), bool)
        outcomes = draw_outcomes(city, everywhere, 12, np.random.default_rng(seed))
        contexts = [city.table.contexts[trip] for trip in outcomes.trips]
        frame = {name: [context[at] for context in contexts] for at, name in enumerate(CONTEXT)}
        answers = {"action": outcomes.actions, "accepted": outcomes.accepted}
        paths.append(folder / f"{seed}.csv")
        pl.DataFrame(frame | answers).write_csv(paths[-1])
    return paths


def test_the_command_tells_scores(logs, city_folder, tmp_path):
    """Names of figures that others read, a table within 100 columns, and a page."""
    out, page = tmp_path / "scores.json", tmp_path / "page.html"
    text = call("evaluate-log", *logs, "--data", city_folder, "--json", out, "--page", page)
    assert max(map(len, text.splitlines())) <= 100
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["outcomes"], told["travelers"], told["misfit"]) == (240, 10, False)
    assert {one["name"] for one in told["models"]} == {"table", "tolerance", "hybrid"}
    scores = {"name", "log_loss", "brier", "calibration_error", "auc", "sure_and_wrong"}
    assert all(scores <= set(one) for one in (*told["models"], *told["baselines"]))
    assert {one["name"] for one in told["baselines"]} >= {"acceptance rate", "rate per offer"}
    html = page.read_text(encoding="utf-8")
    assert html.count("data:image/png;base64,") == 3
    assert "0.csv, 1.csv" in html
    assert "$" not in html


def test_the_command_needs_no_table(logs, tmp_path):
    """Without a folder tolerances alone are asked; another log is learned from with --fit-on."""
    out = tmp_path / "scores.json"
    call("evaluate-log", logs[0], "--fit-on", logs[1], "--json", out, "--models", "tolerance")
    told = json.loads(out.read_text(encoding="utf-8"))
    assert [one["name"] for one in told["models"]] == ["tolerance"]
    assert (told["outcomes"], told["learned_from"], told["misfit"]) == (120, 120, False)


def test_a_log_is_not_tested_on_what_was_fitted(logs, city_folder):
    """The same file for both is refused, with a folder and without."""
    for data in ((), ("--data", city_folder)):
        with pytest.raises(DataError, match="given too"):
            call("evaluate-log", logs[0], "--fit-on", logs[0], *data)
