"""Metrics of an epoch: rewards and savings, recovery of types, losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from rideflex.areas import ServiceArea
from rideflex.models.protocol import FlexibilityModel
from rideflex.negotiation.game import UNIT, Negotiation
from rideflex.negotiation.transcript import Transcript


def day_metrics(transcript: Transcript, game: Negotiation) -> dict[str, float]:
    """Means over the finished days: rewards, savings by insertion, questions and minutes."""
    n_days, n_asked = len(transcript.trips), transcript.asked.sum()
    return {
        "reward": float(transcript.reward.sum() / n_days),
        "saved_minutes": float(transcript.saved.sum() / n_days / 60),
        "saving": float(transcript.saved.sum() / game.twin_cost.sum()),
        "asked": float(transcript.asked.mean()),
        "accepted": float(transcript.agreed.sum() / max(n_asked, 1)),
        "shifted_minutes": float(transcript.minutes.mean()),
        "unserved": float(game.plans.unserved.mean()),
        "masked_out": float(transcript.masked_out.mean()),
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
