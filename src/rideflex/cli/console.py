"""How the command line looks: at most 100 columns, and readable without colour."""

from __future__ import annotations

import textwrap

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 100


def make_console(*, stderr: bool = False) -> Console:
    """Console of at most 100 columns; exactly 100 where the output goes to a file or a pipe."""
    console = Console(highlight=False, stderr=stderr)
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
        console.print(line, markup=False, emoji=False, soft_wrap=True)


def make_table(title: str, *columns: str) -> Table:
    """Table with names in its first column and figures, aligned right, in the others."""
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left", no_wrap=True)
    return table
