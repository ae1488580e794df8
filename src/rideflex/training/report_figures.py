"""Figures of a run's report: what it has learned and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rideflex.evaluation.compare import Comparison
from rideflex.evaluation.recommend import Recommendation, recommend
from rideflex.training.confusion import TypeConfusion
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

    @property
    def confusion(self) -> TypeConfusion:
        """Types learned against true types."""
        return TypeConfusion.of(self.trained)

    @property
    def recommendation(self) -> Recommendation:
        """The policy that the figures speak for."""
        return recommend(self.compared)

    def types(self) -> list[tuple[str, int | None, int | str, int]]:
        """For each type: name, travelers who are it, how many of those were found, learned as it.

        See `TypeConfusion.rows`.
        """
        return self.confusion.rows()

    def as_json(self) -> dict[str, Any]:
        """The figures, to be written."""
        matrix = self.confusion.matrix
        return {
            "epoch": self.trained.epoch,
            "outcomes_seen": self.trained.outcomes,
            "days": self.days,
            "same_files": self.trained.same_files,
            **self.compared.as_json(),
            "recommended": self.recommendation.policy,
            "types": [
                dict(zip(("type", "true", "found", "learned"), row, strict=True))
                for row in self.types()
            ],
            "confusion": None if matrix is None else matrix.tolist(),
        }
