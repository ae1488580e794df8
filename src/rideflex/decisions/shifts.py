"""The pairs of shifts that a source of decisions writes, numbered, and the signs they have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from rideflex.errors import Problem
from rideflex.tables.coded import Coded
from rideflex.tables.columns import SHIFTS
from rideflex.tables.rows import Rows


class ShiftPairs:
    """Pairs (pick-up, drop-off) as they stand in the rows, numbered in order of appearance."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, int], int] = {}
        self._n_rows: list[int] = []
        self._first: list[tuple[str, int]] = []

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.numbers)

    @property
    def signed(self) -> bool:
        """Whether any shift is negative: then all are read with their signs."""
        return any(min(pair) < 0 for pair in self.numbers)

    def add(self, rows: Rows, shifts: tuple[Coded, Coded]) -> npt.NDArray[np.int32]:
        """Return the number of each row's pair, int32 [n]; pairs not seen before are taken in.

        `shifts` are the rows' pick-up and drop-off shifts in minutes.
        """
        pickup, dropoff = shifts
        width = len(dropoff.values)
        combined = pickup.codes * np.int32(width) + dropoff.codes
        counts = np.bincount(combined, minlength=len(pickup.values) * width)
        numbers = np.full(len(counts), -1, dtype=np.int32)
        unseen = []
        for code in np.flatnonzero(counts).tolist():
            early, late = divmod(code, width)
            pair = (pickup.values[early], dropoff.values[late])
            if pair not in self.numbers:
                self.numbers[pair] = len(self.numbers)
                self._n_rows.append(0)
                unseen.append(code)
            numbers[code] = self.numbers[pair]
            self._n_rows[numbers[code]] += int(counts[code])
        if unseen:
            first = np.empty(len(counts), dtype=np.int64)
            first[combined[::-1]] = rows.numbers[::-1]
            self._first += [(rows.file, int(first[code])) for code in unseen]
        pairs: npt.NDArray[np.int32] = numbers[combined]
        return pairs

    def problems(self) -> list[Problem]:
        """Shifts to the wrong side in a source with signs, each where it first stands."""
        if not self.signed:
            return []
        found = []
        for side, (column, wrong, right) in enumerate(
            ((SHIFTS[0], 1, "0 or less (earlier)"), (SHIFTS[1], -1, "0 or more (later)"))
        ):
            negative, positive = self._rows_with(side, -1), self._rows_with(side, 1)
            cause = (
                f"has the wrong sign (this column has {negative:,} negative and {positive:,} "
                f"positive shifts); in a file with signs it is {right}: correct it, or write all "
                "shifts without signs"
            )
            found += [
                Problem(file, cause, row, column, pair[side])
                for pair, (file, row) in zip(self.numbers, self._first, strict=True)
                if pair[side] * wrong > 0
            ]
        return sorted(found, key=lambda problem: problem.row or 0)

    def _rows_with(self, side: int, sign: int) -> int:
        counts = zip(self.numbers, self._n_rows, strict=True)
        return sum(n for pair, n in counts if pair[side] * sign > 0)
