"""The contracts that models keep: of flexibility types, and of acceptance."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from rideflex.outcomes import Counts
from rideflex.travelers import TravelerIndex

Unknown = Literal["raise", "prior"]


@runtime_checkable
class FlexibilityModel(Protocol):
    """Learns from counts which flexibility type each traveler is.

    A class that has these members is made by `Model(n_travelers, types, travelers=…)`, and
    `rideflex.testing.check_model` says whether it keeps the contract. Those of the package are
    found and checked by being there, and loaded by what their files say they hold
    (`rideflex.models.registry`).
    """

    @property
    def types(self) -> tuple[str, ...]:
        """The L flexibility types, in the order of the probabilities."""
        ...

    @property
    def n_travelers(self) -> int:
        """Travelers T held; their entities run from 0."""
        ...

    @property
    def travelers(self) -> TravelerIndex | None:
        """The travelers' own ids, in the order of the entities, where they were given."""
        ...

    @property
    def noise(self) -> float:
        """Flip probability ε: how often a traveler answers against the type."""
        ...

    def fit(self, counts: Counts) -> None:
        """Fit to these counts, replacing earlier ones.

        Raises
        ------
        UsageError
            If they are of other travelers or types, or don't make sense.
        """
        ...

    def predict_proba(
        self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, L]: the probability that each traveler is of each type.

        Parameters
        ----------
        travelers
            Entities [n].
        unknown
            What a traveler outside the model gets: an error, or the mixing weights π ("prior").

        Raises
        ------
        UsageError
            If a traveler is unknown and unknown="raise".
        """
        ...

    def save(self, path: str | Path) -> None:
        """Write the model to one versioned file, without pickle."""
        ...

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that `save` wrote; the same probabilities, bit for bit."""
        ...


@runtime_checkable
class AcceptanceModel(Protocol):
    """Says how likely each traveler accepts each of A offers on a trip.

    Nothing here speaks of types, so that a model may know tolerances, or anything else.
    """

    @property
    def n_travelers(self) -> int:
        """Travelers T held; their entities run from 0."""
        ...

    @property
    def noise(self) -> float:
        """How often an answer goes against what the traveler would say: no probability is less."""
        ...

    def predict_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, A]: the probability that each traveler accepts each offer.

        Parameters
        ----------
        travelers
            Entities [n].
        trips
            Trip ids [n] of the decision table, -1 for a context that it doesn't know.
        """
        ...

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]: what each traveler would say, were one draw of the posterior true.

        What is drawn is the traveler, once for all offers of a row, not each answer; `noise` is
        left out.
        """
        ...

    def draw_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.float64]:
        """Draw float64 [n, A]: how likely each accepts, were one draw of the posterior true.

        Noise is in it, so that the mean over draws is `predict_accept`.
        """
        ...


@runtime_checkable
class PredictsUnseen(Protocol):
    """Predicts people outside the model from their features alone."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Columns that it reads; none where it was made without features."""
        ...

    def predict_unseen(self, frame: Any) -> npt.NDArray[np.float64]:
        """Return float64 [n, L] for n people, one row of features each."""
        ...
