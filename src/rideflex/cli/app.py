"""The `rideflex` program: its commands, its log and its exit codes."""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import rideflex
from rideflex.cli import areas as data
from rideflex.cli import (
    bench_cpu,
    bench_instances,
    bench_lookup,
    bench_models,
    bench_quotes,
    bench_start,
    bench_train,
    calls,
    evaluate,
    evaluate_log,
    imports,
    models,
    routes,
    train,
    travel_times,
)
from rideflex.cli.extras import ProgramCommand
from rideflex.errors import RideflexError

HELP = """
Learn how flexible each traveler is, and offer the time shift that saves the vehicles most.

A first run: `rideflex generate cities/demo`, then `rideflex check cities/demo`, then
`rideflex train --data cities/demo --out runs/demo`, then `rideflex report runs/demo`.

With bookings of your own: `rideflex import trips.csv --out services/ours`, then `rideflex
travel-times services/ours --osrm http://localhost:5000`, then `rideflex check services/ours`, then
`rideflex route services/ours --date 2026-03-02`. Whom to call about tomorrow: `rideflex calls
services/ours --date 2026-03-02`.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
bench = typer.Typer(
    help="Measure: before and after, side by side, in one run.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.add_typer(bench, name="bench")

COMMANDS: tuple[Callable[..., None], ...] = (
    data.generate,
    data.check,
    imports.import_,
    travel_times.travel_times,
    train.train,
    evaluate.report,
    evaluate.evaluate,
    evaluate_log.evaluate_log,
    models.fit,
    models.predict,
    routes.route,
    calls.calls,
)
BENCHES: tuple[Callable[..., None], ...] = (
    bench_cpu.cpu,
    bench_instances.instances,
    bench_lookup.lookup,
    bench_lookup.scale,
    bench_models.update,
    bench_models.recovery,
    bench_models.stream,
    bench_quotes.quotes,
    bench_start.start,
    bench_train.train,
)
for group, commands in ((app, COMMANDS), (bench, BENCHES)):
    for command in commands:
        name = command.__name__.rstrip("_").replace("_", "-")  # `import` is a word of Python
        group.command(name, cls=ProgramCommand)(command)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"rideflex {rideflex.__version__}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show and exit."),
    ] = False,
) -> None:
    """Set up the log, which goes to the error stream."""
    del show_version
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )


_OUTPUT_ENDS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EPIPE, errno.EIO}


def main() -> None:
    """Run the command line; bad usage ends with exit code 2.

    Bad data, files out of reach, and output that goes to a full device or a closed pipe end with
    exit code 1, and one line on the error stream.
    """
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except RideflexError as error:
        _end(str(error), error.exit_code)
    except MemoryError as error:
        _end(f"this machine's memory does not suffice: {error or 'ask for less'}", 1)
    except OSError as error:
        if error.filename is not None:
            _end(f"{error.filename}: can't be used: {error.strerror}", 1)
        if error.errno not in _OUTPUT_ENDS:
            raise
        _end(f"the output can't be written: {error.strerror}", 1)


def _end(told: str, exit_code: int) -> NoReturn:
    """Tell in one line why the program ends, where anybody can still be told."""
    with suppress(OSError):
        typer.echo(f"rideflex: {told}", err=True)
    try:
        sys.stdout.flush()
    except OSError:  # what is left in the buffer would be tried, and complained about, at exit
        with Path(os.devnull).open("wb") as nowhere, suppress(OSError, ValueError):
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    sys.exit(exit_code)
