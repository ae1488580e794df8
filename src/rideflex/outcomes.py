"""Observed outcomes, and the counts that are all a flexibility model needs of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.errors import UsageError

Masks = npt.NDArray[np.unsignedinteger[Any]]


class TypeAnswers(Protocol):
    """What flexibility types would have answered: a decision table."""

    @property
    def types(self) -> tuple[str, ...]:
        """Names of the L flexibility types."""
        ...

    def agreement(self, outcomes: Outcomes) -> Masks:
        """Bit masks, unsigned [n]: bit l is set when type l would have answered as observed."""
        ...


@dataclass(frozen=True)
class Outcomes:
    """n observed outcomes, encoded: who was offered what on which trip, and the answer.

    An outcome is what was seen and nothing more; `DecisionTable.outcomes` and
    `rideflex.encode_outcomes` make outcomes that also know whom to ask what the flexibility types
    would have answered.

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
    decisions
        What the types would have answered; None where nobody knows.

    Examples
    --------
    >>> unknown, yes_no = np.array([-1, -1]), np.array([True, False])
    >>> seen = Outcomes(np.array([0, 1]), unknown, np.array([3, 7]), yes_no)
    >>> len(seen), seen[:1].accepted.tolist()
    (2, [True])
    """

    travelers: npt.NDArray[np.int32]
    trips: npt.NDArray[np.int32]
    actions: npt.NDArray[np.int32]
    accepted: npt.NDArray[np.bool_]
    decisions: TypeAnswers | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        lengths = {name: len(array) for name, array in self.arrays().items()}
        if len(set(lengths.values())) > 1:
            raise UsageError(f"the arrays of outcomes differ in length: {lengths}")

    def __len__(self) -> int:
        return len(self.travelers)

    def __getitem__(self, rows: slice | npt.NDArray[Any]) -> Outcomes:
        arrays = {name: array[rows] for name, array in self.arrays().items()}
        return Outcomes(**arrays, decisions=self.decisions)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name."""
        return {name: getattr(self, name) for name in _ARRAYS}

    def agreement(self) -> Masks:
        """Bit masks, unsigned [n]: bit l is set when type l would have answered as observed.

        Raises
        ------
        UsageError
            If nobody knows what the types would have answered.
        """
        if self.decisions is None:
            raise UsageError(
                "these outcomes came without decisions, so that nobody knows what the flexibility "
                "types would have answered; encode them with a decision table"
            )
        return self.decisions.agreement(self)


_ARRAYS = ("travelers", "trips", "actions", "accepted")


class Counts:
    """Sufficient statistics per traveler; additive over shards, and what leaves is taken away.

    Parameters
    ----------
    agree
        float64 [T, L]: outcomes of traveler t that type l would have answered alike.
    total
        float64 [T]: outcomes of traveler t. Both are whole numbers until `scaled` fades them.

    Raises
    ------
    UsageError
        If the shapes don't fit.

    Examples
    --------
    >>> one = Counts(np.array([[2.0, 0.0]]), np.array([2.0]))
    >>> (one + one.scaled(0.5)).agree.tolist()
    [[3.0, 0.0]]
    """

    def __init__(self, agree: npt.ArrayLike, total: npt.ArrayLike) -> None:
        self.agree = np.ascontiguousarray(agree, dtype=np.float64)
        self.total = np.ascontiguousarray(total, dtype=np.float64)
        shape = self.agree.shape
        if len(shape) != 2 or self.total.shape != shape[:1]:
            raise UsageError(f"counts of shapes {shape} and {self.total.shape} don't fit")

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
            If a traveler is not one of 0 … n_travelers - 1, or the outcomes are of other types.
        """
        counts = cls.zeros(n_travelers, n_types)
        counts.add(outcomes)
        return counts

    def __repr__(self) -> str:
        travelers, types = self.agree.shape
        return f"<Counts: {self.total.sum():g} outcomes, {travelers} travelers, {types} types>"

    def add(self, outcomes: Outcomes, sign: float = 1.0) -> None:
        """Count outcomes in place; sign -1 takes them away.

        Raises
        ------
        UsageError
            If the outcomes aren't encoded, or know of other types than the counts, or a traveler
            is outside the counts; nothing is counted then.
        """
        travelers, masks = encoded(outcomes).travelers, outcomes.agreement()
        n_types = len(outcomes.decisions.types) if outcomes.decisions else 0
        if self.agree.shape[1] != n_types:
            raise UsageError(f"outcomes of {n_types} types, for {self.agree.shape[1]} types")
        if len(travelers) and not (0 <= travelers.min() and travelers.max() < len(self.total)):
            raise UsageError(
                f"traveler entities run from {travelers.min()} to {travelers.max()}, "
                f"and the counts hold 0 to {len(self.total) - 1}"
            )
        _add(self.agree, self.total, travelers, masks, float(sign))

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

    Examples
    --------
    >>> from rideflex import DecisionTable
    >>> buffer = OutcomeBuffer(capacity=2, n_travelers=1, n_types=4)
    >>> table = DecisionTable.empty()
    >>> buffer.append(table.outcomes([0, 0, 0], [-1, -1, -1], [15, 15, 0], [True, True, False]))
    >>> len(buffer), buffer.seen
    (2, 3)
    >>> buffer.counts.agree.tolist()  # of the last two
    [[2.0, 0.0, 1.0, 1.0]]
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
        if ring.decisions is not kept.decisions:
            raise UsageError("the outcomes held come from another decision table")
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

    def restore(self, state: Mapping[str, npt.NDArray[Any]], decisions: TypeAnswers) -> None:
        """Go on from a `state`; of more outcomes than there is room for, the last are held.

        `decisions` says what the types would have answered, as it did for the outcomes held.
        """
        self.counts = Counts.zeros(*self.counts.agree.shape)
        self._ring = None
        self._held = self._end = 0
        if _ARRAYS[0] in state:
            held = {name: state[name] for name in _ARRAYS}
            self.append(Outcomes(**held, decisions=decisions))
        self._seen = int(state["seen"])

    def _room(self, like: Outcomes) -> Outcomes:
        rooms = {n: np.zeros(self.capacity, array.dtype) for n, array in like.arrays().items()}
        return Outcomes(**rooms, decisions=like.decisions)

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
        for kind in range(n_types):  # no branch: which types agree can't be foreseen
            agree[traveler, kind] += sign * ((mask >> np.uint64(kind)) & np.uint64(1))
