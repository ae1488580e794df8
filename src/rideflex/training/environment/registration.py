"""The ids under which `gymnasium.make` and `make_vec` know the negotiation."""

from __future__ import annotations

import gymnasium as gym

_ID = "rideflex/Negotiation-v0"
ENVIRONMENT = f"rideflex.training.environment:{_ID}"
"""What `gymnasium.make` takes: the id after the package that registers it, so that a child process
finds it that has imported nothing of rideflex. (Gymnasium reads no entry points any more.)"""


def register() -> None:
    """Make the environment known to Gymnasium; a second call changes nothing."""
    if _ID not in gym.registry:
        gym.register(
            _ID,
            entry_point="rideflex.training.environment.gymnasium_env:NegotiationEnv",
            vector_entry_point="rideflex.training.environment.gymnasium_env:NegotiationVectorEnv",
        )
