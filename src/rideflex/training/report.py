"""What a run has learned and what it was worth: figures, and a page with plots."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rideflex.evaluation.compare import Comparison, Effort, compare
from rideflex.evaluation.play import Scene, unseen_days
from rideflex.evaluation.progress import Progress, silent
from rideflex.negotiation.policies.registry import POLICIES, make_policies
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.training.report_html import write_page
from rideflex.training.run_folder import RunFolder
from rideflex.training.trained_run import TrainedRun

REPORT = "report.html"


@dataclass(frozen=True)
class Closing:
    """A run's report.

    Parameters
    ----------
    trained
        What was learned.
    compared
        Policies on `days` unseen days.
    metrics
        One dict an epoch.
    html
        The page that was written.
    """

    trained: TrainedRun
    compared: Comparison
    days: int
    metrics: list[dict[str, Any]]
    html: Path

    def types(self) -> list[tuple[str, int | None, int | str, int]]:
        """For each type: name, travelers who are it, how many of those were found, learned as it.

        Where travelers change, the types are those after the change, as on the days compared.
        Where the folder does not say who is what, the second is None and the third "-".
        """
        return learned_types(self.trained)

    def as_json(self) -> dict[str, Any]:
        """The figures, to be written."""
        return {
            "epoch": self.trained.epoch,
            "outcomes_seen": self.trained.outcomes,
            "days": self.days,
            "same_files": self.trained.same_files,
            **self.compared.as_json(),
            "types": [
                dict(zip(("type", "true", "found", "learned"), row, strict=True))
                for row in self.types()
            ],
        }


def learned_types(trained: TrainedRun) -> list[tuple[str, int | None, int | str, int]]:
    """See `Closing.types`."""
    phases = trained.area.types_by_phase
    names, true = trained.area.table.types, None if phases is None else phases[-1]
    learned = trained.model.predict_proba(np.arange(trained.model.n_travelers)).argmax(axis=1)
    rows: list[tuple[str, int | None, int | str, int]] = []
    for kind, name in enumerate(names):
        as_it = int((learned == kind).sum())
        if true is None:
            rows.append((name, None, "-", as_it))
        else:
            found = int(((learned == kind) & (true == kind)).sum())
            rows.append((name, int((true == kind).sum()), found, as_it))
    return rows


def write_report(
    trained: TrainedRun,
    days: int,
    *,
    seed: int = 0,
    iterations: int = 300,
    on_step: Progress = silent,
) -> Closing:
    """Play all policies on unseen days and write the run's page."""
    metrics = RunFolder(trained.folder).metrics()
    unseen = unseen_days(trained.area, days, seed)
    scene = Scene(trained.area, trained.fleet, trained.beliefs, unseen)
    names = [name for name in POLICIES if name != NeverAsk.name]
    policies = make_policies(names, trained.beliefs, trained.policy)
    compared = compare(
        scene, policies, trained.settings.prices, Effort(iterations, rounds=0, seed=seed), on_step
    )
    closing = Closing(trained, compared, days, metrics, trained.folder / REPORT)
    write_page(closing.html, trained, compared, days, closing.metrics, closing.types())
    return closing
