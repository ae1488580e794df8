"""Days drawn from a service area's trips, and the fleet to serve them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.routing.day import Fleet, Requests


def sample_days(
    travelers: npt.NDArray[np.int32], n_days: int, rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    """Draw days of one trip a traveler, in random order of request.

    Parameters
    ----------
    travelers
        The traveler of every trip [M].
    n_days
        How many days to draw; each is independent of the others.
    rng
        Where the randomness comes from.

    Returns
    -------
    Rows of trips [n_days, travelers with a trip]: row b is day b, first request first.
    """
    if len(travelers) == 0:
        raise UsageError("there is no trip to sample a day from")
    by_traveler = np.argsort(travelers, kind="stable").astype(np.int32)
    _, start, count = np.unique(travelers[by_traveler], return_index=True, return_counts=True)
    drawn = by_traveler[start + rng.integers(count, size=(n_days, len(count)))]
    return rng.permuted(drawn, axis=1)


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
    return Fleet(vehicles=vehicles, capacity=4, depot=int(driving.argmin()))
