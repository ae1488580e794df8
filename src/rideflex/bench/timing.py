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


def human_seconds(seconds: float) -> str:
    """Write seconds with a unit that keeps three digits readable.

    Examples
    --------
    >>> human_seconds(0.00123), human_seconds(42)
    ('1.23 ms', '42 s')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
