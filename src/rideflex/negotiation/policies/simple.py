"""Policies that look no further than the request at hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.negotiation.game import Situation
from rideflex.negotiation.policies.protocol import best_allowed


class NeverAsk:
    """Asks nobody; the yardstick of all others."""

    name = "never"

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return no shift for every day."""
        return np.full(len(situation.trips), situation.offers.no_shift, dtype=np.int32)


class LargestLikely:
    """Asks everybody for the most minutes that they are more likely than not to accept."""

    name = "largest"

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return the offer of most minutes with an acceptance probability of at least a half."""
        minutes = situation.offers.minutes.astype(np.float64)
        return best_allowed(situation, np.where(situation.accept >= 0.5, minutes, -1.0))


class ExpectedSaving:
    """Makes the offer of the largest expected saving in this insertion, after prices."""

    name = "expected"

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return the offer with the highest acceptance probability times net saving."""
        return best_allowed(situation, situation.worth(situation.saving))
