"""How well two trips go together on one vehicle, and what a wider window adds to that.

A window that saves nothing at once may save later: another trip fits in beside it. Beside the
quote, which knows the routes as they stand, this looks at pairs: what one vehicle saves by serving
both trips instead of two vehicles one each, under every offer, against the same without a shift.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.areas import ServiceArea
from rideflex.routing import Fleet

_SAMPLE = 24  # trips of a traveler that stand for all of theirs
_APART = 7200  # seconds between two pick-ups beyond which a shift makes no difference


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


class Company:
    """Gains of wider windows in pairs of trips, in driving seconds.

    Parameters
    ----------
    area, fleet
        Trips, offers and driving; depot and service time.
    """

    def __init__(self, area: ServiceArea, fleet: Fleet) -> None:
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
        chosen = [
            rows[:: -(-len(rows) // _SAMPLE)]
            for traveler in range(len(area.travelers))
            for rows in (np.flatnonzero(of.traveler == traveler),)
            if len(rows)
        ]
        sampled = np.concatenate(chosen).astype(np.int32)
        self._to_come = np.zeros((len(of), len(offers), len(area.travelers)), dtype=np.float32)
        _expect(self._trips, sampled, of.traveler[sampled], self._to_come)

    def to_come(
        self, trips: npt.NDArray[np.int32], waiting: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float32]:
        """Gain [B, A] of each offer, summed over travelers to come [B, T], each on average."""
        return np.asarray(np.einsum("bat,bt->ba", self._to_come[trips], waiting.astype(np.float32)))

    def booked(
        self, trips: npt.NDArray[np.int32], came: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.float32]:
        """Gain [B, A, 2] of each offer beside the trips that came [B, K]: of the best, of all."""
        gains = np.zeros((len(trips), len(self._trips.early), 2), dtype=np.float32)
        if came.shape[1]:
            _beside(self._trips, trips, came, gains)
        return gains


@compiled(parallel=True)
def _expect(
    trips: Trips,
    sampled: npt.NDArray[np.int32],
    traveler: npt.NDArray[np.int32],
    gains: npt.NDArray[np.float32],
) -> None:
    count = np.zeros(gains.shape[2], dtype=np.int64)
    for row in range(len(sampled)):
        count[traveler[row]] += 1
    for trip in numba.prange(len(gains)):
        saved = np.empty(gains.shape[1], dtype=np.int64)
        for row in range(len(sampled)):
            other = sampled[row]
            if abs(trips.pickup[trip, 0] - trips.pickup[other, 0]) > _APART:
                continue
            _savings(trips, trip, other, saved)
            for offer in range(len(saved)):
                gain = saved[offer] - saved[trips.no_shift]
                gains[trip, offer, traveler[row]] += gain / count[traveler[row]]


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
