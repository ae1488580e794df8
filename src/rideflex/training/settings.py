"""Everything that a training run's results depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rideflex.areas.folder import FILES
from rideflex.errors import UsageError
from rideflex.negotiation.days import DAY_SIZE
from rideflex.negotiation.prices import Prices
from rideflex.training.model_update import ModelName, check_model
from rideflex.training.ppo.algorithm import LearningSettings

_MOST_SEED = 2**63 - 1  # PyTorch's generators take no more


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
        Name of the model.
    forget
        See `PosteriorLearner`.
    context
        Trips on which travelers may be stricter, as `rideflex.logs.trip_context` reads them; all
        are alike without it.
    requests
        The most requests of a day; fewer where fewer travelers have a trip.
    seed
        Of everything random.
    explore
        Share of lifted masks at the start; it falls linearly to zero.
    prices, learning
        What goodwill costs, and how PPO learns.
    files
        Digest of the folder's files, so that a run is never continued on other data.
    world
        Digest of the fitted model that answers are drawn from, of which the run keeps a copy;
        empty where the folder says how its travelers answer.

    Raises
    ------
    UsageError
        If a number is out of its range, or the model is unknown, can't forget or knows no context.
    """

    data: str
    epochs: int = 100
    envs: int = 64
    update_every: int = 10
    buffer: int = 12_800
    model: ModelName = "evidence"
    forget: float = 1.0
    context: str = ""
    requests: int = DAY_SIZE
    seed: int = 0
    explore: float = 0.2
    prices: Prices = field(default_factory=Prices)
    learning: LearningSettings = field(default_factory=LearningSettings)
    files: str = ""
    world: str = ""

    def __post_init__(self) -> None:
        for name in ("epochs", "envs", "update_every", "buffer", "requests"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.seed <= _MOST_SEED:
            raise UsageError(f"seed lies between 0 and {_MOST_SEED:,}, not {self.seed}")
        if not 0 <= self.explore <= 1:
            raise UsageError(f"explore lies between 0 and 1, not {self.explore}")
        check_model(self.model, self.forget, self.context)

    @classmethod
    def of(cls, data: Path, world: Path | None = None, **given: Any) -> RunSettings:
        """Settings for a folder, and a fitted model to draw answers from, as they are now."""
        drawn = "" if world is None else _digest([world])
        return cls(data=str(data.resolve()), files=digest_of(data), world=drawn, **given)


def digest_of(data: Path) -> str:
    """Return a digest of the files of a service-area folder."""
    return _digest([data / name for name in FILES if (data / name).is_file()])


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
