"""`rideflex route` of a date of bookings."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rideflex.cli.console import make_console, make_table, print_wrapped
from rideflex.cli.outputs import write_figures
from rideflex.cli.problems import listing
from rideflex.errors import UsageError
from rideflex.storage.atomic import replacing, write_json
from rideflex.tables.cells import date as read_date
from rideflex.tables.time_windows import clock

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas import Service
    from rideflex.cli.vroom_files import VroomFiles
    from rideflex.evaluation.plan_date import PlannedDate, Run
    from rideflex.routing.search.solver import Solver

_COLUMNS = (
    "vehicle", "kind", "time", "booking_id", "traveler_id", "promised_from", "promised_until",
)  # fmt: skip


@dataclass(frozen=True)
class RouteFiles:
    """Files to write, as far as they are named, and the one to compare with."""

    json: Path | None
    csv: Path | None
    geojson: Path | None
    plot: Path | None
    vroom: VroomFiles
    compare: Path | None


def route_date(
    folder: Path,
    date: str | None,
    iterations: int,
    seed: int,
    solver: Solver | None,
    files: RouteFiles,
) -> None:
    """Plan one date of a folder of bookings, and print its runs.

    Raises
    ------
    UsageError
        If no date is named or nothing is booked on it, or a map is asked for without places.
    """
    from rideflex.areas import read_service
    from rideflex.evaluation.plan_date import map_of, names_of, plan_date
    from rideflex.routing.search.solver import installed_solver

    if files.plot is not None:
        from rideflex.routing.plots import draw_days  # before the work, which may be long
    console = make_console()
    with console.status("reading the bookings"):
        service = read_service(folder)
    day = _date_of(service, date)
    if files.geojson is not None and service.places is None:
        raise UsageError("--geojson needs bookings and depots with latitude and longitude")
    booked = service.on(day)
    names = names_of(service, booked)
    files.vroom.write_problem(console, booked.day, names, map_of(booked))  # or refuse it at once
    with console.status("routing"), listing(console):
        found = plan_date(service, day, iterations, seed, solver or installed_solver())
        if files.compare is not None:
            found = found.compared_with(files.compare)
    _print(console, found)
    if found.compared is not None:
        _print_compared(console, found, files.compare)
    write_figures(console, files.json, found.as_json())
    if files.csv is not None:
        write_runs(files.csv, found.runs)
        print_wrapped(console, f"Wrote {files.csv}.")
    if files.geojson is not None:
        write_json(files.geojson, found.as_geojson())
        print_wrapped(console, f"Wrote {files.geojson}.")
    files.vroom.write_solution(console, booked.day, found.solution, names, map_of(booked))
    if files.plot is not None:
        draw_days([found.picture()], files.plot, found.map(), 3600.0)
        print_wrapped(console, f"Wrote {files.plot}.")
    if found.problems or found.compared_problems:
        raise typer.Exit(1)


def _print(console: Console, found: PlannedDate) -> None:
    of, n = found.figures, len(found.booked.rows)
    table = make_table(f"{found.service.folder.name} on {found.date}", "what", "figure")
    rows = [
        ("requests", f"{n:,}"),
        ("served", f"{n - len(found.unserved):,}"),
        (
            "vehicle minutes, inserted in the order of booking",
            f"{found.inserted.driving / 60:,.1f}",
        ),
        ("vehicle minutes, re-optimised", f"{found.solution.driving / 60:,.1f}"),
        ("penalty minutes of whom no vehicle takes", f"{found.penalty_seconds / 60:,.0f}"),
        ("vehicle hours, from depot to depot", f"{of.vehicle_hours:,.1f}"),
        ("vehicles out", f"{of.vehicles:,.0f} of {len(found.service.fleet)}"),
        ("trips a vehicle hour", _figure(of.trips_per_hour, 2)),
        ("minutes on board beyond the direct drive, mean", _figure(of.ride_excess_mean, 1)),
        ("the same, nine of ten", _figure(of.ride_excess_p90, 1)),
        ("longest ride, minutes", _figure(of.ride_max, 1)),
        ("on time, of those served", _share(of.on_time_share)),
        ("kilometres", _figure(of.kilometres, 0)),
        ("oracle", "refused" if found.problems else "accepted"),
    ]
    for label, figure in rows:
        table.add_row(label, figure)
    console.print(table)
    runs = make_table("Runs", "vehicle", "leaves", "back", "pick-ups", "first and last booking")
    for run in found.runs:
        booked = [stop.booking_id for stop in run.stops if stop.kind == "pickup"]
        first_and_last = f"{booked[0]} … {booked[-1]}" if len(booked) > 1 else str(booked[0])
        times = (clock(run.stops[0].seconds), clock(run.stops[-1].seconds))
        runs.add_row(run.vehicle, *times, str(len(booked)), first_and_last)
    console.print(runs)
    if found.unserved:
        print_wrapped(console, f"No vehicle takes {', '.join(found.unserved)}.")
    if found.service.is_estimated:
        driving = found.service.settings.driving
        print_wrapped(
            console,
            "Travel times are ESTIMATED from places (great circle, detour "
            f"{driving.detour:g}, {driving.speed_kmh:g} km/h): no figure above is better than "
            "that. rideflex travel-times asks a routing engine for better ones.",
        )
    if found.booked.day.fleet.has_breaks:
        print_wrapped(
            console,
            "Routed by the built-in search: there are drivers' breaks, which PyVRP does not know.",
        )
    for problem in found.problems:
        print_wrapped(console, f"problem: {problem}")


def _date_of(service: Service, date: str | None) -> dt.date:
    if date is None:
        some = f" ({service.dates[0]} to {service.dates[-1]})" if service.dates else ""
        raise UsageError(
            f"{service.folder} holds bookings of {len(service.dates)} dates{some}: name one of "
            "them with --date"
        )
    try:
        return read_date(date)
    except ValueError as error:
        raise UsageError(f"--date {date!r} {error}") from None


def _print_compared(console: Console, found: PlannedDate, path: Path | None) -> None:
    of, n = found.compared, len(found.booked.rows)
    assert of is not None
    table = make_table(f"Routes of {path}", "what", "figure")
    table.add_row("served", f"{n - len(of.unserved):,}")
    table.add_row("vehicle minutes", f"{of.driving / 60:,.1f}")
    table.add_row("vehicles out", f"{sum(map(bool, of.routes)):,}")
    table.add_row("oracle", "refused" if found.compared_problems else "accepted")
    console.print(table)
    for problem in found.compared_problems:
        print_wrapped(console, f"{path}: {problem}")


def _figure(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def write_runs(path: Path, runs: Iterable[Run]) -> None:
    """Write runs as a dispatcher's list, a stop a row."""
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for run in runs:
            for stop in run.stops:
                writer.writerow({"vehicle": run.vehicle, **stop.as_json()})
