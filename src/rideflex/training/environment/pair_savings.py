"""Pairwise savings of sharing a vehicle, by offer.

A window that saves nothing at once may save later: another trip fits in beside it. Beside the
quote, which knows the routes as they stand, this looks at pairs: what one vehicle saves by serving
both trips instead of two vehicles one each, under every offer, against the same without a shift.
"""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.areas import ServiceArea
from rideflex.routing import Fleet

_SAMPLE = 24  # trips of a traveler that stand for all of theirs
_APART = 7200  # seconds between two pick-ups beyond which a shift makes no difference
_KEPT_BYTES = 64 << 20  # of means that are kept for later days
_keeping = Lock()  # the kernels run without the interpreter's lock


class Trips(NamedTuple):
    """Trips and driving as plain arrays."""

    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    pickup: npt.NDArray[np.int64]  # [M, 2]
    dropoff: npt.NDArray[np.int64]  # [M, 2]
    early: npt.NDArray[np.int64]  # [A] seconds
    late: npt.NDArray[np.int64]  # [A] seconds
    no_shift: int
    travel: npt.NDArray[np.int32]
    depot: int
    service: int


class Sample(NamedTuple):
    """Trips that stand for all of a traveler's, spread over them evenly."""

    start: npt.NDArray[np.int64]  # [T + 1] of each traveler's in `rows`
    rows: npt.NDArray[np.int32]


class Kept(NamedTuple):
    """Means that were computed before; pair k of trip and traveler has the place k modulo S.

    A later pair takes the place of an earlier one, so that the memory stays within bounds.
    """

    pair: npt.NDArray[np.int64]  # [S] whose mean it is, counted from 1; 0 of none
    gains: npt.NDArray[np.float32]  # [S, A]


