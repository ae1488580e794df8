"""Flexibility models by name, and how each is brought up to date from the outcome buffer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, get_args

import numpy as np
import torch

from rideflex.areas import ServiceArea
from rideflex.embedding import update_from_outcomes
from rideflex.errors import UsageError
from rideflex.evaluation.progress import Progress
from rideflex.models.neural import EvidenceModel
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.models.protocol import FlexibilityModel
from rideflex.outcomes import Counts, OutcomeBuffer

ModelName = Literal["evidence", "posterior", "minibatch"]
MODELS: tuple[str, ...] = get_args(ModelName)


class Learner(Protocol):
    """A flexibility model and its update."""

    @property
    def name(self) -> str:
        """What is updated, for the log."""
        ...

    @property
    def model(self) -> FlexibilityModel:
        """What is believed now."""
        ...

    def update(self, buffer: OutcomeBuffer, n_fresh: int, report: Progress) -> None:
        """Learn from the buffer, whose last `n_fresh` outcomes came since the last update."""
        ...

    def restore(self, path: Path) -> None:
        """Go on from a model that was saved."""
        ...


class EmbeddingLearner:
    """`EmbeddingFFN`, updated as `update_embedding_model` does it.

    Parameters
    ----------
    area
        Travelers and decisions.
    method
        "evidence" or "minibatch".
    seed
        Of the first weights, and of the mini-batches.
    """

    name = "embedding model"

    def __init__(
        self, area: ServiceArea, method: Literal["evidence", "minibatch"], seed: int
    ) -> None:
        self._area, self._method, self._seed = area, method, seed
        self._compile_seconds = area.compile_seconds
        self.model = EvidenceModel(
            len(area.travelers), area.table.types, seed=seed, travelers=area.travelers
        )

    def update(self, buffer: OutcomeBuffer, n_fresh: int, report: Progress) -> None:
        """Train the network on the buffer."""
        del n_fresh
        held = buffer.outcomes()
        assert held is not None
        update_from_outcomes(
            self.model.network,
            held,
            self._area.table,
            method=self._method,
            generator=torch.Generator().manual_seed(self._seed + buffer.seen),
            compile_seconds=self._compile_seconds,
            report=report,
        )
        self._compile_seconds = None

    def restore(self, path: Path) -> None:
        """Go on from a network that was saved."""
        self.model = EvidenceModel.load(path)


class PosteriorLearner:
    """The exact posterior, fitted to the buffer's counts.

    Parameters
    ----------
    area
        Travelers and decisions.
    forget
        What all earlier outcomes weigh at each update, for travelers who change; with 1 the
        buffer alone decides how far back the model looks.
    """

    name = "posterior"

    def __init__(self, area: ServiceArea, forget: float = 1.0) -> None:
        self._forget = forget
        self.model = FlexibilityPosterior(
            len(area.travelers), area.table.types, travelers=area.travelers
        )

    def update(self, buffer: OutcomeBuffer, n_fresh: int, report: Progress) -> None:
        """Fit the posterior."""
        held = buffer.outcomes()
        assert held is not None
        counts = buffer.counts
        if self._forget < 1.0:
            counts = self.model.counts.scaled(self._forget)
            counts.add(held[len(held) - n_fresh :])
        customers = int(np.count_nonzero(counts.total))
        report(f"  [Posterior Update] Fitting to {len(buffer)} samples from {customers} customers")
        self.model.fit(Counts(counts.agree.copy(), counts.total.copy()))
        mixture = self.model.mixture
        shares = ", ".join(f"{share:.2f}" for share in mixture.shares)
        report(f"    Exact posterior: shares {shares}, answer noise {mixture.noise:.3f}")

    def restore(self, path: Path) -> None:
        """Go on from a posterior that was saved."""
        self.model = FlexibilityPosterior.load(path)


def check_model(name: str, forget: float) -> None:
    """Check that there is a model of that name, and that it can forget so much.

    Raises
    ------
    UsageError
        If there is no such model, or it can't forget.
    """
    if name not in MODELS:
        raise UsageError(f"unknown model {name!r}; there are {', '.join(MODELS)}")
    if not 0 <= forget <= 1:
        raise UsageError(f"forget lies between 0 and 1, not {forget}")
    if forget != 1.0 and name != "posterior":
        raise UsageError(f"only the posterior can forget, not the model {name!r}")


def make_learner(name: ModelName, area: ServiceArea, seed: int, forget: float = 1.0) -> Learner:
    """Make the learner of that name.

    Raises
    ------
    UsageError
        If there is no such model, or it can't forget.
    """
    check_model(name, forget)
    if name == "posterior":
        return PosteriorLearner(area, forget)
    return EmbeddingLearner(area, name, seed)
