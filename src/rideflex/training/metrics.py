"""What is noted of every epoch."""

from __future__ import annotations

from typing import Any

import numpy as np

from rideflex.areas import ServiceArea
from rideflex.models.protocol import FlexibilityModel
from rideflex.negotiation.game import UNIT, Negotiation
from rideflex.negotiation.transcript import Tally


def day_metrics(tally: Tally, game: Negotiation) -> dict[str, float]:
    """Means over the finished days: rewards, savings by insertion, questions and minutes."""
    asked, agreed = tally.asked, tally.agreed
    n_days = len(asked)
    return {
        "reward": float(tally.turns("reward").sum() / n_days),
        "saved_minutes": float(tally.turns("saved").sum() / n_days / 60),
        "saving": float(tally.turns("saved").sum() / game.twin_cost.sum()),
        "asked": float(asked.mean()),
        "accepted": float(agreed.sum() / max(asked.sum(), 1)),
        "shifted_minutes": float(tally.minutes.mean()),
        "unserved": float(game.plans.unserved.mean()),
        "masked_out": float(tally.turns("masked_out").mean()),
        "unit_seconds": UNIT,
    }


def recovery_metrics(model: FlexibilityModel, area: ServiceArea, phase: int) -> dict[str, float]:
    """Share of travelers whose true type is the likeliest, and its log loss; empty if unknown.

    Parameters
    ----------
    model
        What is believed.
    area
        Says who is of which type, or not.
    phase
        Which of the area's answers hold.
    """
    if area.types_by_phase is None:
        return {}
    believed = model.predict_proba(np.arange(model.n_travelers))
    types = area.types_by_phase[phase]
    true = believed[np.arange(len(believed)), types]
    return {
        "recovered": float((believed.argmax(axis=1) == types).mean()),
        "log_loss": float(-np.log(np.maximum(true, 1e-12)).mean()),
    }


def loss_metrics(logged: dict[str, Any]) -> dict[str, float]:
    """What PPO's last update logged of its losses."""
    names = ("value_loss", "policy_gradient_loss", "approx_kl", "entropy_loss")
    return {name: float(logged[f"train/{name}"]) for name in names}
