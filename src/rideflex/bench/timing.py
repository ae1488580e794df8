"""Timing: medians after a warm-up."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Timing:
    """Seconds of one call: the median of `runs` runs that followed `warm_up` runs."""

    seconds: float
    fastest: float
    runs: int
    warm_up: int


def measure(call: Callable[[], Any], runs: int = 5, warm_up: int = 1) -> Timing:
    """Time a call; quick calls are repeated within a run until a run takes a millisecond."""
    for _ in range(warm_up):
        call()
    start = perf_counter()
    call()
    once = perf_counter() - start
    repeats = max(1, round(1e-3 / max(once, 1e-9)))
    seconds = []
    for _ in range(runs):
        start = perf_counter()
        for _ in range(repeats):
            call()
        seconds.append((perf_counter() - start) / repeats)
    return Timing(statistics.median(seconds), min(seconds), runs, warm_up)
