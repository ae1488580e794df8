"""Kernels, with and without a place for their machine code."""

from __future__ import annotations

import logging
import os
import subprocess
import sys

import numba.core.caching
import pytest

from rideflex import _compiled as compiled


def test_without_a_folder_for_machine_code_kernels_still_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are compiled in this process alone, named, and told of once."""
    monkeypatch.setattr(numba.core.caching.CacheImpl, "_locator_classes", [])
    monkeypatch.setattr(compiled, "uncached", [])

    def double(number: int) -> int:
        return 2 * number

    def half(number: int) -> float:
        return number / 2

    with caplog.at_level(logging.WARNING):
        assert compiled.compiled()(double)(4) == 8
        assert compiled.compiled()(half)(4) == 2
    assert compiled.uncached == ["double", "half"]
    assert caplog.text.count("NUMBA_CACHE_DIR") == 1


def test_machine_code_is_kept_where_it_can_be() -> None:
    """In this checkout every kernel has its place on disk."""
    from rideflex.decisions import kernels

    assert compiled.uncached == []
    assert kernels.gather.stats.cache_path


def in_a_process(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program that starts from a clean environment but for these variables."""
    inherited = {name: value for name, value in os.environ.items() if "OMP" not in name}
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_waiting_threads_sleep_unless_the_user_says_otherwise() -> None:
    """OpenMP is told to wait passively before Numba loads it; what was set stands."""
    program = "import os, rideflex._compiled; print(os.environ['OMP_WAIT_POLICY'])"
    assert in_a_process(program).stdout == "PASSIVE\n"
    assert in_a_process(program, OMP_WAIT_POLICY="ACTIVE").stdout == "ACTIVE\n"


def test_a_threading_layer_that_ends_the_process_is_refused() -> None:
    """Numba's workqueue is refused by name before the first kernel runs."""
    program = "import rideflex.routing"
    refused = in_a_process(program, NUMBA_THREADING_LAYER="workqueue")
    assert refused.returncode == 1
    assert "UsageError: NUMBA_THREADING_LAYER=workqueue ends the process" in refused.stderr


def test_kernels_may_be_called_from_many_threads_at_once() -> None:
    """The layer that is chosen bears concurrent calls of parallel kernels."""
    program = """
from concurrent.futures import ThreadPoolExecutor
import numba, numpy as np
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests
times = np.array([[0, 600], [700, 0]])
n = 32
one = Requests([0] * n, [1] * n, [[28800, 30600]] * n, [[28800, 36000]] * n)
def quote(_):
    plans = PlanBatch(Fleet.alike(vehicles=1, capacity=4, depot=0), times, n, 1)
    return plans.quote(one, OfferGrid.default()).cost.tolist()
with ThreadPoolExecutor(4) as pool:
    costs = list(pool.map(quote, range(16)))
assert all(cost == costs[0] for cost in costs)
print(numba.threading_layer())
"""
    done = in_a_process(program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in {"omp", "tbb"}
