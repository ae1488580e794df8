"""`rideflex route`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rideflex.cli.outputs import Json
from rideflex.errors import UsageError


def route(
    path: Annotated[
        Path,
        typer.Argument(help="A folder of bookings or of an area, an instance, or VROOM's problem."),
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
    vroom: Annotated[
        Path | None, typer.Option(help="Write the day as a problem for VROOM.")
    ] = None,
    vroom_without: Annotated[
        str, typer.Option(help="Of --vroom: leave out longest-ride, longest-route, or both.")
    ] = "",
    vroom_solution: Annotated[
        Path | None, typer.Option(help="Write the routes found as a solution of VROOM's.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="A solution of VROOM's for the day, to check and cost too.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw map and Gantt chart to it.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the search, and of a drawn day.")] = 0,
    solver: Annotated[
        Literal["pyvrp", "built-in"] | None,
        typer.Option(help="PyVRP where it is installed, else the built-in search, if not named."),
    ] = None,
) -> None:
    """Route a date of bookings, a day drawn from an area, an instance, or a problem of VROOM's.

    A drawn day is routed as it was asked for and, with every answer known, under the best offers.
    Every plan is checked by a plain simulation. VROOM's files are of the day as it was asked for;
    what VROOM does not know is refused by name. Examples: `rideflex route services/demo --date
    2026-02-03 --csv runs.csv`, `rideflex route cities/demo --plot day.png`, `rideflex route
    lc101.txt`, `rideflex route cities/demo --vroom day.json`
    """
    from rideflex.areas import is_service
    from rideflex.cli.option_lists import read_meaning, read_ride
    from rideflex.cli.vroom_files import VroomFiles

    files = VroomFiles.of(vroom, vroom_solution, vroom_without)
    if is_service(path):
        from rideflex.cli.route_date import RouteFiles, route_date

        runs = RouteFiles(json, csv, geojson, plot, files, compare)
        route_date(path, date, iterations, seed, solver, runs)
        return
    for name, given in (("--date", date), ("--csv", csv), ("--geojson", geojson)):
        if given is not None:
            raise UsageError(f"{name} is for a folder of bookings, and {path} is none")
    rules = (read_meaning(offer_means), read_ride(max_ride))
    from rideflex.cli.route_plans import PlanFiles, route_plans

    written = PlanFiles(json, plot, files, compare)
    route_plans(path, iterations, seed, solver, rules, written)
