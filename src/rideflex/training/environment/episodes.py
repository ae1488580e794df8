"""Auto-resetting batch of sampled days: played step by step, with observations and masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.days import DAY_SIZE, Days, area_fleet, day_size
from rideflex.negotiation.game import Negotiation, Situation, Turn
from rideflex.negotiation.masking import Masking
from rideflex.negotiation.prices import Prices
from rideflex.negotiation.stopwatch import Stopwatch
from rideflex.routing import Fleet
from rideflex.training.environment.observation import Observer


@dataclass
class Exploration:
    """What changes over a training run.

    Parameters
    ----------
    explore
        Share of requests whose mask is lifted.
    phase
        Which of the area's answers hold.
    """

    explore: float = 0.0
    phase: int = 0


class Simulation:
    """Batches of `n_days` sampled days, one after the other, played step by step.

    `n_requests` is the length of an episode: the requests of a day.

    Parameters
    ----------
    area, fleet, beliefs, prices
        See `Negotiation`; the fleet is the area's default where it is not given.
    n_days
        Days played side by side.
    rng
        Draws the days, the answers and the masks.
    requests
        The most requests of a day; see `sample_days`.

    Raises
    ------
    UsageError
        If there is no day to play, or no request in one.
    """

    def __init__(
        self,
        area: ServiceArea,
        n_days: int,
        rng: np.random.Generator,
        *,
        beliefs: Beliefs | None = None,
        prices: Prices | None = None,
        fleet: Fleet | None = None,
        watch: Stopwatch | None = None,
        requests: int = DAY_SIZE,
    ) -> None:
        if n_days < 1:
            raise UsageError(f"at least 1 day is played at a time (num_envs), not {n_days}")
        self.area, self.n_days, self.rng = area, n_days, rng
        self.beliefs = beliefs or Beliefs(area)
        self.n_requests = day_size(area.trips.traveler, requests)
        self.fleet = fleet or area_fleet(area, requests)
        self.schedule = Exploration()
        self.game = Negotiation(
            area, self.fleet, self.beliefs, prices or Prices(), watch=watch or Stopwatch()
        )
        self.observer = Observer(area, self.fleet)

    @property
    def situation(self) -> Situation | None:
        """What is to be decided now; None once the days are over."""
        return self.game.situation

    def begin(self) -> npt.NDArray[np.float32]:
        """Draw the next days and return their first observations [B, size]."""
        days = Days.sample(self.area, self.n_days, self.rng, self.schedule.phase, self.n_requests)
        masking = Masking.sampled(
            self.beliefs, days, self.game.offers.no_shift, self.schedule.explore, self.rng
        )
        self.game.start(days, masking)
        return self.observe()

    def advance(self, actions: npt.ArrayLike) -> Turn:
        """Play one step of all days."""
        return self.game.step(actions)

    def observe(self) -> npt.NDArray[np.float32]:
        """Observations [B, size] of the present situation; zeros once the days are over."""
        here = self.game.situation
        if here is None:
            return np.zeros((self.n_days, self.observer.size), dtype=np.float32)
        return self.observer.observe(here)

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Offers [B, A] that may be made; only no shift once the days are over."""
        here = self.game.situation
        if here is not None:
            return here.allowed
        masks = np.zeros((self.n_days, len(self.game.offers)), dtype=np.bool_)
        masks[:, self.game.offers.no_shift] = True
        return masks
