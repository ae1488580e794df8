"""Checking a service-area folder: errors and warnings, and what the files amount to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas import warnings as doubts
from rideflex.areas.area import ServiceArea, assemble
from rideflex.areas.folder import DECISIONS
from rideflex.areas.time_matrix import TravelTimes
from rideflex.areas.time_warnings import warnings_of
from rideflex.areas.travel_times import read_travel_times
from rideflex.areas.trips import TripRows, read_trip_rows
from rideflex.decisions.report import CompileReport
from rideflex.decisions.table import DecisionTable
from rideflex.errors import DataError, Problem
from rideflex.routing.problem import UNREACHABLE, Requests, default_fleet, windows_hold


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
        served this trip alone.
    within_zone
        Trips that end in the zone where they begin.
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
    within_zone: int | None = None


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
        warnings += doubts.answer_like_columns(home)
        table = DecisionTable.from_csv(home / DECISIONS)
        warnings += doubts.rare_offers(home, table)
        warnings += doubts.answers_that_tell_nothing(home, table)
    except DataError as error:
        problems += error.problems
    try:
        times = read_travel_times(home)
        warnings += warnings_of(times)
    except DataError as error:
        problems += error.problems
    try:
        rows = read_trip_rows(home)
        warnings += doubts.missing_types(home, rows)
        warnings += doubts.unused_columns(rows)
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
    without_decisions = unservable = travelers = within_zone = None
    if table and times and rows and not problems:
        try:
            area = assemble(folder, table, times, rows)
        except DataError as error:
            problems += error.problems
        else:
            unservable = tuple(rows.rows.numbers[~_servable(area)].tolist())
            without_decisions = int(np.count_nonzero(area.trips.trip_id < 0))
            within_zone = int(np.count_nonzero(area.trips.origin == area.trips.destination))
            travelers = len(area.travelers)
            warnings += doubts.unknown_contexts(area, rows)
            warnings += doubts.trips_within_zones(area, rows)
            warnings += doubts.changing_features(rows)
            warnings += doubts.doubtful_places(rows, area.zones)
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
        within_zone=within_zone,
    )


def _servable(area: ServiceArea) -> npt.NDArray[np.bool_]:
    """Trips [M] that a vehicle of the default fleet could serve if it served nobody else."""
    trips, times = area.trips, area.travel_times
    requests = Requests(
        trips.origin,
        trips.destination,
        trips.pickup_window.astype(np.int64),
        trips.dropoff_window.astype(np.int64),
    )
    fleet = default_fleet(requests, times, len(area.travelers))
    of = fleet.vehicles[0]
    there, back = times[of.depot, trips.origin], times[trips.destination, of.end]
    in_reach = (of.shift[0] + there <= requests.pickup_window[:, 1]) & (back < UNREACHABLE)
    servable: npt.NDArray[np.bool_] = in_reach & windows_hold(requests, times, fleet.service_time)
    return servable
