"""The frontier of goodwill: saving against shifted minutes, at several prices of a minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rideflex.errors import UsageError
from rideflex.files import replacing
from rideflex.negotiation.comparison import Effort, compare
from rideflex.negotiation.evaluation import Scene
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.negotiation.settings import Prices
from rideflex.negotiation.statistics import Interval


@dataclass(frozen=True)
class FrontierPoint:
    """What a policy saves at one price of a minute, and the minutes that it shifts."""

    policy: str
    price: float
    saving: Interval
    shifted_minutes: float


def read_prices(text: str) -> list[float]:
    """Read prices separated by commas.

    Raises
    ------
    UsageError
        If one is not a number, or negative.
    """
    try:
        prices = [float(part) for part in text.split(",")]
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
    """Draw the frontier as a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, marker in zip(dict.fromkeys(p.policy for p in points), "osD^vP*", strict=False):
        of_policy = sorted(
            (p.shifted_minutes, p.saving, p.price) for p in points if p.policy == name
        )
        minutes = [minute for minute, _, _ in of_policy]
        savings = [100 * saving.mean for _, saving, _ in of_policy]
        spread = [
            [100 * (saving.mean - saving.low) for _, saving, _ in of_policy],
            [100 * (saving.high - saving.mean) for _, saving, _ in of_policy],
        ]
        axes.errorbar(
            minutes, savings, yerr=spread, marker=marker, capsize=2, elinewidth=0.7, label=name
        )
    axes.set_xlabel("shifted minutes a traveler and day")
    axes.set_ylabel("vehicle time saved, re-optimised (%)")
    axes.set_title("Saving against goodwill (95 % intervals over days)", loc="left", fontsize=10)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    with replacing(path) as beside:
        figure.savefig(beside, dpi=150)
