"""`rideflex fit` and `rideflex predict` with a log of answers alone."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from rideflex.cli.app import app
from rideflex.errors import UsageError
from rideflex.logs.trip_context import TripContext
from rideflex.models.registry import load_answer_model
from rideflex.tables.columns import CONTEXT
from tests.commands import call
from tests.models.drawn import draw_outcomes


@pytest.fixture
def log(tmp_path):
    """Two travelers: one bears 20 minutes later, the other refuses all but on Sundays."""
    path = tmp_path / "log.csv"
    rows = ["traveler_id,pickup_shift_min,dropoff_shift_min,accepted,sunday"]
    for _ in range(10):
        rows += ["7,0,20,1,0", "7,20,0,0,0", "A-1,0,20,0,0", "A-1,0,20,1,1"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_tolerances_are_fitted_to_a_log_alone(log, tmp_path):
    """No folder, no table: the model is saved, told and asked."""
    out, figures = tmp_path / "a.model", tmp_path / "fit.json"
    text = call("fit", "--model", "tolerance", "--outcomes", log, "--out", out, "--json", figures)
    assert "40 outcomes of 2 of 2 travelers" in text
    told = json.loads(figures.read_text(encoding="utf-8"))
    assert (told["outcomes"], told["questions"], told["travelers"]) == (40, 40, 2)
    assert told["model"] == "tolerance"
    assert len(told["tolerances"]["late"]) == 3
    predicted = tmp_path / "predict.json"
    text = call("predict", out, "--travelers", "7", "A-1", "--json", predicted)
    assert "A-1" in text
    found = json.loads(predicted.read_text(encoding="utf-8"))
    late = found["offers"].index([0, 20])
    assert found["travelers"]["7"]["accept"][late] > 0.8
    assert found["travelers"]["7"]["answers"] == 20
    assert found["travelers"]["A-1"]["accept"][late] < 0.8
    assert found["travelers"]["7"]["early_min"] < 20


def test_a_context_is_told_apart(log, tmp_path):
    """With the context named, travelers are told on trips of level 0."""
    out, predicted = tmp_path / "a.model", tmp_path / "predict.json"
    text = call(
        "fit", "--model", "tolerance", "--outcomes", log, "--out", out, "--context", "sunday=0"
    )
    assert "Trips with sunday=0" in text
    call("predict", out, "--json", predicted)
    found = json.loads(predicted.read_text(encoding="utf-8"))
    late = found["offers"].index([0, 20])
    assert found["travelers"]["A-1"]["accept"][late] > 0.7


def test_what_does_not_fit_is_told(log, tmp_path):
    """Types need a folder, a context needs tolerances, strangers need features."""
    out = tmp_path / "a.model"
    for arguments, told in (
        (["--model", "posterior"], "needs the decisions of a service area"),
        (["--model", "evidence", "--context", "sunday"], "--context needs --model tolerance"),
        (["--forget", "2"], "a weight from 0 to 1"),
    ):
        fit = ["fit", "--outcomes", log, "--out", out, *arguments]
        result = CliRunner().invoke(app, [str(argument) for argument in fit])
        assert isinstance(result.exception, UsageError)
        assert told in str(result.exception)
    call("fit", "--model", "tolerance", "--outcomes", log, "--out", out)
    for arguments, told in (
        (["--strangers", log], "knows no features"),
        (["--travelers", "8"], "traveler 8 is not one of the 2 known travelers"),
    ):
        result = CliRunner().invoke(app, ["predict", *map(str, [out, *arguments])])
        assert isinstance(result.exception, UsageError)
        assert told in str(result.exception)
    assert "8" in call("predict", out, "--travelers", "8", "--unknown", "prior")


def test_types_and_tolerances_are_fitted_where_there_is_a_table(city, city_folder, tmp_path):
    """With --data the types stand beside the tolerances; `predict` tells both."""
    outcomes = draw_outcomes(city, np.ones(len(city.trips), bool), 20, np.random.default_rng(1))
    contexts = [city.table.contexts[trip] for trip in outcomes.trips]
    frame = {name: [context[at] for context in contexts] for at, name in enumerate(CONTEXT)}
    log, out = tmp_path / "log.csv", tmp_path / "a.model"
    pl.DataFrame({**frame, "action": outcomes.actions, "accepted": outcomes.accepted}).write_csv(
        log
    )
    figures = tmp_path / "fit.json"
    text = call("fit", "--data", city_folder, "--outcomes", log, "--out", out, "--json", figures)
    assert "200 outcomes of 10 of 10 travelers" in text
    assert "tolerances of their own" in text
    told = json.loads(figures.read_text(encoding="utf-8"))
    assert told["model"] == "hybrid"
    assert sum(told["found"].values()) == 10
    assert 0 <= told["sure"] <= 10
    predicted = tmp_path / "predict.json"
    call("predict", out, "--json", predicted)
    found = json.loads(predicted.read_text(encoding="utf-8"))
    assert found["types"] == list(city.table.types)
    rows = np.array([found["travelers"][str(one)] for one in city.travelers.ids.tolist()])
    assert (rows.argmax(axis=1) == city.true_types).mean() > 0.8
    assert (rows.sum(axis=1) <= 1 + 1e-9).all()
    assert found["own"]["3"]["answers"] == 20
    purpose = city.table.contexts[0][1]
    call(
        *("fit", "--data", city_folder, "--outcomes", log, "--out", out),
        *("--context", f"trip_purpose={purpose}"),
    )
    model = load_answer_model(out, city.table)
    assert model.context == TripContext("trip_purpose", (purpose,))
