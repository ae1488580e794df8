"""Travelers never asked: whether their features say more of their types than the shares do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rideflex.bench.scores import log_losses
from rideflex.bench.simulate import ask
from rideflex.data import ServiceArea
from rideflex.embedding import EvidenceModel, TravelerFeatures
from rideflex.outcomes import Counts

FOLDS = 5


@dataclass(frozen=True)
class HeldOut:
    """Log loss and share found of travelers without outcomes, by features and by π alone."""

    features: tuple[str, ...]
    outcomes_each: int
    log_loss_by_features: float
    log_loss_by_shares: float
    found_by_features: float
    found_by_shares: float


def held_out_travelers(
    area: ServiceArea, outcomes_each: int, noise: float, seed: int
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
    seed
        Draws the folds, trips, offers and noise.
    """
    names = area.feature_names
    if not names or area.true_types is None:
        return None
    rng = np.random.default_rng(seed)
    n, types = len(area.travelers), area.table.types
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
    truth = area.true_types
    return HeldOut(
        features=names,
        outcomes_each=outcomes_each,
        log_loss_by_features=float(log_losses(by_features, truth).mean()),
        log_loss_by_shares=float(log_losses(by_shares, truth).mean()),
        found_by_features=float((by_features.argmax(axis=1) == truth).mean()),
        found_by_shares=float((by_shares.argmax(axis=1) == truth).mean()),
    )
