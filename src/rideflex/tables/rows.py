"""Rows of a user's file, coded column by column and checked distinct cell by distinct cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import Problem
from rideflex.tables.coded import MISSING, Coded
from rideflex.tables.ids import Ids, id_array, traveler_id
from rideflex.tables.readers import Reader

_EMPTY = "is empty"


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
    _read: dict[tuple[str, Reader], tuple[list[Any], list[str | None]]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

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
            causes = [*self._values(name, reader)[1], _EMPTY]
            if not any(causes[:-1]) and not coded.has_missing:
                continue
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
        values: npt.NDArray[Any] = np.array(self._values(name, reader)[0], dtype=dtype)
        return values[self.columns[name].codes]

    def ids(self, name: str) -> Ids:
        """Read a column of traveler ids that has no problems, [n]."""
        ids: Ids = id_array(self._values(name, traveler_id)[0])[self.columns[name].codes]
        return ids

    def coded(self, name: str, reader: Reader) -> Coded:
        """Read a column that has no problems, coded as it is."""
        return Coded(self._values(name, reader)[0], self.columns[name].codes)

    def without_blank(self) -> Rows:
        """Leave out rows without any content, as spreadsheets and text editors add them."""
        first = next(iter(self.columns.values()))
        if "" not in first.values:
            return self
        filled = np.zeros(len(self), dtype=np.bool_)
        for coded in self.columns.values():
            filled |= np.array([value != "" for value in coded.values])[coded.codes]
        return self.where(filled)

    def filled(self) -> Rows:
        """Take a cell that holds nothing, as Parquet has them, for a blank one."""
        columns = {name: coded.filled("") for name, coded in self.columns.items()}
        return replace(self, columns=columns)

    def where(self, held: npt.NDArray[np.bool_]) -> Rows:
        """Leave out the rows that are not held, bool [n]."""
        columns = {
            name: Coded(coded.values, coded.codes[held]).compact()
            for name, coded in self.columns.items()
        }
        return replace(self, numbers=self.numbers[held], columns=columns)

    def _values(self, name: str, reader: Reader) -> tuple[list[Any], list[str | None]]:
        """What each distinct cell of a column is read as, and why it can't be; read once."""
        key = (name, reader)
        if key not in self._read:
            values, causes = [], []
            for cell in self.columns[name].values:
                try:
                    value, cause = reader(cell), None
                except ValueError as error:
                    value, cause = None, str(error)
                values.append(value)
                causes.append(cause)
            self._read[key] = values, causes
        return self._read[key]
