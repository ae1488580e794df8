"""`rideflex route`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rideflex.cli.outputs import Json, write_figures
from rideflex.errors import UsageError

if TYPE_CHECKING:
    from rideflex.areas.settings import RideRule
    from rideflex.offers import Meaning
    from rideflex.routing.search.solver import Solver


def route(
    path: Annotated[
        Path,
        typer.Argument(help="A folder of bookings or of an area, or a published instance."),
    ],
    date: Annotated[
        str | None, typer.Option(help="Of bookings: the date to plan, YYYY-MM-DD.")
    ] = None,
    iterations: Annotated[int, typer.Option(min=0, help="Of the solver.")] = 2000,
    json: Json = None,
    offer_means: Annotated[
        str, typer.Option(help="Of a drawn day: what an accepted offer does: end, trip or move.")
    ] = "end",
    max_ride: Annotated[
        str,
        typer.Option(help="Of a drawn day: minutes, or 45,1.5 (times the direct drive), or none."),
    ] = "none",
    csv: Annotated[Path | None, typer.Option(help="Write the runs of a date as a table.")] = None,
    geojson: Annotated[Path | None, typer.Option(help="Write the runs of a date as a map.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw map and Gantt chart to it.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search, and of a drawn day.")] = 0,
    solver: Annotated[
        Literal["pyvrp", "built-in"] | None,
        typer.Option(help="PyVRP where it is installed, else the built-in search, if not named."),
    ] = None,
) -> None:
    """Route a date of bookings, a day drawn from an area, or a published instance.

    A drawn day is routed as it was asked for and, with every answer known, under the best offers.
    Every plan is checked by a plain simulation. Examples: `rideflex route services/demo --date
    2026-02-03 --csv runs.csv`, `rideflex route cities/demo --plot day.png`, `rideflex route
    lc101.txt`
    """
    from rideflex.areas import is_service
    from rideflex.cli.option_lists import read_meaning, read_ride

    if is_service(path):
        from rideflex.cli.route_date import RouteFiles, route_date

        route_date(path, date, iterations, seed, solver, RouteFiles(json, csv, geojson, plot))
        return
    for name, given in (("--date", date), ("--csv", csv), ("--geojson", geojson)):
        if given is not None:
            raise UsageError(f"{name} is for a folder of bookings, and {path} is none")
    rules = (read_meaning(offer_means), read_ride(max_ride))
    _route_plans(path, iterations, seed, solver, rules, json, plot)


def _route_plans(
    path: Path,
    iterations: int,
    seed: int,
    solver: Solver | None,
    rules: tuple[Meaning, RideRule | None],
    json: Path | None,
    plot: Path | None,
) -> None:
    from rideflex.cli.console import make_console, make_table, print_wrapped
    from rideflex.cli.problems import listing
    from rideflex.evaluation.plan_day import plan_path
    from rideflex.routing.search.solver import installed_solver

    if plot is not None:
        from rideflex.routing.plots import draw_days  # before the work, which may be long
    console = make_console()
    with console.status("routing"), listing(console):
        found = plan_path(path, iterations, seed, solver or installed_solver(), *rules)
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
    for note in found.notes:
        print_wrapped(console, f"note: {note}")
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
