"""Sufficient statistics of answers: how often each traveler refused and accepted each offer."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError

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
        columns = [np.asarray(column) for column in (travelers, levels, actions)]
        for column, size, name in zip(columns, self._array.shape, _AXES, strict=False):
            if column.size and not (0 <= column.min() and column.max() < size):
                raise UsageError(
                    f"each {name} is one of 0 … {size - 1}; they run from {column.min()} to "
                    f"{column.max()}"
                )
        answers = np.asarray(accepted).astype(np.intp)
        places = np.ravel_multi_index((*columns, answers), self._array.shape)
        met, times = np.unique(places, return_counts=True)
        counted = self._array.reshape(-1)[met] + sign * times.astype(np.float64)
        if self._array.dtype.kind == "u" and (counted < 0).any():
            raise UsageError("more answers are taken away than were counted")
        self._widen(counted.max(initial=0.0))
        # What rounding leaves of an answer that has faded must not fall below none.
        self._array.reshape(-1)[met] = np.maximum(counted, 0.0)

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

    def _widen(self, most: float) -> None:
        """Make room for a count of `most`."""
        if self._array.dtype.kind == "u" and most > np.iinfo(self._array.dtype).max:
            self._array = self._array.astype(np.min_scalar_type(int(most)))
