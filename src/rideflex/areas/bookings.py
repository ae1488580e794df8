"""Bookings as arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.areas.booking_rows import (
    ARRIVE_BY,
    BOOKED_AT,
    BOOKING,
    DATE,
    LEAVE_AT,
    WINDOWS,
    BookingRows,
)
from rideflex.tables.ids import Ids

UNTOLD = int(np.iinfo(np.int64).min)
"""Where nobody says when a booking was made."""


@dataclass(frozen=True)
class Bookings:
    """M bookings as arrays, in the order of their file.

    Parameters
    ----------
    ids, travelers
        Names of the bookings [M], and of the travelers.
    date
        Day of each as an ordinal number (`datetime.date.toordinal`), int64 [M].
    origin, destination
        Numbers of zones, or of places, int32 [M].
    leave_at, arrive_by
        Seconds after midnight, -1 where it is not told, int64 [M].
    told
        Both windows [M, 2, 2] where the booking has them, -1 elsewhere.
    seats, wheelchairs
        What each needs [M].
    boarding, max_ride
        Seconds of a stop and on board, -1 where the service's rule holds, int64 [M].
    booked_at
        When each was made, in seconds after the midnight that its date begins with (negative before
        it); UNTOLD where nobody says, int64 [M].
    order
        Place of each in the order of booking, int64 [M].
    status, is_appointment
        As told [M].
    """

    ids: npt.NDArray[np.object_]
    travelers: Ids
    date: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    leave_at: npt.NDArray[np.int64]
    arrive_by: npt.NDArray[np.int64]
    told: npt.NDArray[np.int64]
    seats: npt.NDArray[np.int32]
    wheelchairs: npt.NDArray[np.int32]
    boarding: npt.NDArray[np.int64]
    max_ride: npt.NDArray[np.int64]
    booked_at: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]
    status: npt.NDArray[np.object_]
    is_appointment: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)


def bookings_of(
    rows: BookingRows, origin: npt.NDArray[np.int32], destination: npt.NDArray[np.int32]
) -> Bookings:
    """Take the bookings out of their rows, which have no problems; ends are numbered already."""
    dates = rows.column(DATE, object, None)
    stamps: Sequence[dt.datetime | None] = rows.column(BOOKED_AT, object, None).tolist()
    late = dt.datetime.max  # who is not said to have booked earlier comes last
    order = sorted(range(len(rows)), key=lambda row: stamps[row] or late)
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.arange(len(rows))
    wheelchairs = rows.column("wheelchairs", np.int32, 0)
    seats = rows.column("seats", np.int32, -1)
    windows = [rows.column(name, np.int64, (-1, -1)) for name in WINDOWS]
    return Bookings(
        ids=rows.column(BOOKING, object, None),
        travelers=rows.ids(),
        date=np.array([one.toordinal() for one in dates], dtype=np.int64),
        origin=origin,
        destination=destination,
        leave_at=rows.column(LEAVE_AT, np.int64, -1),
        arrive_by=rows.column(ARRIVE_BY, np.int64, -1),
        told=np.stack(windows, axis=1),
        seats=np.where(seats < 0, (wheelchairs == 0).astype(np.int32), seats),
        wheelchairs=wheelchairs,
        boarding=_seconds(rows.column("boarding_min", np.float64, -1.0)),
        max_ride=_seconds(rows.column("max_ride_min", np.float64, -1.0)),
        booked_at=np.array(
            [_since_midnight(*pair) for pair in zip(stamps, dates, strict=True)], dtype=np.int64
        ),
        order=place,
        status=rows.column("status", object, ""),
        is_appointment=rows.column("appointment", np.bool_, False),
    )


def _since_midnight(stamp: dt.datetime | None, date: dt.date) -> int:
    if stamp is None:
        return UNTOLD
    return round((stamp - dt.datetime.combine(date, dt.time())).total_seconds())


def _seconds(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.where(minutes < 0, -1, np.rint(60 * minutes)).astype(np.int64)
