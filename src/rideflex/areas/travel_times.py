"""The travel times of a folder: a table, or a routing engine's answer."""

from __future__ import annotations

from pathlib import Path

from rideflex.areas.folder import TRAVEL_TIMES
from rideflex.areas.time_matrix import TravelTimes
from rideflex.areas.time_matrix_csv import read_table
from rideflex.areas.time_matrix_json import read_saved_answer
from rideflex.errors import DataError, Problem

_ANSWERS = "travel_times*.json"


def travel_times_file(folder: Path) -> Path | None:
    """Return the file of travel times that a folder holds: `travel_times.csv` or a JSON.

    Raises
    ------
    DataError
        If there are several.
    """
    found = [
        path for path in (folder / TRAVEL_TIMES, *sorted(folder.glob(_ANSWERS))) if path.exists()
    ]
    if len(found) > 1:
        raise DataError(
            Problem(str(found[1]), f"stands beside {found[0].name}; keep one of the two")
        )
    return found[0] if found else None


def is_answer(path: Path) -> bool:
    """Whether a file's name is that of an engine's answer."""
    return path.match(_ANSWERS)


def read_travel_times(folder: Path) -> TravelTimes:
    """Read the travel times of a folder.

    Raises
    ------
    DataError
        If there are none or several, or they can't be used; it carries every problem found.
    """
    path = travel_times_file(folder) or folder / TRAVEL_TIMES
    times = read_saved_answer(path) if is_answer(path) else read_table(path)
    if times.is_at_rest:
        raise DataError(Problem(times.file, "has no travel time above 0; they are in seconds"))
    return times
