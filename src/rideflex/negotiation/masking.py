"""Which offers a policy may make: those a sampled type accepts, explored, and capped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs, with_noise
from rideflex.negotiation.days import Days, place_of_own
from rideflex.negotiation.world import TripWorld


@dataclass(frozen=True)
class Masking:
    """Offers allowed on a batch of days, one row a request.

    Parameters
    ----------
    allowed
        bool [B, N, A]; no shift is always allowed.
    explored
        bool [B, N]: requests where every offer was allowed, to learn what the model rules out.
    """

    allowed: npt.NDArray[np.bool_]
    explored: npt.NDArray[np.bool_]

    @classmethod
    def sampled(
        cls, beliefs: Beliefs, days: Days, no_shift: int, explore: float, rng: np.random.Generator
    ) -> Masking:
        """Allow what a traveler drawn from the current model would accept.

        One is drawn for every traveler and day; with probability `explore` the request's mask is
        lifted instead.
        """
        allowed = beliefs.sample_answers(days.trips.reshape(-1), rng)
        allowed = allowed.reshape(*days.trips.shape, -1)
        explored = rng.random(days.trips.shape) < explore
        allowed |= explored[..., None]
        allowed[..., no_shift] = True
        return cls(allowed, explored)

    @classmethod
    def likely(cls, beliefs: Beliefs, days: Days, no_shift: int, least: float = 0.05) -> Masking:
        """Allow what travelers would accept with a probability of at least `least`.

        Answers that go against what they would say are left out of it.
        """
        allowed = beliefs.accept(days.trips) >= with_noise(least, beliefs.noise)
        allowed[..., no_shift] = True
        return cls(allowed, np.zeros(days.trips.shape, dtype=np.bool_))


class AskLedger:
    """Counts the questions put to each traveler, and closes the book at a cap.

    Parameters
    ----------
    area
        Whose travelers are counted.
    cap
        Most questions a traveler is asked while the ledger is in use; None for no limit.
    """

    def __init__(self, area: TripWorld, cap: int | None = None) -> None:
        if cap is not None and cap < 0:
            raise UsageError(f"a cap on questions can't be negative: {cap}")
        self.cap = cap
        self.asks = np.zeros(len(area.travelers), dtype=np.int64)

    def open(self, travelers: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Travelers [B] who may still be asked.

        Raises
        ------
        UsageError
            If a traveler stands there twice and a cap is set: days that are played at the same
            time can't share a budget.
        """
        if self.cap is None:
            return np.ones(len(travelers), dtype=np.bool_)
        if len(np.unique(travelers)) < len(travelers):
            raise UsageError("a cap per traveler holds from day to day: play one day at a time")
        return self.asks[travelers] < self.cap

    def open_on(self, travelers: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Requests [n] of one day, in their order, whose travelers may be asked about all of them.

        Of a traveler with several requests, those are the first.
        """
        if self.cap is None:
            return np.ones(len(travelers), dtype=np.bool_)
        return np.asarray(self.asks[travelers] + place_of_own(travelers) < self.cap)

    def note(self, travelers: npt.NDArray[np.int32], asked: npt.NDArray[np.bool_]) -> None:
        """Count the travelers [B] who were asked."""
        np.add.at(self.asks, travelers, asked)
