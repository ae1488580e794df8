"""Metrics of an epoch: rewards and savings, recovery of types and answers, losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from rideflex.areas import ServiceArea
from rideflex.models.acceptance import Beliefs
from rideflex.models.answers import LearnedModel, held_types
from rideflex.negotiation.days import expected_answers
from rideflex.negotiation.game import UNIT, Negotiation
from rideflex.negotiation.transcript import Transcript

_MOST_TRIPS, _LEAST = 2_000, 1e-6


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


def recovery_metrics(model: LearnedModel, area: ServiceArea, phase: int) -> dict[str, float]:
    """Share of travelers whose true type is the likeliest, and its log loss; empty if unknown.

    A traveler who is likelier to have tolerances of her own than to be of a type was not found.

    Parameters
    ----------
    model
        What is believed.
    area
        Says who is of which type, or not.
    phase
        Which of the area's answers hold.
    """
    held = held_types(model, np.arange(model.n_travelers))
    if area.types_by_phase is None or not held.shape[1]:
        return {}
    types = area.types_by_phase[phase]
    true = held[np.arange(len(held)), types]
    own = 1.0 - held.sum(axis=1)
    found = (held.argmax(axis=1) == types) & (true >= own)
    return {
        "recovered": float(found.mean()),
        "log_loss": float(-np.log(np.maximum(true, 1e-12)).mean()),
    }


def answer_metrics(beliefs: Beliefs, area: ServiceArea, phase: int) -> dict[str, float]:
    """Expected log loss of the answers to every offer on every trip, by what is believed.

    Of more than 2,000 trips, as many at equal distances.

    Parameters
    ----------
    beliefs
        What is believed.
    area
        Says how its travelers answer, or draws them from a fitted model.
    phase
        Which of the area's answers hold.
    """
    step = -(-len(area.trips) // _MOST_TRIPS)
    rows = np.arange(0, len(area.trips), step, dtype=np.int32)
    asked = np.arange(len(area.offers)) != area.offers.no_shift
    truth = expected_answers(area, phase, rows)[:, asked].astype(np.float64)
    believed = beliefs.accept(rows)[:, asked].astype(np.float64).clip(_LEAST, 1.0 - _LEAST)
    loss = -(truth * np.log(believed) + (1.0 - truth) * np.log1p(-believed))
    return {"answer_log_loss": float(loss.mean())}


def loss_metrics(logged: dict[str, Any]) -> dict[str, float]:
    """What PPO's last update logged of its losses."""
    names = ("value_loss", "policy_gradient_loss", "approx_kl", "entropy_loss")
    return {name: float(logged[f"train/{name}"]) for name in names}
