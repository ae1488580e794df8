"""The one mapping between the travelers' own ids and the entities that models count from 0."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError

_MOST_GAPS = 16


class TravelerIndex:
    """Maps traveler ids to entities 0 … T-1 and back; made once, never guessed from outcomes.

    Parameters
    ----------
    ids
        The traveler ids [T], each once, in the order of the entities.

    Examples
    --------
    >>> travelers = TravelerIndex([12, 7, 30])
    >>> travelers.encode([7, 30, 30]).tolist()
    [1, 2, 2]
    >>> travelers.encode([99], unknown="mark").tolist()
    [-1]
    >>> travelers.ids[1]
    np.int64(7)
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
        entities = self._look_up(wanted)
        missing = entities < 0
        if unknown == "raise" and missing.any():
            first = wanted[missing].reshape(-1)[0]
            raise UsageError(f"traveler {first} is not one of the {len(self)} known travelers")
        return entities

    def __len__(self) -> int:
        return len(self._ids)

    def _look_up(self, wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Entities of ids, -1 where an id is unknown."""
        if not len(self._ids):
            return np.full(wanted.shape, -1, dtype=np.int32)
        if self._by_id is not None:
            at = np.clip(wanted - self._ids.min(), -1, len(self._by_id) - 2)
            entities: npt.NDArray[np.int32] = self._by_id[at + 1]
            return entities
        order, ordered = self._sorted
        position = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
        found = np.where(ordered[position] == wanted, order[position], -1)
        return found.astype(np.int32)

    @cached_property
    def _by_id(self) -> npt.NDArray[np.int32] | None:
        """The entity of every id from the first to the last, -1 at both ends and in the gaps.

        None where ids lie so far apart that the gaps would take more room than they are worth.
        """
        first, last = int(self._ids.min()), int(self._ids.max())
        if last - first >= _MOST_GAPS * len(self._ids):
            return None
        table = np.full(last - first + 3, -1, dtype=np.int32)
        table[self._ids - first + 1] = np.arange(len(self._ids), dtype=np.int32)
        return table

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        order = np.argsort(self._ids)
        return order, self._ids[order]
