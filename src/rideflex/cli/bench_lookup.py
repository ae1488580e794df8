"""`rideflex bench lookup` and `rideflex bench scale`."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rideflex.cli.outputs import Json, write_figures


def lookup(
    data: Annotated[Path, typer.Option(help="A service-area folder.")],
    json: Json = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the time line to this file.")] = None,
    outcomes: Annotated[int, typer.Option(min=1, help="Outcomes of one full update.")] = 12_800,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw of outcomes.")] = 0,
) -> None:
    """Ask the same questions of a scan, a dict, three peers and the index, one thread each.

    Example: `rideflex bench lookup --data cities/demo --json lookup.json --plot lookup.png`
    """
    os.environ["POLARS_MAX_THREADS"] = "1"  # read once, when polars is loaded
    from rideflex.bench.lookup import SCAN_SAMPLE, bench_lookup
    from rideflex.bench.plots import draw_lookup
    from rideflex.bench.timing import human_seconds
    from rideflex.cli.console import make_console, make_table, print_wrapped, showing

    console = make_console()
    with showing("measuring", console) as on_step:
        found = bench_lookup(
            data, seed, outcomes, on_step=lambda name: on_step(f"measuring: {name}")
        )
    columns = ("contender", "build", "per question", f"{found.questions:,} questions", "memory")
    table = make_table("One full update, same questions, same run", *columns)
    for row in found.contenders:
        about = "≈ " if row.sampled else ""
        table.add_row(
            row.name,
            human_seconds(row.build_s),
            human_seconds(row.per_question_s),
            about + human_seconds(row.total_s),
            f"{row.nbytes / 1e6:,.2f} MB",
        )
    console.print(table)
    ratios = found.as_json()
    console.print(
        f"{found.rows:,} rows make {found.keys:,} keys; all answers "
        f"{'are equal' if found.equal else 'ARE NOT EQUAL'}.\n"
        f"The scan was timed on a sample of about {SCAN_SAMPLE} questions, the others whole; "
        f"medians of {found.runs} after {found.warm_up} warm-up, "
        f"{found.threads} thread{'s' if found.threads > 1 else ''}.\n"
        f"The index, encoded: {ratios['dict_over_encoded']:,.0f} times the dict, "
        f"{ratios['best_peer_over_encoded']:,.0f} times the best peer, "
        f"{ratios['encoded_over_copy_floor']:.1f} copies of the matrices "
        f"({human_seconds(found.copy_floor_s)}).\n"
        f"From strings: {ratios['dict_over_strings']:,.0f} times the dict, "
        f"{ratios['best_peer_over_strings']:.1f} times the best peer. "
        f"A saved index loads in {human_seconds(found.load_s)}.\n"
        f"Machine: {found.machine}"
    )
    write_figures(console, json, ratios)
    if plot is not None:
        draw_lookup(found, plot)
        print_wrapped(console, f"Wrote {plot}.")
    if not found.equal:
        raise typer.Exit(1)


def scale(
    rows: Annotated[int, typer.Option(min=160, help="Rows of the large table.")] = 25_000_000,
    json: Json = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the made-up rows.")] = 0,
) -> None:
    """Generate, compile and ask a table of many rows, and one of a tenth.

    The files are made in a temporary folder and removed.

    Example: `rideflex bench scale --rows 2500000`
    """
    from rideflex.bench.machine import describe_machine
    from rideflex.bench.scale import bench_scale
    from rideflex.bench.timing import human_seconds
    from rideflex.cli.console import make_console, make_table, showing

    console = make_console()
    with showing("starting", console) as on_step:
        found = bench_scale(rows, seed, on_step=on_step)
    columns = ("rows", "keys", "build", "a row", "peak memory", "per question")
    table = make_table("Tables of two sizes", *columns)
    for one in found:
        table.add_row(
            f"{one.rows:,}",
            f"{one.keys:,}",
            human_seconds(one.build_s),
            human_seconds(one.seconds_a_row),
            f"{one.peak_bytes / 2**30:.2f} GiB",
            human_seconds(one.seconds_a_question),
        )
    console.print(table)
    ratio = found[1].seconds_a_row / found[0].seconds_a_row
    console.print(f"A row of the large table takes {ratio:.2f} times as long.")
    tables = [asdict(one) for one in found]
    figures = {"tables": tables, "row_time_ratio": ratio, "machine": describe_machine()}
    write_figures(console, json, figures)
