"""Flexibility models by name, and by what a saved file says it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from rideflex.errors import DataError, Problem, UsageError
from rideflex.models.protocol import FlexibilityModel
from rideflex.storage.array_file import saved_kind
from rideflex.travelers import TravelerIndex


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
"""The models of the package; a further one is entered here."""


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
    entry = MODELS[name]
    return cast(ModelClass, getattr(import_module(entry.module), entry.name))


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
