"""A run from the command line: trained, reported, evaluated."""

from __future__ import annotations

import json
import re
from importlib.metadata import version

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from rideflex.errors import UsageError
from rideflex.evaluation.compare import Comparison, Effort, PolicyRow, compare
from rideflex.evaluation.play import Scene, unseen_days
from rideflex.evaluation.statistics import Interval
from rideflex.negotiation import Prices
from rideflex.negotiation.policies import POLICIES
from rideflex.negotiation.policies import registry as by_name
from rideflex.training.report import learned_types, write_report
from rideflex.training.report_html import _learning_chart, _saving_chart, write_page
from rideflex.training.run_folder import RunFolder
from rideflex.training.trained_run import load_run
from tests.commands import SMALL, call, refused


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
    closing = write_report(load_run(run[0], city), days=2)
    assert closing.trained.epoch == 4
    assert closing.html == run[0] / "report.html"
    assert closing.compared.row("never").saving.mean == 0


def test_the_page_says_what_the_terminal_says(run):
    """The run's name is the title; `never` accepted nothing; who was asked most is told."""
    page = (run[0] / "report.html").read_text(encoding="utf-8")
    assert "<title>Run small · rideflex</title>" in page
    assert "<th>most asked</th>" in page
    assert "<th>of the benchmark</th>" not in page
    (never,) = re.findall("<tr><td>never</td>.*?</tr>", page)
    assert "<td>0%</td><td>-</td>" in never


def test_the_page_has_the_benchmark_where_it_was_searched(run, city):
    """A comparison with the benchmark has its column, as the terminal has."""
    trained = load_run(run[0], city)
    scene = Scene(city, trained.fleet, trained.beliefs, unseen_days(city, 2, seed=0))
    compared = compare(scene, {}, Prices(), Effort(iterations=0, rounds=10))
    page = run[0].parent / "bounded" / "page.html"
    write_page(page, trained, compared, 2, RunFolder(run[0]).metrics(), learned_types(trained))
    text = page.read_text(encoding="utf-8")
    assert "<title>Run bounded · rideflex</title>" in text
    assert "<th>of the benchmark</th>" in text


def row_of(policy, high):
    """A row with an interval from 0 to `high`."""
    saving = Interval(high / 2, 0.0, high)
    return PolicyRow(
        policy, 9.0, 9.0, 0.0, saving, saving, None, 0.5, 0.5, 17.5, 0.0, 0.1, 0.1, 3, 0.0
    )


@pytest.mark.parametrize("high", [0.0, 0.02, 0.9])
def test_labels_of_the_savings_stay_inside(high):
    """However wide the intervals are, the minutes stand within the axes, right of them."""
    rows = (row_of("never", 0.0), row_of("largest", high), row_of("ppo", high / 2))
    figure = _saving_chart(Comparison(rows, {}, Prices()))
    FigureCanvasAgg(figure).draw()
    (axes,) = figure.axes
    end = axes.transData.transform((100 * high, 0))[0]
    for text in axes.texts:
        box = text.get_window_extent()
        assert end < box.x0 < box.x1 < axes.bbox.x1


def test_both_learning_curves_show_the_updates():
    """An upright line an update, and none where there was none."""
    metrics = [{"epoch": epoch, "reward": 1.0, "shifted_minutes": 2.0} for epoch in (1, 2, 3, 4)]
    for line in metrics[1::2]:
        line["outcomes"] = 10
    for axes in _learning_chart(metrics).axes:
        assert [line.get_xdata()[0] for line in axes.lines[1:]] == [2, 4]
