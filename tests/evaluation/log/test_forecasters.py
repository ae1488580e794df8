"""Forecasters go through a log: nothing is known before it was answered."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex import DecisionTable, FlexibilityPosterior
from rideflex.bench.river_answers import RiverLogistic
from rideflex.evaluation.log.forecasters import (
    AcceptanceRate,
    ModelForecaster,
    RatePerOffer,
    _blocks,
    _waves,
    earlier_answers,
)
from rideflex.models.answer_predictors import NAMES, AnswerWorld
from rideflex.models.tolerance import ToleranceModel
from rideflex.testing.worlds import draw_world

TABLE = DecisionTable.empty()
WORLD = AnswerWorld(8, TABLE.offers, TABLE)


def every_forecaster():
    """All models and baselines."""
    models = [ModelForecaster(name, WORLD) for name in NAMES]
    return [*models, AcceptanceRate(), RatePerOffer(16), RiverLogistic(WORLD)]


@pytest.mark.parametrize("forecaster", every_forecaster(), ids=lambda one: one.name)
def test_nothing_is_known_before_it_was_answered(forecaster):
    """Turning answers round changes no prediction of what stands before them, nor their own."""
    outcomes = draw_world(8, 8).outcomes
    turned = outcomes[:]
    accepted = outcomes.accepted.copy()
    accepted[40:] ^= True
    turned = type(outcomes)(
        outcomes.travelers, outcomes.trips, outcomes.actions, accepted, outcomes.decisions
    )
    one, other = forecaster.in_turn(outcomes), forecaster.in_turn(turned)
    assert ((one >= 0) & (one <= 1)).all()
    assert np.array_equal(one[:41], other[:41])
    assert not np.array_equal(one[41:], other[41:])


def test_the_table_is_asked_as_its_posterior_is():
    """A posterior that is refitted at the same places, answer by answer, says the same."""
    outcomes = draw_world(8, 9).outcomes
    found = ModelForecaster("table", WORLD).in_turn(outcomes)
    refits = {first for first, _ in _blocks(len(outcomes))}
    held, counted = FlexibilityPosterior(8, TABLE.types, decisions=TABLE), None
    for row in range(len(outcomes)):
        if row in refits and row:
            held.update(outcomes[slice(counted or 0, row)])
            counted = row
        mine = np.arange(counted or 0, row)
        mine = mine[outcomes.travelers[mine] == outcomes.travelers[row]]
        counts = held.counts
        counts.add(outcomes[mine])
        shares = held.mixture.probabilities(counts)[outcomes.travelers[row]]
        says = TABLE.accepts(outcomes.trips[[row]], outcomes.actions[[row]])[0]
        expected = shares @ np.where(says, 1 - held.noise, held.noise)
        assert found[row] == pytest.approx(expected, abs=1e-9)


def test_tolerances_are_learned_answer_by_answer():
    """Within a block, counts of all earlier answers count, weights are those of its start."""
    outcomes = draw_world(8, 9).outcomes
    found = ModelForecaster("tolerance", WORLD).in_turn(outcomes)
    first, last = next(block for block in _blocks(len(outcomes)) if block[0] == 20)
    model = ToleranceModel(8)
    model.update(outcomes[:first])
    for row in range(first, last):
        accept = model.predict_accept(outcomes.travelers[[row]], outcomes.trips[[row]])[0]
        assert found[row] == pytest.approx(accept[outcomes.actions[row]], abs=1e-12)
        model.learn(outcomes[row : row + 1])


def test_rates_are_those_of_before():
    """The overall rate, and that of the offer, counted by hand."""
    outcomes = draw_world(8, 6).outcomes
    overall, per_offer = AcceptanceRate().in_turn(outcomes), RatePerOffer(16).in_turn(outcomes)
    for row in range(len(outcomes)):
        before = outcomes[:row]
        rate = (before.accepted.sum() + 1) / (row + 2)
        assert overall[row] == pytest.approx(rate)
        same = before.actions == outcomes.actions[row]
        expected = (before.accepted[same].sum() + 2 * rate) / (same.sum() + 2)
        assert per_offer[row] == pytest.approx(expected)


@pytest.mark.parametrize("forecaster", every_forecaster(), ids=lambda one: one.name)
def test_another_log_is_all_that_is_learned_from(forecaster):
    """Predictions of a log don't depend on its answers where another one was fitted to."""
    seen, new = draw_world(8, 12).outcomes, draw_world(8, 6, seed=4).outcomes
    before = forecaster.fitted_to(seen, new)
    new.accepted[:] ^= True
    assert np.array_equal(forecaster.fitted_to(seen, new), before)
    assert not np.allclose(forecaster.fitted_to(new, new), before)


@given(st.lists(st.integers(0, 4), max_size=40))
def test_waves_hold_every_next_answer(travelers):
    """Each row stands in one wave, no traveler twice in any, and in the order of the log."""
    array = np.array(travelers, dtype=np.int64)
    waves = [rows.tolist() for rows in _waves(array)] if len(array) else []
    assert sorted(row for rows in waves for row in rows) == list(range(len(array)))
    for number, rows in enumerate(waves):
        people = array[rows].tolist()
        assert len(set(people)) == len(people)
        assert all((array[:row] == array[row]).sum() == number for row in rows)
    plain = [travelers[:row].count(one) for row, one in enumerate(travelers)]
    assert earlier_answers(array).tolist() == plain


@given(st.integers(1, 100_000))
def test_refits_are_few(n):
    """Blocks follow one another to the end, at most 47 of them however long the log."""
    blocks = list(_blocks(n))
    assert blocks[0][0] == 0
    assert blocks[-1][1] == n
    assert all(one[1] == other[0] for one, other in pairwise(blocks))
    assert len(blocks) <= 47
