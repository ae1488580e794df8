"""The contract that every flexibility model keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.outcomes import Counts
from rideflex.travelers import TravelerIndex

Unknown = Literal["raise", "prior"]


@runtime_checkable
class FlexibilityModel(Protocol):
    """Learns from counts which flexibility type each traveler is.

    Models are tested by being there: one list of checks runs over every class of the package
    that has these members (`tests/models/test_contract.py`).
    """

    @property
    def types(self) -> tuple[str, ...]:
        """The L flexibility types, in the order of the probabilities."""
        ...

    @property
    def n_travelers(self) -> int:
        """Travelers held; their entities run from 0."""
        ...

    def fit(self, counts: Counts) -> None:
        """Let these counts be all that is known."""
        ...

    def predict_proba(
        self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, L]: the probability that each traveler is of each type."""
        ...

    def save(self, path: str | Path) -> None:
        """Write the model to one versioned file."""
        ...

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that `save` wrote."""
        ...


def known_entities(
    travelers: npt.ArrayLike,
    n_travelers: int,
    unknown: Unknown,
    index: TravelerIndex | None = None,
) -> npt.NDArray[np.int64]:
    """Check entities [n]; with unknown="prior" those outside the model become -1.

    Raises
    ------
    UsageError
        If a traveler is unknown and unknown="raise"; it names the first.
    """
    entities = np.atleast_1d(np.asarray(travelers))
    if entities.size and not np.issubdtype(entities.dtype, np.integer):
        raise UsageError(f"travelers are entities (whole numbers), not {entities.dtype} values")
    outside = (entities < 0) | (entities >= n_travelers)
    if unknown == "raise" and outside.any():
        first = int(entities[outside][0])
        ids = "" if index is None or not len(index) else f" (ids {index.ids[0]} … {index.ids[-1]})"
        raise UsageError(
            f"unknown traveler: entity {first} is not one of 0 … {n_travelers - 1}{ids}; "
            'ask with unknown="prior" to get the shares of the types instead'
        )
    return np.where(outside, -1, entities).astype(np.int64)
