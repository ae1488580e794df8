"""How well tolerances predict answers that were not seen, without a table."""

from __future__ import annotations

import numpy as np
import pytest

import rideflex
from rideflex.areas.behaviour import DUTIES
from rideflex.logs.answers_only import read_answers
from rideflex.models.tolerance import ToleranceModel
from tests.models.drawn import draw_outcomes, log_loss


@pytest.mark.parametrize(("each", "bar"), [(10, 0.38), (30, 0.33)])
def test_answers_are_predicted_without_a_table(san_francisco, each, bar):
    """Trips that were not seen, 3 % of answers turned round; the rate per offer reaches 0.43."""
    area = rideflex.read_area(san_francisco)
    duty = np.array([context[1] in DUTIES for context in area.table.contexts])
    losses = []
    for seed in range(2):
        rng = np.random.default_rng([seed, each])
        half = rng.random(len(area.trips)) < 0.5
        seen, new = (draw_outcomes(area, rows, each, rng) for rows in (half, ~half))
        model = ToleranceModel(len(area.travelers), area.table.offers, trip_levels=duty)
        model.update(seen)
        accept = model.predict_accept(new.travelers, new.trips)
        losses.append(log_loss(accept[np.arange(len(new)), new.actions], new.accepted))
    assert np.mean(losses) < bar


def test_real_answers_are_predicted(real_answers):
    """Fitted to half of a log of real answers, the other half is predicted far above its rate."""
    log = read_answers([real_answers])
    answers = log.outcomes[log.outcomes.actions != log.offers.no_shift]
    losses = []
    for seed in range(3):
        train = np.random.default_rng(seed).random(len(answers)) < 0.75
        model = ToleranceModel(len(log.travelers), log.offers)
        model.update(answers[train])
        new = answers[~train]
        accept = model.predict_accept(new.travelers, new.trips)
        losses.append(log_loss(accept[np.arange(len(new)), new.actions], new.accepted))
    assert np.mean(losses) < 0.24
