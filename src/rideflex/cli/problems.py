"""Errors and warnings of files, as a command tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from rideflex.cli.console import print_wrapped
from rideflex.cli.outputs import write_figures
from rideflex.errors import DataError

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.errors import Problem

_SHOWN_ROWS = 10


def tell(
    console: Console,
    json: Path | None,
    figures: dict[str, Any],
    problems: Sequence[Problem],
    warnings: Sequence[Problem],
) -> None:
    """Print warnings and errors, write the figures, and exit with 1 if there is any error."""
    for word, found in (("warning", warnings), ("error", problems)):
        for line in grouped(found):
            print_wrapped(console, f"{word}: {line}")
    texts = {"problems": [*map(str, problems)], "warnings": [*map(str, warnings)]}
    write_figures(console, json, {**figures, **texts})
    warned = f"{number_of(len(warnings), 'warning')}. " if warnings else ""
    if problems:
        errors = number_of(len(problems), "error")
        print_wrapped(console, f"{warned}{errors}; nothing can be run on this folder yet.")
        raise typer.Exit(1)
    print_wrapped(console, f"{warned}No errors.")


@contextmanager
def listing(console: Console) -> Iterator[None]:
    """Print every problem of an error that carries several, before it ends the command."""
    try:
        yield
    except DataError as error:
        if len(error.problems) == 1:
            raise
        for line in grouped(error.problems):
            print_wrapped(console, f"error: {line}")
        raise DataError(error.problems, "all are listed above") from None


def grouped(problems: Sequence[Problem]) -> list[str]:
    """One line for all problems that differ in row, value and numbers only."""
    groups: dict[tuple[str, str | None, str], list[Problem]] = {}
    for one in problems:
        kind = re.sub(r"'[^']*'|[\d.,]*\d", "#", one.cause)
        groups.setdefault((one.file, one.column, kind), []).append(one)
    return [str(first) + _others(others) for first, *others in groups.values()]


def _others(others: Sequence[Problem]) -> str:
    """How many problems are like the first, and the first of their rows."""
    if not others:
        return ""
    rows = [f"{one.row:,}" for one in others[:_SHOWN_ROWS] if one.row is not None]
    more = ", …" if len(others) > len(rows) else ""
    listed = f": row{'s' * (len(others) > 1)} {', '.join(rows)}{more}" if rows else ""
    return f" (and {len(others):,} more like it{listed})"


def number_of(n: int, noun: str) -> str:
    """Write a count with its noun, in the plural where it is not one."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
