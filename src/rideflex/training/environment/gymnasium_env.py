"""The negotiation as Gymnasium environments: one day, and many days in one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from rideflex.areas import ServiceArea, read_area
from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.game import Turn
from rideflex.negotiation.prices import Prices
from rideflex.routing import Fleet
from rideflex.training.environment.episodes import Simulation
from rideflex.training.environment.observation import LIMIT

Observation = npt.NDArray[np.float32]


def _spaces(simulation: Simulation) -> tuple[spaces.Space[Any], spaces.Discrete]:
    size = simulation.observer.size
    return (
        spaces.Box(-LIMIT, LIMIT, (size,), np.float32),
        spaces.Discrete(len(simulation.game.offers)),
    )


class RenderError(UsageError, TypeError):
    """A render mode was asked for; tools that try one first take a TypeError for a no."""


def _check_render_mode(render_mode: str | None) -> None:
    if render_mode is not None:
        raise RenderError(
            f"a negotiation can't be rendered: render_mode is None, not {render_mode}"
        )


def _of_turn(turn: Turn) -> dict[str, npt.NDArray[Any]]:
    return {
        "asked": turn.asked,
        "accepted": turn.accepted,
        "masked_out": turn.masked_out,
        "driving_seconds": turn.cost,
        "saved_seconds": turn.saved,
    }


class NegotiationEnv(gym.Env[Observation, np.int64]):
    """One service day: requests come one by one, and each traveler may be asked for a shift.

    ## Action space
    `Discrete(A)`: the offer to make, an index of the decision table's offer grid. One of them is
    no shift. `action_masks()` tells which offers may be made: those that a type drawn from the
    current model accepts. A masked-out action counts as no shift; `info["masked_out"]` reports it.

    ## Observation space
    `Box(-10, 10, (22 + 11 A,), float32)`: what a dispatcher knows. `observation.CONTEXT` and
    `observation.OFFER` name the features: the request's times, places and cost without a shift,
    how full the day is and how many are to come, the prices; then for every offer what it saves
    at once against no shift, what it gains beside the trips that came and that may still come,
    whether it can be served, the probability that the traveler accepts it, its prices and its
    minutes.

    ## Reward
    What the request costs in a twin day where nobody is ever asked, minus what it costs here,
    minus the price of the question and of the shifted minutes; in units of ten vehicle minutes.
    A request that no vehicle can take costs the fleet's penalty.

    ## Info
    After a reset and a step `action_mask`; after a step also `asked` (an offer other than no shift
    was made), `accepted` (true as well where nobody was asked), `masked_out`, and
    `driving_seconds` and `saved_seconds` (what the request cost, and the twin's cost minus that).

    ## Start
    A day of one random trip a traveler, in random order, and empty vehicles. `reset(seed=…)`
    makes the days, the answers and the masks that follow reproducible.

    ## End
    Terminates after the last request; never truncates.

    ## Version history
    * v0: first version

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from rideflex.synthetic import AreaSettings, generate_area
    >>> folder = f"{mkdtemp()}/city"
    >>> generate_area(folder, AreaSettings(travelers=3, trips=2, zones=4, seed=1))
    >>> day = NegotiationEnv(folder)
    >>> observation, info = day.reset(seed=7)
    >>> observation.shape, info["action_mask"].shape
    ((198,), (16,))
    >>> for _ in range(3):  # one request of each traveler
    ...     offer = info["action_mask"].argmax()
    ...     observation, reward, ended, _, info = day.step(offer)
    >>> ended
    True
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}  # type: ignore[misc]

    def __init__(
        self,
        area: ServiceArea | str | Path,
        *,
        beliefs: Beliefs | None = None,
        prices: Prices | None = None,
        fleet: Fleet | None = None,
        render_mode: str | None = None,
    ) -> None:
        _check_render_mode(render_mode)
        city = area if isinstance(area, ServiceArea) else read_area(area)
        self.simulation = Simulation(
            city, 1, np.random.default_rng(0), beliefs=beliefs, prices=prices, fleet=fleet
        )
        self.observation_space, self.action_space = _spaces(self.simulation)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin the next day."""
        super().reset(seed=seed, options=options)
        self.simulation.rng = self.np_random
        return self.simulation.begin()[0], {"action_mask": self.action_masks()}

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Make an offer to the traveler who asks now."""
        turn = self.simulation.advance(np.array([action]))
        done = self.simulation.situation is None
        report = {name: array[0].item() for name, array in _of_turn(turn).items()}
        report["action_mask"] = self.action_masks()
        return self.simulation.observe()[0], float(turn.reward[0]), done, False, report

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Offers [A] that may be made now."""
        masks: npt.NDArray[np.bool_] = self.simulation.action_masks()[0]
        return masks


class NegotiationVectorEnv(gym.vector.VectorEnv[Observation, npt.NDArray[np.int64]]):
    """Many service days that step together, quotes and masks computed for all in one call.

    Everything is as in `NegotiationEnv`, with a leading axis over days; all days have the same
    number of requests and so end together. What follows the step that ends them is the autoreset
    mode, as Gymnasium's vector environments have it: "SameStep", the default, begins the next days
    in that step, whose `info` holds `final_obs` and `final_info`; "NextStep" begins them in the
    next step, which takes no offers and pays nothing; "Disabled" leaves it to `reset`.

    Parameters
    ----------
    area, beliefs, prices, fleet, render_mode
        As of `NegotiationEnv`.
    num_envs
        Days side by side.
    autoreset_mode
        See above; a `gymnasium.vector.AutoresetMode` or its value.

    Raises
    ------
    UsageError
        If there is no such autoreset mode, or a render mode is asked for.
    """

    metadata: ClassVar[dict[str, Any]] = {  # type: ignore[misc]
        "render_modes": [],
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self,
        area: ServiceArea | str | Path,
        num_envs: int = 64,
        *,
        beliefs: Beliefs | None = None,
        prices: Prices | None = None,
        fleet: Fleet | None = None,
        render_mode: str | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
    ) -> None:
        _check_render_mode(render_mode)
        try:
            self.autoreset_mode = AutoresetMode(autoreset_mode)
        except ValueError:
            modes = ", ".join(str(mode.value) for mode in AutoresetMode)
            raise UsageError(f"autoreset_mode is one of {modes}, not {autoreset_mode!r}") from None
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}  # type: ignore[misc]
        city = area if isinstance(area, ServiceArea) else read_area(area)
        self.num_envs = num_envs
        self.simulation = Simulation(
            city, num_envs, np.random.default_rng(0), beliefs=beliefs, prices=prices, fleet=fleet
        )
        self.single_observation_space, self.single_action_space = _spaces(self.simulation)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._over = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin the next days.

        Raises
        ------
        UsageError
            If there is a seed for each day, where one seeds all of them, or `reset_mask` in the
            options leaves a day out, where all end together.
        """
        if seed is not None and np.ndim(seed):
            raise UsageError(f"all days share one seed, a whole number, not {seed!r}")
        mask = (options or {}).get("reset_mask")
        if mask is not None and not (np.shape(mask) == (self.num_envs,) and np.all(mask)):
            raise UsageError(
                f"reset_mask is an array of {self.num_envs} times True: the days have as many "
                "requests each and end together, so none begins alone"
            )
        super().reset(seed=seed, options=options)
        self.simulation.rng = self.np_random
        return self._begin()

    def step(
        self, actions: npt.NDArray[np.int64]
    ) -> tuple[
        Observation,
        npt.NDArray[np.float64],
        npt.NDArray[np.bool_],
        npt.NDArray[np.bool_],
        dict[str, Any],
    ]:
        """Make one offer on every day [B].

        Raises
        ------
        UsageError
            If the days are over and the autoreset mode is "Disabled".
        """
        never = np.zeros(self.num_envs, dtype=np.bool_)
        if self._over and self.autoreset_mode is AutoresetMode.NEXT_STEP:
            observed, report = self._begin()
            return observed, np.zeros(self.num_envs), never, never.copy(), report
        turn = self.simulation.advance(actions)
        observed, report = self.simulation.observe(), _of_turn(turn)
        report["action_mask"] = self.action_masks()
        report = self._of_all(report)
        self._over = self.simulation.situation is None
        ended = np.full(self.num_envs, self._over)
        if self._over and self.autoreset_mode is AutoresetMode.SAME_STEP:
            last = np.empty(self.num_envs, dtype=object)  # as Gymnasium holds them: an array a day
            last[:] = [*observed]
            final = {"final_obs": last, "final_info": report}
            observed, begun = self._begin()
            report = self._of_all(final) | begun
        return observed, turn.reward, ended, never, report

    def _begin(self) -> tuple[Observation, dict[str, Any]]:
        self._over = False
        observed = self.simulation.begin()
        return observed, self._of_all({"action_mask": self.action_masks()})

    def _of_all(self, report: dict[str, Any]) -> dict[str, Any]:
        """Say of each entry that every day has it, as Gymnasium's vector environments do."""
        held = {f"_{name}": np.ones(self.num_envs, dtype=np.bool_) for name in report}
        return report | held

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Offers [B, A] that may be made now."""
        return self.simulation.action_masks()
