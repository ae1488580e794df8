"""`rideflex bench instances`: costs, gaps and the oracle's word, file by file."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from rideflex.bench.instances import bench_instances
from rideflex.cli.app import app
from rideflex.errors import DataError
from tests.cli.test_routes import LI_LIM


@pytest.fixture
def folder(tmp_path):
    """Two instances, of which one has a best known cost."""
    (tmp_path / "README.md").write_text(
        "| name | cost | | |\n| --- | --- |\n| one | 30.00 | x | 1 |\n"
    )
    home = tmp_path / "small"
    home.mkdir()
    for name in ("one", "two"):
        (home / f"{name}.txt").write_text(LI_LIM)
    return home


def test_gaps_are_to_the_best_known_costs(folder):
    """31.4 is 4.7 % above 30; what has no best known cost has no gap."""
    found = bench_instances(folder, 50, 0, "built-in")
    one, two = found.instances
    assert one.cost == pytest.approx(31.4, abs=0.01)
    assert one.gap == pytest.approx(31.4 / 30 - 1, abs=0.001)
    assert (two.best_known, two.gap) == (None, None)
    assert one.accepted and two.accepted
    told = found.as_json()
    assert told["mean_gap"] == told["worst_gap"] == one.gap


def test_the_command_prints_and_writes_them(folder, tmp_path):
    """A row an instance, the mean and the worst gap, and the same as JSON."""
    words = ["bench", "instances", str(folder), "--iterations", "20"]
    shown = CliRunner().invoke(app, [*words, "--json", str(tmp_path / "i.json")])
    assert shown.exit_code == 0, shown.output
    assert "4.67% on average, 4.67% at worst" in " ".join(shown.output.split())
    figures = json.loads((tmp_path / "i.json").read_text())
    assert [one["name"] for one in figures["instances"]] == ["one", "two"]
    assert {"best_known", "cost", "gap", "seconds", "vehicles"} <= set(figures["instances"][0])


def test_a_folder_without_instances_is_named(tmp_path):
    """Nothing to solve is an error."""
    with pytest.raises(DataError, match="holds no instance"):
        bench_instances(tmp_path, 1, 0, "built-in")
