"""Sufficient statistics of answers: how often each traveler refused and accepted each offer."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.errors import UsageError

_ROUNDING = 1e-3
_AXES = ("traveler", "context level", "offer")


class AnswerCounts:
    """Answers counted by traveler, context level and offer; they add, fade and are taken away.

    Whole numbers stand in the smallest unsigned integers that hold them, so that a million
    travelers take 32 bytes each on a grid of sixteen offers without context levels. Counts that
    have faded are numbers of single precision.

    Parameters
    ----------
    n_travelers, n_levels, n_offers
        T, C and A.

    Raises
    ------
    UsageError
        If one of them is below 1.

    Examples
    --------
    >>> counts = AnswerCounts(n_travelers=2, n_levels=1, n_offers=3)
    >>> counts.count([0, 0, 1], [0, 0, 0], [1, 1, 2], [True, False, True])
    >>> counts.array[0, 0].tolist()  # of each offer: refused, accepted
    [[0, 0], [1, 1], [0, 0]]
    """

    def __init__(self, n_travelers: int, n_levels: int, n_offers: int) -> None:
        if min(n_travelers, n_levels, n_offers) < 1:
            raise UsageError(
                "answers are counted of at least one traveler, level and offer, not "
                f"{n_travelers}, {n_levels}, {n_offers}"
            )
        self._array: npt.NDArray[Any] = np.zeros((n_travelers, n_levels, n_offers, 2), np.uint8)

    @classmethod
    def of_array(cls, array: npt.NDArray[Any]) -> Self:
        """Take counts [T, C, A, 2] as they are, without a copy.

        Raises
        ------
        UsageError
            If they have another shape, or are no counts.
        """
        if array.ndim != 4 or array.shape[-1] != 2 or 0 in array.shape:
            raise UsageError(
                f"counts of answers have a shape [T, C, A, 2], not {list(array.shape)}"
            )
        if array.dtype.kind not in "uf" or not (np.isfinite(array).all() and array.min() >= 0):
            raise UsageError("counts of answers are finite numbers from 0 on")
        counts = cls.__new__(cls)
        counts._array = array
        return counts

    def __repr__(self) -> str:
        travelers, levels, offers, _ = self._array.shape
        return (
            f"<AnswerCounts: {self._array.sum(dtype=np.float64):g} answers, {travelers} travelers, "
            f"{levels} levels, {offers} offers>"
        )

    @property
    def array(self) -> npt.NDArray[Any]:
        """Counts [T, C, A, 2]: refused, accepted."""
        return self._array

    @property
    def totals(self) -> npt.NDArray[np.float64]:
        """Answers of each traveler, float64 [T]."""
        totals: npt.NDArray[np.float64] = self._array.sum(axis=(1, 2, 3), dtype=np.float64)
        return totals

    def count(
        self,
        travelers: npt.ArrayLike,
        levels: npt.ArrayLike,
        actions: npt.ArrayLike,
        accepted: npt.ArrayLike,
        sign: int = 1,
    ) -> None:
        """Count n answers in place; sign -1 takes them away, as when they leave a buffer.

        Raises
        ------
        UsageError
            If a traveler, level or offer is outside the counts, or more answers are taken away
            than were counted; nothing is counted then.
        """
        who = np.asarray(travelers, dtype=np.int64)
        where, what = np.asarray(levels, dtype=np.int64), np.asarray(actions, dtype=np.int64)
        answers = np.asarray(accepted, dtype=np.bool_)
        for column, size, name in zip((who, where, what), self._array.shape, _AXES, strict=False):
            if _is_outside(column, size):
                raise UsageError(
                    f"each {name} is one of 0 … {size - 1}; they run from {column.min()} to "
                    f"{column.max()}"
                )
        done = 0
        while True:
            done = _count(self._array, who, where, what, answers, sign, done, self._most)
            if done == len(answers):
                return
            if sign < 0:
                back = slice(done)
                _count(self._array, who[back], where[back], what[back], answers[back], 1, 0, np.inf)
                raise UsageError("more answers are taken away than were counted")
            self._widen(self._most + 1.0)

    def scaled(self, factor: float) -> AnswerCounts:
        """Counts that weigh `factor` times as much.

        Raises
        ------
        UsageError
            If the factor is not from 0 to 1.
        """
        if not 0.0 <= factor <= 1.0:
            raise UsageError(f"answers can weigh 0 to 1 times as much, not {factor}")
        if factor == 1.0:
            return self.copy()
        return AnswerCounts.of_array((self._array * np.float32(factor)).astype(np.float32))

    def copy(self) -> AnswerCounts:
        """Counts of their own, which later answers don't touch."""
        return AnswerCounts.of_array(self._array.copy())

    def __add__(self, other: AnswerCounts) -> AnswerCounts:
        if self._array.shape != other.array.shape:
            raise UsageError(
                f"counts of shapes {self._array.shape} and {other.array.shape} can't be added"
            )
        kind = np.result_type(self._array, other.array)
        most = float(self._array.max()) + float(other.array.max())
        added = AnswerCounts.of_array(self._array.astype(kind))
        added._widen(most)
        added._array += other.array.astype(added._array.dtype)
        return added

    @property
    def _most(self) -> float:
        """The largest count that there is room for."""
        kind = self._array.dtype
        return float(np.iinfo(kind).max) if kind.kind == "u" else np.inf

    def _widen(self, most: float) -> None:
        """Make room for a count of `most`."""
        if most > self._most:
            self._array = self._array.astype(np.min_scalar_type(int(most)))


@compiled()
def _is_outside(column: npt.NDArray[np.int64], size: int) -> bool:
    outside = 0
    for row in range(len(column)):
        outside += column[row] < 0 or column[row] >= size
    return outside > 0


@compiled()
def _count(
    counts: npt.NDArray[Any],
    travelers: npt.NDArray[np.int64],
    levels: npt.NDArray[np.int64],
    actions: npt.NDArray[np.int64],
    accepted: npt.NDArray[np.bool_],
    sign: int,
    first: int,
    most: float,
) -> int:
    """Count from row `first` on; returns the row that there is no room for, else how many.

    What rounding leaves of an answer that has faded counts as none.
    """
    for row in range(first, len(accepted)):
        at = (travelers[row], levels[row], actions[row], int(accepted[row]))
        counted = float(counts[at]) + sign
        if counted > most or counted < -_ROUNDING:
            return row
        counts[at] = max(counted, 0.0)
    return len(accepted)
