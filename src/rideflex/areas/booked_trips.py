"""Bookings as trips that may be asked for: the world in which a date is negotiated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas.bookings import Bookings
from rideflex.areas.estimated_times import road_km
from rideflex.areas.service import BookedDay, Service
from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.routing import Requests
from rideflex.travelers import TravelerIndex


@dataclass(frozen=True)
class BookedTravelers:
    """Who made which booking.

    Parameters
    ----------
    index
        The T travelers with bookings.
    traveler
        Entity of each booking's traveler, int32 [M].
    """

    index: TravelerIndex
    traveler: npt.NDArray[np.int32]

    @classmethod
    def of(cls, bookings: Bookings) -> BookedTravelers:
        """Number the travelers of bookings."""
        index = TravelerIndex.from_ids(bookings.travelers)
        return cls(index, index.encode(bookings.travelers))

    def __len__(self) -> int:
        return len(self.traveler)


@dataclass(frozen=True)
class BookedTrips:
    """Bookings of a service that may be asked for on one date, with its vehicles' travel times.

    Parameters
    ----------
    service
        Whose bookings; a trip is a row of them.
    day
        Those that may be asked for, of whatever dates, as requests.
    trips
        Who made them.
    answers
        Probability float32 [1, M, A] that each booking's traveler accepts each offer; None where
        nobody says.
    """

    service: Service
    day: BookedDay
    trips: BookedTravelers
    answers: npt.NDArray[np.float32] | None

    @property
    def folder(self) -> Path:
        """Where the bookings were read from."""
        return self.service.folder

    @property
    def travelers(self) -> TravelerIndex:
        """The travelers with bookings."""
        return self.trips.index

    @cached_property
    def offers(self) -> OfferGrid:
        """What the service offers, and what that means."""
        return self.service.settings.offers.grid

    @property
    def travel_times(self) -> npt.NDArray[np.int32]:
        """Driving seconds between the zones of the day [Z, Z]."""
        return self.day.day.travel_times

    @cached_property
    def kilometres(self) -> npt.NDArray[np.float64] | None:
        """Kilometres between the zones of the day [Z, Z]; None where places are not told."""
        places = self.day.places
        return None if places is None else road_km(places, self.service.settings.driving)

    def requests(self, rows: npt.NDArray[np.integer]) -> Requests:
        """Requests for rows of the bookings, in the shape of `rows`.

        Raises
        ------
        UsageError
            If one is not among those that may be asked for.
        """
        at = self._at[rows]
        if (at < 0).any():
            raise UsageError(f"booking {rows[at < 0][0]} may not be asked for on {self.day.date}")
        return self.day.day.requests.take(at)

    def may_offer(self, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Offers [n, A] that mean anything on each trip, and go past no appointment.

        Who has to be there by a hard time is not dropped off later, and who can't leave before one
        is not picked up earlier. Where both windows were told instead, neither moves outwards.
        """
        earlier, later = self.offers.bounds[:, 0] < 0, self.offers.bounds[:, 3] > 0
        starts, ends = self._hard
        past = (starts[rows, None] & earlier) | (ends[rows, None] & later)
        allowed: npt.NDArray[np.bool_] = self.offers.possible & ~past
        return allowed

    @cached_property
    def _at(self) -> npt.NDArray[np.int64]:
        at = np.full(len(self.trips), -1, dtype=np.int64)
        at[self.day.rows] = np.arange(len(self.day.rows))
        return at

    @cached_property
    def _hard(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        of = self.service.bookings
        leaves, arrives = of.leave_at >= 0, of.arrive_by >= 0
        windows = ~leaves & ~arrives
        return of.is_appointment & (leaves | windows), of.is_appointment & (arrives | windows)
