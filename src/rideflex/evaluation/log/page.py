"""Page of an evaluation on a log: one HTML file with its pictures inside."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rideflex.evaluation.log.evaluate import Forecast, LogEvaluation
from rideflex.evaluation.log.plots import calibration_figure, earlier_figure, loss_figure
from rideflex.storage.atomic import replacing

_TEMPLATE = "page.html"


def write_page(
    path: Path, evaluation: LogEvaluation, causes: Sequence[str], logs: Iterable[str]
) -> None:
    """Write the page; it needs no other file and no network.

    Parameters
    ----------
    path
        The file.
    evaluation
        What was found.
    causes
        Why the answers contradict the table; none where they don't.
    logs
        Names of the files.
    """
    text = files("rideflex.evaluation.log").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    best = evaluation.best()
    how = (
        "each predicted before it was learned"
        if evaluation.learned_from is None
        else f"predicted from {evaluation.learned_from:,} answers of another log alone"
    )
    page = Template(text).substitute(
        logs=escape(", ".join(logs)),
        answers=f"{evaluation.answers:,}",
        travelers=f"{evaluation.travelers:,}",
        how=how,
        no_shift=f"{evaluation.no_shift:,}",
        best=escape(best.name),
        loss=f"{best.scores.log_loss:.3f}",
        misfit=_misfit(evaluation, causes),
        table=_table([_row(one) for one in (*evaluation.models, *evaluation.baselines)]),
        losses=_embedded(loss_figure(evaluation)),
        calibration=_embedded(calibration_figure(evaluation)),
        earlier=_embedded(earlier_figure(evaluation)),
        version=version("rideflex"),
    )
    with replacing(path) as beside:
        beside.write_text(page, encoding="utf-8")


def _misfit(evaluation: LogEvaluation, causes: Sequence[str]) -> str:
    if evaluation.misfit is None:
        return "<p>There is no table that the answers could contradict.</p>"
    if not causes:
        return "<p>The answers don't contradict the decisions more than chance does.</p>"
    listed = "".join(f"<li>{escape(cause)}</li>" for cause in causes)
    return f'<div class="warn"><p>The answers contradict the decisions:</p><ul>{listed}</ul></div>'


def _row(forecast: Forecast) -> dict[str, str]:
    scores = forecast.scores
    return {
        "predicted by": forecast.name,
        "log loss": f"{scores.log_loss:.3f} ± {scores.log_loss_error:.3f}",
        "Brier": f"{scores.brier:.3f}",
        "calibration error": f"{scores.calibration_error:.1%}",
        "AUC": "" if scores.auc is None else f"{scores.auc:.3f}",
        "sure and wrong": f"{forecast.sure_and_wrong:.1%}",
    }


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row.values()) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _embedded(figure: Figure) -> str:
    FigureCanvasAgg(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode("ascii")
