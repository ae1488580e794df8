"""Meta-training: the policy learns every epoch, the flexibility model every few."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from stable_baselines3.common.callbacks import CallbackList
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import set_random_seed

from rideflex.areas import ServiceArea
from rideflex.errors import DataError, UsageError
from rideflex.evaluation.progress import Progress, silent
from rideflex.models.answers import LearnedModel
from rideflex.models.neural.device import one_thread
from rideflex.negotiation.days import n_phases
from rideflex.negotiation.game import Situation, Turn
from rideflex.negotiation.stopwatch import Stopwatch
from rideflex.negotiation.transcript import TranscriptWriter
from rideflex.training.checkpoint import load_policy, save_checkpoint
from rideflex.training.credit import FinishedDays
from rideflex.training.environment.episodes import Simulation
from rideflex.training.environment.sb3_vec_env import SimulationVecEnv
from rideflex.training.flexibility_updates import FlexibilityUpdates
from rideflex.training.memory import refuse_too_large_a_run
from rideflex.training.metrics import answer_metrics, day_metrics, loss_metrics, recovery_metrics
from rideflex.training.ppo.algorithm import make_ppo
from rideflex.training.ppo.credit_callback import CreditCallback
from rideflex.training.run_folder import RunFolder
from rideflex.training.settings import RunSettings
from rideflex.training.tensorboard import Curves


class MetaTraining:
    """A run: begun or continued, it goes on epoch by epoch.

    Every epoch draws from generators made of the seed and the epoch, so a run that was stopped at
    a checkpoint goes on exactly as one that was not.

    Parameters
    ----------
    settings
        What the results depend on.
    folder
        Where metrics, checkpoints and the TensorBoard log go.
    area
        The service area that `settings.data` names.
    report
        Takes the lines of the log.
    checkpoint_every
        Epochs between checkpoints; the last epoch always leaves one.

    Raises
    ------
    UsageError
        If the area does not say how its travelers answer, and draws them from no fitted model or
        another than the settings say; there is no epoch between checkpoints; or the run needs more
        memory than the machine has.
    """

    def __init__(
        self,
        settings: RunSettings,
        folder: RunFolder,
        area: ServiceArea,
        *,
        report: Progress = silent,
        checkpoint_every: int = 10,
    ) -> None:
        n_phases(area)
        if bool(settings.world) != (area.world is not None):
            raise UsageError(
                "settings and area differ in whether answers are drawn from a fitted model: "
                "make both with the same one, by RunSettings.of(…, world=…) and in_world"
            )
        if checkpoint_every < 1:
            raise UsageError(f"checkpoint_every must be at least 1, not {checkpoint_every}")
        refuse_too_large_a_run(settings, area)
        self.settings, self.folder, self.area = settings, folder, area
        self.watch = Stopwatch()
        self.epoch = 0
        self._checkpoint_every = checkpoint_every
        self._flexibility = FlexibilityUpdates(settings, area, report)
        self._simulation = Simulation(
            area,
            settings.envs,
            np.random.default_rng(settings.seed),
            beliefs=self._flexibility.beliefs,
            prices=settings.prices,
            watch=self.watch,
            requests=settings.requests,
        )
        self._writer = TranscriptWriter(area.table.offers)
        self._finished: FinishedDays | None = None
        self._metrics: dict[str, Any] = {}
        self._env = SimulationVecEnv(self._simulation, self._note, self._days_over)
        self._ppo = make_ppo(self._env, settings.learning, settings.seed)

    @property
    def model(self) -> LearnedModel:
        """The model as it is now."""
        return self._flexibility.model

    @property
    def updates(self) -> int:
        """Updates of the model in this process."""
        return self._flexibility.updates

    @property
    def steps_per_epoch(self) -> int:
        """Requests decided in an epoch."""
        return self.settings.envs * self._simulation.n_requests

    def restore(self) -> None:
        """Go on from the last checkpoint; where there is none, from the start.

        Raises
        ------
        DataError
            If a file of the checkpoint or the metrics can't be used; it says what to do.
        UsageError
            If another process trains in the folder.
        """
        with self.folder.held():
            if not self.folder.last_epoch:
                self.folder.keep_metrics(0)
                return
            epoch, checkpoint = self.folder.checkpoint()
            try:
                self._load(checkpoint)
            except DataError as error:
                way_out = f"remove {checkpoint}, and {self.folder.without_last()}"
                raise DataError(
                    [replace(one, cause=f"{one.cause}; {way_out}") for one in error.problems]
                ) from None
            self.epoch = epoch
            self.folder.keep_metrics(epoch)

    def _load(self, checkpoint: Path) -> None:
        policy = self._ppo.policy
        load_policy(checkpoint, policy, policy.optimizer)
        self._flexibility.restore(checkpoint)

    def run(
        self, until: int | None = None, on_epoch: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        """Train to the end, or until an epoch; leaves a checkpoint behind.

        Parameters
        ----------
        until
            Epoch after which to stop; the last without it.
        on_epoch
            Called with the metrics of every finished epoch.

        Raises
        ------
        UsageError
            If `until` is no epoch, or another process trains in the folder.
        """
        if until is not None and until < 1:
            raise UsageError(f"the epoch to stop after must be at least 1, not {until}")
        with self.folder.held(), one_thread():
            self._run(until, on_epoch)

    def _run(self, until: int | None, on_epoch: Callable[[dict[str, Any]], None] | None) -> None:
        last = min(until or self.settings.epochs, self.settings.epochs)
        if self.epoch >= last:
            return
        folder = self.folder.path / "tensorboard"
        curves = Curves(folder, self.epoch * self.steps_per_epoch)
        with closing(Logger(str(folder), [curves])) as logger:
            self._ppo.set_logger(logger)
            self._train_until(last, on_epoch)

    def _train_until(self, last: int, on_epoch: Callable[[dict[str, Any]], None] | None) -> None:
        self._schedule(self.epoch + 1)
        total = self.settings.epochs * self.steps_per_epoch
        _, callback = self._ppo._setup_learn(total, self._callbacks(), False)
        while self.epoch < last:
            self._train_epoch(callback, total)
            self.folder.note(self._metrics)
            if on_epoch is not None:
                on_epoch(self._metrics)
            if self.epoch % self._checkpoint_every == 0 or self.epoch == last:
                with self.watch("checkpoints"):
                    self._save()

    def _train_epoch(self, callback: Any, total: int) -> None:
        ppo = self._ppo
        self.epoch += 1
        set_random_seed(
            int(np.random.SeedSequence([self.settings.seed, self.epoch]).generate_state(1)[0])
        )
        ppo.num_timesteps = (self.epoch - 1) * self.steps_per_epoch
        with self.watch("policy forward"):
            ppo.collect_rollouts(self._env, callback, ppo.rollout_buffer, ppo.n_steps)
        ppo._update_current_progress_remaining(ppo.num_timesteps, total)
        with self.watch("policy update"):
            ppo.train()
        self._metrics |= loss_metrics(ppo.logger.name_to_value)
        for name, value in self._metrics.items():
            if name not in ("epoch", "step"):
                ppo.logger.record(f"rideflex/{name}", value)
        ppo.logger.dump(ppo.num_timesteps)

    def _schedule(self, epoch: int) -> None:
        """Set what the days of an epoch depend on, before they begin."""
        settings, schedule = self.settings, self._simulation.schedule
        progress = (epoch - 1) / max(settings.epochs - 1, 1)
        phases = n_phases(self.area)
        schedule.explore = settings.explore * max(0.0, 1.0 - progress)
        schedule.phase = min(phases - 1, (epoch - 1) * phases // settings.epochs)
        self._simulation.rng = np.random.default_rng([settings.seed, epoch])

    def _note(self, here: Situation, turn: Turn) -> None:
        self._writer.note(here, turn)

    def _days_over(self) -> None:
        """Note and learn from the finished days; the next ones begin with what was learned."""
        game, transcript = self._simulation.game, self._writer.finish()
        self._writer = TranscriptWriter(game.offers)
        self._finished = FinishedDays(game.plans, transcript, self._simulation.rng)
        self._metrics = {
            "epoch": self.epoch,
            "step": self.epoch * self.steps_per_epoch,
            **day_metrics(transcript, game),
            "explore": self._simulation.schedule.explore,
        }
        self._flexibility.take(transcript.outcomes(self.area))
        n_outcomes = len(self._flexibility.buffer)
        if self.epoch % self.settings.update_every == 0 and n_outcomes:
            with self.watch("model update"):
                self._flexibility.update(self.epoch, self.epoch * self.steps_per_epoch)
            phase = self._simulation.schedule.phase
            self._metrics |= {
                "outcomes": n_outcomes,
                **recovery_metrics(self.model, self.area, phase),
                **answer_metrics(self._flexibility.beliefs, self.area, phase),
            }
        self._schedule(self.epoch + 1)

    def _callbacks(self) -> CallbackList:
        return CallbackList(
            [CreditCallback(self._credit)] if self.settings.learning.hindsight else []
        )

    def _credit(self) -> npt.NDArray[np.float64]:
        assert self._finished is not None
        days, self._finished = self._finished, None
        with self.watch("hindsight"):
            credit = days.credit(self.settings.prices)
        self._metrics["credit"] = float(credit.sum() / self.settings.envs)
        return credit

    def _save(self) -> None:
        policy, learning = self._ppo.policy, self._flexibility
        with self.folder.new_checkpoint(self.epoch) as beside:
            save_checkpoint(
                beside, policy, policy.optimizer, self.model, learning.buffer, learning.learned
            )


def train(
    settings: RunSettings,
    folder: Path,
    area: ServiceArea,
    *,
    report: Progress = silent,
    checkpoint_every: int = 10,
) -> MetaTraining:
    """Begin a run in an empty folder and train it to the end; see `MetaTraining`."""
    run = RunFolder(folder)
    training = MetaTraining(settings, run, area, report=report, checkpoint_every=checkpoint_every)
    with run.held():
        run.create(settings, None if area.world is None else area.world.path)
        training.run()
    return training
