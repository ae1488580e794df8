"""The frontier of goodwill: saving against shifted minutes, at several prices of a minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rideflex.errors import UsageError
from rideflex.evaluation.compare import Effort, compare
from rideflex.evaluation.play import Scene
from rideflex.evaluation.statistics import Interval
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.negotiation.prices import Prices
from rideflex.storage.atomic import replacing

_LOOKS = {
    "largest": ("#1f77b4", "o"),
    "expected": ("#2ca02c", "s"),
    "lookahead": ("#d62728", "D"),
    "ppo": ("#9467bd", "^"),
}
_OTHER_LOOK = ("#555555", "P")


@dataclass(frozen=True)
class FrontierPoint:
    """What a policy saves at one price of a minute, and the minutes that it shifts."""

    policy: str
    price: float
    saving: Interval
    shifted_minutes: float


def read_prices(text: str) -> list[float]:
    """Read prices separated by commas; one that is named twice counts once.

    Raises
    ------
    UsageError
        If one is not a number, or negative.
    """
    try:
        prices = list(dict.fromkeys(float(part) for part in text.split(",")))
    except ValueError:
        raise UsageError(f"prices are numbers separated by commas, not {text!r}") from None
    for price in prices:
        Prices(minute=price)
    return prices


def frontier(
    scene: Scene,
    policies: Mapping[str, Policy],
    prices: Sequence[float],
    effort: Effort,
    on_step: Callable[[str], object] | None = None,
) -> list[FrontierPoint]:
    """Compare the policies at every price, on the same days and without the bound."""
    points = []
    for price in prices:
        compared = compare(
            scene, policies, Prices(minute=price), replace(effort, rounds=0), on_step
        )
        points += [
            FrontierPoint(row.policy, price, row.saving, row.shifted_minutes)
            for row in compared.rows
            if row.policy != NeverAsk.name
        ]
    return sorted(points, key=lambda point: (point.policy, point.price))


def draw_frontier(points: Sequence[FrontierPoint], path: Path) -> None:
    """Draw the frontier as a PNG file; every policy has a colour of its own, whoever is drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name in dict.fromkeys(point.policy for point in points):
        color, marker = _LOOKS.get(name, _OTHER_LOOK)
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
        for place, prices in _prices_by_place(of_policy).items():
            axes.annotate(
                ", ".join(f"{price:g}" for price in prices),
                place,
                xytext=(4, 4),
                textcoords="offset points",
                fontsize=8,
                color=color,
            )
    axes.set_xlabel("shifted minutes a traveler and day")
    axes.set_ylabel("vehicle time saved, re-optimised (%)")
    axes.set_title(
        "Saving against goodwill (95 % intervals over days; figures: price of a minute)",
        loc="left",
        fontsize=10,
    )
    axes.set_xlim(0, 1.1 * max(point.shifted_minutes for point in points) or 1.0)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    with replacing(path) as beside:
        figure.savefig(beside, dpi=150)


def _prices_by_place(points: Sequence[FrontierPoint]) -> dict[tuple[float, float], list[float]]:
    """The prices that lead to the same place of the picture, so that no label hides another."""
    places: dict[tuple[float, float], list[float]] = {}
    for point in points:
        place = (point.shifted_minutes, 100 * point.saving.mean)
        places.setdefault(place, []).append(point.price)
    return places
