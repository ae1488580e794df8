"""Myopic policies: they look no further than the request at hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.negotiation.game import Situation
from rideflex.negotiation.policies.protocol import best_allowed


class NeverAsk:
    """Baseline: never offers a shift."""

    name = "never"

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return no shift for every day."""
        return np.full(len(situation.trips), situation.offers.no_shift, dtype=np.int32)


class RandomOffer:
    """Uniform policy: any offer that may be made with equal chance, as exploration makes them.

    Parameters
    ----------
    seed
        The same situation leads to the same offer; a day's does whatever days follow it.
    """

    name = "random"

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return an allowed offer for every day, no shift among them."""
        rng = np.random.default_rng([self.seed, situation.step])
        drawn = np.where(situation.allowed, rng.random(situation.allowed.shape), -1.0)
        chosen: npt.NDArray[np.int32] = drawn.argmax(axis=1).astype(np.int32)
        return chosen


class LargestLikely:
    """Asks everybody for the most minutes that they are more likely than not to accept."""

    name = "largest"

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return the offer of most minutes with an acceptance probability of at least a half."""
        minutes = situation.offers.minutes.astype(np.float64)
        return best_allowed(situation, minutes * (situation.accept >= 0.5))


class ExpectedSaving:
    """Greedy policy: the offer of the largest expected saving in this insertion, after prices."""

    name = "expected"

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return the offer with the highest acceptance probability times net saving."""
        return best_allowed(situation, situation.worth(situation.saving))
