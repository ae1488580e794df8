"""Policy of a trained network."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from rideflex.negotiation.game import Situation
from rideflex.training.environment.observation import LIMIT, Observer
from rideflex.training.ppo.network import OfferPolicy


def fresh_network(observer: Observer) -> OfferPolicy:
    """Make an untrained network for what an observer sees, to load weights into."""
    return OfferPolicy(
        spaces.Box(-LIMIT, LIMIT, (observer.size,), np.float32),
        spaces.Discrete(observer.n_offers),
        lr_schedule=lambda _: 0.0,
    )


class LearnedPolicy:
    """Greedy policy of a trained network: the offer of the highest logit.

    Parameters
    ----------
    network
        A trained `OfferPolicy`.
    observer
        Turns situations into what the network sees.
    """

    name = "ppo"

    def __init__(self, network: OfferPolicy, observer: Observer) -> None:
        self.network, self.observer = network, observer

    def act(self, situation: Situation) -> npt.NDArray[np.int32]:
        """Return the offer of the highest logit on each day."""
        observed = self.observer.observe(situation)
        actions, _ = self.network.predict(
            observed, deterministic=True, action_masks=situation.allowed
        )
        return actions.astype(np.int32)
