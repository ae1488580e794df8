"""Figures of a run's report: what it has learned and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from rideflex.evaluation.compare import Comparison
from rideflex.evaluation.recommend import Recommendation, recommend
from rideflex.models.answer_fitting import tolerance_quartiles
from rideflex.models.answers import AnswerModel
from rideflex.training.confusion import TypeConfusion
from rideflex.training.contradictions import Contradictions
from rideflex.training.trained_run import TrainedRun


@dataclass(frozen=True)
class Report:
    """A run's report.

    Parameters
    ----------
    trained
        What was learned.
    compared
        Policies on `days` unseen days of `seed`.
    metrics
        One dict per epoch.
    html
        Where the page is.
    written
        The day on which the report was made; None leaves it out.
    """

    trained: TrainedRun
    compared: Comparison
    days: int
    seed: int
    metrics: list[dict[str, Any]]
    html: Path
    written: date | None = None

    @cached_property
    def contradictions(self) -> Contradictions:
        """Where the answers that the run has heard contradict the decisions."""
        return Contradictions.of(self.trained)

    @property
    def confusion(self) -> TypeConfusion | None:
        """Types learned against true types; None where the model knows no types."""
        return TypeConfusion.of(self.trained)

    @property
    def tolerances(self) -> dict[str, list[float]] | None:
        """Quartiles of the minutes that travelers with answers bear; None by types alone."""
        model = self.trained.model
        return tolerance_quartiles(model) if isinstance(model, AnswerModel) else None

    @property
    def recommendation(self) -> Recommendation:
        """The policy that the figures speak for."""
        return recommend(self.compared)

    def types(self) -> list[tuple[str, int | None, int | str, int]]:
        """For each type: name, travelers who are it, how many of those were found, learned as it.

        See `TypeConfusion.rows`; empty where the model knows no types.
        """
        return [] if self.confusion is None else self.confusion.rows()

    def as_json(self) -> dict[str, Any]:
        """The figures, to be written."""
        matrix = None if self.confusion is None else self.confusion.matrix
        return {
            "epoch": self.trained.epoch,
            "outcomes_seen": self.trained.outcomes,
            "days": self.days,
            "same_files": self.trained.same_files,
            "world": None if self.trained.area.world is None else self.trained.area.world.as_json(),
            **self.compared.as_json(),
            "recommended": self.recommendation.policy,
            "types": [
                dict(zip(("type", "true", "found", "learned"), row, strict=True))
                for row in self.types()
            ],
            "confusion": None if matrix is None else matrix.tolist(),
            "tolerances": self.tolerances,
            **self.contradictions.as_json(),
        }
