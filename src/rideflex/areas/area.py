"""A service area, read from its folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from rideflex.areas.behaviour import DUTIES, FittedAnswers, People, read_people
from rideflex.areas.estimated_times import road_km
from rideflex.areas.folder import DECISIONS
from rideflex.areas.places import doubt, zone_means
from rideflex.areas.settings import Driving, RideRule
from rideflex.areas.time_matrix import TravelTimes
from rideflex.areas.travel_times import read_travel_times
from rideflex.areas.trips import FEATURES, TYPE, TripRows, read_trip_rows
from rideflex.decisions.compiler import OnConflict
from rideflex.decisions.table import DecisionTable
from rideflex.errors import DataError, Problem
from rideflex.offers import Meaning, OfferGrid
from rideflex.routing import Requests
from rideflex.tables.columns import CONTEXT
from rideflex.tables.ids import Ids
from rideflex.tables.readers import text, time_window
from rideflex.travelers import TravelerIndex

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trips:
    """The M trips of an area, as arrays.

    Parameters
    ----------
    traveler
        Entity of each trip's traveler, int32 [M].
    trip_id
        Trip id in the decision table, int32 [M]; -1 where the table lacks the context.
    origin, destination
        Zone numbers, int32 [M].
    pickup_window, dropoff_window
        Earliest and latest time in seconds after midnight, int32 [M, 2].
    """

    traveler: npt.NDArray[np.int32]
    trip_id: npt.NDArray[np.int32]
    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    pickup_window: npt.NDArray[np.int32]
    dropoff_window: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.traveler)


@dataclass(frozen=True)
class ServiceArea:
    """Everything a service-area folder says.

    Parameters
    ----------
    folder
        Where it was read from.
    table
        The decisions.
    travelers
        The travelers of `trips.csv`, T of them, and their entities.
    zones
        Ids of the Z zones.
    travel_times
        Driving seconds, int32 [Z, Z]; `rideflex.routing.problem.UNREACHABLE` where there is no way.
    coordinates
        Latitude and longitude of each zone, float64 [Z, 2], the mean of the places in it that are
        not doubted; None where the trips have no places.
    types_by_phase
        Type of each traveler, int32 [P, T], one row a phase of a run (P = 2 where travelers change
        half-way); None where the folder does not say.
    features
        One row a traveler, in entity order: age, occupation and income as far as they are there.
    trips
        The trips, M of them.
    answers
        float32 [P, M, A]: probability that the traveler of trip m truly accepts offer a in
        phase p; None where neither true types nor `travelers.csv` say.
    compile_seconds
        What reading and compiling the decisions took; None where they were not read from a file.
    means
        What an accepted offer does (`OfferGrid.means`).
    ride
        The rule of the longest ride; None where a ride may take any time.
    world
        Draws answers of a fitted model, in place of true ones
        (`rideflex.models.world.in_world`).

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from rideflex import read_area
    >>> from rideflex.synthetic import AreaSettings, generate_area
    >>> folder = f"{mkdtemp()}/city"
    >>> generate_area(folder, AreaSettings(travelers=3, trips=2, zones=4, seed=1))
    >>> area = read_area(folder)
    >>> len(area.travelers), len(area.trips), len(area.zones)
    (3, 6, 4)
    >>> area.answers.shape  # phases, trips, offers
    (1, 6, 16)
    """

    folder: Path
    table: DecisionTable
    travelers: TravelerIndex
    zones: tuple[str, ...]
    travel_times: npt.NDArray[np.int32]
    coordinates: npt.NDArray[np.float64] | None
    types_by_phase: npt.NDArray[np.int32] | None
    features: pl.DataFrame
    trips: Trips
    answers: npt.NDArray[np.float32] | None
    compile_seconds: float | None = None
    means: Meaning = "end"
    ride: RideRule | None = None
    world: FittedAnswers | None = None

    def __repr__(self) -> str:
        return (
            f"ServiceArea({str(self.folder)!r}, {len(self.travelers)} travelers, "
            f"{len(self.trips)} trips, {len(self.zones)} zones)"
        )

    @cached_property
    def offers(self) -> OfferGrid:
        """The offers of the decisions, with what they mean in this area."""
        return OfferGrid(self.table.offers.pairs, self.means)

    @cached_property
    def kilometres(self) -> npt.NDArray[np.float64] | None:
        """Kilometres between zones [Z, Z], estimated; None where a zone's place is not known."""
        places = self.coordinates
        if places is None or not np.isfinite(places).all():
            return None
        return road_km(places, Driving())

    def requests(self, rows: npt.NDArray[np.integer]) -> Requests:
        """Requests for rows of the trips, in the shape of `rows`."""
        of = self.trips
        origin, destination = of.origin[rows], of.destination[rows]
        direct = self.travel_times[origin, destination]
        return Requests(
            origin,
            destination,
            of.pickup_window[rows].astype(np.int64),
            of.dropoff_window[rows].astype(np.int64),
            max_ride=None if self.ride is None else self.ride.seconds(direct),
        )

    def may_offer(self, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Offers [n, A] that mean anything on each trip."""
        return np.broadcast_to(self.offers.possible, (len(rows), len(self.offers)))

    @property
    def true_types(self) -> npt.NDArray[np.int32] | None:
        """Type of each traveler at first, int32 [T]; None where the folder does not say."""
        return None if self.types_by_phase is None else self.types_by_phase[0]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Which of age, occupation and income are known."""
        return tuple(name for name in self.features.columns if name != CONTEXT[0])


def read_area(folder: str | Path, on_conflict: OnConflict = "first") -> ServiceArea:
    """Read a service-area folder.

    Parameters
    ----------
    folder
        Holds `decisions.csv`, `trips.csv` and `travel_times.csv`; `travelers.csv` where the
        travelers answer by tolerances or change half-way.
    on_conflict
        See `DecisionTable.from_csv`.

    Raises
    ------
    DataError
        If a file can't be used; it carries every problem of that file.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from rideflex import read_area
    >>> from rideflex.synthetic import AreaSettings, generate_area
    >>> folder = f"{mkdtemp()}/city"
    >>> generate_area(folder, AreaSettings(travelers=3, trips=2, zones=4, seed=1))
    >>> read_area(folder).table.n_trips
    6
    >>> read_area("nowhere")
    Traceback (most recent call last):
    ...
    rideflex.errors.DataError: nowhere: is not a folder
    """
    home = Path(folder)
    if not home.is_dir():
        raise DataError(Problem(str(home), "is not a folder"))
    try:
        return _read(home, on_conflict)
    except DataError as error:
        raise DataError(error.problems, f"rideflex check {home} lists them") from None


def _read(home: Path, on_conflict: OnConflict) -> ServiceArea:
    times = read_travel_times(home)
    start = perf_counter()
    table = DecisionTable.from_csv(home / DECISIONS, on_conflict=on_conflict)
    seconds = perf_counter() - start
    rows = read_trip_rows(home)
    if problems := rows.problems(times.zones, table.types):
        raise DataError(problems)
    places, at = rows.places(), rows.ends(times.zones)
    if places is not None and (n_odd := doubt(places, at, len(times.zones)).any.sum()):
        logger.warning(
            "%s: %d places are left out of the map; rideflex check %s names them",
            *(rows.rows.file, n_odd, home),
        )
    return replace(assemble(home, table, times, rows), compile_seconds=seconds)


def assemble(
    folder: Path, table: DecisionTable, times: TravelTimes, trip_rows: TripRows
) -> ServiceArea:
    """Put together what the files of a folder say; their cells have been checked.

    Raises
    ------
    DataError
        If `travelers.csv` is there and can't be used.
    """
    rows = trip_rows.rows
    ids = rows.ids(CONTEXT[0])
    travelers = TravelerIndex.from_ids(ids)
    context = {name: rows.coded(name, text).arrow() for name in CONTEXT[1:]}
    ends = trip_rows.ends(times.zones)
    trips = Trips(
        traveler=travelers.encode(ids),
        trip_id=table.trip_ids({CONTEXT[0]: ids, **context}),
        origin=ends[: len(rows)],
        destination=ends[len(rows) :],
        pickup_window=rows.read(CONTEXT[4], time_window, np.int32),
        dropoff_window=rows.read(CONTEXT[5], time_window, np.int32),
    )
    _, firsts = np.unique(trips.traveler, return_index=True)
    names = [name for name in FEATURES if name in trip_rows.optional]
    features = {name: rows.read(name, text, object)[firsts].tolist() for name in names}
    people = read_people(folder, table.types, travelers)
    if people is None and TYPE in trip_rows.optional:
        every = rows.read(TYPE, lambda cell: table.types.index(text(cell)), np.int32)
        people = People(types=every[firsts][None])
    duty = rows.read(CONTEXT[1], lambda cell: text(cell) in DUTIES, np.bool_)
    return ServiceArea(
        folder=folder,
        table=table,
        travelers=travelers,
        zones=times.zones,
        travel_times=times.seconds,
        coordinates=_zone_coordinates(trip_rows, times.zones),
        types_by_phase=None if people is None else people.types,
        features=pl.DataFrame({CONTEXT[0]: _column(travelers.ids), **features}),
        trips=trips,
        answers=None
        if people is None
        else people.answers(table, trips.trip_id, trips.traveler, duty),
    )


def _column(ids: Ids) -> npt.NDArray[np.int64] | list[str]:
    """Traveler ids as a column of one kind."""
    if ids.dtype == np.int64:
        return cast("npt.NDArray[np.int64]", ids)
    return [*map(str, ids.tolist())]


def _zone_coordinates(trips: TripRows, zones: tuple[str, ...]) -> npt.NDArray[np.float64] | None:
    places, at = trips.places(), trips.ends(zones)
    if places is None:
        return None
    used = np.isfinite(places).all(axis=1) & ~doubt(places, at, len(zones)).any
    return zone_means(places, at, len(zones), used)
