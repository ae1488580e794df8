"""Answers that contradict the table are told; those that follow it are not accused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import rideflex
from rideflex import DecisionTable
from rideflex.errors import UsageError
from rideflex.logs.encode import encode_outcomes
from rideflex.models.answer_predictors import AnswerWorld, cross_validate, log_losses
from rideflex.models.binomial import wilson_interval
from rideflex.models.misfit import (
    Misfit,
    OfferFit,
    TravelerFit,
    _by_offer,
    _by_traveler,
    find_misfit,
    leave_one_out,
    misfit_figures,
    offer_text,
    reasons,
)
from rideflex.models.mixture import Mixture, fit_mixture
from rideflex.outcomes import Counts
from rideflex.testing.worlds import draw_world
from tests.models.drawn import draw_outcomes


def world_of(area):
    """What answers of an area are about."""
    return AnswerWorld(len(area.travelers), area.table.offers, area.table)


def test_an_answer_is_predicted_from_the_others():
    """Leave-one-out equals the posterior of counts without the answer, one by one."""
    table, outcomes = DecisionTable.empty(), draw_world(6, 5, 0.1).outcomes
    counts = Counts.of(outcomes, 6, 4)
    mixture = fit_mixture(counts)
    found = leave_one_out(outcomes, table, counts, mixture)
    for row in range(len(outcomes)):
        others = np.arange(len(outcomes)) != row
        held = mixture.probabilities(Counts.of(outcomes[others], 6, 4))[outcomes.travelers[row]]
        says = table.accepts(outcomes.trips[row : row + 1], outcomes.actions[row : row + 1])[0]
        expected = held @ np.where(says, 1 - mixture.noise, mixture.noise)
        assert found[row] == pytest.approx(expected, abs=1e-12)


def test_answers_made_from_the_table_are_not_accused(city):
    """Of 20 logs of the city's own types, with answers turned round, at most one is accused."""
    accused = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        everywhere = np.ones(len(city.trips), dtype=bool)
        outcomes = draw_outcomes(city, everywhere, 15, rng, flips=(0.0, 0.03, 0.1)[seed % 3])
        misfit = find_misfit(outcomes, world_of(city))
        accused += misfit.contradicts
        assert misfit.contradicts == bool(reasons(misfit, city.table, city.travelers.ids))
    assert accused <= 1


def test_real_answers_contradict_the_table(san_francisco, real_answers):
    """Offers and travelers are named, and the tolerances predict better than the table."""
    area = rideflex.read_area(san_francisco)
    outcomes = encode_outcomes(pl.read_csv(real_answers), area.table, area.travelers)
    misfit = find_misfit(outcomes, world_of(area))
    assert misfit.contradicts
    assert misfit.best in {"tolerance", "hybrid"}
    assert misfit.log_loss["table"] > misfit.log_loss["tolerance"] + 0.05
    told = " ".join(reasons(misfit, area.table, area.travelers.ids))
    assert "min earlier" in told
    assert "traveler 24" in told
    assert "predicts answers best" in told


def contradicting(n_travelers=30, each=40):
    """Rule-bound travelers who, whatever their type, accept ten minutes earlier."""
    outcomes = draw_world(n_travelers, each).outcomes
    table = DecisionTable.empty()
    action = table.offers.action_of(-10, 0)
    outcomes.accepted[outcomes.actions == action] = True
    return outcomes, AnswerWorld(n_travelers, table.offers, table), action


def test_the_offer_that_contradicts_most_is_named():
    """Where all accept what half of the types refuse, that offer comes first, with its rates."""
    outcomes, world, action = contradicting()
    misfit = find_misfit(outcomes, world)
    first = misfit.offers[0]
    mine = (outcomes.actions == action) & outcomes.accepted
    assert (first.action, first.expects, first.accepted) == (action, False, first.asked)
    assert first.asked <= mine.sum()
    assert first.expected < 0.3 < first.low
    figures = misfit_figures(misfit, world.table, np.arange(30))
    assert figures["misfit"] is True
    assert figures["reasons"][0].startswith("10 min earlier was accepted")
    assert figures["misfit_by_offer"][0]["offer"] == [-10, 0]
    assert figures["misfit_by_offer"][0]["types"] == "refuse"
    assert figures["predicts_best"] in figures["log_loss"]


