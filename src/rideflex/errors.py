"""The errors rideflex raises on purpose: each names the place, the value and the likely cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_SHOWN_CHARACTERS = 80


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
            place.append(f"value {_shown(self.value)}")
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
    advice
        Where the others are listed, if there are others and something lists them.
    """

    def __init__(self, problems: Problem | Sequence[Problem], advice: str = "") -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        message = str(self.problems[0])
        if len(self.problems) > 1:
            more = f"and {len(self.problems) - 1} more"
            message += f" ({more}; {advice})" if advice else f" ({more})"
        super().__init__(message)


class UsageError(RideflexError, ValueError):
    """An argument that makes no sense: an offer outside the grid, an unknown type name."""

    exit_code = 2


def _shown(value: Any) -> str:
    """The value as Python writes it, cut where it goes on and on."""
    if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS:
        value = value[:_SHOWN_CHARACTERS] + "…"
    return repr(value)
