"""The fleet of a service: `fleet.csv`, one row a vehicle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas.zones import NO_ZONE, Zones, without_times
from rideflex.errors import Problem, UsageError
from rideflex.routing.vehicles import Break, Vehicle
from rideflex.tables.cells import at_least, blank_or, count, degrees, name, plain_text, time_of_day
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.readers import Reader
from rideflex.tables.rows import Rows
from rideflex.tables.table_files import read_rows

FLEET = "fleet.csv"
VEHICLE, SEATS = "vehicle_id", "seats"
DEPOT, END_DEPOT = "depot", "end_depot"
DEPOT_PLACE = ("depot_lat", "depot_lon")
_BREAK = ("break_from", "break_until", "break_min")
_READERS: Mapping[str, Reader] = {
    VEHICLE: name,
    SEATS: count(0, "seats"),
    "wheelchairs": blank_or(count(0, "wheelchair places"), 0),
    "seats_per_wheelchair": blank_or(count(0, "seats"), 0),
    "start": blank_or(time_of_day, None),
    "end": blank_or(time_of_day, None),
    _BREAK[0]: blank_or(time_of_day, None),
    _BREAK[1]: blank_or(time_of_day, None),
    _BREAK[2]: blank_or(at_least(1, "minutes"), None),
    DEPOT_PLACE[0]: degrees(90, "latitude"),
    DEPOT_PLACE[1]: degrees(180, "longitude"),
}


@dataclass(frozen=True)
class FleetRows:
    """The rows of `fleet.csv`, each column read as far as its cells allow.

    Parameters
    ----------
    rows
        The coded rows.
    unused
        The columns that nothing reads.
    """

    rows: Rows
    unused: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the vehicles [V]."""
        return tuple(self.rows.read(VEHICLE, name, object))

    def by_name(self, zones: Zones) -> bool:
        """Whether depots are taken by name: where they have no places, or all names are known."""
        if DEPOT not in self.rows.columns:
            return False
        known = all(plain_text(cell) in zones.numbers for cell in self.rows.columns[DEPOT].values)
        return known or self.places() is None

    def places(self) -> npt.NDArray[np.float64] | None:
        """Latitude and longitude of each depot [V, 2]; None where they are zones."""
        if not set(DEPOT_PLACE) <= set(self.rows.columns):
            return None
        return np.stack(
            [self.rows.read(column, _READERS[column], np.float64) for column in DEPOT_PLACE], axis=1
        )

    def problems(self, zones: Zones | None) -> list[Problem]:
        """Every cell that can't be used; depots are checked where the zones are known."""
        readers = {column: _READERS[column] for column in self.rows.columns if column in _READERS}
        if zones is not None:
            if self.by_name(zones):
                readers[DEPOT] = zones.reader()
            if END_DEPOT in self.rows.columns:
                readers[END_DEPOT] = blank_or(zones.reader(), None)
        found = self.rows.problems(readers)
        return found or [*self._twice(), *self._impossible()]

    def place_problems(self, zones: Zones) -> list[Problem]:
        """Every depot's place that is none of a zone's; the cells have no other problems."""
        places = self.places()
        if places is None or self.by_name(zones):
            return []
        if not zones.has_place.any():
            cause = (
                "gives depots by place, and the travel times are of zones: it needs depot, or "
                "places.csv with the places of the zones"
            )
            return [Problem(self.rows.file, cause, 1)]
        missing = np.flatnonzero(zones.at(places) == NO_ZONE).tolist()
        return [
            self.rows.problem(without_times(places[row].tolist()), row, DEPOT_PLACE[0])
            for row in missing
        ]

    def vehicles(self, depots: npt.NDArray[np.int32], zones: Zones, ends: int) -> list[Vehicle]:
        """Make the vehicles [V], their depots' zone numbers given [V].

        `ends` is when the service day ends, in seconds; a shift without a time lasts all day.
        """
        end_depots = self._column(END_DEPOT, blank_or(zones.reader(), None))
        return [
            self._vehicle(row, int(depots[row]), end_depots[row], ends)
            for row in range(len(self.rows))
        ]

    def depots(self, zones: Zones) -> npt.NDArray[np.int32]:
        """Zone numbers of the depots [V]; NO_ZONE stands for a place that is none of a zone."""
        places = self.places()
        if places is not None and not self.by_name(zones):
            return zones.at(places)
        return self.rows.read(DEPOT, zones.reader(), np.int32)

    def _vehicle(self, row: int, depot: int, end_depot: int | None, ends: int) -> Vehicle:
        told = {column: self._column(column, _READERS[column])[row] for column in _OF_A_VEHICLE}
        opens, closes, minutes = (told[column] for column in _BREAK)
        start = told["start"] or 0
        end = ends if told["end"] is None else told["end"]
        rest = None
        if minutes is not None:
            rest = Break(
                start if opens is None else opens,
                end if closes is None else closes,
                round(60 * minutes),
            )
        return Vehicle(
            seats=int(told[SEATS]),
            depot=depot,
            end_depot=end_depot,
            shift=(start, end),
            wheelchairs=int(told["wheelchairs"] or 0),
            seats_per_wheelchair=int(told["seats_per_wheelchair"] or 0),
            rest=rest,
        )

    def _column(self, column: str, reader: Reader) -> list[Any]:
        if column not in self.rows.columns:
            return [None] * len(self.rows)
        return list(self.rows.read(column, reader, object))

    def _twice(self) -> list[Problem]:
        seen: set[str] = set()
        found = []
        for row, one in enumerate(self.ids):
            if one in seen:
                found.append(self.rows.problem("is a vehicle of an earlier row", row, VEHICLE))
            seen.add(one)
        return found

    def _impossible(self) -> list[Problem]:
        found = []
        for row in range(len(self.rows)):
            given = [
                column
                for column in _BREAK
                if self._column(column, _READERS[column])[row] is not None
            ]
            if given and _BREAK[2] not in given:
                cause = f"is a break without {_BREAK[2]}, its minutes"
                found.append(self.rows.problem(cause, row, given[0]))
                continue
            try:
                self._vehicle(row, 0, None, _LONGEST_DAY)
            except UsageError as error:
                found.append(self.rows.problem(f"can't be driven: {error}", row, VEHICLE))
        return found


_LONGEST_DAY = 48 * 3600
_OF_A_VEHICLE = (SEATS, "wheelchairs", "seats_per_wheelchair", "start", "end", *_BREAK)


def read_fleet_rows(folder: Path) -> FleetRows:
    """Read `fleet.csv` of a folder, its cells not yet checked.

    Raises
    ------
    DataError
        If the file is missing or empty, or lacks a column.
    """
    with CsvFile(folder / FLEET) as file:
        names = file.head.names
        known = (*_READERS, DEPOT, END_DEPOT)
        wanted = [VEHICLE, SEATS, *(one for one in known[2:] if one in names)]
        if DEPOT not in names and not set(DEPOT_PLACE) <= set(names):
            wanted.append(DEPOT)
        unused = tuple(one for one in names if one not in known)
        return FleetRows(read_rows(file, wanted).filled(), unused)
