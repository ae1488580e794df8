"""The bookings of a service: `bookings.csv` or `bookings.parquet`, one row a trip as booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from rideflex.areas.zones import NO_ZONE, Zones, without_times
from rideflex.errors import DataError, Problem
from rideflex.tables.cells import (
    at_least,
    blank_or,
    count,
    date,
    degrees,
    name,
    one_of_words,
    plain_text,
    time_of_day,
    yes_or_no,
)
from rideflex.tables.columns import CONTEXT
from rideflex.tables.ids import Ids
from rideflex.tables.readers import Reader, time_window
from rideflex.tables.rows import Rows
from rideflex.tables.table_files import open_table, read_rows

BOOKINGS = ("bookings.csv", "bookings.parquet")
BOOKING, TRAVELER, DATE = "booking_id", CONTEXT[0], "date"
LEAVE_AT, ARRIVE_BY = "leave_at", "arrive_by"
WINDOWS = CONTEXT[4:]
ENDS = ("origin", "destination")
PLACES = ("origin_lat", "origin_lon", "destination_lat", "destination_lon")
BOOKED_AT = "booked_at"
Status = Literal["performed", "cancelled", "no_show", ""]
_STATUS: Mapping[str, Status] = {
    "performed": "performed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "no_show": "no_show",
    "no-show": "no_show",
}
_READERS: dict[str, Reader] = {
    BOOKING: name,
    TRAVELER: name,
    DATE: date,
    LEAVE_AT: blank_or(time_of_day, -1),
    ARRIVE_BY: blank_or(time_of_day, -1),
    WINDOWS[0]: blank_or(lambda cell: time_window(plain_text(cell)), (-1, -1)),
    WINDOWS[1]: blank_or(lambda cell: time_window(plain_text(cell)), (-1, -1)),
    PLACES[0]: degrees(90, "latitude"),
    PLACES[1]: degrees(180, "longitude"),
    PLACES[2]: degrees(90, "latitude"),
    PLACES[3]: degrees(180, "longitude"),
    BOOKED_AT: blank_or(lambda cell: _stamp(cell), None),
    "appointment": blank_or(yes_or_no, False),
    "seats": blank_or(count(0, "seats"), -1),
    "wheelchairs": blank_or(count(0, "wheelchairs"), 0),
    "boarding_min": blank_or(at_least(0, "minutes"), -1),
    "max_ride_min": blank_or(at_least(1, "minutes"), -1),
    "status": blank_or(one_of_words(_STATUS), ""),
}
_UNREAD = ("trip_purpose",)
_ALL_DAY = 48 * 3600


@dataclass(frozen=True)
class BookingRows:
    """The rows of a file of bookings, each column read as far as its cells allow.

    Parameters
    ----------
    rows
        The coded rows.
    unused
        The columns that nothing reads.
    """

    rows: Rows
    unused: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def has_places(self) -> bool:
        """Whether trips are given by latitude and longitude."""
        return set(PLACES) <= set(self.rows.columns)

    def places(self) -> npt.NDArray[np.float64]:
        """Latitude and longitude of all origins, then of all destinations [2 M, 2]."""
        origin, destination = (
            np.stack([self.rows.read(c, _READERS[c], np.float64) for c in pair], axis=1)
            for pair in (PLACES[:2], PLACES[2:])
        )
        return np.concatenate([origin, destination])

    def zones(self, zones: Zones) -> npt.NDArray[np.int32]:
        """Zone numbers of all origins, then of all destinations [2 M].

        NO_ZONE stands for a place that is none of a zone.
        """
        if self.has_places:
            return zones.at(self.places())
        return np.concatenate([self.rows.read(end, zones.reader(), np.int32) for end in ENDS])

    def column(self, name: str, dtype: npt.DTypeLike, default: Any) -> npt.NDArray[Any]:
        """Read a column that has no problems [M, …]; the default where it is not there."""
        if name in self.rows.columns:
            return self.rows.read(name, _READERS[name], dtype)
        return np.array([default] * len(self), dtype=dtype)

    def ids(self) -> Ids:
        """Traveler ids [M]."""
        return self.rows.ids(TRAVELER)

    def problems(self, zones: Zones | None, ends: int) -> list[Problem]:
        """Every cell that can't be used.

        Parameters
        ----------
        zones
            The known zones, if they are known.
        ends
            When the service day ends, in seconds.
        """
        readers = {name: reader for name, reader in _READERS.items() if name in self.rows.columns}
        if zones is not None and not self.has_places:
            readers.update(dict.fromkeys(ENDS, zones.reader()))
        bad = self.rows.problems(readers)
        rows = {problem.row for problem in bad}
        further = [
            problem
            for check in (self._twice, self._anchors, self._nobody)
            for problem in check(readers, ends)
            if problem.row not in rows
        ]
        return sorted([*bad, *further], key=lambda problem: problem.row or 0)

    def place_problems(self, zones: Zones) -> list[Problem]:
        """Every place that is none of a zone's; the cells have no other problems."""
        if not self.has_places:
            return []
        if not zones.has_place.any():
            cause = (
                "gives places, and the travel times are of zones: name origin and destination by "
                "zone, say in places.csv where the zones lie, or leave the travel times out to "
                "have them estimated"
            )
            return [Problem(self.rows.file, cause, 1)]
        places = self.places().tolist()
        missing = np.flatnonzero(zones.at(self.places()) == NO_ZONE).tolist()
        return [
            self.rows.problem(
                without_times(places[one]), one % len(self), PLACES[one // len(self) * 2]
            )
            for one in missing
        ]

    def _twice(self, readers: Mapping[str, Reader], ends: int) -> list[Problem]:
        del readers, ends
        coded = self.rows.columns[BOOKING]
        _, first = np.unique(coded.codes, return_index=True)
        again = np.setdiff1d(np.arange(len(self)), first)
        return [
            self.rows.problem("is a booking of an earlier row", int(row), BOOKING) for row in again
        ]

    def _anchors(self, readers: Mapping[str, Reader], ends: int) -> list[Problem]:
        given = {
            name: self._readable(name, readers, -1)
            for name in (LEAVE_AT, ARRIVE_BY)
            if name in readers
        }
        windows = [self._readable(name, readers, (-1, -1)) for name in WINDOWS if name in readers]
        found = []
        for row in range(len(self)):
            told = {name: values[row] for name, values in given.items() if values[row] >= 0}
            whole = len(windows) == len(WINDOWS) and all(column[row][0] >= 0 for column in windows)
            late = [name for name, value in told.items() if value > ends]
            if len(told) == len((LEAVE_AT, ARRIVE_BY)):
                cause = f"stands beside {LEAVE_AT}; a trip has one of the two, or both windows"
                found.append(self.rows.problem(cause, row, ARRIVE_BY))
            elif not told and not whole:
                cause = f"has no time: it needs {LEAVE_AT}, {ARRIVE_BY} or both time windows"
                found.append(self._of_row(cause, row))
            found += [
                self.rows.problem("is after the service day ends (day.ends)", row, name)
                for name in late
            ]
            if whole and windows[1][row][1] < windows[0][row][0]:
                cause = "closes before the departure window opens"
                found.append(self.rows.problem(cause, row, WINDOWS[1]))
        return found

    def _nobody(self, readers: Mapping[str, Reader], ends: int) -> list[Problem]:
        del ends
        if "seats" not in readers or "wheelchairs" not in readers:
            return []
        seats = self._readable("seats", readers, -1)
        chairs = self._readable("wheelchairs", readers, 0)
        return [
            self.rows.problem("carries nobody: no seat and no wheelchair", row, "seats")
            for row in range(len(self))
            if seats[row] == 0 and chairs[row] == 0
        ]

    def _readable(self, name: str, readers: Mapping[str, Reader], default: Any) -> list[Any]:
        # A column's values by row, the default where a cell can't be read.
        coded = self.rows.columns[name]
        values = []
        for cell in coded.values:
            try:
                values.append(readers[name](cell))
            except ValueError:
                values.append(default)
        return [values[code] for code in coded.codes]

    def _of_row(self, cause: str, row: int) -> Problem:
        return Problem(self.rows.file, cause, int(self.rows.numbers[row]))


def bookings_file(folder: Path) -> Path | None:
    """Return the file of bookings that a folder holds, if there is one.

    Raises
    ------
    DataError
        If there are two.
    """
    found = [folder / name for name in BOOKINGS if (folder / name).is_file()]
    if len(found) > 1:
        raise DataError(Problem(str(found[1]), f"stands beside {BOOKINGS[0]}; keep one of the two"))
    return found[0] if found else None


def is_service(folder: str | Path) -> bool:
    """Whether a folder holds bookings."""
    return any((Path(folder) / name).is_file() for name in BOOKINGS)


def read_booking_rows(path: Path) -> BookingRows:
    """Read a file of bookings, its cells not yet checked.

    Raises
    ------
    DataError
        If the file is missing or empty, or lacks a column.
    """
    with open_table(path) as file:
        names = file.head.names
        wanted = [BOOKING, TRAVELER, DATE]
        wanted += [one for one in _READERS if one in names and one not in wanted]
        if not set(PLACES) <= set(names):
            wanted = [one for one in wanted if one not in PLACES]
            wanted += ENDS
        unused = tuple(one for one in names if one not in (*wanted, *_UNREAD))
        return BookingRows(read_rows(file, wanted).filled().without_blank(), unused)


def _stamp(value: Any) -> dt.datetime:
    # Without its zone: bookings are only ever put in order.
    try:
        told = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
        return told.astimezone(dt.UTC).replace(tzinfo=None) if told.tzinfo else told
    except ValueError:
        raise ValueError("is not a time of booking such as 2026-05-04T16:30") from None
