"""What one day of service is made of: requests, a fleet and travel times."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.routing.vehicles import Fleet

UNREACHABLE = 1_000_000_000
"""Seconds that stand for "there is no way": longer than any shift, and two of them fit int32."""

BREAK = -1
"""The driver's break among the stops of a route."""


@dataclass(frozen=True)
class Requests:
    """Trips asked for, as arrays of any common shape (one day, or one request of many days).

    Parameters
    ----------
    origin, destination
        Zone indices.
    pickup_window, dropoff_window
        Earliest and latest start of service [..., 2], in seconds of the day.
    riders
        Seats that are needed; one where it is not given.
    service
        Seconds that the pick-up and the drop-off take [..., 2]; the fleet's where not given.
    wheelchairs
        Wheelchair places that are needed; none where it is not given.
    max_ride
        Longest time on board in seconds; the fleet's where not given.

    Raises
    ------
    UsageError
        If shapes differ, a window ends before it starts, or nobody travels.
    """

    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    pickup_window: npt.NDArray[np.int64]
    dropoff_window: npt.NDArray[np.int64]
    riders: npt.NDArray[np.int32] | None = None
    service: npt.NDArray[np.int64] | None = None
    wheelchairs: npt.NDArray[np.int32] | None = None
    max_ride: npt.NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        shape = np.shape(self.origin)
        for name, wanted, dtype in (
            ("origin", shape, np.int32),
            ("destination", shape, np.int32),
            ("pickup_window", (*shape, 2), np.int64),
            ("dropoff_window", (*shape, 2), np.int64),
            ("riders", shape, np.int32),
            ("service", (*shape, 2), np.int64),
            ("wheelchairs", shape, np.int32),
            ("max_ride", shape, np.int64),
        ):
            value = getattr(self, name)
            if value is None:
                continue
            if np.shape(value) != wanted:
                raise UsageError(f"{name} has shape {np.shape(value)}, and {wanted} was expected")
            object.__setattr__(self, name, np.ascontiguousarray(value, dtype=dtype))
        for name in ("pickup_window", "dropoff_window"):
            window = getattr(self, name)
            backwards = window[..., 0] > window[..., 1]
            if backwards.any():
                raise UsageError(f"{name} of request {_first(backwards)} ends before it starts")
        riders = 1 if self.riders is None else self.riders
        nobody = np.broadcast_to(
            np.asarray(riders) + (0 if self.wheelchairs is None else self.wheelchairs) < 1, shape
        )
        if nobody.any():
            raise UsageError(f"request {_first(nobody)} has nobody to carry")
        for name, what in (
            ("riders", "seats"),
            ("service", "service time"),
            ("wheelchairs", "wheelchairs"),
            ("max_ride", "longest ride"),
        ):
            value = getattr(self, name)
            if value is not None and (value < 0).any():
                raise UsageError(f"the {what} of request {_first(value < 0)} is negative")

    def __len__(self) -> int:
        return len(self.origin)

    def take(self, rows: npt.ArrayLike) -> Requests:
        """Return the requests at `rows`, in the shape of `rows`."""
        at = np.asarray(rows)
        return Requests(
            *(None if array is None else array[at] for array in self._arrays())  # type: ignore[arg-type]
        )

    def under(self, offers: OfferGrid, actions: npt.ArrayLike) -> Requests:
        """Return the requests under accepted offers [...]: their windows as the grid says.

        No window begins before the service day does, unless it was asked for so.
        """
        shift = 60 * offers.bounds.astype(np.int64)[np.asarray(actions)]
        pickup = self.pickup_window + shift[..., :2]
        dropoff = self.dropoff_window + shift[..., 2:]
        for agreed, asked in ((pickup, self.pickup_window), (dropoff, self.dropoff_window)):
            agreed[..., 0] = np.maximum(agreed[..., 0], np.minimum(asked[..., 0], 0))
            agreed[..., 1] = np.maximum(agreed[..., 1], agreed[..., 0])
        return replace(self, pickup_window=pickup, dropoff_window=dropoff)

    def _arrays(self) -> tuple[npt.NDArray[np.int64] | None, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class ServiceDay:
    """The requests [n] of a day, the fleet, and seconds [Z, Z] of driving between zones.

    Raises
    ------
    UsageError
        If a zone is outside the matrix, or the matrix is not square and non-negative.
    """

    requests: Requests
    fleet: Fleet
    travel_times: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        travel_times = checked_travel_times(self.travel_times, self.fleet)
        object.__setattr__(self, "travel_times", travel_times)
        check_zones(self.requests, len(travel_times))

    @property
    def riders(self) -> npt.NDArray[np.int32]:
        """Riders [n] of each request."""
        if self.requests.riders is None:
            return np.ones(len(self.requests), dtype=np.int32)
        return self.requests.riders

    @property
    def service(self) -> npt.NDArray[np.int64]:
        """Seconds [n, 2] that each pick-up and drop-off takes."""
        if self.requests.service is None:
            return np.full((len(self.requests), 2), self.fleet.service_time, dtype=np.int64)
        return self.requests.service

    @property
    def wheelchairs(self) -> npt.NDArray[np.int32]:
        """Wheelchair places [n] that each request needs."""
        if self.requests.wheelchairs is None:
            return np.zeros(len(self.requests), dtype=np.int32)
        return self.requests.wheelchairs

    def longest_ride(self, request: int) -> int | None:
        """Seconds that a request may be on board, if that is limited."""
        if self.requests.max_ride is None:
            return self.fleet.max_ride
        return int(self.requests.max_ride[request])


def checked_travel_times(travel_times: npt.ArrayLike, fleet: Fleet) -> npt.NDArray[np.int32]:
    """Return the matrix as int32, after checking it and the depot's place in it."""
    given = np.asarray(travel_times)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise UsageError(f"travel times are a square matrix, not one of shape {given.shape}")
    absent = ~np.isfinite(given) | (given > np.iinfo(np.int32).max)
    if absent.any():
        row, column = (int(axis[0]) for axis in np.nonzero(absent))
        raise UsageError(
            f"there is no travel time from zone {row} to zone {column}: {given[row, column]} is "
            f"no number of seconds; write {UNREACHABLE:,} where there is no way"
        )
    matrix = np.ascontiguousarray(given, dtype=np.int32)
    if (matrix < 0).any():
        row, column = (int(axis[0]) for axis in np.nonzero(matrix < 0))
        raise UsageError(f"the travel time from zone {row} to zone {column} is negative")
    if fleet.depots[-1] >= len(matrix):
        raise UsageError(f"the depot {fleet.depots[-1]} is outside the {len(matrix)} zones")
    return matrix


def check_zones(requests: Requests, n_zones: int) -> None:
    """Raise UsageError where a request starts or ends outside the travel times."""
    for name in ("origin", "destination"):
        zones = getattr(requests, name)
        outside = (zones < 0) | (zones >= n_zones)
        if outside.any():
            raise UsageError(f"the {name} of request {_first(outside)} is outside {n_zones} zones")


def windows_hold(
    requests: Requests, travel_times: npt.NDArray[np.int32], service_time: int
) -> npt.NDArray[np.bool_]:
    """Tell for which requests [n] a vehicle waiting at the door could keep both windows.

    False where the earliest pick-up, its service and the direct drive end after the latest
    drop-off: no plan can serve such a trip.
    """
    served = service_time if requests.service is None else requests.service[..., 0]
    ready = requests.pickup_window[..., 0] + served
    return (
        ready + travel_times[requests.origin, requests.destination]
        <= requests.dropoff_window[..., 1]
    )


def _first(wrong: npt.NDArray[np.bool_]) -> int:
    return int(np.argwhere(wrong)[0][0]) if wrong.ndim else 0


def default_fleet(
    requests: Requests, travel_times: npt.NDArray[np.int32], requests_a_day: int
) -> Fleet:
    """Size a fleet for days drawn from an area's trips, so that nearly all are served unshifted.

    One vehicle with four seats for every eight requests of a day, and never fewer than two; the
    depot is the zone from which all trips start and to which all return with the least driving.
    """
    driving = travel_times[:, requests.origin].sum(axis=1, dtype=np.int64)
    driving += travel_times[requests.destination].sum(axis=0, dtype=np.int64)
    vehicles = max(2, -(-requests_a_day // 8))
    return Fleet.alike(vehicles, capacity=4, depot=int(driving.argmin()))
