"""The errors rideflex raises on purpose: each names the place, the value and the likely cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a user's file.

    `row` counts as a spreadsheet does: the header is row 1. `row`, `column` and `value` are
    None where they have no meaning (a missing file has no row).
    """

    file: str
    cause: str
    row: int | None = None
    column: str | None = None
    value: Any = None

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column!r}")
        if self.value is not None:
            place.append(f"value {self.value!r}")
        return f"{', '.join(place)}: {self.cause}"


class RideflexError(Exception):
    """Base of every error that is the input's fault, with the exit code of the command line."""

    exit_code = 1


class DataError(RideflexError):
    """A file that can't be used; carries every problem found, and prints the first.

    Parameters
    ----------
    problems
        One problem or all that were found, in file order.
    """

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        message = str(self.problems[0])
        if len(self.problems) > 1:
            message += f" (and {len(self.problems) - 1} more in its files)"
        super().__init__(message)


class UsageError(RideflexError, ValueError):
    """An argument that makes no sense: an offer outside the grid, an unknown type name."""

    exit_code = 2
