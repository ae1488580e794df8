"""Difference-reward credit per agreed shift, once the day is over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.negotiation.game import UNIT
from rideflex.negotiation.prices import Prices
from rideflex.negotiation.transcript import Transcript
from rideflex.routing import PlanBatch
from rideflex.routing.search.counterfactual import narrowed
from rideflex.routing.search.ruin_and_recreate import search_routes

_ROUNDS_A_REQUEST = 2
_ENOUGH = 50  # rounds of improving; it stops before, where nothing moves any more


@dataclass(frozen=True)
class FinishedDays:
    """B days that are over, whose agreed shifts can be credited.

    Parameters
    ----------
    plans
        The plans that insertion made of them.
    transcript
        What was asked and agreed on them.
    rng
        Seeds the search.
    """

    plans: PlanBatch
    transcript: Transcript
    rng: np.random.Generator

    def credit(self, prices: Prices) -> npt.NDArray[np.float64]:
        """Difference-reward credit [B, N]; see `hindsight_credit`."""
        return hindsight_credit(self.plans, self.transcript, prices, self.rng)


def hindsight_credit(
    plans: PlanBatch, transcript: Transcript, prices: Prices, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Difference-reward credit [B, N] of every step of finished days, in units of reward.

    The days are searched for good routes. A request that agreed to a shift is credited with what
    the day would cost more without it, all else equal (a difference reward, Wolpert and Tumer
    2002), minus the price of its minutes; whoever was asked pays the price of the question. Where
    nobody was asked the credit is zero.

    Parameters
    ----------
    plans
        The plans that insertion made of the B days.
    transcript
        What was asked and agreed on them.
    prices
        Of goodwill.
    rng
        Seeds the search.
    """
    offers, actions = transcript.offers, transcript.actions
    rounds = _ROUNDS_A_REQUEST * actions.shape[1]
    best = search_routes(plans, rounds, rng.integers(2**31, size=len(plans)))
    # A day without a shift is improved once more: whatever that would find on the day with it
    # must be found first, or the shift is charged with it.
    best.improve(_ENOUGH)
    days, requests = np.nonzero(transcript.agreed)
    shifts = actions[days, requests]
    without = narrowed(best, days, requests, offers.bounds[shifts])
    credit = -prices.asked(offers)[actions]
    credit[days, requests] += without - best.cost[days] - prices.accepted(offers)[shifts]
    return np.asarray(credit / UNIT)
