"""What a policy network sees: a vector of context features, then a few features of every offer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.negotiation.game import UNIT, Situation
from rideflex.routing import Fleet
from rideflex.routing.problem import UNREACHABLE
from rideflex.training.environment.pair_savings import PairSavings

HOUR = 3600.0
DAY = 24 * HOUR
LIMIT = 10.0
"""Features are cut off here, so that the observation space is bounded."""

CONTEXT = (
    "share of requests that came",
    "requests still to come",
    "pick-up opens",
    "pick-up opens, sine of the day",
    "pick-up opens, cosine of the day",
    "pick-up window",
    "slack between the windows and the direct drive",
    "direct drive",
    "depot to origin",
    "destination to depot",
    "origin, first axis",
    "origin, second axis",
    "destination, first axis",
    "destination, second axis",
    "cost of no shift",
    "no shift can be served",
    "driving so far a request",
    "unserved so far",
    "booked within the hour",
    "expected within the hour",
    "price of a minute",
    "price of a question",
)
GAINS = (
    "saving at once",
    "gain beside the best of those booked",
    "gain beside all of those booked",
    "gain beside those to come",
)
OFFER = (
    *GAINS,
    "can be served",
    "acceptance",
    "price of the minutes",
    "price of the question",
    "shifted minutes",
    "pick-up shift",
    "drop-off shift",
)


class Observer:
    """Turns situations into observations, float32 [B, len(CONTEXT) + A * len(OFFER)].

    Parameters
    ----------
    area
        Whose trips are asked for; what doesn't change from day to day is computed once.
    fleet
        The vehicles.
    """

    def __init__(self, area: ServiceArea, fleet: Fleet) -> None:
        self.n_offers = len(area.table.offers)
        self._pairs = PairSavings(area, fleet)
        trips, driving, depot = area.trips, area.travel_times, fleet.vehicles[0].depot
        opens = trips.pickup_window[:, 0].astype(np.float64)
        direct = driving[trips.origin, trips.destination].astype(np.float64)
        axes = _axes(driving)
        turn = 2 * np.pi * opens / DAY
        self._trips = np.stack(
            [
                opens / DAY,
                np.sin(turn),
                np.cos(turn),
                np.diff(trips.pickup_window, axis=1)[:, 0] / HOUR,
                (trips.dropoff_window[:, 1] - opens - direct) / HOUR,
                direct / HOUR,
                driving[depot, trips.origin] / HOUR,
                driving[trips.destination, depot] / HOUR,
                *axes[trips.origin].T,
                *axes[trips.destination].T,
            ],
            axis=1,
        ).astype(np.float32)
        self._hour = np.minimum(opens // HOUR, 23).astype(np.intp)
        self._hours = _hours(trips.traveler, self._hour, len(area.travelers))

    @property
    def size(self) -> int:
        """Length of an observation."""
        return len(CONTEXT) + self.n_offers * len(OFFER)

    def observe(self, here: Situation) -> npt.NDArray[np.float32]:
        """Return the observations [B, size] of B days."""
        n_days, offers = len(here.trips), here.offers
        observed = np.empty((n_days, self.size), dtype=np.float32)
        self._context(here, observed[:, : len(CONTEXT)])
        per_offer = observed[:, len(CONTEXT) :].reshape(n_days, len(offers), len(OFFER))
        per_offer[..., 0] = here.saving / UNIT
        per_offer[..., 1:3] = self._pairs.booked(here.trips, here.came) / UNIT
        per_offer[..., 3] = self._pairs.to_come(here.trips, here.travelers, here.due) / UNIT
        per_offer[..., 4] = here.quotes.feasible
        per_offer[..., 5] = here.accept
        per_offer[..., 6] = here.prices.accepted(offers) / UNIT
        per_offer[..., 7] = here.prices.asked(offers) / UNIT
        per_offer[..., 8] = offers.minutes / 60
        per_offer[..., 9] = offers.pickup / 30
        per_offer[..., 10] = offers.dropoff / 30
        clipped: npt.NDArray[np.float32] = np.clip(observed, -LIMIT, LIMIT, out=observed)
        return clipped

    def _context(self, here: Situation, context: npt.NDArray[np.float32]) -> None:
        still, hour = here.due.sum(axis=1), self._hour[here.trips]
        context[:, 0] = here.step / (here.step + 1 + still)
        context[:, 1] = still / 30
        context[:, 2:14] = self._trips[here.trips]
        unshifted = here.quotes.cost[:, here.offers.no_shift]
        served = here.quotes.feasible[:, here.offers.no_shift]
        context[:, 14] = np.where(served, unshifted, here.plans.fleet.penalty) / UNIT
        context[:, 15] = served
        context[:, 16] = here.plans.driving / (UNIT * max(here.step, 1))
        context[:, 17] = here.plans.unserved
        context[:, 18] = (np.abs(self._hour[here.came] - hour[:, None]) <= 1).sum(axis=1) / 10
        context[:, 19] = _around(self._expected(here), hour) / 10
        context[:, 20] = here.prices.minute / 10
        context[:, 21] = here.prices.question / 60

    def _expected(self, here: Situation) -> npt.NDArray[np.float32]:
        """Requests [B, 24] that may still come in each hour."""
        expected: npt.NDArray[np.float32] = np.where(
            here.due[..., None], self._hours[here.travelers], np.float32(0)
        ).sum(axis=1)
        return expected


def _around(
    by_hour: npt.NDArray[np.float32], hour: npt.NDArray[np.intp]
) -> npt.NDArray[np.float32]:
    rows = np.arange(len(hour))
    before, after = np.maximum(hour - 1, 0), np.minimum(hour + 1, 23)
    near = by_hour[rows, hour]
    near = near + np.where(before < hour, by_hour[rows, before], 0)
    return np.asarray(near + np.where(after > hour, by_hour[rows, after], 0))


def _hours(
    traveler: npt.NDArray[np.int32], hour: npt.NDArray[np.intp], n_travelers: int
) -> npt.NDArray[np.float32]:
    """Share of each traveler's trips [T, 24] that start in each hour."""
    trips = np.zeros((n_travelers, 24), dtype=np.float32)
    np.add.at(trips, (traveler, hour), 1.0)
    shares: npt.NDArray[np.float32] = trips / np.maximum(trips.sum(axis=1, keepdims=True), 1)
    return shares


def _axes(driving: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Places [Z, 2] whose distances are close to the driving times: classical scaling.

    Torgerson (1952): the two largest eigenvectors of the doubly centred squared times.
    """
    # A pair without a way would press all others together: it counts as the longest there is.
    longest = driving.max(where=driving < UNREACHABLE, initial=0)
    times = (np.minimum(driving, longest) + np.minimum(driving, longest).T) / 2
    centred = times**2 - (times**2).mean(axis=0)
    centred = -(centred - centred.mean(axis=1, keepdims=True)) / 2
    values, vectors = np.linalg.eigh((centred + centred.T) / 2)
    places = np.zeros((len(driving), 2))
    kept = min(2, len(driving))
    largest = np.argsort(values)[::-1][:kept]
    places[:, :kept] = vectors[:, largest] * np.sqrt(np.maximum(values[largest], 0))
    spread = places.std()
    return places / spread if spread > 0 else places
