"""Rollout policy: the rest of the day is sampled, played out and improved for every offer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.days import requests_of
from rideflex.negotiation.game import Situation
from rideflex.negotiation.policies.protocol import best_allowed
from rideflex.offers import OfferGrid
from rideflex.routing import PlanBatch, Requests

_AS_AGREED = OfferGrid(((0, 0),))
_LANES = 4096  # plans played out at a time; bounds the memory


class LookAhead:
    """Rollout policy: the offer that saves most by the end of the day, in the mean of futures.

    A wide window is worth more than what it saves at once: later requests fit in beside it. So
    each offer that may be accepted is agreed on in a copy of the plans, the travelers still to
    come ask for trips drawn at random from theirs (the same ones for every offer), and the
    finished plans are improved before their driving is compared.

    Parameters
    ----------
    beliefs
        Acceptance probabilities; travelers to come are expected to agree to the most minutes that
        they are more likely than not to accept.
    samples
        Futures drawn for each request.
    rounds
        Rounds of improvement of a finished day.
    least
        Offers of a lower acceptance probability are not tried.
    seed
        Of the futures: the same situation leads to the same offer.
    """

    name = "lookahead"

    def __init__(
        self,
        beliefs: Beliefs,
        *,
        samples: int = 24,
        rounds: int = 2,
        least: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.beliefs = beliefs
        self.samples, self.rounds, self.least, self.seed = samples, rounds, least, seed

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return the offer of the highest expected worth on each day."""
        offers = situation.offers
        tried = situation.allowed & (situation.accept >= self.least)
        tried[:, offers.no_shift] = True
        futures = self._futures(situation)
        saving = np.zeros(tried.shape)
        candidates = np.argwhere(tried)
        at_a_time = max(1, _LANES // self.samples)
        for start in range(0, len(candidates), at_a_time):
            chunk = candidates[start : start + at_a_time]
            saving[tuple(chunk.T)] = -self._played_out(situation, chunk, futures)
        saving -= saving[:, [offers.no_shift]]
        return best_allowed(situation, situation.worth(saving) * tried)

    def _played_out(
        self,
        situation: Situation,
        candidates: npt.NDArray[np.intp],
        futures: npt.NDArray[np.int32],
    ) -> npt.NDArray[np.float64]:
        """Mean cost [C] of the whole day after agreeing on candidates (day, offer) [C, 2]."""
        days, agreed = np.repeat(candidates, self.samples, axis=0).T
        plans = situation.plans.select(days)
        offers, area = situation.offers, situation.area
        now = requests_of(area, situation.trips[days])
        _book(plans, now.under(offers, agreed))
        drawn = np.tile(np.arange(self.samples), len(candidates))
        for trips in futures[days, drawn].T:
            hoped = self._hoped_for(trips, offers)
            later = requests_of(area, trips)
            _book(plans, later.under(offers, hoped))
        plans.improve(self.rounds)
        return np.asarray(plans.cost.reshape(len(candidates), self.samples).mean(axis=1))

    def _hoped_for(self, trips: npt.NDArray[np.int32], offers: OfferGrid) -> npt.NDArray[np.intp]:
        likely = (self.beliefs.accept(trips) >= 0.5) & offers.possible
        likely[:, offers.no_shift] = True
        return np.asarray(np.where(likely, offers.minutes, -1).argmax(axis=1))

    def _futures(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Trips [B, samples, R] that the R travelers still to come may ask for, in some order.

        Order and trips are drawn from a stream each, day after day, so that a day's futures are
        the same whatever days follow it.
        """
        order, choice = (
            np.random.default_rng([self.seed, situation.step, stream]) for stream in (0, 1)
        )
        waiting = situation.waiting
        n_days, n_left = len(waiting), int(waiting[0].sum())
        travelers = np.nonzero(waiting)[1].reshape(n_days, 1, n_left)
        travelers = order.permuted(np.repeat(travelers, self.samples, axis=1), axis=2)
        of = situation.area.trips.traveler
        by_traveler = np.argsort(of, kind="stable").astype(np.int32)
        count = np.bincount(of, minlength=waiting.shape[1])
        start = np.cumsum(count) - count
        drawn = start[travelers] + choice.integers(count[travelers])
        return np.asarray(by_traveler[drawn])


def _book(plans: PlanBatch, requests: Requests) -> None:
    plans.commit(plans.quote(requests, _AS_AGREED), np.zeros(len(plans), dtype=np.int32))
