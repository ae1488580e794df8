"""The ids under which `gymnasium.make` and `make_vec` know the negotiation."""

from __future__ import annotations

import gymnasium as gym

ENVIRONMENT = "rideflex/Negotiation-v0"


def register() -> None:
    """Make the environment known to Gymnasium; a second call changes nothing."""
    if ENVIRONMENT not in gym.registry:
        gym.register(
            ENVIRONMENT,
            entry_point="rideflex.training.environment.gymnasium_env:NegotiationEnv",
            vector_entry_point="rideflex.training.environment.gymnasium_env:NegotiationVectorEnv",
        )
