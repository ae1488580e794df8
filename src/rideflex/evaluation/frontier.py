"""The frontier of goodwill: saving against shifted minutes, at several prices of a minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rideflex.evaluation.compare import Effort, compare
from rideflex.evaluation.play import Scene
from rideflex.evaluation.progress import Progress, silent
from rideflex.evaluation.statistics import Interval
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.negotiation.prices import Prices


@dataclass(frozen=True)
class FrontierPoint:
    """What a policy saves at one price of a minute, and the minutes that it shifts."""

    policy: str
    price: float
    saving: Interval
    shifted_minutes: float


def frontier(
    scene: Scene | Sequence[Scene],
    policies: Mapping[str, Policy],
    prices: Sequence[float],
    effort: Effort,
    on_step: Progress = silent,
) -> list[FrontierPoint]:
    """Compare the policies at every price, on the same days and without the benchmark.

    Returns one point per policy and price: in the order of the policies, by rising price.

    Parameters
    ----------
    prices
        Driving seconds that a shifted minute is worth.
    """
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
    order = list(policies)
    return sorted(points, key=lambda point: (order.index(point.policy), point.price))
