"""What a training run leaves behind, and how it goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from rideflex.errors import DataError, Problem, UsageError
from rideflex.files import replacing, write_json
from rideflex.negotiation.learners import ModelName, check_model
from rideflex.negotiation.policies.learned import LearningSettings
from rideflex.negotiation.settings import Prices

CONFIG, METRICS = "config.json", "metrics.jsonl"
_FILES = ("decisions.csv", "trips.csv", "travel_times.csv", "travelers.csv")
_KEPT = 2


@dataclass(frozen=True)
class RunSettings:
    """Everything that a run's results depend on.

    Parameters
    ----------
    data
        The service-area folder.
    epochs, envs
        Epochs of one day in each of `envs` parallel environments.
    update_every
        Epochs between two updates of the flexibility model.
    buffer
        Outcomes that the model looks back on.
    model
        Name of the flexibility model.
    forget
        See `PosteriorLearner`.
    seed
        Of everything random.
    explore
        Share of lifted masks at the start; it falls linearly to zero.
    prices, learning
        What goodwill costs, and how PPO learns.
    files
        Digest of the folder's files, so that a run is never continued on other data.

    Raises
    ------
    UsageError
        If a number is out of its range, or the model is unknown or can't forget.
    """

    data: str
    epochs: int = 100
    envs: int = 64
    update_every: int = 10
    buffer: int = 12_800
    model: ModelName = "evidence"
    forget: float = 1.0
    seed: int = 0
    explore: float = 0.2
    prices: Prices = field(default_factory=Prices)
    learning: LearningSettings = field(default_factory=LearningSettings)
    files: str = ""

    def __post_init__(self) -> None:
        for name in ("epochs", "envs", "update_every", "buffer"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.seed < 0 or not 0 <= self.explore <= 1:
            raise UsageError(
                f"seed can't be negative, and explore lies between 0 and 1: {self.seed}, "
                f"{self.explore}"
            )
        check_model(self.model, self.forget)

    @classmethod
    def of(cls, data: Path, **given: Any) -> RunSettings:
        """Settings for a folder as it is now."""
        return cls(data=str(data.resolve()), files=_digest(data), **given)


class RunFolder:
    """A run's folder: settings, metrics, checkpoints.

    Parameters
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, settings: RunSettings) -> None:
        """Begin a run.

        Raises
        ------
        UsageError
            If there already is one.
        """
        if (self.path / CONFIG).exists():
            raise UsageError(
                f"{self.path} already holds a run; go on with --resume {self.path}, or choose "
                "another folder"
            )
        self.path.mkdir(parents=True, exist_ok=True)
        write_json(self.path / CONFIG, asdict(settings))

    def settings(self) -> RunSettings:
        """Read the settings of the run.

        Raises
        ------
        DataError
            If the folder holds no run, or its settings can't be read.
        """
        config = self.path / CONFIG
        try:
            stored = json.loads(config.read_text(encoding="utf-8"))
            prices, learning = Prices(**stored.pop("prices")), stored.pop("learning")
            return RunSettings(**stored, prices=prices, learning=LearningSettings(**learning))
        except FileNotFoundError:
            cause = f"{self.path} holds no run: it has no {CONFIG}"
            raise DataError(Problem(str(config), cause)) from None
        except (ValueError, TypeError, KeyError) as error:
            cause = f"was not written by this release of rideflex ({error})"
            raise DataError(Problem(str(config), cause)) from None

    def check_same(self, wanted: RunSettings) -> None:
        """Refuse to go on with other settings than the run began with.

        Raises
        ------
        UsageError
            If one differs; it names all that do.
        """
        stored = self.settings()
        names = [one.name for one in fields(RunSettings) if one.name != "files"]
        other = [
            f"{name} is {getattr(wanted, name)!r}, the run has {getattr(stored, name)!r}"
            for name in names
            if getattr(wanted, name) != getattr(stored, name)
        ]
        if wanted.files != stored.files:
            other.append(f"the files in {stored.data} changed since the run began")
        if other:
            raise UsageError(f"{self.path} is a run of other settings: {'; '.join(other)}")

    def note(self, metrics: dict[str, Any]) -> None:
        """Append one epoch's metrics."""
        with (self.path / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(metrics) + "\n")

    def metrics(self) -> list[dict[str, Any]]:
        """All metrics so far, one dict an epoch."""
        path = self.path / METRICS
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def keep_metrics(self, epochs: int) -> None:
        """Drop what was noted after the last checkpoint."""
        kept = [line for line in self.metrics() if line["epoch"] <= epochs]
        with replacing(self.path / METRICS) as beside:
            beside.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")

    def begin_checkpoint(self) -> Path:
        """Give a folder to write a checkpoint to; it counts once it is finished."""
        beside = self._checkpoints / ".writing"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        return beside

    def finish_checkpoint(self, epoch: int) -> None:
        """Give the checkpoint its name, and drop the older ones but one."""
        beside, final = self._checkpoints / ".writing", self._checkpoints / f"epoch-{epoch:06d}"
        for file in beside.iterdir():
            with file.open("rb") as written:
                os.fsync(written.fileno())
        shutil.rmtree(final, ignore_errors=True)
        beside.replace(final)
        for old in self._finished()[:-_KEPT]:
            shutil.rmtree(old)

    def checkpoint(self) -> tuple[int, Path]:
        """The epoch and folder of the last checkpoint.

        Raises
        ------
        DataError
            If there is none.
        """
        finished = self._finished()
        if not finished:
            raise DataError(
                Problem(str(self.path), "the run has no checkpoint yet; train it first")
            )
        return int(finished[-1].name.removeprefix("epoch-")), finished[-1]

    @property
    def _checkpoints(self) -> Path:
        return self.path / "checkpoints"

    def _finished(self) -> list[Path]:
        return sorted(self._checkpoints.glob("epoch-*"))


def _digest(data: Path) -> str:
    digest = hashlib.sha256()
    for name in _FILES:
        if (data / name).is_file():
            digest.update((data / name).read_bytes())
    return digest.hexdigest()[:16]
