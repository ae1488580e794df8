"""Who may be asked for what."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation import AskLedger, Days, Masking
from tests.informed import Informed


def test_a_sure_model_allows_what_the_traveler_would_accept(city, informed):
    """With every type known, the mask is the truth."""
    days = Days.sample(city, 6, np.random.default_rng(0))
    masking = Masking.sampled(informed, days, 12, explore=0.0, rng=np.random.default_rng(1))
    for step in range(days.n_requests):
        assert np.array_equal(masking.allowed[:, step], days.answers(city, step))
    assert not masking.explored.any()


def test_exploration_lifts_the_asked_share_of_masks(city, informed):
    """A share of the requests has every offer open, drawn afresh."""
    days = Days.sample(city, 400, np.random.default_rng(0))
    masking = Masking.sampled(informed, days, 12, explore=0.3, rng=np.random.default_rng(1))
    assert masking.explored.mean() == pytest.approx(0.3, abs=0.03)
    assert masking.allowed[masking.explored].all()


def test_types_are_drawn_by_their_probabilities(city):
    """Over many draws each type comes up as often as the model says."""
    beliefs = Beliefs(city)
    beliefs.update(Informed(city, certainty=0.6))
    trips = np.zeros(20_000, dtype=np.int32)
    travelers = city.trips.traveler[trips]
    drawn = beliefs.model.sample_types(travelers, np.random.default_rng(0))
    shares = np.bincount(drawn, minlength=4) / len(drawn)
    chances = beliefs.model.type_probabilities[travelers[0]]
    assert shares == pytest.approx(chances, abs=0.015)
    answers = beliefs.sample_answers(trips, np.random.default_rng(0))
    assert np.array_equal(answers, city.table.masks(city.trips.trip_id[trips], drawn))


def test_acceptance_is_the_mean_answer_of_the_types(city):
    """P(accept) = Σ P(type) · answer of the type, offer by offer."""
    beliefs = Beliefs(city)
    beliefs.update(Informed(city, certainty=0.5))
    trip = np.array([7], dtype=np.int32)
    chances = beliefs.model.type_probabilities[city.trips.traveler[7]]
    expected = sum(
        chances[kind] * city.table.masks(city.trips.trip_id[trip], [kind])[0] for kind in range(4)
    )
    assert beliefs.accept(trip)[0] == pytest.approx(expected, abs=1e-6)


def test_the_least_chance_that_is_allowed(city):
    """An offer exactly as likely as the least is allowed, 1 in 20 unless told; no shift always."""
    chances = np.array([[0.05, 0.049, 0.3, 0.0], [0.0, 0.06, 0.299, 0.0]])
    days = Days(np.array([[0, 1]], dtype=np.int32), np.zeros((1, 2), dtype=np.float32))
    told = SimpleNamespace(accept=lambda trips: chances[trips], noise=0.0)
    plain, third = Masking.likely(told, days, 3), Masking.likely(told, days, 3, least=0.3)
    assert plain.allowed.tolist() == [[[True, False, True, True], [False, True, True, True]]]
    assert third.allowed.tolist() == [[[False, False, True, True], [False, False, False, True]]]
    assert plain.explored.tolist() == [[False, False]]


def test_answers_against_ones_will_are_left_out_of_the_least_chance(city):
    """With 10 % of noise a chance of 0.05 is observed as 0.1 + 0.8 · 0.05 = 0.14."""
    days = Days(np.zeros((1, 1), dtype=np.int32), np.zeros((1, 1), dtype=np.float32))
    told = SimpleNamespace(accept=lambda trips: np.array([[[0.139, 0.141, 1.0]]]), noise=0.1)
    assert Masking.likely(told, days, 2).allowed.tolist() == [[[False, True, True]]]


def test_masks_are_laid_out_by_day_and_request():
    """Answers drawn row by row go to their request; no shift is allowed though drawn otherwise."""
    days = Days(np.array([[5, 6, 7], [8, 9, 4]], dtype=np.int32), np.zeros((2, 3), np.float32))
    told = SimpleNamespace(
        sample_answers=lambda trips, rng: np.stack([trips % 2 == 0, trips > 6, trips < 0], axis=1)
    )
    masking = Masking.sampled(told, days, 2, 0.0, np.random.default_rng(0))
    for day, step in np.ndindex(2, 3):
        trip = days.trips[day, step]
        assert masking.allowed[day, step].tolist() == [trip % 2 == 0, trip > 6, True]
    lifted = Masking.sampled(told, days, 2, 1.0, np.random.default_rng(0))
    assert lifted.allowed.all()
    assert lifted.explored.all()


def test_a_cap_of_nought_asks_nobody_and_none_less_is_a_cap(city):
    """0 is a budget, -1 is a mistake, and without a cap nobody is closed, standing there twice."""
    assert not AskLedger(city, cap=0).open(np.array([3, 5], dtype=np.int32)).any()
    with pytest.raises(UsageError, match="can't be negative: -1"):
        AskLedger(city, cap=-1)
    free = AskLedger(city)
    free.note(np.array([3, 3, 5], dtype=np.int32), np.array([True, True, False]))
    assert free.open(np.array([3, 3, 5], dtype=np.int32)).tolist() == [True, True, True]
    assert free.asks[[3, 5]].tolist() == [2, 0]


def test_a_ledger_closes_at_its_cap(city):
    """A traveler who was asked as often as the cap allows is not asked again."""
    ledger = AskLedger(city, cap=2)
    travelers = np.array([3, 5], dtype=np.int32)
    for asked in ([True, True], [True, False]):
        assert ledger.open(travelers).all()
        ledger.note(travelers, np.array(asked))
    assert ledger.open(travelers).tolist() == [False, True]


def test_a_cap_is_not_for_days_that_are_played_at_once(city):
    """The same traveler on two parallel days can't share a budget: refused, not overdrawn."""
    with pytest.raises(UsageError, match="one day at a time"):
        AskLedger(city, cap=1).open(np.array([2, 2], dtype=np.int32))


def test_a_day_may_ask_its_travelers_as_often_as_is_left(city):
    """The first requests of each are open, as many as the cap leaves."""
    ledger = AskLedger(city, cap=2)
    ledger.note(np.array([3], dtype=np.int32), np.array([True]))
    asks = ledger.open_on(np.array([3, 5, 3, 5, 5], dtype=np.int32))
    assert asks.tolist() == [True, True, False, True, False]
    assert AskLedger(city).open_on(np.array([3, 3], dtype=np.int32)).all()
