"""Pictures of an evaluation on a log: log loss, calibration, and log loss by earlier answers."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rideflex.evaluation.log.evaluate import EARLIER, Forecast, LogEvaluation

_COLORS = {
    "tolerance": "#0f6b8f",
    "hybrid": "#2ca02c",
    "table": "#d62728",
    "acceptance rate": "#9aa5ac",
    "rate per offer": "#5b6b76",
    "River logistic": "#9467bd",
}
_OTHER = "#8c564b"
_Z95 = 1.96


def loss_figure(evaluation: LogEvaluation) -> Figure:
    """Draw the log loss of every model and baseline with its interval of 95 %."""
    forecasts = _all(evaluation)
    figure = Figure(figsize=(8, 0.45 * len(forecasts) + 1.1), layout="constrained")
    axes = figure.subplots()
    for place, one in enumerate(reversed(forecasts)):
        axes.errorbar(
            one.scores.log_loss,
            place,
            xerr=_Z95 * one.scores.log_loss_error,
            fmt="o",
            color=_color(one),
            capsize=3,
        )
    axes.set_yticks(range(len(forecasts)), [one.name for one in reversed(forecasts)])
    axes.set_ylim(-0.6, len(forecasts) - 0.4)
    axes.set_xlim(left=0.0)
    axes.set_xlabel("log loss of an answer (less is better); bars are 95 % intervals")
    _plain(axes)
    return figure


def calibration_figure(evaluation: LogEvaluation) -> Figure:
    """Draw predicted against observed shares, a panel for each model and baseline."""
    forecasts = _all(evaluation)
    columns = min(3, len(forecasts))
    rows = -(-len(forecasts) // columns)
    figure = Figure(figsize=(8, 2.7 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    most = max(bin_.answers for one in forecasts for bin_ in one.curve)
    for axes, one in zip(panels, forecasts, strict=False):
        axes.plot([0, 1], [0, 1], color="#c5ced4", linewidth=1, zorder=0)
        axes.errorbar(
            [bin_.predicted for bin_ in one.curve],
            [bin_.observed for bin_ in one.curve],
            yerr=[
                [max(0.0, bin_.observed - bin_.low) for bin_ in one.curve],
                [max(0.0, bin_.high - bin_.observed) for bin_ in one.curve],
            ],
            fmt="none",
            ecolor=_color(one),
            elinewidth=0.8,
        )
        axes.scatter(
            [bin_.predicted for bin_ in one.curve],
            [bin_.observed for bin_ in one.curve],
            s=[12 + 90 * bin_.answers / most for bin_ in one.curve],
            color=_color(one),
        )
        axes.set_title(f"{one.name}: {one.scores.calibration_error:.1%}", loc="left", fontsize=9)
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(-0.03, 1.03)
        _plain(axes)
    for axes in panels[len(forecasts) :]:
        axes.set_visible(False)
    figure.supxlabel("predicted probability of an acceptance", fontsize=9)
    figure.supylabel("observed share", fontsize=9)
    return figure


def earlier_figure(evaluation: LogEvaluation) -> Figure:
    """Draw log loss by the number of earlier answers of the traveler."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    for one in _all(evaluation):
        known = [
            (place, scores.log_loss)
            for place, scores in enumerate(one.by_earlier)
            if scores is not None
        ]
        axes.plot(*zip(*known, strict=True), color=_color(one), marker="o", label=one.name)
    axes.set_xticks(range(len(EARLIER)), _groups(evaluation))
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("earlier answers of the traveler; below, answers of that kind")
    axes.set_ylabel("log loss")
    axes.legend(frameon=False, fontsize=8, ncols=3)
    _plain(axes)
    return figure


def _groups(evaluation: LogEvaluation) -> list[str]:
    first = _all(evaluation)[0]
    names = []
    for place, (start, scores) in enumerate(zip(EARLIER, first.by_earlier, strict=True)):
        end = EARLIER[place + 1] - 1 if place + 1 < len(EARLIER) else None
        name = f"{start}+" if end is None else str(start) if end == start else f"{start} to {end}"
        names.append(f"{name}\n{0 if scores is None else scores.answers:,}")
    return names


def _all(evaluation: LogEvaluation) -> Sequence[Forecast]:
    return (*evaluation.models, *evaluation.baselines)


def _color(forecast: Forecast) -> str:
    return _COLORS.get(forecast.name, _OTHER)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