def test_the_traveler_who_contradicts_most_is_named():
    """One traveler of 30 who tosses a coin comes first."""
    outcomes = draw_world(30, 40, noise=0.02).outcomes
    mine = outcomes.travelers == 17
    outcomes.accepted[mine] = np.random.default_rng(0).random(mine.sum()) < 0.5
    table = DecisionTable.empty()
    misfit = find_misfit(outcomes, AnswerWorld(30, table.offers, table))
    first = misfit.travelers[0]
    assert first.entity == 17
    assert first.unexpected > 8
    assert misfit.contradicts
    assert any("traveler 17" in told for told in reasons(misfit, table, np.arange(30)))


def test_answers_that_follow_the_table_have_no_reasons():
    """Nothing is told, and no shift is no question."""
    outcomes = draw_world(20, 20, noise=0.03).outcomes
    table = DecisionTable.empty()
    misfit = find_misfit(outcomes, AnswerWorld(20, table.offers, table))
    assert reasons(misfit, table, np.arange(20)) == ()
    assert table.offers.no_shift not in {offer.action for offer in misfit.offers}
    few = find_misfit(outcomes[:10], AnswerWorld(20, table.offers, table))
    assert (few.log_loss, few.best, few.contradicts) == ({}, None, False)


def offer_fit(p_value, action=0):
    """An offer that was accepted 3 of 10 times."""
    return OfferFit(action, True, 10, 3, 0.8, 0.1, 0.6, p_value)


def misfit_of(offers=(0.5,), travelers=(0.5,), lead=0.0, log_loss=None):
    """A misfit of offers and travelers with these p-values."""
    return Misfit(
        tuple(offer_fit(p, action) for action, p in enumerate(offers)),
        tuple(TravelerFit(7 + n, 20, 9, 0.1, p) for n, p in enumerate(travelers)),
        0.05,
        log_loss or {},
        lead,
    )


@pytest.mark.parametrize(
    ("found", "contradicts"),
    [
        ({}, False),
        ({"offers": (0.009,)}, True),
        ({"offers": (0.01,)}, False),
        ({"offers": (0.006, 1.0)}, False),
        ({"offers": (1.0, 0.004)}, True),
        ({"travelers": (0.009,)}, True),
        ({"travelers": (1.0, 0.006)}, False),
        ({"travelers": (0.0033, 1.0, 1.0)}, True),
        ({"lead": 2.0}, False),
        ({"lead": 2.1}, True),
        ({"lead": -9.0}, False),
        ({"offers": (), "travelers": ()}, False),
    ],
)
def test_what_chance_would_do_in_one_of_a_hundred_logs(found, contradicts):
    """A p-value counts times the offers, or travelers; a lead from two standard errors on."""
    assert misfit_of(**found).contradicts is contradicts


def test_the_reasons_are_three_of_each_kind_and_worth_naming():
    """Of p-values below 0.05 the first three; nothing where chance would do."""
    table = DecisionTable.empty()
    p_values = (1e-9, 0.01, 0.049, 0.0499)
    misfit = misfit_of(p_values, p_values, log_loss={"table": 0.7, "sum": 0.61})
    told = reasons(misfit, table, np.arange(100, 120))
    assert told == (
        "30 min earlier was accepted 3 of 10 times where the types accept (80% expected)",
        "30 min earlier and 10 min later was accepted 3 of 10 times where the types accept "
        "(80% expected)",
        "30 min earlier and 20 min later was accepted 3 of 10 times where the types accept "
        "(80% expected)",
        *(
            f"traveler {one} answered 9 of 20 times against the likeliest type (10% expected)"
            for one in (107, 108, 109)
        ),
        "sum predicts answers best (cross-validated log loss: table 0.700, sum 0.610)",
    )
    assert len(reasons(misfit_of((1e-9, 0.05), (0.05,)), table, np.arange(100))) == 1
    assert reasons(misfit_of(), table, np.arange(100)) == ()


def asked_of(travelers, accepted, action=3):
    """Questions about one offer."""
    n = len(travelers)
    table = DecisionTable.empty()
    return table.outcomes(travelers, [-1] * n, [action] * n, accepted)


def test_offers_are_judged_apart_where_acceptance_was_likely():
    """Chances of a half at least on one side; tails of both sides are told doubled, 1 at most."""
    outcomes = asked_of([0] * 6, [True, False, False, True, False, False])
    refuse, accept = _by_offer(outcomes, np.array([0.5, 0.9, 0.7, 0.2, 0.4, 0.3]))
    assert (refuse.expects, refuse.asked, refuse.accepted) == (False, 3, 1)
    assert refuse.expected == pytest.approx(0.3)
    assert refuse.p_value == 1.0
    assert (accept.expects, accept.asked, accept.accepted) == (True, 3, 1)
    assert accept.expected == pytest.approx(0.7)
    assert accept.p_value == pytest.approx(2 * (0.3**3 + 3 * 0.7 * 0.3**2))
    assert (accept.low, accept.high) == wilson_interval(3, 1)


