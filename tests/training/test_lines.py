"""What the commands say while they work, and when they stop."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from rideflex.cli.app import app
from rideflex.errors import UsageError
from rideflex.training.run_folder import RunFolder
from tests.commands import SMALL, call

QUICK = ("--days", "2", "--iterations", "0", "--rounds", "0", "--policies", "expected")


def test_training_shows_a_sign_of_life(run):
    """Without a terminal: a line each tenth of the epochs, the days played, the files written."""
    folder, text = run
    lines = text.splitlines()
    told = [line for line in lines if line.startswith("epoch ")]
    assert [line.split(":")[0] for line in told] == [f"epoch {epoch} of 4" for epoch in range(1, 5)]
    assert "Playing 2 unseen days …" in lines
    report, written = f"Wrote {folder / 'report.html'}.", f"Wrote {folder}; next: rideflex evaluate"
    assert report in lines
    assert " ".join(text.split()).endswith(f"{written} {folder}")


def test_tables_stand_apart_without_empty_columns(run):
    """An empty line before the types, and no column for a bound that was not searched."""
    lines = [line.rstrip() for line in run[1].splitlines()]
    assert lines[lines.index("Learned against true types") - 1] == ""
    assert "of the bound" not in run[1]


def test_files_are_told(run, tmp_path):
    """Every file that a command writes has a line."""
    folder = shutil.copytree(run[0], tmp_path / "run")
    figures, plot = tmp_path / "my.json", tmp_path / "my.png"
    text = call("evaluate", folder, *QUICK, "--prices", "1,1", "--json", figures, "--plot", plot)
    assert text.startswith("Playing 2 unseen days …\n")
    assert f"Wrote {figures}.\n" in text
    assert f"Wrote {plot}.\n" in text
    assert len(json.loads(figures.read_text())["frontier"]) == 1
    text = call("report", folder, "--days", "1", "--json", figures)
    assert text.startswith("Playing 1 unseen day …\n")
    assert f"Wrote {figures}.\n" in text


def test_a_policy_that_is_named_twice_counts_once(run, tmp_path):
    """`never,never` is one row; nobody was asked, so nothing was accepted or refused."""
    figures = tmp_path / "my.json"
    call("evaluate", run[0], *QUICK[:-1], "never,never", "--json", figures)
    (row,) = json.loads(figures.read_text())["rows"]
    assert (row["policy"], row["accepted"]) == ("never", None)


def test_a_plot_needs_prices(run, tmp_path):
    """The frontier without prices is refused before anything is played."""
    with pytest.raises(UsageError, match="name the prices of a minute, such as --prices 0,2,5"):
        call("evaluate", run[0], "--plot", tmp_path / "my.png")


def test_a_complete_run_says_so(run, tmp_path):
    """Nothing is left to train."""
    folder = shutil.copytree(run[0], tmp_path / "run")
    said = call("train", "--resume", folder, "--days", "0")
    assert " ".join(said.split()) == f"{folder} is complete (4 of 4 epochs)."


@pytest.mark.parametrize(
    ("epoch", "kept"),
    [(3, "the checkpoint of epoch 2 is kept"), (1, "there is no checkpoint yet")],
)
def test_an_interrupted_training_says_how_to_go_on(city_folder, tmp_path, monkeypatch, epoch, kept):
    """Ctrl-C ends with one line and exit code 130; what was kept is resumed."""
    note, run = RunFolder.note, tmp_path / "run"

    def interrupted(folder, metrics):
        if metrics["epoch"] == epoch:
            raise KeyboardInterrupt
        note(folder, metrics)

    words = ["train", "--data", city_folder, "--out", run, *SMALL, "--checkpoint-every", "2"]
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "note", interrupted)
        shown = CliRunner().invoke(app, [str(word) for word in words])
    assert shown.exit_code == 130
    assert shown.stderr == (
        f"Stopped in epoch {epoch}; {kept}. Go on with `rideflex train --resume {run}`.\n"
    )
    assert f"Wrote {run}; next" in call("train", "--resume", run, "--days", "0")
    assert [line["epoch"] for line in RunFolder(run).metrics()] == [1, 2, 3, 4]


def test_a_training_that_stops_early_says_how_to_go_on(city_folder, tmp_path):
    """`--stop-after` ends with the command that resumes."""
    said = call(
        "train", "--data", city_folder, "--out", tmp_path / "run", *SMALL, "--stop-after", 1
    )
    assert f"Stopped after epoch 1 of 4; go on with rideflex train --resume {tmp_path}" in " ".join(
        said.split()
    )
