"""The trips of a service area: `trips.csv`, one row a trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import Problem
from rideflex.tables.columns import CONTEXT, clock
from rideflex.tables.csv_files import csv_head, read_csv
from rideflex.tables.rows import Reader, Rows, text, time_window, whole_number

FILE = "trips.csv"
TYPE = "flexibility"
FEATURES = ("age", "occupation", "income")
PLACES = ("origin_gps", "destination_gps")
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
    """

    rows: Rows
    zones: tuple[str, str]
    optional: tuple[str, ...]

    def problems(self, zones: Sequence[str] | None, types: Sequence[str] | None) -> list[Problem]:
        """Every cell that can't be used; zones and types are checked where they are known."""
        readers: dict[str, Reader] = {
            CONTEXT[0]: whole_number,
            **dict.fromkeys(CONTEXT[1:4], text),
            **dict.fromkeys(CONTEXT[4:], time_window),
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
        closes = self.rows.read(CONTEXT[5], time_window, np.int64)[:, 1]
        cause = (
            "arrives by {}, before its departure window opens at {}; windows past midnight are "
            "not supported"
        )
        return [
            self.rows.problem(
                cause.format(clock(int(closes[row])), clock(int(opens[row]))), int(row), CONTEXT[5]
            )
            for row in np.flatnonzero(closes < opens)
        ]

    def _contradictions(self) -> list[Problem]:
        """Rows that give a traveler another type than an earlier row."""
        if TYPE not in self.optional:
            return []
        travelers = self.rows.read(CONTEXT[0], whole_number, np.int64)
        _, first, entity = np.unique(travelers, return_index=True, return_inverse=True)
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
    path = folder / FILE
    head = csv_head(path)
    zones = next((pair for pair in _ZONES if set(pair) & set(head.names)), _ZONES[0])
    optional = tuple(name for name in (TYPE, *FEATURES, *PLACES) if name in head.names)
    return TripRows(read_csv(path, (*CONTEXT, *zones, *optional)), zones, optional)


def coordinates(value: Any) -> tuple[float, float]:
    """Read `[latitude, longitude]` in degrees; raises ValueError with the cause."""
    try:
        latitude, longitude = (float(part) for part in text(value).strip("[]()").split(","))
    except ValueError:
        latitude = longitude = np.nan
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("is not [latitude, longitude] in degrees")
    return latitude, longitude


def zone_coordinates(trips: TripRows, zones: Sequence[str]) -> npt.NDArray[np.float64] | None:
    """Mean latitude and longitude of each zone over the trips, float64 [Z, 2]; None without any.

    A zone that no trip names stands in the middle of the others.
    """
    if not set(PLACES) <= set(trips.optional):
        return None
    total, count = np.zeros((len(zones), 2)), np.zeros(len(zones))
    for zone_column, place_column in zip(trips.zones, PLACES, strict=True):
        zone = zone_numbers(trips.rows, zone_column, zones)
        np.add.at(total, zone, trips.rows.read(place_column, coordinates, np.float64))
        np.add.at(count, zone, 1)
    named = count > 0
    means = total / np.maximum(count, 1)[:, None]
    means[~named] = means[named].mean(axis=0)
    return means


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
