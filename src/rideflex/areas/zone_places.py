"""The zones of a folder in order, and where they lie: `places.csv`, one row a zone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas.folder import ZONE_PLACES
from rideflex.areas.place_ids import place_id
from rideflex.errors import DataError, Problem
from rideflex.tables.cells import degrees, name
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.table_files import read_rows

ZONE, DEGREES = "zone", ("lat", "lon")
_READERS = {ZONE: name, DEGREES[0]: degrees(90, "latitude"), DEGREES[1]: degrees(180, "longitude")}


@dataclass(frozen=True)
class ZonePlaces:
    """Z zones in the order of their file.

    Parameters
    ----------
    file
        Where they were read from.
    names
        Their ids; those of a file without names are the places themselves.
    degrees
        Latitude and longitude [Z, 2]; None where the file does not say them.
    """

    file: str
    names: tuple[str, ...]
    degrees: npt.NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.names)


def read_zone_places(folder: Path) -> ZonePlaces | None:
    """Read `places.csv` of a folder; None where it is not there.

    Raises
    ------
    DataError
        If the file can't be used; it carries every problem found.
    """
    path = folder / ZONE_PLACES
    if not path.exists():
        return None
    with CsvFile(path) as file:
        there = file.head.names
        wanted = [column for column in _READERS if column in there]
        has_degrees = set(DEGREES) <= set(there)
        if ZONE not in there and not has_degrees:
            cause = f"has neither the column {ZONE} nor {' and '.join(DEGREES)}"
            raise DataError(Problem(str(path), cause, 1))
        if not has_degrees:
            wanted = [ZONE]
        rows = read_rows(file, wanted).filled().without_blank()
    if problems := rows.problems({column: _READERS[column] for column in wanted}):
        raise DataError(problems)
    places = None
    if has_degrees:
        columns = [rows.read(column, _READERS[column], np.float64) for column in DEGREES]
        places = np.stack(columns, axis=1)
    if ZONE in wanted:
        names = tuple(rows.read(ZONE, name, object).tolist())
    else:
        assert places is not None
        names = tuple(place_id((latitude, longitude)) for latitude, longitude in places.tolist())
    _, firsts = np.unique(np.array(names, dtype=object), return_index=True)
    again = np.setdiff1d(np.arange(len(names)), firsts).tolist()
    if again:
        cause = "is a zone of an earlier row"
        raise DataError([rows.problem(cause, row, wanted[0]) for row in again])
    return ZonePlaces(str(path), names, places)
