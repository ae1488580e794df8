"""The contract of models that learn acceptance from answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from rideflex.models.protocol import AcceptanceModel, FlexibilityModel, Unknown
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.travelers import TravelerIndex

if TYPE_CHECKING:
    from rideflex.decisions import DecisionTable


class Tally(Protocol):
    """Counts that encoded outcomes are added to; all that a model needs of them."""

    def add(self, outcomes: Outcomes, sign: int = 1) -> None:
        """Count outcomes in place; sign -1 takes them away."""
        ...

    def scaled(self, factor: float) -> Self:
        """Counts that weigh `factor` times as much."""
        ...

    def __add__(self, other: Self) -> Self:
        """Counts of both."""
        ...


@runtime_checkable
class AnswerModel(Protocol):
    """An acceptance model that learns from answers, and needs to know of no type.

    `rideflex.testing.check_answer_model` says whether a class keeps the contract.
    """

    @property
    def n_travelers(self) -> int:
        """Travelers T held; their entities run from 0."""
        ...

    @property
    def travelers(self) -> TravelerIndex | None:
        """The travelers' own ids, in the order of the entities, where they were given."""
        ...

    @property
    def offers(self) -> OfferGrid:
        """The A offers that answers are counted by."""
        ...

    @property
    def noise(self) -> float:
        """How often an answer goes against what the traveler would say."""
        ...

    def tally(self) -> Any:
        """Make counts (a `Tally`) of no answer, of the form that `fit` takes."""
        ...

    def fit(self, tally: Any) -> None:
        """Fit to a copy of these counts, replacing earlier ones."""
        ...

    def update(self, outcomes: Outcomes) -> None:
        """Add the counts of more outcomes, and fit."""
        ...

    def learn(self, outcomes: Outcomes, sign: int = 1) -> None:
        """Add the counts of more outcomes, or take them away, and let what is shared be as it is.

        What is shared are weights, scales and noise, which all travelers' answers speak for.
        """
        ...

    def forget(self, factor: float) -> None:
        """Let what was seen so far weigh `factor` times as much, and fit; statements stay."""
        ...

    def believed(self) -> AcceptanceModel:
        """What is predicted now, of all travelers at once, and unmoved by what is learned later.

        A prediction then depends, to its last bit, on nobody who is asked about along with it.
        """
        ...

    def predict_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, A]; see `AcceptanceModel.predict_accept`.

        A traveler outside the model is an error, or taken for anybody ("prior").
        """
        ...

    def predict_tolerances(
        self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, 2]: minutes earlier and later that each traveler is expected to bear.

        At context level 0, from 0 to the most that the offers ask for: more is not known.
        """
        ...

    def answered(self, travelers: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return float64 [n]: answers to real questions known of each; 0 of a stranger (-1)."""
        ...

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]; see `AcceptanceModel.sample_answers`."""
        ...

    def draw_accept(
        self,
        travelers: npt.ArrayLike,
        trips: npt.ArrayLike,
        rng: np.random.Generator,
        *,
        unknown: Unknown = "raise",
    ) -> npt.NDArray[np.float64]:
        """Draw float64 [n, A]; see `AcceptanceModel.draw_accept`.

        A traveler outside the model is an error, or drawn as anybody ("prior").
        """
        ...

    def save(self, path: str | Path) -> None:
        """Write the model to one versioned file, without pickle."""
        ...

    @classmethod
    def load(cls, path: str | Path, *, table: DecisionTable | None = None) -> Self:
        """Read a model that `save` wrote; the same probabilities, bit for bit.

        Parameters
        ----------
        path
            The file.
        table
            What the types answer, for a model that asks it.
        """
        ...


LearnedModel = FlexibilityModel | AnswerModel
"""Whatever has learned from outcomes: who is of which type, or what is accepted."""


@runtime_checkable
class HoldsTypes(Protocol):
    """Holds some travelers to be of a flexibility type, and others to be of none."""

    @property
    def types(self) -> tuple[str, ...]:
        """The L flexibility types."""
        ...

    def predict_types(
        self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, L]: P(type); what lacks to 1 is the probability of none of them."""
        ...


def held_types(model: LearnedModel, travelers: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """P(type) of each traveler, float64 [n, L], by any model.

    What lacks to 1 is held by tolerances; L is 0 where a model knows no types.
    """
    if isinstance(model, HoldsTypes):
        return model.predict_types(travelers)
    if isinstance(model, AnswerModel):
        return np.zeros((len(np.asarray(travelers)), 0))
    return model.predict_proba(travelers)
