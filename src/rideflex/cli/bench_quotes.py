"""`rideflex bench quotes`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rideflex.cli.outputs import Json, write_figures


def quotes(
    data: Annotated[Path, typer.Option(help="A service-area folder.")],
    json: Json = None,
    days: Annotated[int, typer.Option(min=1, help="Days to re-optimise.")] = 50,
    iterations: Annotated[int, typer.Option(min=0, help="Of the solver, a day.")] = 2000,
    exact_days: Annotated[int, typer.Option(min=0, help="Small days to solve exactly.")] = 40,
    batch: Annotated[int, typer.Option(min=1, help="Days quoted in one call.")] = 256,
    seed: Annotated[int, typer.Option(min=0, help="Of the drawn days.")] = 0,
) -> None:
    """Quotes a second against the plain version, and the routes that insertion leads to.

    A quote prices all offers for one request. The plain version is compiled the same way; it
    builds every route and drives it. Example: `rideflex bench quotes --data cities/demo`
    """
    from rideflex.bench.quotes import bench_quotes
    from rideflex.cli.console import make_console, make_table, showing

    console = make_console()
    with showing("starting", console) as on_step:
        found = bench_quotes(
            data,
            seed=seed,
            batch=batch,
            days=days,
            iterations=iterations,
            exact_days=exact_days,
            on_step=lambda name: on_step(f"measuring: {name}"),
        )
    table = make_table(
        f"Quotes a second, all {found.offers} offers each",
        "planned",
        "vehicles",
        "1 core",
        "2 cores",
        "× 1 core",
        "plain",
        "× plain",
        "all : one",
        "equal",
    )
    for speed in found.speeds:
        table.add_row(
            str(speed.planned),
            str(speed.vehicles),
            f"{speed.one_core:,.0f}",
            f"{speed.two_cores:,.0f}",
            f"{speed.two_cores / speed.one_core:.2f}",
            f"{speed.plain:,.0f}",
            f"{speed.speedup_over_plain:,.0f}",
            f"{speed.cost_of_all_offers:.2f}",
            "yes" if speed.equal else "NO",
        )
    console.print(table)
    quality = found.quality
    console.print(
        f"{quality.days} days: insertion {quality.inserted / 60 / quality.days:,.1f} vehicle "
        f"minutes a day, re-optimised {quality.reoptimised / 60 / quality.days:,.1f} "
        f"({quality.iterations} iterations, {quality.seconds_a_day:.2f} s a day on the pool); "
        f"insertion drives {quality.insertion_over_reoptimised - 1:.1%} more.\n"
        f"Days that got worse: {quality.worse_days}; plans that the oracle refused: "
        f"{quality.refused_plans}.\n"
        f"Small days on which the clairvoyant search found the exact optimum: "
        f"{quality.exact_equal} of {quality.exact_days}.\n"
        f"Medians of {found.runs} runs of {found.batch} days after {found.warm_up} warm-up.\n"
        f"Machine: {found.machine}"
    )
    write_figures(console, json, found.as_json())
    if quality.refused_plans or quality.worse_days or not all(s.equal for s in found.speeds):
        raise typer.Exit(1)
