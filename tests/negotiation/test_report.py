"""A run from the command line: trained, reported, evaluated."""

from __future__ import annotations

import json
import re
from importlib.metadata import version

import numpy as np
import pytest
from typer.testing import CliRunner

from rideflex.cli.app import app
from rideflex.errors import UsageError
from rideflex.negotiation.closing import write_report
from rideflex.negotiation.policies import POLICIES, by_name

SMALL = ["--epochs", "4", "--envs", "4", "--update-every", "2", "--buffer", "100"]


def call(*arguments: object) -> str:
    """What a command prints; its errors are raised."""
    shown = CliRunner().invoke(
        app, [str(word) for word in arguments], catch_exceptions=False, terminal_width=200
    )
    assert shown.exit_code == 0, shown.output
    return shown.output


def refused(*arguments: object) -> int:
    """The exit code of a command that is refused on purpose."""
    shown = CliRunner().invoke(app, [str(word) for word in arguments])
    assert isinstance(shown.exception, UsageError | SystemExit), shown.output
    return getattr(shown.exception, "exit_code", shown.exit_code)


@pytest.fixture(scope="module")
def run(city_folder, tmp_path_factory):
    """A trained run and what training printed."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    text = call(
        "train", "--data", city_folder, "--out", folder, *SMALL, "--explore", "1", "--days", "2"
    )
    return folder, text


def test_training_prints_the_log_and_closes_with_a_report(run):
    """The lines of an update, the table of policies, and the types; the run is on disk."""
    folder, text = run
    assert "[Epoch 2, Step 80] Updating embedding model..." in text
    assert "Using O(1) index lookup" in text
    for name in POLICIES:
        assert re.search(rf"^ *{name} ", text, re.MULTILINE)
    for name in ("config.json", "metrics.jsonl", "report.html", "tensorboard", "checkpoints"):
        assert (folder / name).exists()


def test_the_page_needs_nothing_else(run):
    """No link, script or picture from elsewhere; the plots and the policies are inside."""
    page = (run[0] / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|<script|<link", page)
    assert page.count("src='data:image/png;base64,") == 3
    assert "<td>ppo</td>" in page


def test_report_writes_its_figures(run, tmp_path):
    """`rideflex report --json` holds a row for each policy and every type."""
    call("report", run[0], "--days", "2", "--json", tmp_path / "report.json")
    figures = json.loads((tmp_path / "report.json").read_text())
    assert [row["policy"] for row in figures["rows"]] == list(POLICIES)
    assert len(figures["types"]) == 4
    assert sum(row["learned"] for row in figures["types"]) == 10


def test_evaluate_writes_what_can_be_cited(run, tmp_path):
    """Intervals, the paired difference, the outcomes seen and the frontier with its picture."""
    text = call(
        *("evaluate", run[0], "--days", "3", "--iterations", "20", "--rounds", "100"),
        *("--policies", "expected,ppo", "--prices", "0,20", "--max-asks", "2", "--workers", "1"),
        *("--json", tmp_path / "e.json", "--plot", tmp_path / "e.png"),
    )
    figures = json.loads((tmp_path / "e.json").read_text())
    names = [row["policy"] for row in figures["rows"]]
    assert names == ["never", "expected", "ppo", "clairvoyant"]
    assert figures["outcomes_seen"] > 0
    assert {"mean", "low", "high"} == set(figures["ppo_minus_expected"])
    ppo_over_expected = {"policy": "ppo", "other": "expected", **figures["ppo_minus_expected"]}
    assert ppo_over_expected in figures["differences"]
    assert all(len(figures["costs_s"][name]) == 3 for name in names)
    assert max(row["most_asked"] for row in figures["rows"]) <= 2
    assert len(figures["frontier"]) == 4
    assert (tmp_path / "e.png").stat().st_size > 10_000
    assert "had seen" in text


def test_evaluate_writes_how_it_was_made(run, tmp_path):
    """Release, days, seed, effort, cap and the settings of the run stand beside the figures."""
    call(
        *("evaluate", run[0], "--days", "2", "--seed", "4", "--iterations", "0", "--rounds", "0"),
        *("--policies", "expected,", "--max-asks", "1", "--json", tmp_path / "e.json"),
    )
    figures = json.loads((tmp_path / "e.json").read_text())
    wanted = {"days": 2, "seed": 4, "iterations": 0, "rounds": 0, "max_asks": 1, "epoch": 4}
    assert wanted.items() <= figures.items()
    assert figures["rideflex"] == version("rideflex")
    assert figures["settings"] == json.loads((run[0] / "config.json").read_text())
    assert [row["policy"] for row in figures["rows"]] == ["never", "expected"]


def test_evaluate_tells_who_chose_what_was_masked_out(run, monkeypatch):
    """A line for the policy, and none where nothing was masked out."""
    arguments = ("evaluate", run[0], "--days", "2", "--iterations", "0", "--rounds", "0")
    arguments += ("--policies", "expected", "--max-asks", "0")
    assert "nobody heard" not in call(*arguments)

    class Stubborn:
        name = "stubborn"

        def act(self, situation):
            return np.full(len(situation.trips), situation.offers.no_shift - 1)

    monkeypatch.setattr(by_name, "make_policies", lambda *_: {"stubborn": Stubborn()})
    assert "stubborn chose offers that it might not make for 100.0%" in call(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        "--stop-after 0",
        "--stop-after -1",
        "--checkpoint-every 0",
        "--days -1",
        "--price-minute nan",
        "--price-minute -1",
        "--model foo",
        "--model evidence --forget 0.5",
    ],
)
def test_a_refused_training_leaves_the_folder_free(city_folder, tmp_path, arguments):
    """Exit code 2, no traceback, and nothing was written."""
    folder = tmp_path / "run"
    assert refused("train", "--data", city_folder, "--out", folder, *arguments.split()) == 2
    assert not folder.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        "--days 0",
        "--seed -1",
        "--iterations -3",
        "--rounds -1",
        "--workers 0",
        "--max-asks -1",
        "--policies ,",
        "--prices nan",
    ],
)
def test_a_refused_evaluation_ends_with_2(run, arguments):
    """Numbers out of range are bad usage."""
    assert refused("evaluate", run[0], *arguments.split()) == 2


def test_resume_goes_on_in_its_own_folder(city_folder, tmp_path):
    """`--stop-after` and `--resume` make a whole run; other settings are refused."""
    folder = tmp_path / "run"
    call("train", "--data", city_folder, "--out", folder, *SMALL, "--stop-after", "2")
    assert len((folder / "metrics.jsonl").read_text().splitlines()) == 2
    with pytest.raises(UsageError, match="epochs is 9, the run has 4"):
        call("train", "--resume", folder, "--epochs", "9")
    call("train", "--resume", folder, "--epochs", "4", "--days", "0")
    assert len((folder / "metrics.jsonl").read_text().splitlines()) == 4


def test_training_needs_to_know_where(city_folder, run):
    """Missing folders, and a folder that is taken, are refused before anything is written."""
    with pytest.raises(UsageError, match="--data and a folder for the run with --out"):
        call("train", "--data", city_folder)
    with pytest.raises(UsageError, match="already holds a run"):
        call("train", "--data", city_folder, "--out", run[0])


def test_a_report_is_made_of_the_last_checkpoint(run, city):
    """From Python: the same page, and the rows behind it."""
    closing = write_report(run[0], city, days=2)
    assert closing.trained.epoch == 4
    assert closing.html == run[0] / "report.html"
    assert closing.compared.row("never").saving.mean == 0
