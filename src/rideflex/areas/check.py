"""Checking a service-area folder: errors and warnings, and what the files amount to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rideflex.areas import warnings as suspicions
from rideflex.areas.area import DECISIONS, assemble
from rideflex.areas.travel_times import TravelTimes, read_travel_times
from rideflex.areas.trips import TripRows, read_trip_rows
from rideflex.decisions.report import CompileReport
from rideflex.decisions.table import DecisionTable
from rideflex.errors import DataError, Problem

SERVICE_S = 60


@dataclass(frozen=True)
class AreaCheck:
    """What a service-area folder amounts to; a count is None where errors hide it.

    Parameters
    ----------
    problems
        Every error in the files.
    warnings
        What can be used, but is hardly meant.
    types
        The flexibility types that were found.
    decisions
        Counts over the rows of decisions.
    offers
        Offers in the grid.
    trips, travelers, zones
        Counts of the other two files.
    without_decisions
        Trips whose context has no row of decisions; the types' rules answer there.
    unservable
        Rows of `trips.csv` (the header is row 1) that no vehicle could serve, not even one that
        waits at the door for this trip alone.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    types: tuple[str, ...] | None = None
    decisions: CompileReport | None = None
    offers: int | None = None
    trips: int | None = None
    travelers: int | None = None
    zones: int | None = None
    without_decisions: int | None = None
    unservable: tuple[int, ...] | None = None


def check_area(folder: str | Path) -> AreaCheck:
    """Check a service-area folder; errors are collected, not raised."""
    home = Path(folder)
    if not home.is_dir():
        return AreaCheck((Problem(str(home), "is not a folder"),))
    problems: list[Problem] = []
    warnings: list[Problem] = []
    table: DecisionTable | None = None
    times: TravelTimes | None = None
    rows: TripRows | None = None
    try:
        warnings += suspicions.answer_like_columns(home)
        table = DecisionTable.from_csv(home / DECISIONS)
        warnings += suspicions.rare_offers(home, table)
    except DataError as error:
        problems += error.problems
    try:
        times = read_travel_times(home)
        warnings += suspicions.quick_drives(home, times)
    except DataError as error:
        problems += error.problems
    try:
        rows = read_trip_rows(home)
        warnings += suspicions.missing_types(home, rows)
        problems += rows.problems(times.zones if times else None, table.types if table else None)
    except DataError as error:
        problems += error.problems
    return _counted(home, problems, warnings, table, times, rows)


def _counted(
    folder: Path,
    problems: list[Problem],
    warnings: list[Problem],
    table: DecisionTable | None,
    times: TravelTimes | None,
    rows: TripRows | None,
) -> AreaCheck:
    without_decisions = unservable = travelers = None
    if table and times and rows and not problems:
        try:
            area = assemble(folder, table, times, rows)
        except DataError as error:
            problems += error.problems
        else:
            trips = area.trips
            drive = area.travel_times[trips.origin, trips.destination]
            late = trips.pickup_window[:, 0] + SERVICE_S + drive > trips.dropoff_window[:, 1]
            unservable = tuple(rows.rows.numbers[late].tolist())
            without_decisions = int(np.count_nonzero(trips.trip_id < 0))
            travelers = len(area.travelers)
            warnings += suspicions.unknown_contexts(area, rows)
            warnings += suspicions.changing_features(rows)
    return AreaCheck(
        problems=tuple(problems),
        warnings=tuple(warnings),
        types=table.types if table else None,
        decisions=table.report if table else None,
        offers=len(table.offers) if table else None,
        trips=len(rows.rows) if rows else None,
        travelers=travelers,
        zones=len(times.zones) if times else None,
        without_decisions=without_decisions,
        unservable=unservable,
    )
