"""The tolerance model: what it learns, from how little, and what never happens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.errors import DataError, UsageError
from rideflex.logs.trip_context import TripContext
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.tolerance.groups import SAMPLE, group_alike
from rideflex.models.tolerance.settings import log_answers
from rideflex.models.tolerance.tally import AnswerTally, Questions
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.travelers import TravelerIndex


def answers_of(travelers, actions, accepted, trips=None):
    """Encoded outcomes of plain lists."""
    n = len(travelers)
    return Outcomes(
        np.asarray(travelers, dtype=np.int32),
        np.full(n, -1, dtype=np.int32) if trips is None else np.asarray(trips, dtype=np.int32),
        np.asarray(actions, dtype=np.int32),
        np.asarray(accepted, dtype=np.bool_),
    )


def draw_answers(n_travelers, each, seed=0, offers=None):
    """Travelers with gamma-distributed tolerances, who answer by them; and the tolerances."""
    rng = np.random.default_rng(seed)
    grid = offers or OfferGrid.default()
    bears = rng.gamma(3.0, 6.0, size=(n_travelers, 2))
    travelers = np.repeat(np.arange(n_travelers), each)
    questions = np.delete(np.arange(len(grid)), grid.no_shift)
    actions = rng.choice(questions, size=len(travelers))
    within = -grid.pickup[actions] <= bears[travelers, 0]
    within &= grid.dropoff[actions] <= bears[travelers, 1]
    return answers_of(travelers, actions, within ^ (rng.random(len(travelers)) < 0.02)), bears


@pytest.fixture(scope="module")
def learned():
    """A model of 30 travelers with 10 answers each, and their tolerances."""
    answers, bears = draw_answers(30, 10)
    model = ToleranceModel(30)
    model.update(answers)
    return model, bears


def test_the_posterior_is_bayes_by_hand(learned):
    """Predictions are Σ over settings and cells of prior × likelihood × acceptance, plain loops."""
    model, _ = learned
    counts = model.counts.array
    for traveler in (0, 11, 29):
        expected = np.zeros(16)
        for setting in model.settings:
            accept = setting.acceptance(model.offers, 1)[:, 0]
            joint = []
            for cell, weight in enumerate(setting.weights):
                likelihood = weight
                for action in range(16):
                    if action != model.offers.no_shift:
                        no, yes = counts[traveler, 0, action]
                        likelihood *= accept[cell, action] ** int(yes)
                        likelihood *= (1.0 - accept[cell, action]) ** int(no)
                joint.append(likelihood)
            held = np.array(joint) / sum(joint)
            expected += setting.share * (held @ accept)
        found = model.predict_accept([traveler], [-1])[0]
        np.testing.assert_allclose(found, expected, atol=1e-9)


def test_tolerances_are_found(learned):
    """Ten answers order travelers by what they bear, and tell it within minutes on the average."""
    model, bears = learned
    found = model.predict_tolerances(np.arange(30))
    truth = bears.clip(max=30.0)
    assert np.abs(found - truth).mean() < 6.0
    assert np.corrcoef(found[:, 0], truth[:, 0])[0, 1] > 0.7
    assert (found >= 0).all()
    assert (found <= 30).all()


one_sided = st.sampled_from([(-30, 0), (-20, 0), (-10, 0), (0, 10), (0, 20), (0, 30)])


@given(st.integers(0, 29), one_sided, st.integers(1, 6))
def test_an_acceptance_never_lowers_a_smaller_offer(learned, traveler, offer, times):
    """Accepting 20 minutes earlier never makes 10 minutes earlier less likely; nor later."""
    model, _ = learned
    grid = model.offers
    smaller = [
        action
        for action, (pickup, dropoff) in enumerate(grid)
        if 0 >= pickup >= offer[0] and 0 <= dropoff <= offer[1]
    ]
    before = model.predict_accept([traveler], [-1])[0]
    yes = answers_of([traveler] * times, [grid.action_of(*offer)] * times, [True] * times)
    model.learn(yes)
    after = model.predict_accept([traveler], [-1])[0]
    model.learn(yes, sign=-1)
    assert (after[smaller] >= before[smaller] - 1e-12).all()


@given(st.integers(0, 29), st.integers(0, 15), st.integers(1, 6))
def test_an_acceptance_of_both_sides_hardly_lowers_one(learned, traveler, action, times):
    """Of an offer to both sides the larger one may explain it, so one part may lose a little."""
    model, _ = learned
    pickup, dropoff = model.offers[action]
    inside = (model.offers.pickup >= pickup) & (model.offers.dropoff <= dropoff)
    before = model.predict_accept([traveler], [-1])[0]
    yes = answers_of([traveler] * times, [action] * times, [True] * times)
    model.learn(yes)
    after = model.predict_accept([traveler], [-1])[0]
    model.learn(yes, sign=-1)
    assert (after[inside] >= before[inside] - 0.02).all()
    assert after[action] >= before[action] - 1e-12


def test_any_offers_are_predicted(learned):
    """Minutes that were never asked lie between those that were."""
    model, _ = learned
    finer = OfferGrid(((0, 0), (-10, 0), (-14, 0), (-20, 0), (-90, 120)))
    accept = model.predict_accept(np.arange(30), np.full(30, -1), offers=finer)
    asked = model.predict_accept(np.arange(30), np.full(30, -1))
    assert np.allclose(accept[:, 1], asked[:, model.offers.action_of(-10, 0)])
    assert (accept[:, 1] >= accept[:, 2]).all()
    assert (accept[:, 2] >= accept[:, 3]).all()
    assert (accept[:, 4] < 0.2).all()


def test_trips_of_level_1_may_be_stricter():
    """Travelers who refuse on duty alone are predicted so, also those asked on other trips only."""
    rng = np.random.default_rng(3)
    travelers, trips = np.repeat(np.arange(40), 12), np.tile([0, 1], 240)
    trips[travelers >= 35] = 0
    actions = rng.choice([4, 13], size=len(travelers))  # 20 minutes earlier, 10 later
    answers = answers_of(travelers, actions, trips == 0, trips)
    model = ToleranceModel(40, trip_levels=[0, 1], context=TripContext("duty", ("yes",)))
    model.update(answers)
    accept = model.predict_accept([0, 0, 39, 39], [0, 1, 0, 1])[:, [4, 13]]
    assert (accept[[0, 2]] > 0.9).all()
    assert (accept[[1, 3]] < 0.2).all()
    blind = ToleranceModel(40)
    blind.update(answers)
    assert (np.abs(blind.predict_accept([0], [1])[0, [4, 13]] - 0.5) < 0.2).all()


def test_no_shift_is_no_question():
    """Answers to no shift change nothing, refused or accepted."""
    model = ToleranceModel(2)
    before = model.predict_accept([0, 1], [-1, -1])
    null = model.offers.no_shift
    model.update(answers_of([0, 0, 1], [null] * 3, [True, False, True]))
    assert np.array_equal(model.predict_accept([0, 1], [-1, -1]), before)
    assert model.answered([0, 1]).tolist() == [0, 0]


def test_models_merge_and_forget(learned):
    """Two halves merged are the whole; forgetting all is a fresh model."""
    answers, _ = draw_answers(30, 10)
    one, other = ToleranceModel(30), ToleranceModel(30)
    one.update(answers[::2])
    other.update(answers[1::2])
    one.merge(other)
    everybody = (np.arange(30), np.full(30, -1))
    assert np.array_equal(one.predict_accept(*everybody), learned[0].predict_accept(*everybody))
    one.forget(0.0)
    fresh = ToleranceModel(30)
    assert np.allclose(one.predict_accept(*everybody), fresh.predict_accept(*everybody))
    with pytest.raises(UsageError, match="same travelers and offers"):
        one.merge(ToleranceModel(30, OfferGrid(((0, 0), (-5, 0)))))


def test_everything_is_saved(tmp_path):
    """Context, levels, names of travelers and settings come back as they were."""
    path = tmp_path / "a.model"
    names = TravelerIndex(["A-17", "007", 3])
    context = TripContext("trip_purpose", ("school", "work"))
    model = ToleranceModel(
        3,
        OfferGrid(((0, 0), (-15, 0), (0, 45))),
        trip_levels=[1, 0],
        travelers=names,
        context=context,
    )
    model.update(answers_of([0, 1, 1], [1, 2, 1], [True, False, True], [0, 1, 1]))
    model.save(path)
    loaded = ToleranceModel.load(path)
    assert (loaded.context, loaded.offers) == (context, model.offers)
    assert loaded.travelers is not None
    assert loaded.travelers.ids.tolist() == ["A-17", "007", 3]
    for one, other in zip(model.settings, loaded.settings, strict=True):
        assert np.array_equal(one.weights, other.weights)
        assert (one.form, one.scale, one.lapse, one.share) == (
            other.form,
            other.scale,
            other.lapse,
            other.share,
        )
    trips = [0, 1, -1]
    assert np.array_equal(
        loaded.predict_accept([0, 1, 2], trips), model.predict_accept([0, 1, 2], trips)
    )
    with pytest.raises(DataError, match=r"a\.model"):
        path.write_bytes(path.read_bytes().replace(b'"both"', b'"bath"').replace(b"sum", b"sun"))
        ToleranceModel.load(path)


def test_what_makes_no_sense_is_refused():
    """Nobody at all, levels beyond two, unknown trips, counts of others."""
    with pytest.raises(UsageError, match="at least one traveler"):
        ToleranceModel(0)
    with pytest.raises(UsageError, match="0 and 1"):
        ToleranceModel(1, trip_levels=[0, 2])
    with pytest.raises(UsageError, match="trip 7 has no context level"):
        ToleranceModel(1, trip_levels=[0, 1]).predict_accept([0], [7])
    with pytest.raises(UsageError, match="don't fit"):
        ToleranceModel(1).fit(ToleranceModel(2).tally())
    with pytest.raises(UsageError, match="traveler ids were given for"):
        ToleranceModel(1, travelers=TravelerIndex([1, 2]))


def test_alike_travelers_are_looked_at_once():
    """Groups have every traveler who answered, once; of very many a sample speaks for all."""
    tally = AnswerTally.empty(Questions(OfferGrid(((0, 0), (0, 5), (0, 9)))), 5)
    tally.counts.count([0, 1, 3, 3], [0] * 4, [1, 1, 2, 2], [True, True, False, True])
    groups = group_alike(tally)
    assert sorted(groups.sizes.tolist()) == [1.0, 2.0]
    assert groups.known.answers.sum() == 3
    many = AnswerTally.empty(tally.questions, 3 * SAMPLE)
    everybody = np.arange(3 * SAMPLE)
    many.counts.count(everybody, 0 * everybody, 0 * everybody, everybody % 2)
    groups = group_alike(many)
    assert groups.sizes.sum() == pytest.approx(3 * SAMPLE)
    assert groups.sizes / (3 * SAMPLE) == pytest.approx([0.5, 0.5], abs=0.02)


def test_an_impossible_answer_costs_finitely():
    """The log of every answer to a real question is finite, and that of no shift is 0."""
    model = ToleranceModel(1)
    for setting in model.settings:
        logs = log_answers(setting.acceptance(model.offers, 1)).reshape(-1, 16, 2)
        assert np.isfinite(logs).all()
        assert (logs[:, model.offers.no_shift] == 0).all()
        assert (np.delete(logs, model.offers.no_shift, axis=1) < 0).all()


def test_some_travelers_are_asked_for_further_offers():
    """Of the known the same chances, of a stranger anybody's; new offers are learned from."""
    grid = OfferGrid(((0, 0), (0, 10), (-20, 0)))
    model = ToleranceModel(3, grid, travelers=TravelerIndex(["Ada", "Bo", "Cy"]))
    who = np.repeat([0, 1, 2], 4).astype(np.int32)
    asked = np.tile([1, 2, 1, 2], 3).astype(np.int32)
    model.update(Outcomes(who, np.full(12, -1), asked, who == 0))
    model.state(Outcomes(*(np.array([one]) for one in (1, -1, 2)), np.array([True])))
    some = TravelerIndex(["Dot", "Bo", "Ada"])
    found = model.of_travelers(some, OfferGrid(((0, 0), (0, 30), (0, 10))))
    assert found.offers.pairs == ((0, 0), (0, 10), (-20, 0), (0, 30))
    nowhere = [-1] * 3
    expected = model.predict_accept([-1, 1, 0], nowhere, offers=found.offers, unknown="prior")
    before = found.predict_accept([0, 1, 2], nowhere)
    np.testing.assert_allclose(before, expected, rtol=1e-12)
    refusal = Outcomes(*(np.array([one]) for one in (0, -1, 3)), np.array([False]))
    found.learn(refusal)
    after = found.predict_accept([0, 1, 2], nowhere)
    assert (after[0, 1:] < before[0, 1:]).all()
    np.testing.assert_array_equal(after[1:], before[1:])
    with pytest.raises(UsageError, match="holds no ids"):
        ToleranceModel(2).of_travelers(some, grid)
