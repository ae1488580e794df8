"""The header of a file of rows, and its first rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rideflex.errors import DataError, Problem
from rideflex.tables.rows import Rows

FIRST_ROW = 2
HEAD_ROWS = 200


@dataclass(frozen=True)
class Head:
    """The header of a file, and the first rows of every column.

    Parameters
    ----------
    file
        The file, as errors name it.
    names
        The columns, in their normal form.
    cells
        The first cells of each column, 200 at most.
    """

    file: str
    names: tuple[str, ...]
    cells: dict[str, list[Any]]

    @property
    def has_rows(self) -> bool:
        """Whether any row stands below the header."""
        return any(self.cells.values())

    def require(self, wanted: Sequence[str]) -> None:
        """Check that every wanted column stands in the header once.

        Raises
        ------
        DataError
            If one is missing or stands there twice; it carries all such columns.
        """
        problems = []
        for column in wanted:
            times = self.names.count(column)
            if times != 1:
                cause = "stands twice in the header" if times else self._missing(column)
                problems.append(Problem(self.file, cause, row=1, column=column))
        if problems:
            raise DataError(problems)

    def _missing(self, column: str) -> str:
        plain = {str(name).casefold(): name for name in self.names}
        near = difflib.get_close_matches(column.casefold(), plain, n=1)
        if near:
            return f"is missing; did you mean {plain[near[0]]!r}?"
        return f"is missing; the header has {', '.join(map(str, self.names))}"


class TableFile(Protocol):
    """A file of rows that is open: its header has been read, its rows are read on demand."""

    @property
    def header(self) -> Head:
        """The header and the first rows, if there are any."""
        ...

    @property
    def head(self) -> Head:
        """The header and the first rows, of which there must be some."""
        ...

    def rows(self, wanted: Sequence[str]) -> Iterator[Rows]:
        """Read columns batch by batch, once.

        Raises
        ------
        DataError
            If one is missing, or the file can't be read to its end.
        """
        ...
