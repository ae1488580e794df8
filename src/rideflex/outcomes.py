"""Observed outcomes, and the counts that are all a flexibility model needs of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.errors import UsageError


@dataclass(frozen=True)
class Outcomes:
    """n observed outcomes, encoded; `DecisionTable.outcomes` makes them.

    Parameters
    ----------
    travelers
        Entities int32 [n], counted from 0.
    trips
        Trip ids int32 [n]; -1 where the context is unknown.
    actions
        Indices into the offer grid, int32 [n].
    accepted
        Answers bool [n].
    agree
        Bit masks, unsigned [n]: bit l is set when type l would have answered as observed.
    """

    travelers: npt.NDArray[np.int32]
    trips: npt.NDArray[np.int32]
    actions: npt.NDArray[np.int32]
    accepted: npt.NDArray[np.bool_]
    agree: npt.NDArray[np.unsignedinteger[Any]]

    def __post_init__(self) -> None:
        lengths = {name: len(array) for name, array in self.arrays().items()}
        if len(set(lengths.values())) > 1:
            raise UsageError(f"the arrays of outcomes differ in length: {lengths}")

    def __len__(self) -> int:
        return len(self.travelers)

    def __getitem__(self, rows: slice | npt.NDArray[Any]) -> Outcomes:
        return Outcomes(**{name: array[rows] for name, array in self.arrays().items()})

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Counts:
    """Sufficient statistics of outcomes: they add up over shards and take away what leaves.

    Parameters
    ----------
    agree
        float64 [T, L]: outcomes of traveler t that type l would have answered alike.
    total
        float64 [T]: outcomes of traveler t. Both are whole numbers until `scaled` fades them.
    """

    agree: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]

    @classmethod
    def zeros(cls, n_travelers: int, n_types: int) -> Counts:
        """Counts of no outcome at all."""
        return cls(np.zeros((n_travelers, n_types)), np.zeros(n_travelers))

    @classmethod
    def of(cls, outcomes: Outcomes, n_travelers: int, n_types: int) -> Counts:
        """Count outcomes in one pass.

        Raises
        ------
        UsageError
            If a traveler is not one of 0 … n_travelers - 1.
        """
        counts = cls.zeros(n_travelers, n_types)
        counts.add(outcomes)
        return counts

    def __post_init__(self) -> None:
        shape = np.shape(self.agree)
        if len(shape) != 2 or np.shape(self.total) != shape[:1]:
            raise UsageError(f"counts of shapes {shape} and {np.shape(self.total)} don't fit")
        for name in ("agree", "total"):
            array = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, array)

    def add(self, outcomes: Outcomes, sign: float = 1.0) -> None:
        """Count outcomes in place; sign -1 takes them away.

        Raises
        ------
        UsageError
            If the outcomes aren't encoded, or are of fewer types than the counts, or a traveler
            is outside the counts; nothing is counted then.
        """
        travelers, bits = encoded(outcomes).travelers, 8 * outcomes.agree.dtype.itemsize
        if self.agree.shape[1] > bits:
            raise UsageError(f"outcomes of at most {bits} types, for {self.agree.shape[1]} types")
        if len(travelers) and not (0 <= travelers.min() and travelers.max() < len(self.total)):
            raise UsageError(
                f"traveler entities run from {travelers.min()} to {travelers.max()}, "
                f"and the counts hold 0 to {len(self.total) - 1}"
            )
        _add(self.agree, self.total, travelers, outcomes.agree, sign)

    def scaled(self, factor: float) -> Counts:
        """Counts that weigh `factor` times as much."""
        return Counts(self.agree * factor, self.total * factor)

    def copy(self) -> Counts:
        """Counts of their own, which later outcomes don't touch."""
        return Counts(self.agree.copy(), self.total.copy())

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.agree + other.agree, self.total + other.total)


def encoded(outcomes: object) -> Outcomes:
    """Return the outcomes as they are.

    Raises
    ------
    UsageError
        If they are something else, such as a list of dicts; it says how they are made.
    """
    if not isinstance(outcomes, Outcomes):
        raise UsageError(
            f"a {type(outcomes).__name__} was given for encoded outcomes; make them of it with "
            "rideflex.encode_outcomes(frame, table, travelers)"
        )
    return outcomes


class OutcomeBuffer:
    """The last `capacity` outcomes, with their counts kept as outcomes enter and leave.

    Parameters
    ----------
    capacity
        Outcomes held; the oldest leave first.
    n_travelers, n_types
        Shape of the counts.
    """

    def __init__(self, capacity: int, n_travelers: int, n_types: int) -> None:
        if capacity < 1:
            raise UsageError(f"a buffer holds at least one outcome, not {capacity}")
        self.capacity = capacity
        self.counts = Counts.zeros(n_travelers, n_types)
        self._ring: Outcomes | None = None
        self._seen = self._held = self._end = 0

    @property
    def seen(self) -> int:
        """Outcomes that ever entered."""
        return self._seen

    def __len__(self) -> int:
        return self._held

    def append(self, outcomes: Outcomes) -> None:
        """Let outcomes enter, oldest first; as many leave as there is no room for.

        Raises
        ------
        UsageError
            If the outcomes don't fit the counts (see `Counts.add`) or those held; none enters
            then.
        """
        kept = encoded(outcomes)[-self.capacity :]
        ring = self._room(outcomes) if self._ring is None else self._ring
        if ring.agree.dtype != kept.agree.dtype:
            raise UsageError("the outcomes come from a table with another number of types")
        slots = self._slots(self._end, len(kept))
        self.counts.add(kept)
        self.counts.add(ring[slots[slots < self._held]], sign=-1.0)
        self._ring = ring
        self._write(slots, kept)
        self._seen += len(outcomes)
        self._end += len(kept)
        self._held = min(self._held + len(kept), self.capacity)

    def outcomes(self) -> Outcomes | None:
        """Copy the outcomes held, oldest first; None before the first one."""
        if self._ring is None:
            return None
        return self._ring[self._slots(self._end - self._held, self._held)]

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Everything needed to go on later, as arrays by name."""
        held = self.outcomes()
        arrays = {} if held is None else held.arrays()
        return {**arrays, "seen": np.array(self._seen)}

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go on from a `state`; of more outcomes than there is room for, the last are held."""
        self.counts = Counts.zeros(*self.counts.agree.shape)
        self._ring = None
        self._held = self._end = 0
        arrays = {name: array for name, array in state.items() if name != "seen"}
        if arrays:
            self.append(Outcomes(**arrays))
        self._seen = int(state["seen"])

    def _room(self, like: Outcomes) -> Outcomes:
        arrays = like.arrays().items()
        return Outcomes(**{name: np.zeros(self.capacity, array.dtype) for name, array in arrays})

    def _slots(self, first: int, n: int) -> npt.NDArray[np.intp]:
        return (first + np.arange(n)) % self.capacity

    def _write(self, slots: npt.NDArray[np.intp], outcomes: Outcomes) -> None:
        assert self._ring is not None
        for name, array in self._ring.arrays().items():
            array[slots] = getattr(outcomes, name)


@compiled()
def _add(
    agree: npt.NDArray[np.float64],
    total: npt.NDArray[np.float64],
    travelers: npt.NDArray[np.int32],
    masks: npt.NDArray[np.unsignedinteger[Any]],
    sign: float,
) -> None:
    n_types = agree.shape[1]
    for row in range(len(travelers)):
        traveler = travelers[row]
        mask = np.uint64(masks[row])
        total[traveler] += sign
        for kind in range(n_types):
            if (mask >> np.uint64(kind)) & np.uint64(1):
                agree[traveler, kind] += sign
