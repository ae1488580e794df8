"""PPO's returns and advantages from credit that is known once the days are over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sb3_contrib import MaskablePPO
from stable_baselines3.common.callbacks import BaseCallback


class CreditCallback(BaseCallback):
    """Credits every step of a rollout when it ends; a rollout is one whole day of each environment.

    Parameters
    ----------
    credit_of_days
        Gives the credit [B, N] of the days just finished, in units of reward.
    """

    def __init__(self, credit_of_days: Callable[[], npt.NDArray[np.float64]]) -> None:
        super().__init__()
        self._credit_of_days = credit_of_days

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        assert isinstance(self.model, MaskablePPO)
        rollouts = self.model.rollout_buffer
        rollouts.returns = self._credit_of_days().T.astype(np.float32)
        rollouts.advantages = rollouts.returns - rollouts.values
