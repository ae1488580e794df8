"""The one mapping between the travelers' own ids and the entities that models count from 0."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError


class TravelerIndex:
    """Maps traveler ids to entities 0 … T-1 and back; made once, never guessed from outcomes.

    Parameters
    ----------
    ids
        The traveler ids [T], each once, in the order of the entities.
    """

    def __init__(self, ids: npt.ArrayLike) -> None:
        array = np.array(ids, dtype=np.int64)
        if array.ndim != 1 or len(np.unique(array)) < len(array):
            raise UsageError("traveler ids must be a flat list without repeats")
        array.setflags(write=False)
        self._ids = array

    @classmethod
    def from_ids(cls, ids: npt.ArrayLike) -> TravelerIndex:
        """Index the distinct ids in ascending order."""
        return cls(np.unique(np.asarray(ids, dtype=np.int64)))

    @classmethod
    def consecutive(cls, first_id: int, n_travelers: int) -> TravelerIndex:
        """Index `first_id`, `first_id` + 1, … (n_travelers of them)."""
        return cls(np.arange(first_id, first_id + n_travelers))

    @property
    def ids(self) -> npt.NDArray[np.int64]:
        """The traveler ids [T], read-only."""
        return self._ids

    def encode(
        self, ids: npt.ArrayLike, unknown: Literal["raise", "mark"] = "raise"
    ) -> npt.NDArray[np.int32]:
        """Return the entity of each id, int32 [n].

        Parameters
        ----------
        ids
            Traveler ids [n].
        unknown
            "raise", or "mark" to give -1 where the id is unknown.

        Raises
        ------
        UsageError
            If an id is unknown; it names the first.
        """
        wanted = np.asarray(ids, dtype=np.int64)
        if not len(self._ids):
            position = np.zeros(wanted.shape, dtype=np.int64)
            missing = np.ones(wanted.shape, dtype=np.bool_)
            entities = position.astype(np.int32)
        else:
            order, ordered = self._sorted
            position = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
            missing = ordered[position] != wanted
            entities = order[position].astype(np.int32)
        if missing.any():
            if unknown == "raise":
                first = wanted[missing].reshape(-1)[0]
                raise UsageError(f"traveler {first} is not one of the {len(self)} known travelers")
            entities[missing] = -1
        return entities

    def __len__(self) -> int:
        return len(self._ids)

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        order = np.argsort(self._ids)
        return order, self._ids[order]
