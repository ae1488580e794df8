"""`rideflex bench lookup` and `scale`: what they measure is there, equal and consistent."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.bench import lookup
from rideflex.bench.lookup import bench_lookup, deep_bytes
from rideflex.bench.plots import draw_lookup
from rideflex.bench.scale import bench_scale, write_decisions
from rideflex.bench.timing import human_seconds, measure
from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.synthetic import AreaSettings, generate_area


@pytest.fixture(scope="module")
def small_bench(tmp_path_factory):
    """The bench on a small city, with fewer outcomes."""
    folder = tmp_path_factory.mktemp("bench") / "city"
    generate_area(folder, AreaSettings(travelers=5, trips=10, zones=5, seed=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "SCAN_SAMPLE", 12)
        return bench_lookup(folder, n_outcomes=200)


def test_all_contenders_answer_alike_and_the_figures_are_there(small_bench):
    """Scripts find every name they read, and the ratios are those of the figures."""
    figures = small_bench.as_json()
    assert figures["equal"] is True
    assert figures["questions"] == 200 * 4 * 2
    assert set(figures["peers"]) == {"pandas.merge", "Polars join", "MultiIndex.get_indexer"}
    assert {"build_s", "load_s", "encoded_total_s", "strings_total_s", "bytes"} == set(
        figures["index"]
    )
    assert figures["dict_over_encoded"] == pytest.approx(
        figures["dict"]["total_s"] / figures["index"]["encoded_total_s"]
    )
    assert figures["best_peer_over_strings"] == pytest.approx(
        min(figures["peers"].values()) / figures["index"]["strings_total_s"]
    )
    assert figures["scan_over_dict"] > 1
    assert figures["dict_bytes_over_index_bytes"] > 1


def test_a_wrong_answer_shows(small_bench, tmp_path, monkeypatch):
    """If a contender answered otherwise, `equal` would be false."""
    folder = tmp_path / "city"
    generate_area(folder, AreaSettings(travelers=2, trips=4, zones=3, seed=1))
    right = lookup.decision_matrix

    def wrong(*arguments):
        matrix, fallbacks = right(*arguments)
        return 1 - matrix, fallbacks

    monkeypatch.setattr(lookup, "decision_matrix", wrong)
    monkeypatch.setattr(lookup, "RUNS", 1)
    assert bench_lookup(folder, n_outcomes=20).equal is False


def test_the_chart_is_a_picture(small_bench, tmp_path):
    """One PNG, replaced as a whole."""
    draw_lookup(small_bench, tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert [one.name for one in tmp_path.iterdir()] == ["chart.png"]


def test_a_table_of_scale_is_built_in_batches(tmp_path):
    """The rows asked for are written and compiled; about a sixth repeats a key."""
    write_decisions(tmp_path / "d.parquet", 40_000, seed=0)
    report = DecisionTable.from_parquet(tmp_path / "d.parquet").report
    assert report.rows == 40_000
    assert 0.1 < report.duplicate_rows / report.rows < 0.2
    assert report.conflicting_keys > 0
    small, large = bench_scale(3200)
    assert (small.rows, large.rows) == (320, 3200)
    assert large.build_s > 0
    assert large.peak_bytes > 2**20
    with pytest.raises(UsageError, match="160"):
        bench_scale(10)


def test_every_object_is_counted_once():
    """A string that stands in two tuples is held once."""
    text = "a string of some length"
    once, twice = deep_bytes([(text,)]), deep_bytes([(text,), (text,)])
    assert twice - once < 120
    assert deep_bytes({"a": 1}) > deep_bytes({})


def test_medians_of_runs_after_a_warm_up():
    """The call is made for the warm-up, the trial and every run."""
    calls = []
    found = measure(lambda: calls.append(np.linalg.norm(np.ones(200_000))), runs=5, warm_up=2)
    assert len(calls) >= 8
    assert found.fastest <= found.seconds
    assert (found.runs, found.warm_up) == (5, 2)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(630.0, "630 s"), (0.00879, "8.79 ms"), (1.5e-6, "1.5 µs"), (2e-9, "2 ns")],
)
def test_seconds_are_shown_with_a_fitting_unit(seconds, shown):
    """Three digits and a unit."""
    assert human_seconds(seconds) == shown
