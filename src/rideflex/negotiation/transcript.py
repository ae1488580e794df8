"""Transcript of finished days: what was asked of whom, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.negotiation.game import Situation, Turn
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes


@dataclass(frozen=True)
class Transcript:
    """Questions, answers and rewards of B finished days of N requests, in the order of request.

    Parameters
    ----------
    offers
        The grid that the actions are of.
    trips
        Rows of the area's trips, int32 [B, N].
    actions
        Offers made, no shift where nobody was asked, int32 [B, N].
    asked, accepted, masked_out
        As a `Turn` has them, bool [B, N]; no shift always is accepted.
    saved
        Driving seconds saved by insertion [B, N].
    reward
        `saved` after prices, in units of reward [B, N].
    """

    offers: OfferGrid
    trips: npt.NDArray[np.int32]
    actions: npt.NDArray[np.int32]
    asked: npt.NDArray[np.bool_]
    accepted: npt.NDArray[np.bool_]
    masked_out: npt.NDArray[np.bool_]
    saved: npt.NDArray[np.int64]
    reward: npt.NDArray[np.float64]

    @property
    def agreed(self) -> npt.NDArray[np.bool_]:
        """Requests [B, N] whose traveler was asked and accepted."""
        return self.asked & self.accepted

    @property
    def agreed_actions(self) -> npt.NDArray[np.int32]:
        """Offers agreed, no shift where none was, int32 [B, N]."""
        return np.where(self.agreed, self.actions, self.offers.no_shift).astype(np.int32)

    @property
    def minutes(self) -> npt.NDArray[np.int64]:
        """Shifted minutes [B, N] that were agreed."""
        return self.offers.minutes[self.agreed_actions].astype(np.int64)

    def outcomes(self, area: ServiceArea) -> Outcomes:
        """Encoded outcomes of the questions, in the order in which they were asked."""
        asked = self.asked.T
        trips = self.trips.T[asked]
        return area.table.outcomes(
            area.trips.traveler[trips],
            area.trips.trip_id[trips],
            self.actions.T[asked],
            self.accepted.T[asked],
        )


class TranscriptWriter:
    """Collects the steps of a batch of days that are under way.

    Parameters
    ----------
    offers
        The grid that the actions are of.
    """

    def __init__(self, offers: OfferGrid) -> None:
        self._offers = offers
        self._trips: list[npt.NDArray[np.int32]] = []
        self._turns: list[Turn] = []

    def note(self, here: Situation, turn: Turn) -> None:
        """Take down one step: what was decided on, and what came of it."""
        self._trips.append(here.trips)
        self._turns.append(turn)

    def finish(self) -> Transcript:
        """Return the transcript of the steps so far, of which there must be one."""
        turns = self._turns
        return Transcript(
            offers=self._offers,
            trips=np.stack(self._trips, axis=1),
            actions=np.stack([turn.actions for turn in turns], axis=1),
            asked=np.stack([turn.asked for turn in turns], axis=1),
            accepted=np.stack([turn.accepted for turn in turns], axis=1),
            masked_out=np.stack([turn.masked_out for turn in turns], axis=1),
            saved=np.stack([turn.saved for turn in turns], axis=1),
            reward=np.stack([turn.reward for turn in turns], axis=1),
        )
