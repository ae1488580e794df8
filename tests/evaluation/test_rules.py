"""Evaluations under other meanings of an offer and a longest ride: every plan keeps them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rideflex.areas.settings import RideRule
from rideflex.evaluation.compare import Effort, compare
from rideflex.evaluation.play import Scene, unseen_days
from rideflex.negotiation import Prices, area_fleet
from rideflex.negotiation.policies import LargestLikely, LookAhead
from rideflex.routing import problems_of
from rideflex.routing.schedule import rides

RIDE = RideRule(longest=20, times_direct=1.2)


def compared(city, informed, means, ride):
    """Two policies and the benchmark on four unseen days."""
    area = replace(city, means=means, ride=ride)
    scene = Scene(area, area_fleet(area), informed, unseen_days(area, 4, seed=2))
    policies = {"largest": LargestLikely(), "lookahead": LookAhead(informed, samples=2)}
    return area, compare(scene, policies, Prices(), Effort(iterations=20, rounds=300))


@pytest.mark.parametrize("means", ["end", "trip", "move"])
def test_every_plan_keeps_the_longest_ride_and_what_offers_mean(city, informed, means):
    """`never` and the clairvoyant benchmark included; a trip never moves both ways."""
    area, found = compared(city, informed, means, RIDE)
    asked = 0
    for name, agreed in found.agreed.items():
        for row, (day, solution) in enumerate(zip(agreed.days, agreed.solutions, strict=True)):
            assert problems_of(day, solution.routes) == [], name
            trips = agreed.trips[row]
            direct = area.travel_times[area.trips.origin[trips], area.trips.destination[trips]]
            for ride in rides(day, solution.routes):
                assert ride.seconds <= max(1200, round(1.2 * int(direct[ride.request])))
        actions = np.concatenate(agreed.actions)
        assert area.offers.possible[actions].all()
        asked += int((actions != area.offers.no_shift).sum())
    assert asked


def test_a_wider_meaning_and_no_limit_cost_the_benchmark_nothing(city, informed):
    """What the ends allow a whole trip allows too, and a limit only takes away."""
    costs = {}
    for means, ride in (("end", None), ("trip", None), ("end", RIDE)):
        _, found = compared(city, informed, means, ride)
        best = found.agreed["clairvoyant"]
        costs[means, ride] = np.mean([solution.cost for solution in best.solutions])
        never = found.agreed["never"]
        costs["never", ride] = np.mean([solution.cost for solution in never.solutions])
    assert costs["trip", None] <= 1.01 * costs["end", None]
    assert costs["never", RIDE] >= costs["never", None]
