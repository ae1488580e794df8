"""The page of a run: one HTML file with its plots inside."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rideflex.storage.atomic import replacing

if TYPE_CHECKING:
    from rideflex.evaluation.compare import Comparison, PolicyRow
    from rideflex.training.trained_run import TrainedRun

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #ddd;
         font-variant-numeric: tabular-nums; }
td { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
img { max-width: 100%; display: block; margin: 1rem 0 2rem; }
"""


def write_page(
    path: Path,
    trained: TrainedRun,
    compared: Comparison,
    days: int,
    metrics: Sequence[dict[str, Any]],
    types: Sequence[tuple[str, int | None, int | str, int]],
) -> None:
    """Write the page; it needs no other file and no network."""
    settings, title = trained.settings, f"Run {html.escape(path.resolve().parent.name)}"
    parts = [
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{title} · rideflex</title>",
        f"<style>{_STYLE}</style><h1>{title}</h1>",
        f"<p>{trained.epoch} of {settings.epochs} epochs with {settings.envs} days each; model: "
        f"{settings.model}; the model has seen {trained.outcomes:,} outcomes. A shifted minute is "
        f"priced at {settings.prices.minute:g} driving seconds, a question at "
        f"{settings.prices.question:g}.</p>",
        f"<h2>Policies on {days} unseen days</h2>",
        "" if trained.same_files else f"<p>{html.escape(_OTHER_FILES)}</p>",
        _policy_table(compared),
        _image(_saving_chart(compared), "Saving by policy"),
        "<h2>Learning</h2>",
        _image(_learning_chart(metrics), "Learning curve"),
        "<h2>Types, learned against true</h2>",
        _table(
            ("type", "travelers of it", "found", "learned as it"),
            [["-" if cell is None else str(cell) for cell in row] for row in types],
        ),
        _image(_recovery_chart(metrics), "Recovery over updates"),
        "</html>",
    ]
    with replacing(path) as beside:
        beside.write_text("\n".join(parts), encoding="utf-8")


_OTHER_FILES = (
    "The days were drawn from files that are not those that the run was trained on; the types and "
    "the travelers are the same."
)


def _policy_table(compared: Comparison) -> str:
    header = (
        *("policy", "vehicle minutes a day", "saving", "95 % interval", "by insertion"),
        *(("of the benchmark",) if compared.has_benchmark else ()),
        *("asked", "accepted", "minutes a traveler", "unserved a day", "Gini", "top tenth"),
        "most asked",
    )
    return _table(header, [_policy_cells(row) for row in compared.rows])


def _policy_cells(row: PolicyRow) -> list[str]:
    return [
        row.policy,
        f"{row.vehicle_minutes:.1f}",
        f"{row.saving.mean:.1%}",
        f"{row.saving.low:.1%} … {row.saving.high:.1%}",
        "-" if row.inserted_saving is None else f"{row.inserted_saving.mean:.1%}",
        *([] if row.of_clairvoyant is None else [f"{row.of_clairvoyant:.0%}"]),
        f"{row.asked:.0%}",
        "-" if row.accepted is None else f"{row.accepted:.0%}",
        f"{row.shifted_minutes:.1f}",
        f"{row.unserved:.2f}",
        f"{row.gini:.2f}",
        f"{row.top_tenth:.0%}",
        f"{row.most_asked}",
    ]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _image(figure: Figure, name: str) -> str:
    FigureCanvasAgg(figure)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=130)
    coded = base64.b64encode(picture.getvalue()).decode()
    return f"<img alt='{html.escape(name)}' src='data:image/png;base64,{coded}'>"


_LABELS = 0.3  # room for them beside the intervals, in widths of what is drawn


def _saving_chart(compared: Comparison) -> Figure:
    rows = compared.rows[1:]
    figure = Figure(figsize=(7.5, 0.5 * len(rows) + 1.2), layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(reversed(rows)):
        saving = row.saving
        axes.plot([100 * saving.low, 100 * saving.high], [place, place], color="#888", lw=2)
        axes.plot(100 * saving.mean, place, "o", color="#1b6ca8")
        axes.annotate(
            f"{row.shifted_minutes:.1f} min a traveler",
            (0.99, place),
            xycoords=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=8,
            color="#555",
        )
    axes.axvline(0, color="#222", lw=0.8)
    axes.set_yticks(range(len(rows)), [row.policy for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + _LABELS * (high - low))
    axes.set_xlabel("vehicle time saved against never asking, re-optimised (%), 95 % interval")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _learning_chart(metrics: Sequence[dict[str, Any]]) -> Figure:
    figure = Figure(figsize=(7.5, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    epochs = [line["epoch"] for line in metrics]
    updates = [line["epoch"] for line in metrics if "outcomes" in line]
    left.plot(epochs, [line["reward"] for line in metrics], color="#1b6ca8")
    left.set_ylabel("return of a day (10 vehicle minutes)")
    right.plot(epochs, [line["shifted_minutes"] for line in metrics], color="#1b6ca8")
    right.set_ylabel("shifted minutes a traveler")
    for axes in (left, right):
        for update in updates:
            axes.axvline(update, color="#e2a76f", lw=0.7, alpha=0.6, zorder=0)
        axes.set_xlabel("epoch (upright lines: model updates)" if updates else "epoch")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _recovery_chart(metrics: Sequence[dict[str, Any]]) -> Figure:
    updates = [line for line in metrics if "recovered" in line]
    figure = Figure(figsize=(7.5, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.plot(
        [line["epoch"] for line in updates],
        [100 * line["recovered"] for line in updates],
        "o-",
        color="#1b6ca8",
    )
    axes.set_ylim(0, 105)
    axes.set_xlabel("epoch of the update")
    axes.set_ylabel("travelers found (%)")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
