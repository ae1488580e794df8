"""Rows of a user's file, coded column by column and checked distinct cell by distinct cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import Problem
from rideflex.tables.coded import MISSING, Coded
from rideflex.tables.columns import parse_window

Reader = Callable[[Any], Any]
_INT64 = np.iinfo(np.int64)
_DAY_MIN = 24 * 60


@dataclass(frozen=True)
class Rows:
    """Some rows of a file.

    Parameters
    ----------
    file
        Where the rows come from, as errors name it.
    numbers
        The row of each in the file, counted as a spreadsheet does, int64 [n].
    columns
        The columns by name.
    odd
        Rows that were left out because they could not be split into cells.
    """

    file: str
    numbers: npt.NDArray[np.int64]
    columns: Mapping[str, Coded]
    odd: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def problems(self, readers: Mapping[str, Reader]) -> list[Problem]:
        """Every row and cell that can't be read, row by row.

        Parameters
        ----------
        readers
            By column: reads a cell, or raises ValueError with the cause.
        """
        found = list(self.odd)
        for name, reader in readers.items():
            coded = self.columns[name]
            causes = [_cause(reader, value) for value in coded.values]
            if not any(causes) and not coded.has_missing:
                continue
            causes.append("is empty")
            bad = np.array([cause is not None for cause in causes])
            for row in np.flatnonzero(bad[coded.codes]):
                cause = causes[coded.codes[row]]
                found.append(self.problem(str(cause), int(row), name))
        return sorted(found, key=lambda problem: problem.row or 0)

    def problem(self, cause: str, row: int, column: str) -> Problem:
        """Name what is wrong with one cell; `row` counts these rows from 0."""
        coded = self.columns[column]
        code = int(coded.codes[row])
        value = "" if code == MISSING else coded.values[code]
        return Problem(self.file, cause, int(self.numbers[row]), column, value)

    def read(self, name: str, reader: Reader, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Read a column that has no problems as an array [n, …]."""
        coded = self.columns[name]
        values: npt.NDArray[Any] = np.array([reader(value) for value in coded.values], dtype=dtype)
        return values[coded.codes]

    def without_blank(self) -> Rows:
        """Leave out rows without any content, as spreadsheets and text editors add them."""
        first = next(iter(self.columns.values()))
        if "" not in first.values:
            return self
        filled = np.zeros(len(self), dtype=np.bool_)
        for coded in self.columns.values():
            filled |= np.array([value != "" for value in coded.values])[coded.codes]
        columns = {
            name: Coded(coded.values, coded.codes[filled]).compact()
            for name, coded in self.columns.items()
        }
        return replace(self, numbers=self.numbers[filled], columns=columns)


def whole_number(value: str | float) -> int:
    """Read an int64 from a cell, 3 or 3.0; raises ValueError with the cause."""
    try:
        number = int(value.strip().removesuffix(".0") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        number = None
    if number is None or (number != value and not isinstance(value, str)) or "_" in str(value):
        raise ValueError("is not a whole number")
    if not _INT64.min <= number <= _INT64.max:
        raise ValueError("is beyond the numbers that fit 64 bits")
    return number


def shift(value: str | float) -> int:
    """Read a shift in minutes; raises ValueError with the cause."""
    minutes = whole_number(value)
    if abs(minutes) > _DAY_MIN:
        raise ValueError(f"is beyond a day, {_DAY_MIN} minutes; shifts are in minutes")
    return minutes


def text(value: Any) -> str:
    """Read a text without the blanks around it; raises ValueError with the cause."""
    if not isinstance(value, str):
        raise ValueError("is not text")  # noqa: TRY004 - readers raise one kind of error
    return value.strip()


def time_window(value: Any) -> tuple[int, int]:
    """Read (start, end) in seconds after midnight; raises ValueError with the cause."""
    return parse_window(text(value))


def _cause(reader: Reader, value: Any) -> str | None:
    try:
        reader(value)
    except ValueError as error:
        return str(error)
    return None
