"""`rideflex fit` of models that learn which flexibility type of a table each traveler is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rideflex.cli.console import print_wrapped

if TYPE_CHECKING:
    from rich.console import Console

    from rideflex.areas import ServiceArea
    from rideflex.logs.files import LogCounts
    from rideflex.logs.trip_context import TripContext
    from rideflex.models.answer_fitting import LogCollector


@dataclass(frozen=True)
class ModelChoice:
    """Which model is fitted.

    Parameters
    ----------
    name
        Of the model.
    features
        Whether features speak for travelers who were never asked.
    context
        Trips that are told apart, of the hybrid.
    statements
        Files of what travelers say of themselves, of the hybrid.
    """

    name: str
    features: bool = False
    context: TripContext | None = None
    statements: tuple[Path, ...] = ()


def fit_types(
    files: Sequence[Path],
    out: Path,
    area: ServiceArea,
    choice: ModelChoice,
    forget: float,
    no_answer: Sequence[str],
    console: Console,
) -> dict[str, Any]:
    """Fit types to logs, save and tell them; returns the figures.

    Raises
    ------
    DataError
        If a log can't be used, or none has an outcome.
    """
    from time import perf_counter

    from rideflex.logs.remarks import doubts, notes
    from rideflex.logs.statements import statements_of
    from rideflex.models.answer_fitting import HybridFit, LogCollector, fit_hybrid, hybrid_for
    from rideflex.models.answer_predictors import AnswerWorld
    from rideflex.models.fitting import LogFit, fit_to_log, model_for
    from rideflex.models.misfit import contradiction, find_misfit, misfit_figures

    hybrid = hybrid_for(area, choice.context) if choice.name == "hybrid" else None
    collector = LogCollector(None if hybrid is None else hybrid.tally(), forget)
    start = perf_counter()
    log = _read(files, area, forget, no_answer, collector, console)
    read_s = perf_counter() - start
    if hybrid is not None and collector.tally is not None:
        if choice.statements:
            said = statements_of(choice.statements, area.table, area.travelers)
            collector.tally.state(said)
        fitted: HybridFit | LogFit = fit_hybrid(hybrid, collector.tally, log)
    else:
        fitted = fit_to_log(model_for(area, choice.name, features=choice.features), log)
    fitted.model.save(out)
    levels = None if hybrid is None else hybrid.trip_levels
    world = AnswerWorld(len(area.travelers), area.table.offers, area.table, levels)
    misfit = find_misfit(collector.recent(), world)
    told = misfit_figures(misfit, area.table, area.travelers.ids)
    found = fitted.found()
    console.print(
        f"{log.rows:,} outcomes of {fitted.n_asked:,} of {len(area.travelers):,} travelers; the "
        f"rules answered {log.fallbacks:,} of them (no row of decisions). {fitted.noise:.1%} of "
        "the answers go against the types."
    )
    for name, travelers in found.items():
        print_wrapped(console, f"{travelers:8,}  {name}")
    for note in notes(log):
        print_wrapped(console, note)
    for doubt in (*fitted.warnings(), *doubts(log)):
        print_wrapped(console, f"warning: {doubt}")
    if contradicting := contradiction(told["reasons"]):
        print_wrapped(console, f"warning: {contradicting}")
    print_wrapped(
        console, f"Read in {read_s:.2f} s, fitted in {fitted.seconds:.3f} s; wrote {out}."
    )
    return {
        "outcomes": log.rows,
        "travelers": fitted.n_asked,
        "fallbacks": log.fallbacks,
        "noise": fitted.noise,
        "read_s": read_s,
        "fit_s": fitted.seconds,
        "found": found,
        "sure": fitted.sure(),
        **told,
        "model": choice.name,
        "no_answer": log.left_out,
        "counter_offers": log.counter_offers,
        "empty": list(map(str, log.empty)),
        "repeated": log.repeated,
        "differing": log.differing,
        "overlaps": [
            {"earlier": str(one.earlier), "later": str(one.later), "rows": one.rows}
            for one in log.overlaps
        ],
    }


def _read(
    files: Sequence[Path],
    area: ServiceArea,
    forget: float,
    no_answer: Sequence[str],
    collector: LogCollector,
    console: Console,
) -> LogCounts:
    from rich.markup import escape
    from rich.progress import Progress

    from rideflex.errors import DataError, Problem
    from rideflex.logs.files import count_outcomes

    with Progress(console=console, transient=True) as progress:
        tasks = {
            file: progress.add_task(f"{escape(file.name)}: outcomes", total=None) for file in files
        }
        log = count_outcomes(
            files,
            area.table,
            area.travelers,
            lambda file, rows: progress.advance(tasks[file], rows),
            forget=forget,
            no_answer=no_answer,
            on_outcomes=collector,
        )
    if not log.rows:
        raise DataError([Problem(str(file), "no outcome to learn from") for file in files])
    return log
