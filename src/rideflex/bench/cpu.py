"""Processor time of one environment step and one day's quote, alone and beside busy cores."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import process_time
from typing import Any

import gymnasium as gym
import numpy as np

from rideflex.areas import ServiceArea
from rideflex.negotiation import area_fleet, sample_days
from rideflex.routing import PlanBatch
from rideflex.training.environment import ENVIRONMENT

WARM_UP_STEPS, STEPS = 60, 600
WARM_UP_QUOTES, QUOTES = 50, 2000
RUNS = 5
_MOST_BUSY_S = 120
_BUSY = f"import time; end = time.monotonic() + {_MOST_BUSY_S}\nwhile time.monotonic() < end: pass"


@dataclass(frozen=True)
class CpuBench:
    """Milliseconds of processor time, all threads counted: medians of `RUNS` runs.

    Parameters
    ----------
    step_cpu_ms, step_cpu_ms_busy
        One step of a single environment, alone and with another process busy on every core.
    quote_cpu_ms, quote_cpu_ms_busy
        One quote of all offers for one day that is half full, likewise.
    cores
        Cores that were kept busy.
    """

    step_cpu_ms: float
    step_cpu_ms_busy: float
    quote_cpu_ms: float
    quote_cpu_ms_busy: float
    cores: int


def bench_cpu(area: ServiceArea, on_step: Callable[[str], object] | None = None) -> CpuBench:
    """Measure what a step and a quote take from the cores that they share with others.

    Parameters
    ----------
    area
        Travelers and trips to play.
    on_step
        Called with the name of each measurement before it begins.
    """
    measurements = {"step": _stepping(area), "quote": _quoting(area)}
    cores = os.cpu_count() or 1
    figures: dict[str, float] = {}
    for name, measure in measurements.items():
        if on_step is not None:
            on_step(name)
        figures[f"{name}_cpu_ms"] = measure()
        with busy_cores(cores):
            figures[f"{name}_cpu_ms_busy"] = measure()
    return CpuBench(**figures, cores=cores)


@contextmanager
def busy_cores(n: int) -> Iterator[None]:
    """Keep n cores busy with other processes, which end with the block, and by themselves."""
    others = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(n)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def _stepping(area: ServiceArea) -> Callable[[], float]:
    days = gym.make(ENVIRONMENT, area=area)
    _, seen = days.reset(seed=0)

    def run(steps: int) -> float:
        nonlocal seen
        spent = 0.0
        for _ in range(steps):
            action = int(np.argmax(seen["action_mask"]))
            start = process_time()
            _, _, ended, _, seen = days.step(action)
            spent += process_time() - start
            if ended:
                _, seen = days.reset()
        return spent / steps

    run(WARM_UP_STEPS)
    return lambda: _median_ms(lambda: run(STEPS))


def _quoting(area: ServiceArea) -> Callable[[], float]:
    trips = sample_days(area.trips.traveler, 1, np.random.default_rng(0))
    half = max(1, trips.shape[1] // 2)
    plans = PlanBatch(area_fleet(area), area.travel_times, 1, half + 1)
    offers = area.table.offers
    for step in range(half):
        quotes = plans.quote(area.requests(trips[:, step]), offers)
        plans.commit(quotes, [offers.no_shift])
    wanted = area.requests(trips[:, half % trips.shape[1]])

    def run(quotes: int) -> float:
        start = process_time()
        for _ in range(quotes):
            plans.quote(wanted, offers)
        return (process_time() - start) / quotes

    run(WARM_UP_QUOTES)
    return lambda: _median_ms(lambda: run(QUOTES))


def _median_ms(run: Callable[[], float]) -> float:
    return 1e3 * statistics.median(run() for _ in range(RUNS))


def as_rows(found: CpuBench) -> list[tuple[str, Any, Any]]:
    """One row a measurement: name, milliseconds alone, milliseconds beside busy cores."""
    return [
        ("one environment step", found.step_cpu_ms, found.step_cpu_ms_busy),
        ("one day's quote", found.quote_cpu_ms, found.quote_cpu_ms_busy),
    ]
