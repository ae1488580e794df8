"""Travel times as a table: `travel_times.csv`, a square matrix of seconds.

A blank cell is a pair that can't be reached. Nothing else is: -1, null and NaN may as well be a
slip, so they are refused with the way to write it.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas.time_matrix import DAY, TravelTimes, checked_seconds
from rideflex.errors import DataError, Problem
from rideflex.routing.problem import UNREACHABLE
from rideflex.storage.atomic import replacing
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.readers import number
from rideflex.tables.texts import normal_text


def read_table(path: Path) -> TravelTimes:
    """Read a table of travel times; the matrix need not be symmetric.

    Raises
    ------
    DataError
        If the file can't be used; it carries every problem found.
    """
    file = str(path)
    with CsvFile(path) as opened:
        table = _filled(opened.cells(), opened.first_row - 1)
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
    rounded = 0
    for origin, name in enumerate(zones):
        cells = row_of.get(name, [name])[1 : len(zones) + 1]
        plain = _whole_seconds(cells)
        if plain is not None:
            seconds[origin, : len(cells)] = plain
            if origin < len(cells) and not cells[origin]:
                seconds[origin, origin] = 0
            continue
        for destination, cell in enumerate(cells):
            try:
                told = _seconds(cell, is_stay=origin == destination)
                seconds[origin, destination] = round(told)
                rounded += told != round(told)
            except ValueError as error:
                column = zones[destination]
                cause = f"{error}; leave the cell blank if there is no way from {name!r}"
                problems.append(Problem(file, cause, numbers[name], column, cell))
    if problems:
        raise DataError(sorted(problems, key=lambda problem: problem.row or 0))
    return TravelTimes(file, zones, seconds, rounded)


def write_table(path: Path, times: TravelTimes) -> None:
    """Write travel times as a table; an older file stays as it is unless it is whole.

    Raises
    ------
    DataError
        If the file can't be written.
    """
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["zone", *times.zones])
        for zone, row in zip(times.zones, times.seconds.tolist(), strict=True):
            writer.writerow([zone, *("" if told >= UNREACHABLE else told for told in row)])


def _filled(rows: list[list[str]], first: int) -> list[tuple[int, list[str]]]:
    """Number the rows from the header on, without blank ones and blank cells at the right."""
    table = [(number, [*map(normal_text, row)]) for number, row in enumerate(rows, first)]
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
    for line, row in table[1:]:
        name = row[0]
        if len(row) != len(zones) + 1:
            cause = (
                f"has {len(row) - 1} travel times for the {len(zones)} zones of the header; the "
                "matrix must be square"
            )
            problems.append(Problem(file, cause, line, value=name))
        if name not in zones:
            cause = "is a zone that the header lacks; the matrix must be square"
            problems.append(Problem(file, cause, line, value=name))
        if name in seen:
            problems.append(Problem(file, "has a row already", line, value=name))
        seen.add(name)
    for zone in zones:
        if zone not in seen:
            cause = "is a zone of the header without a row; the matrix must be square"
            problems.append(Problem(file, cause, 1, value=zone))
    return problems


def _whole_seconds(cells: list[str]) -> npt.NDArray[np.int64] | None:
    """A row of nothing but digits and blanks, which most are, at once; None if it is another."""
    digits = "".join(cells)
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        values = np.array([int(cell) if cell else -1 for cell in cells], dtype=np.int64)
    except (OverflowError, ValueError):
        return None
    return None if values.max() > DAY else np.where(values < 0, UNREACHABLE, values)


def _seconds(cell: str, *, is_stay: bool) -> float:
    if not cell:
        return 0 if is_stay else UNREACHABLE
    try:
        value = number(cell)
    except ValueError as error:
        cause = str(error).replace("a number", "a number of seconds")
        raise ValueError(cause) from None
    return checked_seconds(value)
