"""`rideflex route`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rideflex.cli.outputs import Json, write_figures


def route(
    path: Annotated[
        Path, typer.Argument(help="An instance of Li and Lim or Cordeau, or a service-area folder.")
    ],
    iterations: Annotated[int, typer.Option(min=0, help="Of the solver.")] = 2000,
    json: Json = None,
    plot: Annotated[Path | None, typer.Option(help="Draw map and Gantt chart to it.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search, and of a drawn day.")] = 0,
    solver: Annotated[
        Literal["pyvrp", "built-in"] | None,
        typer.Option(help="PyVRP where it is installed, else the built-in search, if not named."),
    ] = None,
) -> None:
    """Route a published instance, or a day drawn from a service area, and check the result.

    A drawn day is routed as it was asked for and, with every answer known, under the best offers.
    Examples: `rideflex route lc101.txt`, `rideflex route cities/demo --plot day.png`
    """
    from rideflex.cli.console import make_console, make_table, print_wrapped
    from rideflex.evaluation.plan_day import plan_path
    from rideflex.routing.search.solver import installed_solver

    if plot is not None:
        from rideflex.routing.plots import draw_days  # before the work, which may be long
    console = make_console()
    with console.status("routing"):
        found = plan_path(path, iterations, seed, solver or installed_solver())
    table = make_table(
        f"{found.name} ({found.kind}), {len(found.plans[0].day.requests)} requests",
        "plan",
        f"cost, {found.unit}",
        "driving",
        "vehicles",
        "unserved",
        "shifted min",
        "oracle",
    )
    for plan in found.plans:
        table.add_row(
            plan.name,
            f"{plan.solution.cost / found.ticks:,.2f}",
            f"{plan.solution.driving / found.ticks:,.2f}",
            str(plan.vehicles),
            str(len(plan.solution.unserved)),
            str(plan.minutes),
            "refused" if plan.problems else "accepted",
        )
    console.print(table)
    best = found.plans[-1]
    if best.solution.unserved:
        named = ", ".join(map(str, best.solution.unserved))
        penalty = best.day.fleet.penalty / found.ticks
        console.print(f"Unserved, at {penalty:,.0f} {found.unit} each: requests {named}.")
    for plan in found.plans:
        for problem in plan.problems:
            console.print(f"{plan.name}: {problem}")
    if solver is None and found.solver == "built-in":
        print_wrapped(
            console,
            "Routed by the built-in search, since PyVRP is not installed: "
            "pip install 'rideflex[solve]'.",
        )
    write_figures(console, json, found.as_json())
    if plot is not None:
        draw_days(found.pictures(), plot, found.zones, 3600.0 if found.unit != "units" else 1000.0)
        print_wrapped(console, f"Wrote {plot}.")
    if any(plan.problems for plan in found.plans):
        raise typer.Exit(1)
