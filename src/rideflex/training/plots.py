"""Pictures of a run: savings, learning curve, recovery of types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rideflex.evaluation.compare import CLAIRVOYANT, Comparison

ACCENT, QUIET, ORANGE, INK = "#0f6b8f", "#9aa7b1", "#d9822b", "#22303a"
_LABELS = 0.16  # room for the figures beside the intervals, in widths of what is drawn
_WINDOW = 0.15  # of the smoothing, as a share of all epochs
_LEAST_EPOCHS = 3  # fewer points make no curve


def saving_figure(compared: Comparison, recommended: str | None = None) -> Figure:
    """What each policy saves, with its interval, beside the minutes that travelers agreed to."""
    rows = compared.rows[1:]
    figure = Figure(figsize=(8.6, 0.46 * len(rows) + 1.3), layout="constrained")
    saving, minutes = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    for place, row in enumerate(reversed(rows)):
        color = ACCENT if row.policy == recommended else QUIET
        if row.policy == CLAIRVOYANT:
            color = ORANGE
        low, mean, high = (100 * end for end in (row.saving.low, row.saving.mean, row.saving.high))
        saving.plot([low, high], [place, place], color=color, lw=3, alpha=0.45)
        saving.plot(mean, place, "o", color=color, ms=7)
        saving.annotate(
            f"{mean:.1f}%",
            (0.99, place),
            xycoords=saving.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=9,
            color=INK,
        )
        minutes.barh(place, row.shifted_minutes, height=0.55, color=color, alpha=0.8)
        minutes.annotate(
            f"{row.shifted_minutes:.1f}",
            (row.shifted_minutes, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK,
        )
    saving.axvline(0, color=INK, lw=0.8)
    saving.set_yticks(range(len(rows)), [row.policy for row in reversed(rows)])
    saving.set_ylim(-0.6, len(rows) - 0.4)
    left, right = saving.get_xlim()
    saving.set_xlim(left, right + _LABELS * (right - left))
    saving.set_title("vehicle time saved (%), with 95 % interval", loc="left", fontsize=10)
    minutes.set_xlim(0, 1.2 * max(row.shifted_minutes for row in rows) or 1.0)
    minutes.set_title("agreed minutes per traveler and day", loc="left", fontsize=10)
    for axes in (saving, minutes):
        _plain(axes)
        axes.tick_params(axis="y", length=0)
    return figure


def learning_figure(metrics: Sequence[dict[str, Any]], unit_seconds: float) -> Figure | None:
    """Worth of a training day and its agreed minutes by epoch; None where there is no curve.

    Thin points are the epochs, the line is their running mean, and the dashed line is never asking.

    Parameters
    ----------
    metrics
        One dict per epoch.
    unit_seconds
        Driving seconds in one unit of reward.
    """
    epochs = np.array([line["epoch"] for line in metrics])
    if len(epochs) < _LEAST_EPOCHS:
        return None
    worth = np.array([line["reward"] * line.get("unit_seconds", unit_seconds) for line in metrics])
    panels = (
        (worth / 60, "vehicle minutes saved per day,\nafter the price of goodwill"),
        (
            np.array([line["shifted_minutes"] for line in metrics]),
            "agreed minutes per traveler and day",
        ),
    )
    if not any(changes(values) for values, _ in panels):
        return None
    updates = [line["epoch"] for line in metrics if "outcomes" in line]
    figure = Figure(figsize=(8.6, 3.1), layout="constrained")
    for axes, (values, title) in zip(figure.subplots(1, 2), panels, strict=True):
        axes.plot(epochs, values, ".", color=QUIET, ms=5, label="one epoch")
        axes.plot(epochs, smoothed(values), color=ACCENT, lw=2.2, label="running mean")
        axes.axhline(0, color=INK, lw=1, ls="--", label="never")
        for number, update in enumerate(updates):
            label = "model update" if number == 0 else None
            axes.axvline(update, color=ORANGE, lw=0.7, alpha=0.6, zorder=0, label=label)
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.25)
        _plain(axes)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, fontsize=9
    )
    return figure


def recovery_figure(metrics: Sequence[dict[str, Any]], n_types: int) -> Figure | None:
    """Share of travelers whose type was found, by epoch; None where it never changes.

    Before the first update all types are equally likely, so that the curve starts at 1 / types.
    Where no types are learned it is the log loss of the answers to all offers.
    """
    updates = [line for line in metrics if "recovered" in line]
    if not updates:
        return _answers_figure([line for line in metrics if "answer_log_loss" in line])
    found = [100 * line["recovered"] for line in updates]
    if not changes(found):
        return None
    figure = Figure(figsize=(8.6, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.plot(
        [0, *(line["epoch"] for line in updates)], [100 / n_types, *found], "o-", color=ACCENT
    )
    axes.set_ylim(0, 105)
    axes.set_xlim(left=0)
    axes.set_xlabel("epoch of the update")
    axes.set_title("travelers whose type was found (%)", loc="left", fontsize=10)
    axes.grid(alpha=0.25)
    _plain(axes)
    return figure


def _answers_figure(updates: Sequence[dict[str, Any]]) -> Figure | None:
    losses = [line["answer_log_loss"] for line in updates]
    if not changes(losses):
        return None
    figure = Figure(figsize=(8.6, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.plot([line["epoch"] for line in updates], losses, "o-", color=ACCENT)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    axes.set_xlabel("epoch of the update")
    axes.set_title("log loss of the answers to all offers", loc="left", fontsize=10)
    axes.grid(alpha=0.25)
    _plain(axes)
    return figure


def changes(values: Sequence[float] | npt.NDArray[np.float64]) -> bool:
    """Whether a curve has anything to show: two points that differ."""
    return len(values) > 1 and bool(np.ptp(np.asarray(values)) > 0)


def smoothed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Running mean of a curve over a centred window, cut short at both ends."""
    n = len(values)
    reach = max(1, round(_WINDOW * n / 2))
    total = np.concatenate([[0.0], np.cumsum(values)])
    first = np.maximum(np.arange(n) - reach, 0)
    last = np.minimum(np.arange(n) + reach + 1, n)
    return np.asarray((total[last] - total[first]) / (last - first))


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
