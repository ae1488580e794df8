"""Masked PPO: its settings, and a fresh learner for an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sb3_contrib import MaskablePPO

from rideflex.training.ppo.network import OfferPolicy

if TYPE_CHECKING:
    from rideflex.training.environment.sb3_vec_env import SimulationVecEnv


@dataclass(frozen=True)
class LearningSettings:
    """How masked PPO learns; a rollout is one whole day of every environment.

    Parameters
    ----------
    learning_rate
        Of Adam at the start; it falls linearly to a tenth.
    batch_size, passes
        Steps in a minibatch, and passes over a rollout.
    gae_lambda, clip_range, entropy
        PPO's own.
    hindsight
        Whether a step is credited with what its shift turned out to be worth at the end of the
        day (`hindsight_credit`), or with the rewards that followed it.
    """

    learning_rate: float = 1e-3
    batch_size: int = 480
    passes: int = 4
    gae_lambda: float = 0.95
    clip_range: float = 0.2
    entropy: float = 0.001
    hindsight: bool = True


def make_ppo(env: SimulationVecEnv, settings: LearningSettings, seed: int) -> MaskablePPO:
    """Make a fresh masked PPO for an environment.

    Days are finite and every step of one counts alike, so returns are not discounted.
    """
    return MaskablePPO(
        OfferPolicy,
        env,
        learning_rate=lambda left: settings.learning_rate * (0.1 + 0.9 * left),
        n_steps=env.simulation.n_requests,
        batch_size=settings.batch_size,
        n_epochs=settings.passes,
        gamma=1.0,
        gae_lambda=settings.gae_lambda,
        clip_range=settings.clip_range,
        ent_coef=settings.entropy,
        seed=seed,
        device="cpu",
    )
