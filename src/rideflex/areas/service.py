"""A service as it is: bookings, fleet, rules and travel times, read from its folder."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas.booking_rows import BOOKINGS, BookingRows, bookings_file, read_booking_rows
from rideflex.areas.bookings import Bookings, bookings_of
from rideflex.areas.estimated_times import estimated_times
from rideflex.areas.fleet import FLEET, FleetRows, read_fleet_rows
from rideflex.areas.folder import TRAVEL_TIMES
from rideflex.areas.settings import ServiceSettings, read_settings
from rideflex.areas.time_matrix import TravelTimes
from rideflex.areas.travel_times import read_travel_times, travel_times_file
from rideflex.areas.windows import Windows, windows_of
from rideflex.areas.zone_places import read_zone_places
from rideflex.areas.zones import Zones, zones_of
from rideflex.errors import DataError, Problem, UsageError
from rideflex.routing import Fleet, Requests, ServiceDay


@dataclass(frozen=True)
class BookedDay:
    """One date of a service.

    Parameters
    ----------
    date
        Which one.
    rows
        The date's bookings that were not cancelled, in the order of booking: rows of `Bookings`.
    day
        The same as requests, with the fleet and the travel times.
    places
        Latitude and longitude [Z, 2] of each zone of the day; None where they are not told.
    """

    date: dt.date
    rows: npt.NDArray[np.intp]
    day: ServiceDay
    places: npt.NDArray[np.float64] | None


@dataclass(frozen=True)
class Service:
    """Everything a folder of bookings says.

    Parameters
    ----------
    folder
        Where it was read from.
    settings
        Its rules.
    bookings
        Every booking, cancelled ones too.
    fleet, vehicle_ids
        The vehicles and their names.
    measured
        The folder's travel times; None where they are estimated date by date.
    places
        Latitude and longitude [Z, 2] of each zone or place; None where they are not told.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from rideflex.areas import read_service
    >>> from rideflex.synthetic import BookingSettings, generate_bookings
    >>> folder = f"{mkdtemp()}/service"
    >>> generate_bookings(folder, BookingSettings(people=20, days=2, zones=5, seed=1))
    >>> service = read_service(folder)
    >>> len(service.dates), len(service.fleet)
    (2, 2)
    """

    folder: Path
    settings: ServiceSettings
    bookings: Bookings
    fleet: Fleet
    vehicle_ids: tuple[str, ...]
    measured: TravelTimes | None
    places: npt.NDArray[np.float64] | None

    @property
    def is_estimated(self) -> bool:
        """Whether travel times are estimated from places."""
        return self.measured is None

    @cached_property
    def dates(self) -> list[dt.date]:
        """Dates with bookings that were not cancelled, ascending."""
        held = self.bookings.date[self.bookings.status != "cancelled"]
        return [dt.date.fromordinal(int(one)) for one in np.unique(held)]

    def on(self, date: dt.date) -> BookedDay:
        """Return a date's requests, fleet and travel times.

        Raises
        ------
        UsageError
            If there is no booking on that date; it names the dates that have some.
        """
        return self.day_of(date, self.rows_on(date))

    def rows_on(self, date: dt.date) -> npt.NDArray[np.intp]:
        """Return the bookings of a date that were not cancelled, in the order of booking.

        Raises
        ------
        UsageError
            If there is none on that date; it names the dates that have some.
        """
        of = self.bookings
        rows = np.flatnonzero((of.date == date.toordinal()) & (of.status != "cancelled"))
        if not len(rows):
            dates = f"{self.dates[0]} to {self.dates[-1]}" if self.dates else "no date"
            raise UsageError(f"{self.folder} has no booking on {date}; it has some on {dates}")
        return rows[np.argsort(of.order[rows], kind="stable")]

    def day_of(self, date: dt.date, rows: npt.NDArray[np.intp]) -> BookedDay:
        """Return bookings, of whatever dates, as the requests of one day."""
        of = self.bookings
        ends = np.stack([of.origin[rows], of.destination[rows]])
        if self.places is None:
            assert self.measured is not None
            times = self.measured.seconds
            day = ServiceDay(self._requests(rows, ends, times), self.fleet, times)
            return BookedDay(date, rows, day, None)
        # Of all places that were ever ridden to, a date needs few.
        fleet = self.fleet
        used, at = np.unique(np.append(ends.ravel(), fleet.depots), return_inverse=True)
        places = self.places[used]
        if self.measured is None:
            times = estimated_times(places, self.settings.driving)
        else:
            times = self.measured.seconds[np.ix_(used, used)]
        ends = at[: ends.size].reshape(ends.shape).astype(np.int32)
        fleet = fleet.moved(dict(zip(fleet.depots, at[ends.size :].tolist(), strict=True)))
        day = ServiceDay(self._requests(rows, ends, times), fleet, times)
        return BookedDay(date, rows, day, places)

    def _requests(
        self,
        rows: npt.NDArray[np.intp],
        ends: npt.NDArray[np.int32],
        times: npt.NDArray[np.int32],
    ) -> Requests:
        of, windows = self.bookings, self.windows(rows, times[ends[0], ends[1]])
        return Requests(
            origin=ends[0],
            destination=ends[1],
            pickup_window=windows.pickup,
            dropoff_window=windows.dropoff,
            riders=of.seats[rows],
            service=np.repeat(windows.boarding[:, None], 2, axis=1),
            wheelchairs=of.wheelchairs[rows],
            max_ride=windows.max_ride,
        )

    def windows(self, rows: npt.NDArray[np.intp], direct: npt.NDArray[np.int32]) -> Windows:
        """Promised windows of bookings [n], whose direct drives are given in seconds [n]."""
        of = self.bookings
        return windows_of(
            self.settings,
            of.leave_at[rows],
            of.arrive_by[rows],
            of.told[rows],
            direct.astype(np.int64),
            of.boarding[rows],
            of.max_ride[rows],
        )


def read_service(folder: str | Path) -> Service:
    """Read a folder of bookings.

    Parameters
    ----------
    folder
        Holds `bookings.csv` (or Parquet) and `fleet.csv`; `service.toml` for other rules than the
        defaults; `travel_times.csv`, or a routing engine's answer as `travel_times.json`, unless
        places are given and times are to be estimated.

    Raises
    ------
    DataError
        If a file can't be used; it carries every problem found.
    """
    service, problems = read_service_and_problems(Path(folder))
    if service is None:
        raise DataError(problems, f"rideflex check {folder} lists them")
    return service


def read_service_and_problems(home: Path) -> tuple[Service | None, list[Problem]]:
    """Read a folder of bookings as far as it goes, with every problem of every file."""
    problems: list[Problem] = []
    settings, zones, times = ServiceSettings(), None, None
    bookings: BookingRows | None = None
    fleet: FleetRows | None = None
    try:
        settings = read_settings(home)
    except DataError as error:
        problems += error.problems
    try:
        if travel_times_file(home) is not None:
            times = read_travel_times(home)
            zones = zones_of(times.zones, read_zone_places(home))
    except DataError as error:
        problems += error.problems
    try:
        bookings = read_booking_rows(bookings_file(home) or home / BOOKINGS[0])
        problems += bookings.problems(zones, round(3600 * settings.day.ends))
    except DataError as error:
        problems += error.problems
    try:
        fleet = read_fleet_rows(home)
        problems += fleet.problems(zones)
    except DataError as error:
        problems += error.problems
    if bookings and fleet and not problems:
        problems += _places_problems(home, bookings, fleet, zones)
    if problems or bookings is None or fleet is None:
        return None, problems
    return _assembled(home, settings, bookings, fleet, zones, times), []


def _places_problems(
    home: Path, bookings: BookingRows, fleet: FleetRows, zones: Zones | None
) -> list[Problem]:
    if zones is not None:
        return [*bookings.place_problems(zones), *fleet.place_problems(zones)]
    if not bookings.has_places:
        cause = (
            "is missing, and the bookings name zones: driving can't be estimated from names. With "
            f"places.csv, rideflex travel-times {home} asks a routing engine"
        )
        return [Problem(str(home / TRAVEL_TIMES), cause)]
    if fleet.places() is None:
        cause = "gives depots by name, and bookings by place: it needs depot_lat and depot_lon"
        return [Problem(str(home / FLEET), cause, 1)]
    return []


def _assembled(
    home: Path,
    settings: ServiceSettings,
    rows: BookingRows,
    fleet: FleetRows,
    zones: Zones | None,
    times: TravelTimes | None,
) -> Service:
    n = len(rows)
    places: npt.NDArray[np.float64] | None
    if zones is not None:
        ends, depots = rows.zones(zones), fleet.depots(zones)
        places = zones.places if zones.has_place.all() else None
    else:
        at_depots = fleet.places()
        assert at_depots is not None
        places, at = np.unique(
            np.concatenate([rows.places(), at_depots]), axis=0, return_inverse=True
        )
        number = at.reshape(-1).astype(np.int32)
        ends, depots = number[: 2 * n], number[2 * n :]
    vehicles = fleet.vehicles(depots, zones or Zones(()), round(3600 * settings.day.ends))
    return Service(
        folder=home,
        settings=settings,
        bookings=bookings_of(rows, ends[:n], ends[n:]),
        fleet=Fleet(
            tuple(vehicles),
            service_time=round(60 * settings.boarding),
            penalty=round(60 * settings.penalty),
        ),
        vehicle_ids=fleet.ids,
        measured=times,
        places=places,
    )
