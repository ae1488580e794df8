"""The pictures of `rideflex bench update` and `rideflex bench recovery`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from rideflex.bench.lookup_plot import human_seconds
from rideflex.bench.recovery import OUTSIDE, RecoveryBench
from rideflex.bench.update import UpdateBench
from rideflex.storage.atomic import replacing

_BEFORE, _AFTER = "#4878a8", "#d1603d"
_STYLES: dict[str, dict[str, Any]] = {
    "mini-batch": {"color": "#4878a8", "marker": "o"},
    "evidence": {"color": "#d1603d", "marker": "s", "linewidth": 3.5, "alpha": 0.6},
    "posterior": {"color": "#222222", "marker": "x", "linestyle": "--"},
    OUTSIDE: {"color": "#7a9a4a", "marker": "^"},
}
_PANELS = (
    ("recovered", "types found"),
    ("log_loss", "log loss of the types"),
    ("calibration_error", "calibration error of the types"),
    ("brier", "Brier score of acceptances"),
)


def draw_update(bench: UpdateBench, path: str | Path) -> None:
    """Draw what each route takes, on a logarithmic time line."""
    bars = [(route.name, route.total_s) for route in bench.routes]
    bars += [
        ("encoded + evidence", bench.encoded_evidence_s),
        ("encoded + posterior", bench.encoded_posterior_s),
    ]
    start = min(seconds for _, seconds in bars) / 4
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for at, (name, seconds) in enumerate(bars):
        color = _BEFORE if "mini-batch" in name else _AFTER
        axes.barh(at, seconds - start, left=start, height=0.6, color=color)
        about = " (from a sample)" if name.startswith("scan") else ""
        axes.text(seconds * 1.15, at, human_seconds(seconds) + about, va="center", fontsize=9)
    axes.set_xscale("log")
    axes.set_xlim(start, max(seconds for _, seconds in bars) * 200)
    axes.set_yticks(range(len(bars)), [name for name, _ in bars])
    axes.invert_yaxis()
    axes.set_xlabel("seconds, logarithmic")
    axes.set_title(f"One update from {bench.outcomes:,} outcomes", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    with replacing(path) as beside:
        figure.savefig(beside, dpi=140)


def draw_recovery(bench: RecoveryBench, path: str | Path) -> None:
    """Draw every figure of every method against the outcomes of a traveler."""
    numbers = sorted({score.outcomes_each for score in bench.scores})
    figure = Figure(figsize=(10, 7), layout="constrained")
    FigureCanvasAgg(figure)
    for at, (name, title) in enumerate(_PANELS, start=1):
        axes = figure.add_subplot(2, 2, at)
        for method in bench.methods:
            series = [value for value in bench.series(method, name) if value is not None]
            if series:
                axes.plot(numbers, series, label=method, **_STYLES[method])
        axes.set_xscale("log")
        axes.set_xticks(numbers, [str(number) for number in numbers], minor=False)
        axes.minorticks_off()
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
        if name == "recovered":
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        if at > 2:
            axes.set_xlabel("outcomes of each traveler, logarithmic")
    handles, labels = figure.axes[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), frameon=False)
    figure.suptitle(
        f"{bench.travelers} travelers, {bench.seeds} seeds, {bench.noise:.0%} of answers turned",
        x=0.01,
        ha="left",
        fontsize=11,
    )
    with replacing(path) as beside:
        figure.savefig(beside, dpi=140)
