"""What goodwill costs: the prices that every policy and every reward use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.offers import OfferGrid


@dataclass(frozen=True)
class Prices:
    """Goodwill in driving seconds, so that it can be traded for vehicle time.

    Parameters
    ----------
    minute
        Price of one shifted minute that a traveler accepts.
    question
        Price of asking at all, whatever the answer.

    Raises
    ------
    UsageError
        If a price is negative, infinite or not a number.
    """

    minute: float = 5.0
    question: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.minute < np.inf and 0 <= self.question < np.inf):
            raise UsageError(f"prices are numbers of seconds and can't be negative: {self}")

    def accepted(self, offers: OfferGrid) -> npt.NDArray[np.float64]:
        """Price [A] of an accepted offer: its shifted minutes."""
        return self.minute * offers.minutes.astype(np.float64)

    def asked(self, offers: OfferGrid) -> npt.NDArray[np.float64]:
        """Price [A] of asking: zero for no shift."""
        return np.where(np.arange(len(offers)) == offers.no_shift, 0.0, self.question)
