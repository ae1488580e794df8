"""Travelers never asked: whether their features say more of their types than the shares do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.bench.scores import log_losses
from rideflex.models.neural import EvidenceModel, TravelerFeatures
from rideflex.outcomes import Counts
from rideflex.synthetic.outcomes import ask

FOLDS = 5

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HeldOut:
    """Log loss and share found of travelers without outcomes, by features and by π alone.

    Means over `seeds` draws; `spread` is the standard deviation of the difference in log loss
    between draws.
    """

    features: tuple[str, ...]
    outcomes_each: int
    seeds: int
    log_loss_by_features: float
    log_loss_by_shares: float
    spread: float
    found_by_features: float
    found_by_shares: float


def held_out_travelers(
    area: ServiceArea, outcomes_each: int, noise: float, seeds: int
) -> HeldOut | None:
    """Leave out a fifth of the travelers in turn; None where the area has no features or types.

    Parameters
    ----------
    area
        Its travelers have age, occupation or income.
    outcomes_each
        Outcomes of every traveler who is asked.
    noise
        Share of answers that are turned round.
    seeds
        Draws of the folds, trips, offers and noise.
    """
    if not area.feature_names or area.true_types is None:
        return None
    truth = area.true_types
    draws = [_predict(area, outcomes_each, noise, seed) for seed in range(seeds)]
    losses = np.array([[log_losses(part, truth).mean() for part in draw] for draw in draws])
    found = np.array([[(part.argmax(axis=1) == truth).mean() for part in draw] for draw in draws])
    return HeldOut(
        features=area.feature_names,
        outcomes_each=outcomes_each,
        seeds=seeds,
        log_loss_by_features=float(losses[:, 0].mean()),
        log_loss_by_shares=float(losses[:, 1].mean()),
        spread=float((losses[:, 0] - losses[:, 1]).std()),
        found_by_features=float(found[:, 0].mean()),
        found_by_shares=float(found[:, 1].mean()),
    )


def _predict(
    area: ServiceArea, outcomes_each: int, noise: float, seed: int
) -> tuple[Floats, Floats]:
    """Out-of-fold predictions [T, L] of one draw, by features and by the mixing weights."""
    rng = np.random.default_rng(seed)
    n, types, names = len(area.travelers), area.table.types, area.feature_names
    fold = rng.permutation(n) % FOLDS
    by_features, by_shares = np.zeros((n, len(types))), np.zeros((n, len(types)))
    for left_out in range(FOLDS):
        out, asked = np.flatnonzero(fold == left_out), np.flatnonzero(fold != left_out)
        trips = np.concatenate(
            [
                rng.choice(np.flatnonzero(area.trips.traveler == traveler), outcomes_each)
                for traveler in asked
            ]
        )
        levels = TravelerFeatures.of(area.features[asked.tolist()], names)
        model = EvidenceModel(n, types, features=levels.encode(area.features))
        model.fit(Counts.of(ask(area, trips, noise, rng), n, len(types)))
        by_features[out] = model.predict_proba(out)
        by_shares[out] = model.predict_proba([-1], unknown="prior")
    return by_features, by_shares