class PairSavings:
    """Gains of wider windows in pairs of trips, in driving seconds.

    What was computed is kept within a fixed memory, and the same is computed again where it had
    to leave; trips and travelers are never crossed.

    Parameters
    ----------
    area, fleet
        Trips, offers and driving; depot and service time.
    kept_bytes
        Memory for gains that are kept.
    """

    def __init__(self, area: ServiceArea, fleet: Fleet, kept_bytes: int = _KEPT_BYTES) -> None:
        offers, of = area.table.offers, area.trips
        self._trips = Trips(
            of.origin,
            of.destination,
            of.pickup_window.astype(np.int64),
            of.dropoff_window.astype(np.int64),
            60 * offers.pickup.astype(np.int64),
            60 * offers.dropoff.astype(np.int64),
            offers.no_shift,
            area.travel_times,
            fleet.vehicles[0].depot,
            fleet.service_time,
        )
        self._sample = _sample(of.traveler, len(area.travelers))
        places = max(1, kept_bytes // (8 + 4 * len(offers)))
        places = min(places, len(of) * len(area.travelers))
        # Places that are never used are never written, so that they take no memory.
        self._kept = Kept(
            np.zeros(places, dtype=np.int64), np.empty((places, len(offers)), dtype=np.float32)
        )

    def to_come(
        self,
        trips: npt.NDArray[np.int32],
        travelers: npt.NDArray[np.int32],
        due: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.float32]:
        """Gain [B, A] of each offer, summed over travelers to come, each on average.

        Parameters
        ----------
        trips
            Rows of the trips that are asked for [B].
        travelers, due
            The travelers of each day [B, N], and which of them are still to come.
        """
        gains = np.zeros((len(trips), len(self._trips.early), travelers.shape[1]), dtype=np.float32)
        with _keeping:
            _mean_gains(self._trips, self._sample, self._kept, trips, travelers, due, gains)
        return np.asarray(np.einsum("ban,bn->ba", gains, due.astype(np.float32)))

    def booked(
        self, trips: npt.NDArray[np.int32], came: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.float32]:
        """Gain [B, A, 2] of each offer beside the trips that came [B, K]: of the best, of all."""
        gains = np.zeros((len(trips), len(self._trips.early), 2), dtype=np.float32)
        if came.shape[1]:
            _beside(self._trips, trips, came, gains)
        return gains


def _sample(traveler: npt.NDArray[np.int32], n_travelers: int) -> Sample:
    """At most `_SAMPLE` trips of each traveler, every so many of them."""
    rows = np.argsort(traveler, kind="stable").astype(np.int32)
    count = np.bincount(traveler, minlength=n_travelers)
    first = np.cumsum(count) - count
    every = np.maximum(-(-count // _SAMPLE), 1)
    place = np.arange(len(rows)) - first[traveler[rows]]
    rows = rows[place % every[traveler[rows]] == 0]
    chosen = np.bincount(traveler[rows], minlength=n_travelers)
    return Sample(np.concatenate([[0], np.cumsum(chosen)]), rows)


@compiled()
def _mean_gains(
    trips: Trips,
    sample: Sample,
    kept: Kept,
    asked: npt.NDArray[np.int32],
    travelers: npt.NDArray[np.int32],
    due: npt.NDArray[np.bool_],
    gains: npt.NDArray[np.float32],
) -> None:
    """Gains [B, A, N] beside each traveler that is due, on average over the trips sampled."""
    saved = np.empty(gains.shape[1], dtype=np.int64)
    n_travelers = len(sample.start) - 1
    for day in range(len(asked)):
        for column in range(travelers.shape[1]):
            if not due[day, column]:
                continue
            traveler = travelers[day, column]
            pair = np.int64(asked[day]) * n_travelers + traveler + 1
            place = (pair - 1) % len(kept.pair)
            means = kept.gains[place]
            if kept.pair[place] != pair:
                first, last = sample.start[traveler], sample.start[traveler + 1]
                means[:] = 0
                for row in range(first, last):
                    other = sample.rows[row]
                    if abs(trips.pickup[asked[day], 0] - trips.pickup[other, 0]) > _APART:
                        continue
                    _savings(trips, asked[day], other, saved)
                    for offer in range(len(saved)):
                        means[offer] += (saved[offer] - saved[trips.no_shift]) / (last - first)
                kept.pair[place] = pair
            for offer in range(len(saved)):
                gains[day, offer, column] = means[offer]


@compiled()
def _beside(
    trips: Trips,
    asked: npt.NDArray[np.int32],
    came: npt.NDArray[np.int32],
    gains: npt.NDArray[np.float32],
) -> None:
    for day in range(len(asked)):
        n_offers = gains.shape[1]
        saved = np.empty(n_offers, dtype=np.int64)
        best = np.zeros(n_offers, dtype=np.int64)
        total = np.zeros(n_offers, dtype=np.int64)
        for other in came[day]:
            if abs(trips.pickup[asked[day], 0] - trips.pickup[other, 0]) > _APART:
                continue
            _savings(trips, asked[day], other, saved)
            for offer in range(n_offers):
                best[offer] = max(best[offer], saved[offer])
                total[offer] += saved[offer] - saved[trips.no_shift]
        for offer in range(n_offers):
            gains[day, offer, 0] = best[offer] - best[trips.no_shift]
            gains[day, offer, 1] = total[offer]


@compiled()
def _savings(trips: Trips, one: int, other: int, saved: npt.NDArray[np.int64]) -> None:
    """Seconds [A] saved by one vehicle for both trips, when `one` agreed to each offer."""
    travel, depot = trips.travel, trips.depot
    a, b = trips.origin[one], trips.destination[one]
    c, d = trips.origin[other], trips.destination[other]
    zones = (a, b, c, d)
    apart = travel[depot, a] + travel[a, b] + travel[b, depot]
    apart += travel[depot, c] + travel[c, d] + travel[d, depot]
    saved[:] = 0
    opens = np.array([0, trips.dropoff[one, 0], trips.pickup[other, 0], trips.dropoff[other, 0]])
    closes = np.array([trips.pickup[one, 1], 0, trips.pickup[other, 1], trips.dropoff[other, 1]])
    for order in (
        (0, 1, 2, 3),
        (2, 3, 0, 1),
        (0, 2, 1, 3),
        (0, 2, 3, 1),
        (2, 0, 1, 3),
        (2, 0, 3, 1),
    ):
        driven = travel[depot, zones[order[0]]] + travel[zones[order[3]], depot]
        for k in range(3):
            driven += travel[zones[order[k]], zones[order[k + 1]]]
        gain = apart - driven
        if gain <= saved[trips.no_shift]:
            continue
        for offer in range(len(saved)):
            if gain <= saved[offer]:
                continue
            opens[0] = trips.pickup[one, 0] + trips.early[offer]
            closes[1] = trips.dropoff[one, 1] + trips.late[offer]
            time, holds = opens[order[0]], True
            for k in range(4):
                stop = order[k]
                if k:
                    time += trips.service + travel[zones[order[k - 1]], zones[stop]]
                time = max(time, opens[stop])
                if time > closes[stop]:
                    holds = False
                    break
            if holds:
                saved[offer] = gain
