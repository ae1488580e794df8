"""The places between which a folder's vehicles may drive: what a routing engine is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas.booking_rows import BookingRows, bookings_file, read_booking_rows
from rideflex.areas.fleet import FleetRows, read_fleet_rows
from rideflex.areas.folder import ZONE_PLACES
from rideflex.areas.place_ids import place_id, rounded
from rideflex.areas.settings import read_settings
from rideflex.areas.zone_places import ZonePlaces, read_zone_places
from rideflex.areas.zones import NO_ZONE, Zones
from rideflex.errors import DataError, Problem


def places_to_ask(folder: str | Path) -> Zones:
    """Zones of a folder, each with its place.

    They are the zones of `places.csv`, and then every other place of bookings and depots, to about
    a meter.

    Raises
    ------
    DataError
        If a file can't be used, or it is not said where a zone lies; it carries every problem.
    """
    home = Path(folder)
    if not home.is_dir():
        raise DataError(Problem(str(home), "is not a folder"))
    path = bookings_file(home)
    listed = read_zone_places(home)
    if path is None and listed is None:
        cause = f"holds neither bookings nor {ZONE_PLACES}, so there is no place to ask for"
        raise DataError(Problem(str(home), cause))
    places = np.empty((0, 2)) if listed is None else listed.degrees
    if places is None:
        cause = "has no columns lat and lon, and a routing engine is asked for places"
        raise DataError(Problem(str(home / ZONE_PLACES), cause, 1))
    zones = _zones(listed, places)
    if path is None:
        return zones
    ends = round(3600 * read_settings(home).day.ends)
    bookings, fleet = read_booking_rows(path), read_fleet_rows(home)
    by_name = fleet.by_name(zones)
    problems = [*_nameless(bookings, fleet, by_name=by_name)] if listed is None else []
    problems = problems or [*bookings.problems(zones, ends), *fleet.problems(zones)]
    if problems:
        raise DataError(problems, f"rideflex check {home} lists them")
    depots = None if by_name else fleet.places()
    given = [bookings.places()] if bookings.has_places else []
    given += [] if depots is None else [depots]
    others = np.concatenate([np.empty((0, 2)), *given])
    others = others[zones.at(others) == NO_ZONE]
    unnamed = np.unique(rounded(others), axis=0, return_index=True)[1]
    return _zones(listed, np.concatenate([places, others[unnamed]]))


def _zones(listed: ZonePlaces | None, places: npt.NDArray[np.float64]) -> Zones:
    """Zones of which the first are listed, and the others are known by their places."""
    names = () if listed is None else listed.names
    others = [
        place_id((latitude, longitude)) for latitude, longitude in places[len(names) :].tolist()
    ]
    return Zones((*names, *others), places, lacking=f"{ZONE_PLACES} lacks; it has")


def _nameless(bookings: BookingRows, fleet: FleetRows, *, by_name: bool) -> Iterator[Problem]:
    """What names zones where nothing says where they lie."""
    cause = f"names zones, and there is no {ZONE_PLACES} that says where they lie (zone, lat, lon)"
    if not bookings.has_places:
        yield Problem(bookings.rows.file, cause, 1)
    if by_name:
        yield Problem(fleet.rows.file, cause, 1)
