"""Model of a run, updated every few epochs from a buffer of outcomes."""

from __future__ import annotations

from pathlib import Path

from rideflex.areas import ServiceArea
from rideflex.evaluation.progress import Progress
from rideflex.models.acceptance import Beliefs
from rideflex.models.answers import LearnedModel
from rideflex.models.neural.device import one_thread
from rideflex.outcomes import OutcomeBuffer, Outcomes
from rideflex.training.checkpoint import MODEL, load_buffer
from rideflex.training.model_update import make_learner
from rideflex.training.settings import RunSettings


class FlexibilityUpdates:
    """The model, the outcomes that it learns from, and the beliefs that it gives to the days.

    Parameters
    ----------
    settings
        Which model, how many outcomes it looks back on, and the seed.
    area
        Travelers and decisions.
    report
        Takes the lines of the log.

    Attributes
    ----------
    beliefs
        What the model says about every trip and offer, as of the last update.
    buffer
        The latest outcomes.
    learned
        Outcomes that had come when the model was last updated.
    updates
        How many updates there were.
    """

    def __init__(self, settings: RunSettings, area: ServiceArea, report: Progress) -> None:
        self._area, self._report = area, report
        self._learner = make_learner(
            settings.model, area, settings.seed, settings.forget, settings.context
        )
        self.buffer = OutcomeBuffer(settings.buffer, len(area.travelers), len(area.table.types))
        self.beliefs = Beliefs(area)
        self.beliefs.update(self.model)
        self.learned = 0
        self.updates = 0

    @property
    def model(self) -> LearnedModel:
        """The model as it is now."""
        return self._learner.model

    def take(self, outcomes: Outcomes) -> None:
        """Append outcomes to the buffer, for the next update."""
        if len(outcomes):
            self.buffer.append(outcomes)

    def update(self, epoch: int, step: int) -> None:
        """Learn from the buffer; the beliefs follow."""
        self._report(f"[Epoch {epoch}, Step {step}] Updating {self._learner.name}...")
        fresh = min(self.buffer.seen - self.learned, len(self.buffer))
        self._learner.update(self.buffer, fresh, self._report)
        self.learned = self.buffer.seen
        self.beliefs.update(self.model)
        self.updates += 1

    def restore(self, checkpoint: Path) -> None:
        """Go on from the files of a checkpoint.

        Raises
        ------
        DataError
            If a file is missing or damaged.
        """
        self._learner.restore(checkpoint / MODEL)
        with one_thread():  # as in a run: the last bits depend on how sums are split
            self.beliefs.update(self.model)
        self.learned = load_buffer(checkpoint, self.buffer, self._area.table)
