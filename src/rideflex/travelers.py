"""The one mapping between the travelers' own ids and the entities that models count from 0."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.storage.texts import text_arrays, texts_of
from rideflex.tables.ids import IdCodes, Ids, as_ids, id_array, other_spelling, sorted_ids

_MOST_GAPS = 16
_SAVED = "traveler_ids"


class TravelerIndex:
    """Maps traveler ids to entities 0 … T-1 and back; made once, never guessed from outcomes.

    An id is a whole number or a text, and a name in both: 7 and 007 are two travelers, 7 and "7"
    are one.

    Parameters
    ----------
    ids
        The traveler ids [T], each once, in the order of the entities.

    Raises
    ------
    UsageError
        If an id stands there twice, or is neither text nor a whole number.

    Examples
    --------
    >>> travelers = TravelerIndex([12, 7, 30])
    >>> travelers.encode([7, 30, 30]).tolist()
    [1, 2, 2]
    >>> travelers.encode([99], unknown="mark").tolist()
    [-1]
    >>> travelers.ids[1]
    np.int64(7)
    >>> TravelerIndex(["7", "007", "A-17"]).encode(["A-17", 7]).tolist()
    [2, 0]
    """

    def __init__(self, ids: npt.ArrayLike) -> None:
        array = as_ids(ids).copy()
        self._names = IdCodes()
        codes = (
            array
            if array.dtype == np.int64
            else np.array([self._names.add(one) for one in array.tolist()], dtype=np.int64)
        )
        if array.ndim != 1 or len(np.unique(codes)) < len(codes):
            raise UsageError("traveler ids must be a flat list without repeats")
        for held in (array, codes):
            held.setflags(write=False)
        self._ids = array
        self._codes = cast("npt.NDArray[np.int64]", codes)

    @classmethod
    def from_ids(cls, ids: npt.ArrayLike) -> TravelerIndex:
        """Index the distinct ids: numbers in ascending order, then names in alphabetical order."""
        array = as_ids(ids)
        if array.dtype == np.int64:
            return cls(np.unique(array))
        return cls(id_array(sorted_ids(array.tolist())))

    @classmethod
    def consecutive(cls, first_id: int, n_travelers: int) -> TravelerIndex:
        """Index `first_id`, `first_id` + 1, … (n_travelers of them)."""
        return cls(np.arange(first_id, first_id + n_travelers))

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> TravelerIndex | None:
        """Restore the index that `arrays` gave; None where there is none."""
        if _SAVED not in arrays:
            return None
        return cls(IdCodes(texts_of(_SAVED, arrays)).decode(arrays[_SAVED]))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The index as arrays by name, to be saved."""
        names = self._names.names
        return {_SAVED: self._codes, **(text_arrays(_SAVED, names) if names else {})}

    @property
    def ids(self) -> Ids:
        """The traveler ids [T], read-only: int64 where all are whole numbers, else int and str."""
        return self._ids

    def whole_ids(self) -> npt.NDArray[np.int64]:
        """The traveler ids [T] where they are whole numbers.

        Raises
        ------
        UsageError
            If one is a text; it names the first.
        """
        return whole_ids(self._ids)

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
            If an id is unknown; it names the first, and the known id that it looks like.
        """
        wanted = as_ids(ids)
        entities = self._look_up(self._names.encode(wanted))
        missing = entities < 0
        if unknown == "raise" and missing.any():
            first = wanted[missing].reshape(-1)[:1].tolist()[0]
            raise UsageError(
                f"traveler {first} is not one of the {len(self)} known travelers"
                f"{other_spelling(first, self._ids.tolist())}"
            )
        return entities

    def __len__(self) -> int:
        return len(self._ids)

    def _look_up(self, wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Entities of codes, -1 where a code is unknown."""
        if not len(self._codes):
            return np.full(wanted.shape, -1, dtype=np.int32)
        if self._by_code is not None:
            at = np.clip(wanted - self._codes.min(), -1, len(self._by_code) - 2)
            entities: npt.NDArray[np.int32] = self._by_code[at + 1]
            return entities
        order, ordered = self._sorted
        position = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
        found = np.where(ordered[position] == wanted, order[position], -1)
        return found.astype(np.int32)

    @cached_property
    def _by_code(self) -> npt.NDArray[np.int32] | None:
        """The entity of every code from the first to the last, -1 at both ends and in the gaps.

        None where codes lie so far apart that the gaps would take more room than they are worth.
        """
        first, last = int(self._codes.min()), int(self._codes.max())
        if last - first >= _MOST_GAPS * len(self._codes):
            return None
        table = np.full(last - first + 3, -1, dtype=np.int32)
        table[self._codes - first + 1] = np.arange(len(self._codes), dtype=np.int32)
        return table

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        order = np.argsort(self._codes)
        return order, self._codes[order]


def whole_ids(ids: Ids) -> npt.NDArray[np.int64]:
    """Take traveler ids that must be whole numbers, because entities are counted from the first.

    Raises
    ------
    UsageError
        If one is a text; it names the first.
    """
    if ids.dtype == np.int64:
        return cast("npt.NDArray[np.int64]", ids)
    first = next(one for one in ids.tolist() if isinstance(one, str))
    raise UsageError(
        f"traveler {first!r} is a name, and an entity is counted from a whole number; number the "
        "travelers yourself, or use FlexibilityPosterior with TravelerIndex, which take names"
    )
