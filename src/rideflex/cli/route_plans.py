"""`rideflex route` of an instance, a problem of VROOM's, or a drawn day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rideflex.cli.console import make_console, make_table, print_wrapped
from rideflex.cli.outputs import write_figures
from rideflex.cli.problems import listing

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas.settings import RideRule
    from rideflex.cli.vroom_files import VroomFiles
    from rideflex.evaluation.plan_day import Planned
    from rideflex.offers import Meaning
    from rideflex.routing.search.solver import Solver


@dataclass(frozen=True)
class PlanFiles:
    """Files to write, as far as they are named, and the one to compare with."""

    json: Path | None
    plot: Path | None
    vroom: VroomFiles
    compare: Path | None


def route_plans(
    path: Path,
    iterations: int,
    seed: int,
    solver: Solver | None,
    rules: tuple[Meaning, RideRule | None],
    files: PlanFiles,
) -> None:
    """Plan the day of a file, or one drawn from an area's folder, and print its plans."""
    from rideflex.evaluation.plan_day import plan_path
    from rideflex.routing.search.solver import installed_solver

    if files.plot is not None:
        from rideflex.routing.plots import draw_days  # before the work, which may be long
    console = make_console()
    write_problem = partial(files.vroom.write_problem, console)
    with console.status("routing"), listing(console):
        found = plan_path(
            path, iterations, seed, solver or installed_solver(), *rules, on_day=write_problem
        )
        if files.compare is not None:
            found = found.compared_with(files.compare)
    _print(console, found)
    if solver is None and found.solver == "built-in":
        print_wrapped(
            console,
            "Routed by the built-in search, since PyVRP is not installed: "
            "pip install 'rideflex[solve]'.",
        )
    write_figures(console, files.json, found.as_json())
    asked = found.plans[1]
    files.vroom.write_solution(console, asked.day, asked.solution, found.names, found.zones)
    if files.plot is not None:
        clock = 1000.0 if found.unit == "units" else 3600.0
        draw_days(found.pictures(), files.plot, found.zones, clock)
        print_wrapped(console, f"Wrote {files.plot}.")
    if any(plan.problems for plan in found.every_plan):
        raise typer.Exit(1)


def _print(console: Console, found: Planned) -> None:
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
    for plan in found.every_plan:
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
    for plan in found.every_plan:
        for problem in plan.problems:
            console.print(f"{plan.name}: {problem}")
