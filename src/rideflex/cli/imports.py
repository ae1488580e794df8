"""`rideflex import`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rideflex.cli.outputs import Json, write_figures

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas.exports.mapping import ColumnMap
    from rideflex.areas.exports.write import Imported


def import_(
    files: Annotated[list[Path], typer.Argument(help="Exports of one form: CSV or Parquet.")],
    out: Annotated[Path, typer.Option(help="Folder to make; it must not be there yet.")],
    columns: Annotated[
        Path | None, typer.Option("--map", help="A TOML file that says which column is which.")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="Of the service, for stamps with a zone of their own.")
    ] = "UTC",
    yes: Annotated[
        bool, typer.Option("--yes", help="Don't ask whether the columns are right.")
    ] = False,
    json: Json = None,
) -> None:
    """Turn exports of other software into a folder of bookings, with a report of the cleaning.

    Columns are known by the names that booking software gives them, or by what is in them; a map
    says the others: `[columns]` with `traveler_id = "Client"`, `[values.status]` with `"Rode" =
    "performed"`, and `day_first = true`. Every row of the export is in `bookings.csv` or, with the
    reason, in `cleaning.csv`. Example: `rideflex import trips.csv --out services/ours`
    """
    from rideflex.areas.exports.write import column_map, import_bookings
    from rideflex.cli.console import make_console, print_wrapped

    console = make_console()
    _print_map(console, column_map(files[0], columns))
    if not yes and sys.stdin.isatty():
        typer.confirm("Are the columns right? (a file for --map says otherwise)", abort=True)
    with console.status("cleaning"):
        found = import_bookings(files, out, columns, time_zone)
    _print_counts(console, found)
    write_figures(console, json, found.as_json())
    print_wrapped(
        console,
        f"Wrote {out}/bookings.csv, and {out}/cleaning.csv with every row that was changed or left "
        "out. Put fleet.csv beside them, and travel times (rideflex travel-times asks a routing "
        f"engine for them), and run: rideflex check {out}",
    )


def _print_map(console: Console, columns: ColumnMap) -> None:
    from rideflex.cli.console import make_table

    table = make_table("Columns", "of bookings", "of the export")
    for target, column in columns.columns.items():
        table.add_row(target, column)
    console.print(table)


def _print_counts(console: Console, found: Imported) -> None:
    from rideflex.cli.console import print_wrapped

    of = found.cleaned
    print_wrapped(
        console,
        f"{of.rows:,} rows: {len(of.bookings):,} kept, {of.changed:,} of them changed, and "
        f"{of.left_out:,} left out.",
    )
    firsts = {(one.action, one.reason): one for one in reversed(of.remarks)}
    for action in ("left out", "changed"):
        for reason, n in of.reasons(action).most_common():
            first = firsts[action, reason]
            at = f"row {first.row}" + (f", {first.value[:40]!r}" if first.value else "")
            print_wrapped(console, f"- {n:,} {action}: {reason} (first {at})")
    if found.unused:
        print_wrapped(console, f"Not read: {', '.join(found.unused)}.")
