"""Rollout policy: the rest of the day is sampled, played out and improved for every offer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.demand import NOBODY
from rideflex.negotiation.game import Situation
from rideflex.negotiation.policies.protocol import best_allowed
from rideflex.offers import OfferGrid
from rideflex.routing import PlanBatch, Requests

_AS_AGREED = OfferGrid(((0, 0),))
_LANES = 4096  # plans played out at a time; bounds the memory


class LookAhead:
    """Rollout policy: the offer that saves most by the end of the day, in the mean of futures.

    A wide window is worth more than what it saves at once: later requests fit in beside it. So
    each offer that may be accepted is agreed on in a copy of the plans, what may still be asked
    for is drawn from the situation's demand model (the same for every offer), and the finished
    plans are improved before their driving is compared.

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
        futures = situation.demand.draw(situation, self.samples, self.seed)
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
        later = futures[days, np.tile(np.arange(self.samples), len(candidates))]
        still = (later != NOBODY).sum(axis=1)
        # Those that go on for longest come first, so that those that go on are the first so many.
        order = np.argsort(-still, kind="stable")
        days, agreed, later, still = days[order], agreed[order], later[order], still[order]
        offers, area = situation.offers, situation.area
        plans = situation.plans.select(days, room=situation.step + 1 + int(still[0]))
        _book(plans, area.requests(situation.trips[days]).under(offers, agreed))
        for place in range(int(still[0])):
            n = int((still > place).sum())
            trips = later[:n, place]
            hoped = self._hoped_for(situation, trips)
            _book(plans.first(n), area.requests(trips).under(offers, hoped))
        plans.improve(self.rounds)
        cost = np.empty(len(plans))
        cost[order] = plans.cost
        return np.asarray(cost.reshape(len(candidates), self.samples).mean(axis=1))

    def _hoped_for(
        self, situation: Situation, trips: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.intp]:
        offers = situation.offers
        likely = (self.beliefs.accept(trips) >= 0.5) & situation.area.may_offer(trips)
        likely[:, offers.no_shift] = True
        return np.asarray(np.where(likely, offers.minutes, -1).argmax(axis=1))


def _book(plans: PlanBatch, requests: Requests) -> None:
    plans.commit(plans.quote(requests, _AS_AGREED), np.zeros(len(plans), dtype=np.int32))
