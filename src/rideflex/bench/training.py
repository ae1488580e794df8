"""A whole training run: where its time goes, and what it was before the index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from rideflex.areas import read_area
from rideflex.bench.machine import describe_machine
from rideflex.bench.update import SCAN_SAMPLE, bench_update
from rideflex.evaluation.progress import Progress, silent
from rideflex.training.settings import RunSettings
from rideflex.training.trainer import train

PARTS = (
    "quotes",
    "environment",
    "policy forward",
    "hindsight",
    "policy update",
    "model update",
    "checkpoints",
)


@dataclass(frozen=True)
class TrainingBench:
    """What `bench_training` measured.

    Parameters
    ----------
    epochs, steps, updates
        Of the run that was timed.
    wall_s
        Seconds of the run, checkpoints and logs included.
    parts
        Seconds by part of the run; what is left of `wall_s` is "the rest".
    dict_update_s, scan_update_s
        One update by dict and by scan, with the mini-batch schedule; the scan from a sample.
    """

    epochs: int
    steps: int
    updates: int
    wall_s: float
    parts: dict[str, float]
    dict_update_s: float
    scan_update_s: float
    machine: str

    @property
    def dict_run_s(self) -> float:
        """The same run, had every model update gone by the dict."""
        return self._without_updates + self.updates * self.dict_update_s

    @property
    def scan_run_s(self) -> float:
        """The same run, had every model update gone by the scan."""
        return self._without_updates + self.updates * self.scan_update_s

    @property
    def _without_updates(self) -> float:
        return self.wall_s - self.parts["model update"]

    def as_json(self) -> dict[str, Any]:
        """All figures, by the names that scripts read."""
        return {
            "epochs": self.epochs,
            "steps": self.steps,
            "updates": self.updates,
            "wall_s": self.wall_s,
            "steps_per_s": self.steps / self.wall_s,
            "parts_s": self.parts,
            "quotes_share": self.parts["quotes"] / self.wall_s,
            "index_update_s": self.parts["model update"] / max(self.updates, 1),
            "dict_update_s": self.dict_update_s,
            "scan_update_s": self.scan_update_s,
            "scan_sampled_outcomes": SCAN_SAMPLE,
            "dict_run_s": self.dict_run_s,
            "scan_run_s": self.scan_run_s,
            "machine": self.machine,
        }


def bench_training(
    folder: str | Path,
    epochs: int = 100,
    seed: int = 0,
    on_step: Progress = silent,
    report: Callable[[str], object] = silent,
) -> TrainingBench:
    """Time a training run from start to end, and the updates that it would have made before.

    One epoch runs first, untimed, so that no kernel is compiled within the figures. The run that
    is timed writes checkpoints and logs to a temporary folder, which is removed.

    Parameters
    ----------
    folder
        A service-area folder that says how travelers truly answer.
    epochs
        Of 64 days each; the model is updated every ten.
    on_step
        Told what is done next.
    report
        Takes the lines of the run's log.
    """
    area = read_area(folder)
    with TemporaryDirectory() as scratch:
        on_step("warming up")
        warm_up = RunSettings.of(Path(folder), epochs=1, update_every=1, seed=seed)
        train(warm_up, Path(scratch) / "warm-up", area)
        on_step(f"training {epochs} epochs")
        settings = RunSettings.of(Path(folder), epochs=epochs, seed=seed)
        start = perf_counter()
        training = train(settings, Path(scratch) / "run", area, report=report)
        wall = perf_counter() - start
    on_step("one update by dict and by scan")
    update = bench_update(folder, seed=seed).as_json()
    parts = {name: training.watch.seconds.get(name, 0.0) for name in PARTS}
    return TrainingBench(
        epochs=epochs,
        steps=epochs * training.steps_per_epoch,
        updates=training.updates,
        wall_s=wall,
        parts={**parts, "the rest": wall - sum(parts.values())},
        dict_update_s=update["dict_s"],
        scan_update_s=update["scan_s"],
        machine=describe_machine(),
    )
