"""Goodness of fit of the decision table to the answers that a run has heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rideflex.models.answer_predictors import AnswerWorld
from rideflex.models.misfit import Misfit, contradiction, find_misfit, misfit_figures, reasons
from rideflex.models.tolerance import ToleranceModel
from rideflex.training.checkpoint import load_outcomes
from rideflex.training.run_folder import RunFolder
from rideflex.training.trained_run import TrainedRun


@dataclass(frozen=True)
class Contradictions:
    """Where the answers that a run holds contradict its decisions.

    Parameters
    ----------
    trained
        The run.
    misfit
        What was found in the outcomes of its buffer; None where there are none, where the area's
        files are not those that they were heard in, and in a fitted world: there a traveler is
        another one every day, so that her answers contradict each other and not the table.
    """

    trained: TrainedRun
    misfit: Misfit | None

    @classmethod
    def of(cls, trained: TrainedRun) -> Contradictions:
        """Compare a run's answers with what the types of the table lead to expect."""
        area, model = trained.area, trained.model
        checkpoint = RunFolder(trained.folder).checkpoint()[1]
        heard_here = trained.same_files and area.world is None
        outcomes = load_outcomes(checkpoint, area.table) if heard_here else None
        if outcomes is None or not len(outcomes):
            return cls(trained, None)
        levels = model.trip_levels if isinstance(model, ToleranceModel) else None
        world = AnswerWorld(len(area.travelers), area.table.offers, area.table, levels)
        return cls(trained, find_misfit(outcomes, world))

    def sentence(self) -> str:
        """Say what contradicts the table most; empty where nothing does."""
        area = self.trained.area
        if self.misfit is None:
            return ""
        return contradiction(reasons(self.misfit, area.table, area.travelers.ids))

    def as_json(self) -> dict[str, Any]:
        """What was found, for a file of figures."""
        area = self.trained.area
        if self.misfit is None:
            return {"misfit": False, "reasons": []}
        return misfit_figures(self.misfit, area.table, area.travelers.ids)
