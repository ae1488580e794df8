"""Counter-offers: a no to what was offered and a yes to what was named, in one row."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from rideflex.errors import DataError
from rideflex.evaluation.log.evaluate import evaluate_log
from rideflex.logs.answers_only import read_answers
from rideflex.logs.files import count_outcomes
from rideflex.models.answer_predictors import AnswerWorld
from rideflex.models.tolerance import ToleranceModel
from rideflex.tables.columns import CONTEXT, COUNTER
from tests.commands import call

HEADER = "traveler_id,pickup_shift_min,dropoff_shift_min,accepted,{},{}\n".format(*COUNTER)


def written(path, rows):
    """A log with counter-offers."""
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def test_a_counter_offer_is_a_no_and_a_yes(tmp_path):
    """The acceptance stands behind the refusal, and answers no question."""
    file = written(tmp_path / "a.csv", "1,30,0,no,10,0\n2,0,20,yes,,\n1,0,30,no,0,15\n")
    log = read_answers([file])
    told = [
        (int(who), log.offers[action], bool(yes))
        for who, action, yes in zip(
            log.outcomes.travelers, log.outcomes.actions, log.outcomes.accepted, strict=True
        )
    ]
    assert told == [
        (0, (-30, 0), False),
        (0, (-10, 0), True),
        (1, (0, 20), True),
        (0, (0, 30), False),
        (0, (0, 15), True),
    ]
    assert log.volunteered.tolist() == [False, True, False, False, True]
    assert log.counter_offers == 2
    model = ToleranceModel(2, log.offers)
    model.update(log.outcomes)
    early = model.predict_accept([0], [0])[0, log.offers.action_of(-10, 0)]
    bare = ToleranceModel(2, log.offers)
    bare.update(log.outcomes[~log.volunteered])
    assert early > bare.predict_accept([0], [0])[0, log.offers.action_of(-10, 0)] + 0.2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("1,30,0,yes,10,0\n", "beside an acceptance"),
        ("1,30,0,no,0,0\n", "no shift of the counter-offer"),
        ("1,30,0,no,ten,0\n", "is not a whole number"),
        ("1,30,0,no,10,\n", "column 'counter_dropoff_shift_min'"),
        ("1,30,0,no,-10,-5\n", "is to the wrong side"),
    ],
)
def test_what_is_no_counter_offer_is_named(tmp_path, row, told):
    """Row and cause are told."""
    with pytest.raises(DataError, match=f"row 2.*{told}"):
        read_answers([written(tmp_path / "a.csv", row)])


def test_both_columns_are_needed(tmp_path):
    """One alone is named with the other that is missing."""
    path = tmp_path / "a.csv"
    path.write_text(f"traveler_id,action,accepted,{COUNTER[0]}\n1,3,0,10\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"'{COUNTER[1]}': is missing"):
        read_answers([path])


@pytest.fixture
def city_log(city, tmp_path):
    """Six rows of the generated city, of which one is told twice; two counter-offers."""
    contexts = [city.table.contexts[trip] for trip in (0, 0, 1, 2, 3, 4)]
    frame = {name: [context[at] for context in contexts] for at, name in enumerate(CONTEXT)}
    rows = {
        "action": [0, 0, 15, 3, 13, 4],
        "accepted": [0, 0, 0, 1, 1, 0],
        "outcome_id": ["a", "a", "b", "c", "d", "e"],
        COUNTER[0]: [10, 10, 0, None, None, None],
        COUNTER[1]: [0, 0, 10, None, None, None],
    }
    path = tmp_path / "log.csv"
    pl.DataFrame(frame | rows).write_csv(path)
    return path


def test_the_types_learn_from_them_too(city, city_log):
    """With a table both count, once for each outcome; rows are what is told."""
    seen = []
    log = count_outcomes(
        [city_log],
        city.table,
        city.travelers,
        on_outcomes=lambda path, outcomes, volunteered: seen.append((outcomes, volunteered)),
    )
    ((outcomes, volunteered),) = seen
    assert (log.rows, log.counter_offers, log.counts.total.sum()) == (5, 2, 7)
    assert outcomes.actions.tolist() == [
        0,
        city.table.offers.action_of(-10, 0),
        15,
        city.table.offers.action_of(0, 10),
        3,
        13,
        4,
    ]
    assert volunteered.tolist() == [False, True, False, True, False, False, False]
    assert outcomes.accepted[volunteered].all()
    assert (outcomes.trips[1], outcomes.trips[3]) == (outcomes.trips[0], outcomes.trips[2])


def test_a_counter_offer_outside_the_grid_is_named(city, city_log):
    """The table knows no answer to it."""
    text = city_log.read_text(encoding="utf-8").replace(",10,0", ",11,0")
    city_log.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"counter-offer \(-11, 0\).*not in the grid of 16"):
        count_outcomes([city_log], city.table, city.travelers)


def test_commands_tell_of_them(city_folder, city_log, tmp_path):
    """`fit` counts them, with a table and without."""
    figures = tmp_path / "fit.json"
    for data in (("--data", city_folder), ()):
        text = call(
            *("fit", *data, "--outcomes", city_log, "--out", tmp_path / "a.model"),
            *("--json", figures),
        )
        assert "counter-offer" in text
        told = json.loads(figures.read_text(encoding="utf-8"))
        assert (told["outcomes"], told["counter_offers"], told["repeated"]) == (5, 2, 1)


def test_what_was_volunteered_is_learned_and_not_scored(tmp_path):
    """Answers scored are those to questions; the acceptance named teaches the next one."""
    rows = "".join(f"{who},30,0,no,10,0\n" for who in range(9)) * 2
    log = read_answers([written(tmp_path / "a.csv", rows)])
    world = AnswerWorld(9, log.offers)
    found = evaluate_log(log.outcomes, world, ["tolerance"], volunteered=log.volunteered)
    assert (found.answers, len(log.outcomes)) == (18, 36)
    assert all(one.scores.auc is None for one in (*found.models, *found.baselines))
    rate = next(one for one in found.baselines if one.name == "acceptance rate")
    assert rate.scores.log_loss == pytest.approx(
        np.mean([-np.log(1 - 1 / (n + 2)) for n in range(18)])
    )
