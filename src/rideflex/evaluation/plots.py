"""Pictures of an evaluation: the frontier of saving against goodwill."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rideflex.evaluation.frontier import FrontierPoint
from rideflex.storage.atomic import replacing

POLICY_LOOKS = {  # from the gentlest to the greediest, as they stand in a legend
    "expected": ("#2ca02c", "s"),
    "lookahead": ("#d62728", "D"),
    "ppo": ("#9467bd", "^"),
    "largest": ("#1f77b4", "o"),
}
_OTHER_LOOK = ("#555555", "P")
_LABEL_SIZE, _MARK = 8.0, 3.5
_SAMPLES = 60  # along each line, to keep labels off it
_PLACES = (  # of a label beside its point, in points of print; the first that is free is taken
    *((6, 5), (-6, 5), (6, -5), (-6, -5), (0, 11), (0, -11), (12, 0), (-12, 0)),
    *((14, 14), (-14, 14), (14, -14), (-14, -14), (0, 22), (0, -22), (24, 0), (-24, 0)),
)


def draw_frontier(points: Sequence[FrontierPoint], path: Path) -> None:
    """Draw the frontier as a picture; every policy has a colour of its own, whoever is drawn."""
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    labels = []
    for name in _in_order(points):
        color, marker = POLICY_LOOKS.get(name, _OTHER_LOOK)
        of_policy = sorted(
            (point for point in points if point.policy == name),
            key=lambda point: (point.shifted_minutes, point.price),
        )
        minutes = [point.shifted_minutes for point in of_policy]
        savings = [100 * point.saving.mean for point in of_policy]
        spread = [
            [100 * (point.saving.mean - point.saving.low) for point in of_policy],
            [100 * (point.saving.high - point.saving.mean) for point in of_policy],
        ]
        axes.errorbar(
            *(minutes, savings, spread),
            color=color,
            marker=marker,
            capsize=2,
            elinewidth=0.7,
            label=name,
        )
        labels += [
            (place, ", ".join(f"{price:g}" for price in prices), color)
            for place, prices in _prices_by_place(of_policy).items()
        ]
    axes.set_xlabel("agreed minutes per traveler and day")
    axes.set_ylabel("vehicle time saved, re-optimised (%)")
    axes.set_title(
        "Saving against goodwill: figures are driving seconds paid for a shifted minute; bars are "
        "95 % intervals",
        loc="left",
        fontsize=9,
    )
    axes.set_xlim(0, 1.1 * max(point.shifted_minutes for point in points) or 1.0)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    figure.draw_without_rendering()  # places are known in pixels once the layout is
    _write_labels(axes, labels)
    with replacing(path) as beside:
        figure.savefig(beside, dpi=150)


def _in_order(points: Sequence[FrontierPoint]) -> list[str]:
    """The policies that have a look of their own, gentle to greedy, then others as they come."""
    names = dict.fromkeys(point.policy for point in points)
    known = [name for name in POLICY_LOOKS if name in names]
    return known + [name for name in names if name not in known]


def _write_labels(axes: Axes, labels: Sequence[tuple[tuple[float, float], str, str]]) -> None:
    """Write each label where it hides no point, line or other label, and is nearest to its own."""
    pixels = axes.figure.dpi / 72
    points = [tuple(axes.transData.transform(place).tolist()) for place, _, _ in labels]
    taken = [_box_around(x, y, _MARK * pixels) for x, y in points]
    lines = [_box_around(x, y, pixels) for x, y in _along_lines(axes)]
    for (place, text, color), (x, y) in zip(labels, points, strict=True):
        width = (0.62 * len(text) + 0.2) * _LABEL_SIZE * pixels
        height = 1.1 * _LABEL_SIZE * pixels
        spots = []
        for right, up in _PLACES:
            left = x + right * pixels - (width if right < 0 else 0 if right else width / 2)
            low = y + up * pixels - (height if up < 0 else 0 if up else height / 2)
            box = (left, low, left + width, low + height)
            hidden = sum(_overlap(box, other) for other in taken)
            crossed = sum(_overlap(box, other) for other in lines)
            gaps = [_gap(box, other) for other in points]
            astray = min(gaps) < _gap(box, (x, y))
            spots.append(((hidden, astray, crossed), (right, up), box))
        _, (right, up), box = min(spots, key=lambda spot: spot[0])
        taken.append(box)
        axes.annotate(
            text,
            place,
            xytext=(right, up),
            textcoords="offset points",
            ha="right" if right < 0 else "left" if right else "center",
            va="top" if up < 0 else "bottom" if up else "center",
            fontsize=_LABEL_SIZE,
            color=color,
        )


def _along_lines(axes: Axes) -> npt.NDArray[np.float64]:
    """Places in pixels [n, 2] along all lines and interval bars of a picture."""
    segments = [line.get_xydata() for line in axes.lines]
    for bars in axes.collections:
        segments += [path.vertices for path in bars.get_paths()]
    places = [
        start + (end - start) * np.linspace(0, 1, _SAMPLES)[:, None]
        for segment in segments
        for start, end in pairwise(np.asarray(axes.transData.transform(segment)))
    ]
    return np.concatenate([np.empty((0, 2)), *places])


def _box_around(x: float, y: float, reach: float) -> tuple[float, ...]:
    return (x - reach, y - reach, x + reach, y + reach)


def _gap(box: tuple[float, ...], place: tuple[float, float]) -> float:
    """How far a place lies from a box."""
    right = max(box[0] - place[0], 0.0, place[0] - box[2])
    up = max(box[1] - place[1], 0.0, place[1] - box[3])
    return float(np.hypot(right, up))


def _overlap(box: tuple[float, ...], other: tuple[float, ...]) -> float:
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(0.0, width) * max(0.0, height)


def _prices_by_place(points: Sequence[FrontierPoint]) -> dict[tuple[float, float], list[float]]:
    """The prices that lead to the same place of the picture, so that no label hides another."""
    places: dict[tuple[float, float], list[float]] = {}
    for point in points:
        place = (point.shifted_minutes, 100 * point.saving.mean)
        places.setdefault(place, []).append(point.price)
    return places
