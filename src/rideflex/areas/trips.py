"""The trips of a service area: `trips.csv`, one row a trip."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas.folder import TRIPS
from rideflex.areas.places import PLACES, Degrees, coordinates
from rideflex.errors import DataError, Problem
from rideflex.tables.columns import CONTEXT
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.readers import CONTEXT_READERS, Reader, text, time_window
from rideflex.tables.rows import Rows
from rideflex.tables.table_files import read_rows
from rideflex.tables.time_windows import DAY_S, clock, past_midnight
from rideflex.travelers import TravelerIndex

TYPE = "flexibility"
FEATURES = ("age", "occupation", "income")
_SPEAKS_OF_PLACES = re.compile(r"(^|_)(lat|lon|lng|long|latitude|longitude)(_|$)", re.IGNORECASE)
_PLACES_WITHOUT_ZONES = (
    "has places but no zones; it needs origin_h3 and destination_h3 (or origin_zone and "
    "destination_zone) with zone ids of travel_times.csv"
)
_ZONES = (("origin_h3", "destination_h3"), ("origin_zone", "destination_zone"))


@dataclass(frozen=True)
class TripRows:
    """The rows of `trips.csv`, each column read as far as its cells allow.

    Parameters
    ----------
    rows
        The coded rows.
    zones
        Names of the columns of origin and destination.
    optional
        Which of the optional columns are there.
    unused
        The columns that nothing reads.
    """

    rows: Rows
    zones: tuple[str, str]
    optional: tuple[str, ...]
    unused: tuple[str, ...] = ()

    def ends(self, zones: Sequence[str]) -> npt.NDArray[np.int32]:
        """Zone numbers of all origins, then of all destinations, int32 [2 M]."""
        return np.concatenate([zone_numbers(self.rows, name, zones) for name in self.zones])

    def places(self) -> Degrees | None:
        """Places of all origins, then of all destinations, [2 M, 2]; None without the columns."""
        if not set(PLACES) <= set(self.optional):
            return None
        return np.concatenate([self.rows.read(name, coordinates, np.float64) for name in PLACES])

    def problems(self, zones: Sequence[str] | None, types: Sequence[str] | None) -> list[Problem]:
        """Every cell that can't be used; zones and types are checked where they are known."""
        readers: dict[str, Reader] = {
            **CONTEXT_READERS,
            **dict.fromkeys(self.zones, text if zones is None else one_of(zones, _NO_ZONE)),
        }
        for name in set(self.optional) & set(PLACES):
            readers[name] = coordinates
        if TYPE in self.optional:
            readers[TYPE] = text if types is None else one_of(types, NO_TYPE)
        found = self.rows.problems(readers)
        return found or [*self._overnight(), *self._contradictions()]

    def _overnight(self) -> list[Problem]:
        """Rows whose arrival window has closed before the departure window opens."""
        opens = self.rows.read(CONTEXT[4], time_window, np.int64)[:, 0]
        arrival = self.rows.read(CONTEXT[5], time_window, np.int64)
        closes = arrival[:, 1]
        found = []
        for row in np.flatnonzero(closes < opens).tolist():
            first, last = (int(one) for one in arrival[row])
            cause = (
                f"arrives by {clock(last)}, before its departure window opens at "
                f"{clock(int(opens[row]))}{past_midnight(first + DAY_S, last)}"
            )
            found.append(self.rows.problem(cause, row, CONTEXT[5]))
        return found

    def _contradictions(self) -> list[Problem]:
        """Rows that give a traveler another type than an earlier row."""
        if TYPE not in self.optional:
            return []
        first, entity = first_rows(self.rows)
        types = self.rows.read(TYPE, text, object)
        cause = "is another type than an earlier row gives this traveler"
        return [
            self.rows.problem(cause, int(row), TYPE)
            for row in np.flatnonzero(types != types[first][entity])
        ]


def read_trip_rows(folder: Path) -> TripRows:
    """Read `trips.csv` of a folder, its cells not yet checked.

    Raises
    ------
    DataError
        If the file is missing or empty, or lacks a column.
    """
    path = folder / TRIPS
    with CsvFile(path) as file:
        names = file.head.names
        zones = next((pair for pair in _ZONES if set(pair) & set(names)), None)
        if zones is None and any(_SPEAKS_OF_PLACES.search(name) for name in names):
            raise DataError(Problem(str(path), _PLACES_WITHOUT_ZONES, row=1))
        zones = zones or _ZONES[0]
        optional = tuple(name for name in (TYPE, *FEATURES, *PLACES) if name in names)
        read = (*CONTEXT, *zones, *optional)
        unused = tuple(name for name in names if name not in read)
        return TripRows(read_rows(file, read), zones, optional, unused)


def first_rows(rows: Rows) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
    """Each traveler's first row [T], and the entity of every row's traveler, int32 [n]."""
    ids = rows.ids(CONTEXT[0])
    entity = TravelerIndex.from_ids(ids).encode(ids)
    return np.unique(entity, return_index=True)[1], entity


def zone_numbers(rows: Rows, column: str, zones: Sequence[str]) -> npt.NDArray[np.int32]:
    """Place of each row's zone among the zones, int32 [n]."""
    numbers: Mapping[str, int] = {zone: number for number, zone in enumerate(zones)}
    return rows.read(column, lambda cell: numbers[text(cell)], np.int32)


_NO_ZONE = "is a zone that the travel times lack; they have"
NO_TYPE = "is not one of the flexibility types that the decisions have:"
_LISTED = 5


def one_of(names: Sequence[str], cause: str) -> Reader:
    """Make a reader of names out of a list; `cause` says what another name is.

    The error goes on with the first names of the list.
    """
    known = frozenset(names)
    listed = ", ".join(map(repr, names[:_LISTED])) + (", …" if len(names) > _LISTED else "")

    def reader(value: Any) -> str:
        name = text(value)
        if name not in known:
            raise ValueError(f"{cause} {listed}")
        return name

    return reader
