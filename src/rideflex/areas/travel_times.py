"""The travel times of a service area: `travel_times.csv`, a square matrix of seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, Problem
from rideflex.tables.csv_files import csv_cells

FILE = "travel_times.csv"
_DAY = 24 * 3600


@dataclass(frozen=True)
class TravelTimes:
    """Driving seconds int32 [Z, Z] from zone (row) to zone (column), and the zones' ids."""

    zones: tuple[str, ...]
    seconds: npt.NDArray[np.int32]


def read_travel_times(folder: Path) -> TravelTimes:
    """Read `travel_times.csv` of a folder; the matrix need not be symmetric.

    Raises
    ------
    DataError
        If the file can't be used; it carries every problem found.
    """
    path = folder / FILE
    file = str(path)
    table = _filled(csv_cells(path))
    if len(table) < 2:
        raise DataError(Problem(file, "is empty: it needs a header of zones and a row a zone"))
    zones = tuple(table[0][1][1:])
    if _is_list(zones, table):
        cause = "is a list of pairs of zones; a square matrix is wanted, a row and a column a zone"
        raise DataError(Problem(file, cause, 1))
    problems = _shape_problems(file, zones, table)
    row_of = {row[0]: row for _, row in table[1:]}
    seconds = np.zeros((len(zones), len(zones)), dtype=np.int32)
    numbers = {row[0]: number for number, row in table[1:]}
    for origin, name in enumerate(zones):
        cells = row_of.get(name, [name])[1 : len(zones) + 1]
        for destination, cell in enumerate(cells):
            try:
                seconds[origin, destination] = _seconds(cell)
            except ValueError as error:
                column = zones[destination]
                problems.append(Problem(file, str(error), numbers[name], column, cell))
    if problems:
        raise DataError(sorted(problems, key=lambda problem: problem.row or 0))
    if len(zones) > 1 and not seconds.any():
        raise DataError(Problem(file, "has no travel time above 0; they are in seconds"))
    return TravelTimes(zones, seconds)


def _filled(rows: list[list[str]]) -> list[tuple[int, list[str]]]:
    """Number the rows; leave out blank ones, and blank cells beyond the last zone's column."""
    table = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows, 1)]
    table = [(number, row) for number, row in table if any(row)]
    if table:
        header = table[0][1]
        while not header[-1]:
            header.pop()
        for _, row in table[1:]:
            while len(row) > len(header) and not row[-1]:
                row.pop()
    return table


def _is_list(zones: tuple[str, ...], table: list[tuple[int, list[str]]]) -> bool:
    """Whether each row is from, to, seconds: none of their first cells stands in the header."""
    return len(zones) in (2, 3) and not any(row[0] in zones for _, row in table[1:])


def _shape_problems(
    file: str, zones: tuple[str, ...], table: list[tuple[int, list[str]]]
) -> list[Problem]:
    problems = [
        Problem(file, "stands twice in the header", 1, value=zone)
        for at, zone in enumerate(zones)
        if zone in zones[:at]
    ]
    seen: set[str] = set()
    for number, row in table[1:]:
        name = row[0]
        if len(row) != len(zones) + 1:
            cause = (
                f"has {len(row) - 1} travel times for the {len(zones)} zones of the header; the "
                "matrix must be square"
            )
            problems.append(Problem(file, cause, number, value=name))
        if name not in zones:
            cause = "is a zone that the header lacks; the matrix must be square"
            problems.append(Problem(file, cause, number, value=name))
        if name in seen:
            problems.append(Problem(file, "has a row already", number, value=name))
        seen.add(name)
    for zone in zones:
        if zone not in seen:
            cause = "is a zone of the header without a row; the matrix must be square"
            problems.append(Problem(file, cause, 1, value=zone))
    return problems


def _seconds(cell: str) -> int:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("is not a number of seconds")
    if value < 0:
        raise ValueError("is negative; travel times are seconds from 0 up")
    if value > _DAY:
        raise ValueError("is longer than a day; travel times are in seconds")
    return round(value)