def test_travelers_are_judged_by_their_unexpected_answers():
    """Traveler 4 answered 2 of 2 against chances of 0.9 and 0.2; traveler 1 none of 2."""
    outcomes = asked_of([4, 1, 4, 1], [False, True, True, False])
    first, second = _by_traveler(outcomes, np.array([0.9, 0.5, 0.2, 0.4]))
    assert (first.entity, first.answers, first.unexpected) == (4, 2, 2)
    assert first.expected == pytest.approx((0.1 + 0.2) / 2)
    assert first.p_value == pytest.approx(0.15**2)
    assert (second.entity, second.answers, second.unexpected) == (1, 2, 0)
    assert second.expected == pytest.approx((0.5 + 0.4) / 2)
    assert second.p_value == 1.0


def test_figures_of_a_misfit_are_those_that_were_found():
    """By offer and by traveler, as they stand, of a hundred travelers at most."""
    misfit = misfit_of((0.2,), (0.5,) * 101, log_loss={"table": 0.7, "sum": 0.61})
    figures = misfit_figures(misfit, DecisionTable.empty(), np.arange(200))
    assert figures["misfit_by_offer"] == [
        {
            "offer": [-30, 0],
            "types": "accept",
            "asked": 10,
            "accepted": 3,
            "expected": 0.8,
            "rate": [0.1, 0.3, 0.6],
            "p_value": 0.2,
        }
    ]
    assert len(figures["misfit_by_traveler"]) == 100
    first = figures["misfit_by_traveler"][0]
    assert (first["traveler"], first["answers"], first["unexpected"]) == ("7", 20, 9)
    low, high = wilson_interval(20, 9)
    assert first["rate"] == [low, 0.45, high]
    assert (figures["misfit"], figures["predicts_best"]) == (False, "sum")


def test_without_a_table_nothing_is_contradicted():
    """The tolerances alone have no table that could be wrong."""
    outcomes = draw_world(3, 4).outcomes
    with pytest.raises(UsageError, match="without a decision table"):
        find_misfit(outcomes, AnswerWorld(3, DecisionTable.empty().offers))


def test_models_are_fitted_by_name():
    """Those there are; a table's only with a table; each predicts what was left out."""
    outcomes, world, _ = contradicting()
    losses = cross_validate(world, outcomes, world.names)
    assert set(losses) == {"table", "tolerance", "hybrid"}
    assert all(len(one) == len(outcomes) and (one >= 0).all() for one in losses.values())
    bare = AnswerWorld(30, world.offers)
    assert bare.names == ("tolerance",)
    with pytest.raises(UsageError, match="needs decisions"):
        bare.fit("hybrid", outcomes)
    with pytest.raises(UsageError, match="unknown model 'oracle'"):
        world.fit("oracle", outcomes)
    assert log_losses(np.array([0.25, 0.0]), np.array([True, False])) == pytest.approx(
        [np.log(4), 0.0]
    )
    assert world.fit("tolerance", outcomes).predict_types().shape == (30, 0)
    for name in ("table", "hybrid"):
        assert world.fit(name, outcomes).predict_types().shape == (30, 4)


def test_offers_are_told_in_words():
    """Either side, or both."""
    assert offer_text((-10, 0)) == "10 min earlier"
    assert offer_text((0, 5)) == "5 min later"
    assert offer_text((-10, 5)) == "10 min earlier and 5 min later"
    assert offer_text((0, 0)) == "no shift"


def test_noise_is_part_of_what_is_expected():
    """A table with much noise expects many odd answers."""
    table, outcomes = DecisionTable.empty(), draw_world(20, 30, noise=0.0).outcomes
    counts = Counts.of(outcomes, 20, 4)
    quiet = leave_one_out(outcomes, table, counts, Mixture(np.full(4, 0.25), 0.01))
    loud = leave_one_out(outcomes, table, counts, Mixture(np.full(4, 0.25), 0.3))
    assert np.abs(quiet - 0.5).mean() > np.abs(loud - 0.5).mean()
