"""Models by name, and how each is brought up to date from the outcome buffer."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, get_args

import numpy as np
import torch

from rideflex.areas import ServiceArea
from rideflex.embedding import update_from_outcomes
from rideflex.errors import UsageError
from rideflex.evaluation.progress import Progress
from rideflex.logs.trip_context import TripContext
from rideflex.models.answers import AnswerModel, LearnedModel
from rideflex.models.neural import EvidenceModel
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.models.registry import ANSWER_MODELS, load_answer_model, make_answer_model
from rideflex.models.trip_levels import levels_of_trips
from rideflex.outcomes import Counts, OutcomeBuffer

ModelName = Literal["evidence", "posterior", "minibatch", "hybrid", "tolerance"]
MODELS: tuple[str, ...] = get_args(ModelName)
_FORGETTING = ("posterior", *ANSWER_MODELS)


class Learner(Protocol):
    """A model and its update."""

    @property
    def name(self) -> str:
        """What is updated, for the log."""
        ...

    @property
    def model(self) -> LearnedModel:
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


class AnswerLearner:
    """Tolerances, or tolerances beside the types, fitted to the buffer's answers.

    Parameters
    ----------
    area
        Travelers, trips and decisions.
    name
        "hybrid" or "tolerance".
    forget
        See `PosteriorLearner`.
    context
        Trips on which travelers may be stricter; all are alike without it.
    """

    def __init__(
        self,
        area: ServiceArea,
        name: str,
        forget: float = 1.0,
        context: TripContext | None = None,
    ) -> None:
        self.name, self._area, self._forget = f"{name} model", area, forget
        levels = None
        if context is not None:
            levels, context = levels_of_trips(area, context)
        self.model: AnswerModel = make_answer_model(
            name,
            len(area.travelers),
            area.table,
            trip_levels=levels,
            travelers=area.travelers,
            context=context,
        )

    def update(self, buffer: OutcomeBuffer, n_fresh: int, report: Progress) -> None:
        """Fit the model."""
        held = buffer.outcomes()
        assert held is not None
        asked = np.unique(held.travelers)
        report(f"  [Answer Update] Fitting to {len(buffer)} samples from {len(asked)} customers")
        if self._forget < 1.0:
            self.model.forget(self._forget)
            self.model.update(held[len(held) - n_fresh :])
        else:
            tally = self.model.tally()
            tally.add(held)
            self.model.fit(tally)
        early, late = (f"{one:.0f}" for one in self.model.predict_tolerances(asked).mean(axis=0))
        report(
            f"    Minutes borne in the mean: {early} earlier, {late} later; answer noise "
            f"{self.model.noise:.3f}"
        )

    def restore(self, path: Path) -> None:
        """Go on from a model that was saved."""
        self.model = load_answer_model(path, self._area.table)


def check_model(name: str, forget: float, context: str = "") -> None:
    """Check that there is a model of that name, that can forget so much and tell trips apart.

    Raises
    ------
    UsageError
        If there is no such model, it can't forget, or it knows no context.
    """
    if name not in MODELS:
        raise UsageError(f"unknown model {name!r}; there are {', '.join(MODELS)}")
    if not 0 <= forget <= 1:
        raise UsageError(f"forget lies between 0 and 1, not {forget}")
    if forget != 1.0 and name not in _FORGETTING:
        raise UsageError(f"only {', '.join(_FORGETTING)} can forget, not the model {name!r}")
    if context:
        TripContext.parse(context)
        if name not in ANSWER_MODELS:
            raise UsageError(
                f"only {', '.join(ANSWER_MODELS)} tell trips apart, not the model {name!r}: its "
                "types answer by the table"
            )


def make_learner(
    name: ModelName, area: ServiceArea, seed: int, forget: float = 1.0, context: str = ""
) -> Learner:
    """Make the learner of that name.

    Raises
    ------
    UsageError
        If there is no such model, it can't forget, or it knows no context.
    """
    check_model(name, forget, context)
    if name in ANSWER_MODELS:
        told = TripContext.parse(context) if context else None
        return AnswerLearner(area, name, forget, told)
    if name == "posterior":
        return PosteriorLearner(area, forget)
    return EmbeddingLearner(area, "minibatch" if name == "minibatch" else "evidence", seed)
