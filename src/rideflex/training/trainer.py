"""Meta-training: the policy learns every epoch, the flexibility model every few."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from stable_baselines3.common.callbacks import CallbackList
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import set_random_seed

from rideflex.areas import ServiceArea
from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.models.neural.device import one_thread
from rideflex.models.neural.weights import load_weights, save_weights
from rideflex.models.protocol import FlexibilityModel
from rideflex.negotiation.days import true_answers
from rideflex.negotiation.game import UNIT, Situation, Turn
from rideflex.negotiation.stopwatch import Stopwatch
from rideflex.negotiation.transcript import Tally
from rideflex.outcomes import OutcomeBuffer
from rideflex.storage.array_file import load_arrays, save_arrays
from rideflex.storage.atomic import refusal
from rideflex.training.credit import hindsight_credit
from rideflex.training.environment.episodes import Simulation
from rideflex.training.environment.sb3_vec_env import SimulationVecEnv
from rideflex.training.model_update import make_learner
from rideflex.training.ppo.algorithm import CreditedRollouts, make_ppo
from rideflex.training.run_folder import RunFolder
from rideflex.training.settings import RunSettings
from rideflex.training.tensorboard import Curves

Report = Callable[[str], None]
POLICY, MODEL, BUFFER = "policy.pt", "model.rideflex", "outcomes.rideflex"
BUFFER_KIND, BUFFER_VERSION = "outcome buffer", 1


def silent(line: str) -> None:
    """Report nothing."""


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
        If the area does not say how its travelers answer, or there is no epoch between checkpoints.
    """

    def __init__(
        self,
        settings: RunSettings,
        folder: RunFolder,
        area: ServiceArea,
        *,
        report: Report = silent,
        checkpoint_every: int = 10,
    ) -> None:
        true_answers(area)
        if checkpoint_every < 1:
            raise UsageError(f"checkpoint_every must be at least 1, not {checkpoint_every}")
        self.settings, self.folder, self.area = settings, folder, area
        self.watch = Stopwatch()
        self.updates = 0
        self.epoch = 0
        self._report, self._checkpoint_every = report, checkpoint_every
        self._learner = make_learner(settings.model, area, settings.seed, settings.forget)
        self._buffer = OutcomeBuffer(settings.buffer, len(area.travelers), len(area.table.types))
        self._seen_at_update = 0
        self._beliefs = Beliefs(area)
        self._beliefs.update(self._learner.model)
        self._simulation = Simulation(
            area,
            settings.envs,
            np.random.default_rng(settings.seed),
            beliefs=self._beliefs,
            prices=settings.prices,
            watch=self.watch,
        )
        self._tally = Tally(area)
        self._metrics: dict[str, Any] = {}
        self._env = SimulationVecEnv(self._simulation, self._note, self._days_over)
        self._ppo = make_ppo(self._env, settings.learning, settings.seed)
        assert isinstance(self._ppo.rollout_buffer, CreditedRollouts)
        self._rollouts = self._ppo.rollout_buffer

    @property
    def model(self) -> FlexibilityModel:
        """The flexibility model as it is now."""
        return self._learner.model

    @property
    def steps_per_epoch(self) -> int:
        """Requests decided in an epoch."""
        return self.settings.envs * self._simulation.n_requests

    def restore(self) -> None:
        """Go on from the last checkpoint; where there is none, from the start.

        Raises
        ------
        DataError
            If a file of the checkpoint or the metrics can't be used.
        """
        if not self.folder.last_epoch:
            self.folder.keep_metrics(0)
            return
        epoch, checkpoint = self.folder.checkpoint()
        policy = self._ppo.policy
        load_policy(checkpoint, policy=policy, optimizer=policy.optimizer)
        self._learner.restore(checkpoint / MODEL)
        with one_thread():  # as in a run: the last bits depend on how sums are split
            self._beliefs.update(self._learner.model)
        arrays, meta = load_arrays(checkpoint / BUFFER, BUFFER_KIND, BUFFER_VERSION)
        self._buffer.restore(arrays, self.area.table)
        self._seen_at_update = meta["seen_at_update"]
        self.epoch = epoch
        self.folder.keep_metrics(epoch)

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
            If `until` is no epoch.
        """
        if until is not None and until < 1:
            raise UsageError(f"the epoch to stop after must be at least 1, not {until}")
        with one_thread():
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
        _, callback = self._ppo._setup_learn(total, CallbackList([]), False)
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
        losses = ppo.logger.name_to_value
        self._metrics |= {
            name: float(losses[f"train/{name}"])
            for name in ("value_loss", "policy_gradient_loss", "approx_kl", "entropy_loss")
        }
        for name, value in self._metrics.items():
            if name not in ("epoch", "step"):
                ppo.logger.record(f"rideflex/{name}", value)
        ppo.logger.dump(ppo.num_timesteps)

    def _schedule(self, epoch: int) -> None:
        """Set what the days of an epoch depend on, before they begin."""
        settings, schedule = self.settings, self._simulation.schedule
        progress = (epoch - 1) / max(settings.epochs - 1, 1)
        phases = len(true_answers(self.area))
        schedule.explore = settings.explore * max(0.0, 1.0 - progress)
        schedule.phase = min(phases - 1, (epoch - 1) * phases // settings.epochs)
        self._simulation.rng = np.random.default_rng([settings.seed, epoch])

    def _note(self, here: Situation, turn: Turn) -> None:
        self._tally.note(here, turn)

    def _days_over(self) -> None:
        tally, self._tally = self._tally, Tally(self.area)
        self._metrics = self._measure(tally)
        if self.settings.learning.hindsight:
            with self.watch("hindsight"):
                credit = hindsight_credit(self._simulation.game, tally, self._simulation.rng)
            self._rollouts.credit = credit.T
            self._metrics["credit"] = float(credit.sum() / self.settings.envs)
        outcomes = tally.outcomes()
        if len(outcomes):
            self._buffer.append(outcomes)
        if self.epoch % self.settings.update_every == 0 and len(self._buffer):
            with self.watch("model update"):
                self._update_model()
            self._metrics |= {"outcomes": len(self._buffer), **self._recovery()}
        self._schedule(self.epoch + 1)

    def _update_model(self) -> None:
        step = self.epoch * self.steps_per_epoch
        self._report(f"[Epoch {self.epoch}, Step {step}] Updating {self._learner.name}...")
        fresh = min(self._buffer.seen - self._seen_at_update, len(self._buffer))
        self._learner.update(self._buffer, fresh, self._report)
        self._seen_at_update = self._buffer.seen
        self._beliefs.update(self._learner.model)
        self.updates += 1

    def _measure(self, tally: Tally) -> dict[str, Any]:
        asked, agreed = tally.asked, tally.agreed
        unshifted = self._simulation.game.twin_cost.sum()
        return {
            "epoch": self.epoch,
            "step": self.epoch * self.steps_per_epoch,
            "reward": float(tally.turns("reward").sum() / self.settings.envs),
            "saved_minutes": float(tally.turns("saved").sum() / self.settings.envs / 60),
            "saving": float(tally.turns("saved").sum() / unshifted),
            "asked": float(asked.mean()),
            "accepted": float(agreed.sum() / max(asked.sum(), 1)),
            "shifted_minutes": float(tally.minutes.mean()),
            "unserved": float(self._simulation.game.plans.unserved.mean()),
            "masked_out": float(tally.turns("masked_out").mean()),
            "explore": self._simulation.schedule.explore,
            "unit_seconds": UNIT,
        }

    def _recovery(self) -> dict[str, float]:
        if self.area.types_by_phase is None:
            return {}
        believed = self.model.predict_proba(np.arange(self.model.n_travelers))
        types = self.area.types_by_phase[self._simulation.schedule.phase]
        true = believed[np.arange(len(believed)), types]
        return {
            "recovered": float((believed.argmax(axis=1) == types).mean()),
            "log_loss": float(-np.log(np.maximum(true, 1e-12)).mean()),
        }

    def _save(self) -> None:
        beside = self.folder.begin_checkpoint()
        policy = self._ppo.policy
        save_weights(
            beside / POLICY,
            {"policy": policy.state_dict(), "optimizer": policy.optimizer.state_dict()},
        )
        self._learner.model.save(beside / MODEL)
        save_arrays(
            beside / BUFFER,
            BUFFER_KIND,
            BUFFER_VERSION,
            self._buffer.state(),
            {"seen_at_update": self._seen_at_update},
        )
        self.folder.finish_checkpoint(self.epoch)


def load_policy(checkpoint: Path, **parts: Any) -> None:
    """Load what a checkpoint's policy file holds into a network ("policy") and its optimizer.

    Raises
    ------
    DataError
        If the file is missing or damaged, or was made for another network.
    """
    path = checkpoint / POLICY
    saved = load_weights(path)
    try:
        for name, part in parts.items():
            part.load_state_dict(saved[name])
    except Exception:  # weights of another network can trip the optimizer in any way
        raise refusal(path, "is damaged, or not the policy of this run") from None


def train(settings: RunSettings, folder: Path, area: ServiceArea, **options: Any) -> MetaTraining:
    """Begin a run in an empty folder and train it to the end."""
    run = RunFolder(folder)
    training = MetaTraining(settings, run, area, **options)
    run.create(settings)
    training.run()
    return training
