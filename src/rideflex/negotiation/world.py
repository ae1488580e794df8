"""The contract of what a negotiation is about: trips that may be asked for, and their travelers."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rideflex.offers import OfferGrid
from rideflex.routing import Requests


class AskedTrips(Protocol):
    """Trips [M] that may be asked for."""

    @property
    def traveler(self) -> npt.NDArray[np.int32]:
        """Entity of each trip's traveler, [M]."""
        ...


class TripWorld(Protocol):
    """Trips, travelers, offers and travel times, of a service area or of a service's bookings."""

    @property
    def folder(self) -> Path:
        """Where it was read from."""
        ...

    @property
    def trips(self) -> AskedTrips:
        """The trips; a row is their number everywhere."""
        ...

    @property
    def travelers(self) -> Sized:
        """The T travelers."""
        ...

    @property
    def offers(self) -> OfferGrid:
        """The A offers, and what they mean."""
        ...

    @property
    def travel_times(self) -> npt.NDArray[np.int32]:
        """Driving seconds between zones [Z, Z]."""
        ...

    @property
    def kilometres(self) -> npt.NDArray[np.float64] | None:
        """Kilometres between zones [Z, Z]; None where places are not told."""
        ...

    @property
    def answers(self) -> npt.NDArray[np.float32] | None:
        """Probability [P, M, A] that each trip's traveler accepts each offer; None if unknown."""
        ...

    def requests(self, rows: npt.NDArray[np.integer]) -> Requests:
        """Requests for rows of the trips, in the shape of `rows`."""
        ...

    def may_offer(self, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Offers [n, A] that mean anything on each trip, and go past no hard time."""
        ...
