"""`rideflex bench instances`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rideflex.cli.outputs import Json, write_figures


def instances(
    folder: Annotated[Path, typer.Argument(help="Instances of one kind, as *.txt.")],
    json: Json = None,
    iterations: Annotated[int, typer.Option(min=0, help="Of the solver, an instance.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="Of the search.")] = 0,
) -> None:
    """Solve published instances, and compare with the best known costs.

    Best known costs are read from the tables of a README.md in the folder or above it. Example:
    `rideflex bench instances instances/cordeau`
    """
    from rideflex.bench.instances import bench_instances
    from rideflex.cli.console import make_console, make_table, print_wrapped, showing
    from rideflex.routing.search.solver import installed_solver

    console = make_console()
    with showing("starting", console) as on_step:
        found = bench_instances(
            folder, iterations, seed, installed_solver(), lambda name: on_step(f"solving {name}")
        )
    columns = ("instance", "best known", "cost", "gap", "seconds", "vehicles", "unserved", "oracle")
    table = make_table(f"{iterations:,} iterations of {found.solver} each", *columns)
    for one in found.instances:
        table.add_row(
            one.name,
            "-" if one.best_known is None else f"{one.best_known:,.2f}",
            f"{one.cost:,.2f}",
            "-" if one.gap is None else f"{one.gap:.2%}",
            f"{one.seconds:.1f}",
            str(one.vehicles),
            str(one.unserved),
            "accepted" if one.accepted else "REFUSED",
        )
    console.print(table)
    if found.gaps:
        mean = sum(found.gaps) / len(found.gaps)
        print_wrapped(console, f"Gap: {mean:.2%} on average, {max(found.gaps):.2%} at worst.")
    print_wrapped(console, f"Machine: {found.machine}")
    write_figures(console, json, found.as_json())
    if not all(one.accepted for one in found.instances):
        raise typer.Exit(1)
