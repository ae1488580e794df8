"""How the command line looks: at most 100 columns, readable without colour, text as it is."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Timer

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rideflex.errors import DataError, Problem

WIDTH = 100


class _OutputConsole(Console):
    def on_broken_pipe(self) -> None:
        cause = "was closed before everything was printed"
        raise DataError(Problem("standard output", cause))


def make_console() -> Console:
    """Console of at most 100 columns; exactly 100 where the output goes to a file or a pipe.

    Brackets and colons of names are printed as they are, never read as markup.
    """
    console = _OutputConsole(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    return console


def print_wrapped(console: Console, text: str) -> None:
    """Print text as it is, broken at blanks to the width of the console; paths stay whole."""
    for line in textwrap.wrap(
        text,
        console.width,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    ):
        console.print(line, soft_wrap=True)


def make_table(title: str, *columns: str) -> Table:
    """Table with names in its first column and figures, aligned right, in the others."""
    table = Table(
        title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD
    )
    for place, name in enumerate(columns):
        # A long name goes on in the next line; figures never do.
        table.add_column(name, justify="right" if place else "left", no_wrap=bool(place))
    return table


def table_of(title: str, rows: Sequence[Mapping[str, str]]) -> Table:
    """Table of rows that are texts by column."""
    table = make_table(title, *rows[0])
    for row in rows:
        table.add_row(*row.values())
    return table


@contextmanager
def counting(
    what: str, total: int, console: Console, after: float = 2.0
) -> Iterator[Callable[[], None]]:
    """Show on a terminal how many of a known number of steps are done, once it takes `after` s.

    Yields the function that is told of each step.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    task = bar.add_task(escape(what), total=total)
    timer = Timer(after, bar.start)
    timer.daemon = True
    if console.is_terminal:
        timer.start()
    try:
        yield lambda: bar.advance(task)
    finally:
        timer.cancel()
        if timer.ident is not None:
            timer.join()
        if bar.live.is_started:
            bar.stop()


@contextmanager
def showing(first: str, console: Console) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being done; yields the function that is told the next step."""
    with console.status(escape(first)) as status:
        yield lambda step: status.update(escape(step))
