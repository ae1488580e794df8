"""Pictures of `rideflex bench lookup`, `rideflex bench update` and `rideflex bench recovery`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from rideflex.bench.lookup import Contender, LookupBench
from rideflex.bench.recovery import OUTSIDE, RecoveryBench
from rideflex.bench.timing import human_seconds
from rideflex.bench.update import UpdateBench
from rideflex.storage.atomic import replacing

_QUESTIONS, _BUILD, _INDEX = "#4878a8", "#c9ced6", "#d1603d"
_LABELS = 0.35  # room for them beside the longest bar, in lengths of it
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


def draw_lookup(bench: LookupBench, path: str | Path) -> None:
    """Draw building and asking of every contender on a logarithmic time line."""
    rows = bench.contenders
    figure = Figure(figsize=(9, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    start = bench.copy_floor_s / 3
    longest = max(max(row.total_s, row.build_s) for row in rows)
    end = longest * (longest / start) ** _LABELS
    for at, row in enumerate(rows):
        color = _INDEX if row.name.startswith("index") else _QUESTIONS
        axes.barh(at - 0.17, row.total_s - start, left=start, height=0.36, color=color)
        axes.barh(at + 0.22, row.build_s - start, left=start, height=0.2, color=_BUILD)
        axes.text(row.total_s * 1.15, at - 0.17, _label(row), va="center", fontsize=9)
        axes.text(
            row.build_s * 1.15,
            at + 0.22,
            human_seconds(row.build_s),
            va="center",
            fontsize=7,
            color="#666666",
        )
    axes.set_xscale("log")
    axes.set_xlim(start, end)
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.invert_yaxis()
    axes.axvline(bench.copy_floor_s, color="#333333", linewidth=1, linestyle=":")
    axes.set_ylim(top=-1.1)
    axes.annotate(
        "copying the two matrices",
        (bench.copy_floor_s, -0.75),
        xytext=(5, 0),
        textcoords="offset points",
        fontsize=8,
        va="center",
    )
    axes.set_xlabel("seconds, logarithmic: wide bars ask, narrow grey bars build")
    axes.set_title(f"{bench.questions:,} questions of one full update", loc="left", pad=16)
    axes.spines[["top", "right"]].set_visible(False)
    with replacing(path) as beside:
        figure.savefig(beside, dpi=140)


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


def _label(row: Contender) -> str:
    return f"{human_seconds(row.total_s)}{' (from a sample)' if row.sampled else ''}"
