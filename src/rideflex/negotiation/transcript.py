"""Counts over the turns of a batch of days, for training and evaluation alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.negotiation.game import Situation, Turn
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes


class Tally:
    """What was asked of whom on B days, and what came of it.

    Parameters
    ----------
    area
        Travelers and offers.
    """

    def __init__(self, area: ServiceArea) -> None:
        self._area = area
        self._turns: list[tuple[npt.NDArray[np.int32], Turn]] = []

    def note(self, here: Situation, turn: Turn) -> None:
        """Take down one step."""
        self._turns.append((here.trips, turn))

    @property
    def offers(self) -> OfferGrid:
        """The grid that the actions are of."""
        return self._area.table.offers

    @property
    def trips(self) -> npt.NDArray[np.int32]:
        """Rows of trips [B, N]."""
        return np.stack([trips for trips, _ in self._turns], axis=1)

    def turns(self, name: str) -> npt.NDArray[np.generic]:
        """One field of the turns [B, N]."""
        return np.stack([getattr(turn, name) for _, turn in self._turns], axis=1)

    @property
    def asked(self) -> npt.NDArray[np.bool_]:
        """Requests [B, N] whose traveler was asked for a shift."""
        return self.turns("asked").astype(np.bool_)

    @property
    def agreed(self) -> npt.NDArray[np.bool_]:
        """Requests [B, N] whose traveler was asked and accepted."""
        return self.asked & self.turns("accepted").astype(np.bool_)

    @property
    def masked_out(self) -> npt.NDArray[np.bool_]:
        """Requests [B, N] for which an offer was chosen that might not be made."""
        return self.turns("masked_out").astype(np.bool_)

    @property
    def minutes(self) -> npt.NDArray[np.int64]:
        """Shifted minutes [B, N]."""
        offered = self._area.table.offers.minutes[self.turns("actions")]
        return np.where(self.agreed, offered, 0).astype(np.int64)

    def outcomes(self) -> Outcomes:
        """The questions and their answers, in the order in which they came."""
        asked = self.asked.T
        trips = self.trips.T[asked]
        return self._area.table.outcomes(
            self._area.trips.traveler[trips],
            self._area.trips.trip_id[trips],
            self.turns("actions").T[asked],
            self.turns("accepted").T[asked],
        )
