"""The promised windows of a booking: from the one time that was told, the other follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.areas.settings import ServiceSettings

Seconds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """What is promised for n bookings, in seconds.

    Parameters
    ----------
    pickup, dropoff
        Earliest and latest start of service [n, 2].
    boarding
        Seconds that a stop takes [n].
    max_ride
        Longest time on board [n].
    """

    pickup: Seconds
    dropoff: Seconds
    boarding: Seconds
    max_ride: Seconds


def windows_of(
    settings: ServiceSettings,
    leave_at: Seconds,
    arrive_by: Seconds,
    told: Seconds,
    direct: Seconds,
    boarding: Seconds,
    max_ride: Seconds,
) -> Windows:
    """Derive both windows of n bookings, as far as they are not told.

    Who leaves at a time is picked up around it, and dropped off no sooner than a direct drive from
    the earliest pick-up and no later than the longest ride from the latest. Who arrives by a time
    is dropped off before it, and picked up so that the same holds backwards.

    Parameters
    ----------
    settings
        The promise, the longest ride and the boarding time of the service.
    leave_at, arrive_by
        The time told [n], -1 where it is not.
    told
        Both windows [n, 2, 2] where the booking has them, -1 elsewhere.
    direct
        Seconds of the direct drive [n].
    boarding, max_ride
        Of the booking itself [n], -1 where the rule of the service holds.
    """
    promise, rule = settings.promise, settings.ride
    boarding = np.where(boarding < 0, round(60 * settings.boarding), boarding)
    longest = rule.seconds(direct)
    # Nobody's own limit can be shorter than the drive.
    longest = np.where(max_ride < 0, longest, np.maximum(max_ride, direct)).astype(np.int64)
    leaves = leave_at >= 0
    pickup = np.stack(
        [
            np.where(
                leaves,
                leave_at - round(60 * promise.earlier),
                arrive_by - round(60 * promise.before_arrival) - longest - boarding,
            ),
            np.where(leaves, leave_at + round(60 * promise.later), arrive_by - direct - boarding),
        ],
        axis=1,
    )
    dropoff = np.stack(
        [
            np.where(
                leaves,
                pickup[:, 0] + boarding + direct,
                arrive_by - round(60 * promise.before_arrival),
            ),
            np.where(leaves, pickup[:, 1] + boarding + longest, arrive_by),
        ],
        axis=1,
    )
    whole = np.min(told, axis=(1, 2), keepdims=True)[:, 0] >= 0
    pickup = np.where(whole, told[:, 0], np.maximum(pickup, 0))
    dropoff = np.where(whole, told[:, 1], np.maximum(dropoff, 0))
    pickup[:, 1] = np.maximum(pickup[:, 0], pickup[:, 1])
    return Windows(pickup, dropoff, boarding, longest)
