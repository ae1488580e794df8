"""The zones of a service, by name and by place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas.place_ids import place_at, place_id, rounded
from rideflex.areas.zone_places import ZonePlaces
from rideflex.tables.cells import name
from rideflex.tables.readers import Reader

_LISTED = 5
NO_ZONE = -1


@dataclass(frozen=True)
class Zones:
    """Z zones, in the order of the travel times.

    Parameters
    ----------
    names
        Their ids.
    places
        Latitude and longitude [Z, 2], NaN where a zone's is not known; None where none is.
    lacking
        How an error goes on that begins with "is a zone that".
    """

    names: tuple[str, ...]
    places: npt.NDArray[np.float64] | None = field(default=None, compare=False)
    lacking: str = field(default="the travel times lack; they have", compare=False)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Number of each zone."""
        return {zone: number for number, zone in enumerate(self.names)}

    @cached_property
    def has_place(self) -> npt.NDArray[np.bool_]:
        """Which zones' places are known, bool [Z]."""
        if self.places is None:
            return np.zeros(len(self), dtype=np.bool_)
        return np.asarray(np.isfinite(self.places).all(axis=1))

    def at(self, places: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
        """Numbers of the zones that lie at places [n, 2]; NO_ZONE where none does."""
        keys = map(tuple, rounded(places).tolist())
        return np.array([self._at.get(key, NO_ZONE) for key in keys], dtype=np.int32)

    def reader(self) -> Reader:
        """Make a reader of a cell that holds a zone; it returns the zone's number."""
        return self._read

    @cached_property
    def _at(self) -> Mapping[tuple[int, int], int]:
        if self.places is None:
            return {}
        known = np.flatnonzero(self.has_place).tolist()
        keys = rounded(self.places[known]).tolist()
        return {(a, b): zone for (a, b), zone in reversed([*zip(keys, known, strict=True)])}

    def _read(self, value: Any) -> int:
        zone = name(value)
        if zone not in self.numbers:
            listed = ", ".join(map(repr, self.names[:_LISTED]))
            more = ", …" if len(self.names) > _LISTED else ""
            raise ValueError(f"is a zone that {self.lacking} {listed}{more}")
        return self.numbers[zone]


def zones_of(names: tuple[str, ...], told: ZonePlaces | None) -> Zones:
    """Make zones of their ids, with the places that `places.csv`, or else the ids, say."""
    places = np.array([place_at(zone) or (np.nan, np.nan) for zone in names]).reshape(-1, 2)
    if told is not None and told.degrees is not None:
        numbers = {zone: number for number, zone in enumerate(names)}
        for zone, place in zip(told.names, told.degrees, strict=True):
            if zone in numbers:
                places[numbers[zone]] = place
    return Zones(names, places)


def without_times(place: tuple[float, float]) -> str:
    """Say why a place can't be driven to."""
    return (
        f"lies at '{place_id(place)}', where no zone of the travel times does; rideflex "
        "travel-times asks a routing engine for all places of a folder"
    )
