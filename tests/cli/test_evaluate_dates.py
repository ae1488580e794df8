"""`evaluate` of a folder of bookings, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rideflex.cli.app import app
from tests.commands import call

QUICK = ("--days", 2, "--policies", "expected", "--iterations", 2, "--rounds", 20)
ROW = {
    "vehicle_minutes", "driving_minutes", "penalty_minutes", "vehicle_hours", "vehicles",
    "kilometres", "ride_excess_mean", "ride_excess_p90", "ride_max", "on_time_share",
    "trips_per_hour", "minutes_agreed", "minutes_used", "unserved",
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Path:
    """A made-up service of two weeks."""
    folder = tmp_path_factory.mktemp("services") / "demo"
    made = ("--bookings", "--travelers", 30, "--days", 14, "--zones", 8, "--seed", 2)
    call("generate", folder, *made)
    with (folder / "service.toml").open("a", encoding="utf-8") as rules:
        rules.write("\n[goodwill]\nminute = 3\nquestion = 1\n")
    return folder


@pytest.fixture(scope="module")
def model(service, tmp_path_factory) -> Path:
    """A model fitted to the service's answers."""
    out = tmp_path_factory.mktemp("models") / "my.model"
    call("fit", "--model", "tolerance", "--outcomes", service / "answers.csv", "--out", out)
    return out


def test_the_last_dates_are_evaluated_by_a_fitted_model(service, model, tmp_path):
    """Every figure of every row, the folder's own prices and offers, and what they rest on."""
    out = tmp_path / "dates.json"
    told = call("evaluate", service, *QUICK, "--model", model, "--json", out)
    assert max(map(len, told.splitlines())) <= 100
    said = " ".join(told.split())
    assert "Saving on 2 dates, 2026-01-17 to 2026-01-18" in said
    assert "travelers answered by what is true of them (travelers.csv)" in said
    assert "priced at 3 driving seconds, a question at 1" in said
    assert "none goes past an appointment" in said
    found = json.loads(out.read_text())
    assert found["prices"] == {"minute": 3.0, "question": 1.0}
    assert (found["model"], found["answers"]) == (str(model), "truth")
    assert (found["offer_means"], found["solver"]) == ("trip", "built-in")
    assert [row["policy"] for row in found["rows"]] == ["never", "expected", "clairvoyant"]
    assert all(set(row) >= ROW for row in found["rows"])
    assert [len(one["remembered"]) for one in found["dates"]] == [1, 1]
    assert len(found["costs_s"]["never"]) == 2


def test_without_a_model_the_truth_is_known(service, tmp_path):
    """It is said, and other rules and a frontier can be asked for."""
    out, plot = tmp_path / "dates.json", tmp_path / "frontier.png"
    rules = ("--offer-means", "end", "--max-ride", "30,1.2", "--prices", "0,5", "--plot", plot)
    told = call("evaluate", service, *QUICK, *rules, "--json", out)
    assert "Policies knew how each traveler answers" in told
    found = json.loads(out.read_text())
    assert (found["model"], found["answers"], found["offer_means"]) == ("truth", "truth", "end")
    assert found["max_ride"] == {"longest": 30.0, "times_direct": 1.2}
    assert [point["price"] for point in found["frontier"]] == [0.0, 5.0]
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--policies", "ppo"), "'ppo' has no trained policy here"),
        (("--max-ride", "none"), "bookings always have a longest ride"),
        (("--days", "99"), "at least one must come before those that are held out"),
        (("--data", "."), "--data is for the area of a run"),
        (("--plot", "f.png"), "name the prices of a minute"),
    ],
)
def test_what_makes_no_sense_for_bookings_is_refused(service, words, told):
    """In one line."""
    shown = CliRunner().invoke(app, ["evaluate", str(service), *words])
    assert told in shown.output + str(shown.exception)
    assert shown.exit_code != 0


def test_a_run_brings_its_own_model(tmp_path):
    """`--model` is of bookings."""
    shown = CliRunner().invoke(app, ["evaluate", str(tmp_path), "--model", "truth"])
    assert "--model is for a folder of bookings" in str(shown.exception)
