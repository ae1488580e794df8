"""Acceptance that depends on who is asked, and on no trip."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.models.acceptance import AcceptanceModel, Beliefs
from rideflex.models.traveler_acceptance import TravelerAcceptance
from tests.informed import Informed

MODEL = TravelerAcceptance(np.array([[0.2, 0.7, 1.0], [0.9, 0.0, 1.0]]), noise=0.1)


def test_beliefs_without_decisions_say_what_the_model_says(city):
    """By the traveler of each trip; a model of types has nothing to ask there."""
    assert isinstance(MODEL, AcceptanceModel)
    beliefs = Beliefs.of_trips(np.array([1, 0, 1], dtype=np.int32), 3, MODEL)
    assert beliefs.accept(np.array([[2, 1]])) == pytest.approx(MODEL.accept[[1, 0]][None])
    assert (beliefs.noise, beliefs.model) == (0.1, MODEL)
    with pytest.raises(UsageError, match="these trips have none"):
        beliefs.update(Informed(city))


def test_moods_are_drawn_as_often_as_the_model_says():
    """Who accepts the less likely of two offers in a mood accepts the likelier one too."""
    drawn = MODEL.sample_answers(
        np.zeros(4000, dtype=int), np.zeros(4000), np.random.default_rng(0)
    )
    assert drawn.mean(axis=0) == pytest.approx([0.2, 0.7, 1.0], abs=0.03)
    assert (drawn[:, 0] <= drawn[:, 1]).all()
