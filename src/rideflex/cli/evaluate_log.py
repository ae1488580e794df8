"""`rideflex evaluate-log`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rideflex.cli.outputs import Json, write_figures

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from rich.console import Console

    from rideflex.evaluation.log.evaluate import Forecast, LogEvaluation
    from rideflex.evaluation.log.forecasters import Forecaster
    from rideflex.logs.trip_context import TripContext
    from rideflex.models.answer_predictors import AnswerWorld
    from rideflex.outcomes import Outcomes
    from rideflex.tables.ids import Ids


def evaluate_log(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG…", help="Files of logged outcomes, oldest first.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(help="A service-area folder; without it, or decisions, no table is asked."),
    ] = None,
    fit_on: Annotated[
        list[Path] | None,
        typer.Option(
            help="Files of other outcomes: models learn from these alone, and are tested on LOG."
        ),
    ] = None,
    models: Annotated[
        str | None,
        typer.Option(help="Of table,tolerance,hybrid, separated by commas; without it all."),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN[=VALUE,…]",
            help="Trips on which travelers may be stricter, such as trip_purpose=work,school.",
        ),
    ] = None,
    no_answer: Annotated[
        str | None,
        typer.Option(metavar="WORD,…", help="Words in `accepted` that say that nobody answered."),
    ] = None,
    json: Json = None,
    page: Annotated[
        Path | None, typer.Option(help="Write a page with pictures to this HTML file.")
    ] = None,
) -> None:
    """Predict each answer of a log before it is learned, and score the predictions.

    It needs no true types and no table. Log loss, Brier score, calibration error and AUC of every
    model stand beside those of the acceptance rate, the rate per offer and, where River is
    installed, its logistic regression.

    Example: `rideflex evaluate-log may.csv june.csv --data cities/demo --json scores.json`
    """
    from rideflex.cli.console import make_console, print_wrapped, showing
    from rideflex.evaluation.log.evaluate import evaluate_log as evaluate
    from rideflex.evaluation.log.evaluate import figures
    from rideflex.logs.trip_context import TripContext
    from rideflex.models.misfit import contradiction, misfit_figures, reasons

    console = make_console()
    told = None if context is None else TripContext.parse(context)
    words = () if no_answer is None else no_answer.split(",")
    with showing("reading", console) as on_step:
        read = _read(logs, fit_on or (), data, told, words)
        names = [name.strip() for name in models.split(",")] if models else read.world.names
        evaluation = evaluate(
            read.outcomes,
            read.world,
            names,
            fit_on=read.fit_on,
            volunteered=read.volunteered,
            true_types=read.true_types,
            more=_baselines(read.world),
            on_step=on_step,
        )
    found = figures(evaluation)
    found |= {"misfit": False, "reasons": []}
    causes: tuple[str, ...] = ()
    if evaluation.misfit is not None and read.world.table is not None:
        found |= misfit_figures(evaluation.misfit, read.world.table, read.ids)
        causes = reasons(evaluation.misfit, read.world.table, read.ids)
    _print(evaluation, console)
    if said := contradiction(causes):
        print_wrapped(console, f"warning: {said}")
    write_figures(console, json, found)
    if page is not None:
        from rideflex.evaluation.log.page import write_page

        write_page(page, evaluation, causes, [file.name for file in logs])
        print_wrapped(console, f"Wrote {page}.")


@dataclass(frozen=True)
class _Read:
    """Outcomes, and what they are about."""

    outcomes: Outcomes
    fit_on: Outcomes | None
    world: AnswerWorld
    ids: Ids
    volunteered: npt.NDArray[np.bool_] | None = None
    true_types: npt.NDArray[np.int32] | None = None


def _read(
    logs: Sequence[Path],
    fit_on: Sequence[Path],
    data: Path | None,
    context: TripContext | None,
    no_answer: Sequence[str],
) -> _Read:
    from rideflex.areas import read_area
    from rideflex.areas.folder import DECISIONS
    from rideflex.logs.answers_only import read_answers
    from rideflex.logs.checked import has_outcomes
    from rideflex.logs.files import count_outcomes
    from rideflex.logs.same_files import refuse_same
    from rideflex.models.answer_fitting import LogCollector
    from rideflex.models.answer_predictors import AnswerWorld
    from rideflex.models.trip_levels import levels_of_trips

    if data is None or (data.is_dir() and not (data / DECISIONS).exists()):
        log = read_answers([*fit_on, *logs], context=context, no_answer=no_answer)
        n_seen = log.ends[len(fit_on) - 1] if fit_on else 0
        return _Read(
            log.outcomes[n_seen:],
            log.outcomes[:n_seen] if fit_on else None,
            AnswerWorld(len(log.travelers), log.offers, None, log.trip_levels),
            log.travelers.ids,
            None if log.volunteered is None else log.volunteered[n_seen:],
        )
    area = read_area(data)
    refuse_same([*logs, *fit_on], has_outcomes)
    levels = None if context is None else levels_of_trips(area, context)[0]
    read, volunteered = [], []
    for files in (logs, fit_on):
        collector = LogCollector(most_kept=None)
        if files:
            count_outcomes(
                files, area.table, area.travelers, no_answer=no_answer, on_outcomes=collector
            )
        read.append(collector.recent() if files else None)
        volunteered.append(collector.volunteered())
    outcomes, seen = read
    assert outcomes is not None
    return _Read(
        outcomes,
        seen,
        AnswerWorld(len(area.travelers), area.table.offers, area.table, levels),
        area.travelers.ids,
        volunteered[0],
        area.true_types,
    )


def _baselines(world: AnswerWorld) -> list[Forecaster]:
    """Baselines of libraries that are installed."""
    from importlib.util import find_spec

    if find_spec("river") is None:
        return []
    from rideflex.bench.river_answers import RiverLogistic

    return [RiverLogistic(world)]


def _print(evaluation: LogEvaluation, console: Console) -> None:
    from rideflex.cli.console import print_wrapped, table_of
    from rideflex.evaluation.log.evaluate import EARLIER

    how = (
        "each predicted before it was learned"
        if evaluation.learned_from is None
        else f"predicted from {evaluation.learned_from:,} answers of another log alone"
    )
    print_wrapped(
        console,
        f"{evaluation.answers:,} answers of {evaluation.travelers:,} travelers, {how}"
        f" ({evaluation.no_shift:,} outcomes of no shift left out: it is no question).",
    )
    forecasts = (*evaluation.models, *evaluation.baselines)
    console.print(table_of("", [_row(one) for one in forecasts]))
    names = [
        f"{first}" if last == first + 1 else f"{first}-{last - 1}" if last else f"{first}+"
        for first, last in zip(EARLIER, (*EARLIER[1:], 0), strict=True)
    ]
    rows = [
        {"log loss by earlier answers": one.name}
        | {
            name: "" if scores is None else f"{scores.log_loss:.3f}"
            for name, scores in zip(names, one.by_earlier, strict=True)
        }
        for one in forecasts
    ]
    console.print(table_of("", rows))
    best = evaluation.best()
    print_wrapped(
        console,
        f"{best.name} predicts best. ± is one standard error, travelers taken whole; calibration "
        "is the mean gap between predicted and observed shares; sure, wrong: travelers surely held "
        "to be of a type that they are not.",
    )


def _row(forecast: Forecast) -> dict[str, str]:
    scores = forecast.scores
    return {
        "predicted by": forecast.name,
        "log loss": f"{scores.log_loss:.3f} ± {scores.log_loss_error:.3f}",
        "Brier": f"{scores.brier:.3f}",
        "calibration": f"{scores.calibration_error:.1%}",
        "AUC": "" if scores.auc is None else f"{scores.auc:.3f}",
        "sure, wrong": f"{forecast.sure_and_wrong:.1%}",
    }
