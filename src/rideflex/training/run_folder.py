"""Run folder: settings, metrics, checkpoints, and the lock of the process that trains."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from rideflex.errors import DataError, Problem, UsageError
from rideflex.negotiation.prices import Prices
from rideflex.storage.atomic import replacing, write_json
from rideflex.storage.lock import locked
from rideflex.training.ppo.algorithm import LearningSettings
from rideflex.training.settings import RunSettings, digest_of

CONFIG, METRICS, WORLD = "config.json", "metrics.jsonl", "world"
_KEPT = 2
_LOCK = ".lock"
_CHECKPOINT = re.compile(r"epoch-\d+")
_log = logging.getLogger(__name__)

_EVERYONE = 2**31 - 1


class RunFolder:
    """A run's folder: settings, metrics, checkpoints.

    Parameters
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from training in the folder while the block runs.

        A block inside a block of the same `RunFolder` is part of it.

        Raises
        ------
        UsageError
            If another process trains in it.
        """
        if self._is_held:
            yield
            return
        self.path.mkdir(parents=True, exist_ok=True)
        with locked(self.path / _LOCK, f"trains in {self.path}"):
            self._is_held = True
            try:
                yield
            finally:
                self._is_held = False

    def create(self, settings: RunSettings, world: Path | None = None) -> None:
        """Begin a run, and keep a copy of the fitted model that answers are drawn from.

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
        if world is not None:
            kept = self.path / WORLD / world.name
            with replacing(kept) as beside:
                shutil.copyfile(world, beside)
            for other in kept.parent.iterdir():  # of a run that was never begun
                if other != kept:
                    other.unlink()
        write_json(self.path / CONFIG, asdict(settings))

    def world(self) -> Path | None:
        """The run's copy of the fitted model that answers are drawn from; None without one.

        Raises
        ------
        DataError
            If it is no longer there.
        """
        if not self.settings().world:
            return None
        kept = [file for file in (self.path / WORLD).glob("*") if not file.name.startswith(".")]
        if len(kept) != 1:
            cause = "does not hold the one model that the run draws its answers from"
            raise DataError(Problem(str(self.path / WORLD), cause))
        return kept[0]

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
            stored.setdefault("requests", _EVERYONE)  # as runs were before days had a size
            prices, learning = Prices(**stored.pop("prices")), stored.pop("learning")
            settings = RunSettings(**stored, prices=prices, learning=LearningSettings(**learning))
            _check_kinds(asdict(settings), asdict(RunSettings(data="")))
        except FileNotFoundError:
            cause = f"{self.path} holds no run: it has no {CONFIG}"
            raise DataError(Problem(str(config), cause)) from None
        except OSError as error:
            cause = f"can't be read: {error.strerror or error}"
            raise DataError(Problem(str(config), cause)) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            cause = f"was not written by this release of rideflex ({error})"
            raise DataError(Problem(str(config), cause)) from None
        return settings

    def area_folder(self, given: Path | None = None) -> Path:
        """The service-area folder: the one given, or the one that the run began with.

        Raises
        ------
        DataError
            If it is not there.
        """
        folder = given or Path(self.settings().data)
        if not folder.is_dir():
            advice = "" if given else "; name its new place with --data"
            raise DataError(Problem(str(folder), f"is not there{advice}"))
        return folder

    def begun_with(self, data: Path) -> bool:
        """Whether the files in a folder are those that the run began with."""
        return digest_of(data) == self.settings().files

    def move_data(self, data: Path) -> RunSettings:
        """Note where the service-area folder is now, and return the settings that say so."""
        settings = replace(self.settings(), data=str(data.resolve()))
        write_json(self.path / CONFIG, asdict(settings))
        return settings

    def check_same(self, wanted: RunSettings) -> None:
        """Refuse to go on with other settings than the run began with.

        The service-area folder may have moved, as long as its files are the same.

        Raises
        ------
        UsageError
            If one differs; it names all that do.
        """
        stored = self.settings()
        digests = ("files", "world")
        names = [one.name for one in fields(RunSettings) if one.name not in ("data", *digests)]
        other = [
            f"{name} is {getattr(wanted, name)!r}, the run has {getattr(stored, name)!r}"
            for name in names
            if getattr(wanted, name) != getattr(stored, name)
        ]
        if wanted.files != stored.files:
            other.append(f"the files in {wanted.data} are not those that the run began with")
        if wanted.world != stored.world:
            other.append("the fitted model (--world) is not the one that the run began with")
        if wanted.epochs != stored.epochs:
            other.append(
                "a run's length is fixed at its start because its schedules depend on it: start a "
                f"new run for {wanted.epochs} epochs"
            )
        if other:
            raise UsageError(f"{self.path} is a run of other settings: {'; '.join(other)}")

    def note(self, metrics: dict[str, Any]) -> None:
        """Append one epoch's metrics."""
        with (self.path / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(metrics) + "\n")
            file.flush()
            os.fsync(file.fileno())  # a checkpoint never outlives the metrics of its epochs

    def metrics(self) -> list[dict[str, Any]]:
        """All metrics so far, one dict an epoch.

        A last line that was cut short, as a power cut leaves it, is left out and logged.

        Raises
        ------
        DataError
            If the file can't be read, or another line is no metrics of an epoch.
        """
        path = self.path / METRICS
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            cause = f"can't be read: {error.strerror or error}"
            raise DataError(Problem(str(path), cause)) from None
        noted = [_noted(line) for line in lines]
        if noted and noted[-1] is None:
            _log.warning("%s: the last line was cut short and is left out", path)
            noted.pop()
        if None in noted:
            row = noted.index(None) + 1
            cause = "is not one epoch's metrics; was the file edited?"
            raise DataError(Problem(str(path), cause, row, value=lines[row - 1]))
        return [line for line in noted if line is not None]

    def keep_metrics(self, epochs: int) -> None:
        """Drop what was noted after the last checkpoint."""
        kept = [line for line in self.metrics() if line["epoch"] <= epochs]
        with replacing(self.path / METRICS) as beside:
            beside.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")

    @contextmanager
    def new_checkpoint(self, epoch: int) -> Iterator[Path]:
        """Give a folder to write a checkpoint to; it counts once the block has ended.

        Then the older ones but one are dropped. On an error nothing of it is left.
        """
        beside, final = self._checkpoints / ".writing", self._checkpoints / f"epoch-{epoch:06d}"
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        try:
            yield beside
            for file in beside.iterdir():
                with file.open("rb") as written:
                    os.fsync(written.fileno())
            shutil.rmtree(final, ignore_errors=True)
            beside.replace(final)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
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
            cause = f"the run has no checkpoint yet; train it with --resume {self.path}"
            raise DataError(Problem(str(self.path), cause))
        return _epoch(finished[-1]), finished[-1]

    def without_last(self) -> str:
        """Say where the run goes on from once its last checkpoint is removed."""
        earlier = self._finished()[:-1]
        start = f"epoch {_epoch(earlier[-1])}" if earlier else "its start"
        return f"rideflex train --resume {self.path} goes on from {start}"

    @property
    def last_epoch(self) -> int:
        """The epoch of the last checkpoint; 0 without any."""
        return max(map(_epoch, self._finished()), default=0)

    @property
    def _checkpoints(self) -> Path:
        return self.path / "checkpoints"

    def _finished(self) -> list[Path]:
        named = self._checkpoints.glob("epoch-*")
        return sorted((one for one in named if _CHECKPOINT.fullmatch(one.name)), key=_epoch)


def _epoch(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("epoch-"))


def _noted(line: str) -> dict[str, Any] | None:
    """One epoch's metrics; None where the line holds none."""
    try:
        noted = json.loads(line)
    except ValueError:
        return None
    return noted if isinstance(noted, dict) and isinstance(noted.get("epoch"), int) else None


def _check_kinds(given: Mapping[str, Any], like: Mapping[str, Any]) -> None:
    for name, example in like.items():
        value = given[name]
        if isinstance(example, dict):
            _check_kinds(value, example)
        elif type(value) is not type(example) and (type(value), type(example)) != (int, float):
            raise TypeError(f"{name} is {value!r}")
