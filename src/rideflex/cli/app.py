"""The `rideflex` program: its commands, its log and its exit codes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

import typer

from rideflex.cli import areas as data
from rideflex.cli import (
    bench_lookup,
    bench_models,
    bench_quotes,
    bench_train,
    evaluate,
    models,
    routes,
    train,
)
from rideflex.cli.outputs import WritingCommand
from rideflex.errors import RideflexError

HELP = """
Learn how flexible each traveler is, and offer the time shift that saves the vehicles most.

A first run: `rideflex generate cities/demo`, then `rideflex check cities/demo`, then
`rideflex train --data cities/demo --out runs/demo`, then `rideflex report runs/demo`.
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
    train.train,
    evaluate.report,
    evaluate.evaluate,
    models.fit,
    models.predict,
    routes.route,
)
BENCHES: tuple[Callable[..., None], ...] = (
    bench_lookup.lookup,
    bench_lookup.scale,
    bench_models.update,
    bench_models.recovery,
    bench_models.stream,
    bench_quotes.quotes,
    bench_train.train,
)
for command in COMMANDS:
    app.command(cls=WritingCommand)(command)
for command in BENCHES:
    bench.command(cls=WritingCommand)(command)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"rideflex {version('rideflex')}")
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


def main() -> None:
    """Run the command line; bad data and files out of reach end with exit code 1, bad usage 2."""
    try:
        app()
    except RideflexError as error:
        typer.echo(f"rideflex: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.filename is None:
            raise
        typer.echo(f"rideflex: {error.filename}: can't be used: {error.strerror}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
