"""Report of a run: play unseen days with every policy, and write figures and page."""

from __future__ import annotations

from datetime import date

from rideflex.evaluation.compare import Effort, compare
from rideflex.evaluation.play import Scene, unseen_days
from rideflex.evaluation.progress import Progress, silent
from rideflex.negotiation.policies.registry import POLICIES, make_policies
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.training.report_figures import Report
from rideflex.training.report_html import write_page
from rideflex.training.run_folder import RunFolder
from rideflex.training.trained_run import TrainedRun

REPORT = "report.html"


def write_report(
    trained: TrainedRun,
    days: int,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    written: date | None = None,
    on_step: Progress = silent,
) -> Report:
    """Play all policies on unseen days and write the run's page.

    Parameters
    ----------
    days, seed
        Unseen days, and the seed that they are drawn with.
    effort
        Of the solvers; a quick look without it.
    written
        The day that the page says it was made on.
    """
    unseen = unseen_days(trained.area, days, seed, trained.settings.requests)
    scene = Scene(trained.area, trained.fleet, trained.beliefs, unseen)
    names = [name for name in POLICIES if name != NeverAsk.name]
    policies = make_policies(names, trained.beliefs, trained.policy)
    effort = effort or Effort(iterations=300, rounds=1_000, seed=seed)
    compared = compare(scene, policies, trained.settings.prices, effort, on_step)
    metrics = RunFolder(trained.folder).metrics()
    report = Report(trained, compared, days, seed, metrics, trained.folder / REPORT, written)
    write_page(report)
    return report
