"""The picture of `rideflex bench lookup`: how long each contender takes, on one time line."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rideflex.bench.lookup import Contender, LookupBench
from rideflex.storage.atomic import replacing

_QUESTIONS, _BUILD, _INDEX = "#4878a8", "#c9ced6", "#d1603d"
_LABELS = 0.35  # room for them beside the longest bar, in lengths of it


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
    axes.text(
        bench.copy_floor_s, -0.55, "copying the two matrices", fontsize=8, ha="left", va="bottom"
    )
    axes.set_xlabel("seconds, logarithmic: wide bars ask, narrow grey bars build")
    axes.set_title(f"{bench.questions:,} questions of one full update", loc="left", pad=16)
    axes.spines[["top", "right"]].set_visible(False)
    with replacing(path) as beside:
        figure.savefig(beside, dpi=140)


def human_seconds(seconds: float) -> str:
    """Write seconds with a unit that keeps three digits readable."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _label(row: Contender) -> str:
    return f"{human_seconds(row.total_s)}{' (from a sample)' if row.sampled else ''}"
