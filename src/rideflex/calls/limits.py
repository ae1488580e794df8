"""Offers that a booking's traveler may be asked for at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.areas.service import BookedDay, Service

MOST_MOVED = 3600
"""Seconds from the time asked for that no promised window reaches beyond."""


def allowed_offers(service: Service, booked: BookedDay) -> npt.NDArray[np.bool_]:
    """Offers that each booking of a date may be asked for, bool [n, A]; no shift is one of them.

    No offer moves a trip by more than an hour, nor widens the window that is promised around the
    time asked for beyond an hour from it. An appointment is hard: who has to arrive by it is never
    asked for later, who leaves from it never for earlier, and where both windows are told, without
    the one time, for neither.
    """
    of, grid, rows = service.bookings, service.settings.offers.grid, booked.rows
    bounds = 60 * grid.bounds.astype(np.int64)
    shifts = np.abs(np.stack([grid.pickup, grid.dropoff])) * 60
    allowed = np.tile(grid.possible & (shifts <= MOST_MOVED).all(axis=0), (len(rows), 1))
    requests = booked.day.requests
    for told, windows, moved in (
        (of.leave_at[rows], requests.pickup_window, bounds[:, :2]),
        (of.arrive_by[rows], requests.dropoff_window, bounds[:, 2:]),
    ):
        opens, closes = windows[:, :1] + moved[:, 0], windows[:, 1:] + moved[:, 1]
        early = np.minimum(windows[:, 0], told - MOST_MOVED)
        late = np.maximum(windows[:, 1], told + MOST_MOVED)
        within = (opens >= early[:, None]) & (closes <= late[:, None])
        allowed &= within | (told < 0)[:, None]
    hard = of.is_appointment[rows]
    arrives, leaves = of.arrive_by[rows] >= 0, of.leave_at[rows] >= 0
    allowed[hard & ~leaves] &= grid.dropoff == 0
    allowed[hard & ~arrives] &= grid.pickup == 0
    allowed[:, grid.no_shift] = True
    return allowed
