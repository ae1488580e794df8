"""Answers drawn of an area's travelers, and how well they are predicted."""

from __future__ import annotations

import numpy as np


def draw_outcomes(area, rows, each, rng, flips=0.03):
    """Ask every traveler `each` random real offers on trips of `rows`; some answers are turned."""
    offers = area.table.offers
    questions = np.delete(np.arange(len(offers)), offers.no_shift)
    trips = np.concatenate(
        [
            rng.choice(mine, each)
            for traveler in range(len(area.travelers))
            if len(mine := np.flatnonzero((area.trips.traveler == traveler) & rows))
        ]
    )
    actions = rng.choice(questions, size=len(trips))
    accepted = rng.random(len(trips)) < area.answers[0, trips, actions]
    return area.table.outcomes(
        area.trips.traveler[trips],
        area.trips.trip_id[trips],
        actions,
        accepted ^ (rng.random(len(trips)) < flips),
    )


def log_loss(accept, accepted):
    """Mean log loss of acceptance probabilities."""
    chance = np.where(accepted, accept, 1.0 - accept).clip(min=1e-9)
    return float(-np.log(chance).mean())
