"""The contract of every policy."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rideflex.negotiation.game import Situation


class Policy(Protocol):
    """Chooses one offer a day, for all days of a situation in one call."""

    @property
    def name(self) -> str:
        """What the command line calls it."""
        ...

    def act(self, situation: Situation) -> npt.NDArray[np.integer[Any]]:
        """Return the offer to make on each day, whole numbers [B]; no shift is not to ask."""
        ...


def best_allowed(situation: Situation, worth: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    """Return the allowed offer of the highest worth [B, A]; no shift unless another gains.

    Among equals no shift wins, then the offer of fewest minutes.
    """
    order = np.argsort(situation.offers.minutes, kind="stable")
    scored = np.where(situation.allowed, worth, -np.inf)[:, order]
    chosen: npt.NDArray[np.int32] = order[scored.argmax(axis=1)].astype(np.int32)
    return chosen
