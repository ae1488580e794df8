"""The benchmark of a whole run."""

from __future__ import annotations

import pytest

from rideflex.bench.training import PARTS, TrainingBench


def test_before_and_after_differ_only_in_the_updates():
    """The run by dict is this run without its updates, plus as many updates by dict."""
    parts = dict.fromkeys(PARTS, 1.0) | {"the rest": 4.0}
    bench = TrainingBench(100, 192_000, 10, 10.0, parts, 30.0, 700.0, machine="some machine")
    assert bench.dict_run_s == pytest.approx(9 + 300)
    assert bench.scan_run_s == pytest.approx(9 + 7000)
    figures = bench.as_json()
    assert figures["index_update_s"] == pytest.approx(0.1)
    assert figures["quotes_share"] == pytest.approx(0.1)
    assert figures["steps_per_s"] == pytest.approx(19_200)
