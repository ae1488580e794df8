"""Models by name, and by what a saved file says it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy.typing as npt

from rideflex.errors import DataError, Problem, UsageError
from rideflex.logs.trip_context import TripContext
from rideflex.models.answers import AnswerModel, LearnedModel
from rideflex.models.protocol import FlexibilityModel
from rideflex.storage.array_file import saved_kind
from rideflex.travelers import TravelerIndex

if TYPE_CHECKING:
    from rideflex.decisions import DecisionTable


class ModelClass(Protocol):
    """How the class of a model is called."""

    def __call__(
        self, n_travelers: int, types: Sequence[str], *, travelers: TravelerIndex | None = None
    ) -> FlexibilityModel:
        """Make a model that has seen no outcome."""
        ...

    def load(self, path: str | Path) -> FlexibilityModel:
        """Read a model that was saved."""
        ...


@dataclass(frozen=True)
class ModelEntry:
    """Where a model's class is, so that PyTorch is loaded only with a model that needs it.

    Parameters
    ----------
    module, name
        Of the class.
    kind
        What its saved files say they hold.
    """

    module: str
    name: str
    kind: str


MODELS: dict[str, ModelEntry] = {
    "posterior": ModelEntry(
        "rideflex.models.posterior", "FlexibilityPosterior", "flexibility posterior"
    ),
    "evidence": ModelEntry(
        "rideflex.models.neural.model", "EvidenceModel", "flexibility embedding"
    ),
}
"""Models of who is of which type; a further one is entered here."""

ANSWER_MODELS: dict[str, ModelEntry] = {
    "tolerance": ModelEntry("rideflex.models.tolerance.model", "ToleranceModel", "tolerance model"),
    "hybrid": ModelEntry("rideflex.models.hybrid", "HybridModel", "hybrid model"),
}
"""Models that learn acceptance from answers; a further one is entered here."""


def model_class(name: str) -> ModelClass:
    """The class of the model of that name.

    Raises
    ------
    UsageError
        If there is no such model; it names those there are.

    Examples
    --------
    >>> model_class("posterior")(2, ("rigid", "flexible")).predict_proba([0]).tolist()
    [[0.5, 0.5]]
    """
    if name not in MODELS:
        raise UsageError(f"unknown model {name!r}; there are {', '.join(MODELS)}")
    return cast(ModelClass, _class_of(MODELS[name]))


def load_model(path: str | Path) -> FlexibilityModel:
    """Load whichever model a file holds.

    Raises
    ------
    DataError
        If the file is missing or damaged, or holds no flexibility model.
    """
    kind = saved_kind(path)
    for name, entry in MODELS.items():
        if entry.kind == kind:
            return model_class(name).load(path)
    raise DataError(Problem(str(path), f"holds a {kind}, not a flexibility model"))


def make_answer_model(
    name: str,
    n_travelers: int,
    table: DecisionTable,
    *,
    trip_levels: npt.ArrayLike | None = None,
    travelers: TravelerIndex | None = None,
    context: TripContext | None = None,
) -> AnswerModel:
    """Make the model of that name, which has seen no answer.

    Parameters
    ----------
    name
        One of `ANSWER_MODELS`.
    n_travelers
        Travelers T; entities run from 0.
    table
        Its offers are those that answers are counted by.
    trip_levels
        Context level of each trip id, 0 or 1; without it all trips are alike.
    travelers
        The travelers' own ids, in the order of the entities.
    context
        What the levels mean.

    Raises
    ------
    UsageError
        If there is no such model; it names those there are.

    Examples
    --------
    >>> from rideflex import DecisionTable
    >>> make_answer_model("tolerance", 2, DecisionTable.empty()).n_travelers
    2
    """
    if name not in ANSWER_MODELS:
        raise UsageError(f"unknown model {name!r}; there are {', '.join(ANSWER_MODELS)}")
    asked = table if name == "hybrid" else table.offers
    made: AnswerModel = _class_of(ANSWER_MODELS[name])(
        n_travelers, asked, trip_levels=trip_levels, travelers=travelers, context=context
    )
    return made


def load_answer_model(path: str | Path, table: DecisionTable | None = None) -> AnswerModel:
    """Load whichever answer model a file holds.

    Raises
    ------
    DataError
        If the file is missing or damaged, or holds no answer model.
    """
    kind = saved_kind(path)
    for entry in ANSWER_MODELS.values():
        if entry.kind == kind:
            loaded: AnswerModel = _class_of(entry).load(path, table=table)
            return loaded
    raise DataError(Problem(str(path), f"holds a {kind}, not a model of answers"))


def load_any_model(path: str | Path, table: DecisionTable) -> LearnedModel:
    """Load whichever model a file holds, of types or of answers.

    Raises
    ------
    DataError
        If the file is missing or damaged, or holds no model.
    UsageError
        If a model that asks a table was made for another one.
    """
    return load_answer_model(path, table) if holds_answer_model(path) else load_model(path)


def holds_answer_model(path: str | Path) -> bool:
    """Whether a file holds a model that learns from answers.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    return saved_kind(path) in {entry.kind for entry in ANSWER_MODELS.values()}


def _class_of(entry: ModelEntry) -> Any:
    return getattr(import_module(entry.module), entry.name)
