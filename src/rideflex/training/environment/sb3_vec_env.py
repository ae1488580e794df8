"""The simulation as Stable-Baselines3's VecEnv, without work per day in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from stable_baselines3.common.vec_env.base_vec_env import VecEnv, VecEnvIndices, VecEnvStepReturn

from rideflex.errors import UsageError
from rideflex.negotiation.game import Situation, Turn
from rideflex.training.environment.episodes import Simulation
from rideflex.training.environment.observation import LIMIT


class SimulationVecEnv(VecEnv):
    """Steps all days of a simulation at once.

    Parameters
    ----------
    simulation
        What is played.
    on_turn
        Called after every step with what was decided on and what came of it.
    on_days_over
        Called when the days are over, before the next begin.
    """

    def __init__(
        self,
        simulation: Simulation,
        on_turn: Callable[[Situation, Turn], None] | None = None,
        on_days_over: Callable[[], None] | None = None,
    ) -> None:
        self.simulation = simulation
        self._on_turn, self._on_days_over = on_turn, on_days_over
        self._nothing: list[dict[str, Any]] = [{} for _ in range(simulation.n_days)]
        super().__init__(
            simulation.n_days,
            spaces.Box(-LIMIT, LIMIT, (simulation.observer.size,), np.float32),
            spaces.Discrete(len(simulation.game.offers)),
        )

    def reset(self) -> npt.NDArray[np.float32]:
        """Begin the next days."""
        return self.simulation.begin()

    def seed(self, seed: int | None = None) -> list[int | None]:
        """Seed all that the next reset begins; the days share one seed, and None draws one."""
        self.simulation.rng = np.random.default_rng(seed)
        return [seed] * self.num_envs

    def step_async(self, actions: npt.NDArray[np.int64]) -> None:
        """Take note of the offers to make."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Make the offers; days that are over begin anew."""
        with self.simulation.game.watch("environment"):
            return self._step()

    def _step(self) -> VecEnvStepReturn:
        here = self.simulation.situation
        turn = self.simulation.advance(self._actions)
        if self._on_turn is not None and here is not None:
            self._on_turn(here, turn)
        done = self.simulation.situation is None
        if done and self._on_days_over is not None:
            self._on_days_over()
        observed = self.simulation.begin() if done else self.simulation.observe()
        reward = turn.reward.astype(np.float32)
        return observed, reward, np.full(self.num_envs, done), self._nothing

    def close(self) -> None:
        """Nothing is held open."""

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Return the attribute once for each of the days asked for."""
        value = None if attr_name == "render_mode" else getattr(self, attr_name)
        return [value] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Refuse: the days share one simulation."""
        del value, indices
        raise UsageError(f"the days of a simulation share {attr_name}: set it on the simulation")

    def env_method(
        self,
        method_name: str,
        *method_args: Any,
        indices: VecEnvIndices = None,
        **method_kwargs: Any,
    ) -> list[Any]:
        """Call a method of the batch and deal its rows out to the days asked for."""
        rows = getattr(self, method_name)(*method_args, **method_kwargs)
        return [rows[index] for index in self._get_indices(indices)]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: VecEnvIndices = None
    ) -> list[bool]:
        """Tell that no day is wrapped."""
        del wrapper_class
        return [False] * len(list(self._get_indices(indices)))

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Offers [B, A] that may be made now."""
        return self.simulation.action_masks()
