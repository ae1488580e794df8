"""The exact posterior: formulas, updates and acceptance predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rideflex import DecisionTable, FlexibilityPosterior
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.models.mixture import Mixture
from rideflex.outcomes import Counts
from rideflex.tables.columns import KEY
from rideflex.testing.worlds import draw_world
from rideflex.travelers import TravelerIndex


def test_posterior_is_bayes_rule() -> None:
    """Every row is π times the likelihood of each outcome, multiplied one by one."""
    world = draw_world(n_travelers=30, each=6)
    posterior = FlexibilityPosterior(30, DEFAULT_TYPES)
    posterior.update(world.outcomes)
    noise = posterior.mixture.noise
    plain = np.tile(posterior.mixture.shares, (30, 1))
    for traveler, mask in zip(world.outcomes.travelers, world.outcomes.agreement(), strict=True):
        for kind in range(4):
            plain[traveler, kind] *= 1 - noise if mask >> kind & 1 else noise
    plain /= plain.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(posterior.predict_proba(np.arange(30)), plain, rtol=1e-9)


def test_three_outcomes_are_no_certainty() -> None:
    """Three answers, each against one type, leave that type a chance worth a thought."""
    posterior = FlexibilityPosterior(1, ("rigid", "flexible"))
    posterior.fit(Counts(np.array([[3.0, 0.0]]), np.array([3.0])))
    assert 1e-5 < posterior.predict_proba([0])[0, 1] < 1e-2


def test_updates_and_merges_add_up() -> None:
    """Outcome by outcome, in two posteriors, or at once: the counts and the result are equal."""
    outcomes = draw_world(20, 8).outcomes
    whole = FlexibilityPosterior(20, DEFAULT_TYPES)
    whole.update(outcomes)
    first, second = (FlexibilityPosterior(20, DEFAULT_TYPES) for _ in range(2))
    for start in range(0, 60, 20):
        first.update(outcomes[start : start + 20])
    second.update(outcomes[60:])
    first.merge(second)
    assert np.array_equal(first.predict_proba(np.arange(20)), whole.predict_proba(np.arange(20)))
    with pytest.raises(UsageError, match="same travelers and types"):
        first.merge(FlexibilityPosterior(19, DEFAULT_TYPES))


def test_forgetting_lets_travelers_change() -> None:
    """A traveler who became another type is found sooner when the past weighs less."""
    before, after = draw_world(20, 60, seed=1), draw_world(20, 20, seed=2)
    probabilities = []
    for factor in (1.0, 0.1):
        posterior = FlexibilityPosterior(20, DEFAULT_TYPES)
        posterior.update(before.outcomes)
        posterior.forget(factor)
        posterior.update(after.outcomes)
        probabilities.append(posterior.predict_proba(np.arange(20)))
    keep, forget = ((p.argmax(axis=1) == after.true_types).mean() for p in probabilities)
    assert forget >= 0.9 > keep
    with pytest.raises(UsageError, match="0 to 1 times"):
        posterior.forget(1.5)


def small_table() -> DecisionTable:
    """One trip of traveler 7 with two offers; types disagree about the second."""
    context = {name: ["x", "x"] for name in KEY[1:4]}
    windows = {name: ["08:00-08:30", "08:00-08:30"] for name in KEY[4:6]}
    shifts = {"pickup_shift_min": [0, 10], "dropoff_shift_min": [0, 0]}
    answers = {"rigid": ["accept", "reject"], "flexible": ["accept", "accept"]}
    return DecisionTable.from_frame(
        pl.DataFrame({"traveler_id": [7, 7], **context, **windows, **shifts, **answers}),
        types=("rigid", "flexible"),
    )


def test_acceptance_is_the_mean_of_the_types_answers() -> None:
    """P(accept) = Σ_l P(l) · answer with noise, for each trip and offer that is asked about."""
    table = small_table()
    index = TravelerIndex.from_ids([3, 7])
    posterior = FlexibilityPosterior(2, table.types, decisions=table, travelers=index)
    posterior.fit(Counts(np.array([[0.0, 0.0], [2.0, 5.0]]), np.array([0.0, 6.0])))
    flexible = posterior.predict_proba([1])[0, 1]
    noise = posterior.mixture.noise
    asked = [table.offers.action_of(0, 0), table.offers.action_of(-10, 0)]
    expected = [1 - noise, noise + (1 - 2 * noise) * flexible]
    np.testing.assert_allclose(posterior.predict_accept([0, 0], asked), expected)
    np.testing.assert_allclose(posterior.predict_accept([[0]], asked), [expected])
    np.testing.assert_allclose(posterior.predict_accept(0, asked[1]), expected[1])
    never_asked = posterior.predict_accept([0], asked[1:], travelers=[0])
    np.testing.assert_allclose(never_asked, noise + (1 - 2 * noise) * posterior.mixture.shares[1])


def test_acceptance_names_what_it_lacks() -> None:
    """Without answers, without ids, and for a trip whose traveler can't be told."""
    table = small_table()
    with pytest.raises(UsageError, match="decisions="):
        FlexibilityPosterior(2, table.types).predict_accept([0], [0])
    with pytest.raises(UsageError, match="travelers="):
        FlexibilityPosterior(2, table.types, decisions=table).predict_accept([0], [0])
    index = TravelerIndex.from_ids([3, 7])
    posterior = FlexibilityPosterior(2, table.types, decisions=table, travelers=index)
    with pytest.raises(UsageError, match="can't be told"):
        posterior.predict_accept([-1], [0])
    with pytest.raises(UsageError, match="other types"):
        FlexibilityPosterior(2, DEFAULT_TYPES, decisions=table)


def test_a_loaded_posterior_predicts_acceptance(tmp_path: Path) -> None:
    """The decisions are not saved with the posterior; they are handed over at loading."""
    table = small_table()
    index = TravelerIndex.from_ids([3, 7])
    posterior = FlexibilityPosterior(2, table.types, decisions=table, travelers=index)
    posterior.save(tmp_path / "p.model")
    loaded = FlexibilityPosterior.load(tmp_path / "p.model", decisions=table)
    assert loaded.predict_accept(0, 1) == posterior.predict_accept(0, 1)


def test_a_posterior_holds_counts_of_its_own() -> None:
    """What happens to the counts it was fitted to, or to those it hands out, changes nothing."""
    counts = draw_world(20, 8).counts
    posterior = FlexibilityPosterior(20, DEFAULT_TYPES)
    posterior.fit(counts)
    before = posterior.predict_proba(np.arange(20))
    counts.agree[:], posterior.counts.agree[:] = 0.0, 0.0
    assert np.array_equal(posterior.predict_proba(np.arange(20)), before)


def test_only_the_same_travelers_are_merged() -> None:
    """Posteriors whose ids differ are refused; one without ids goes by its entities."""
    made = [
        FlexibilityPosterior(2, DEFAULT_TYPES, travelers=index)
        for index in (TravelerIndex([1, 2]), TravelerIndex([7, 8]), None)
    ]
    with pytest.raises(UsageError, match="same travelers"):
        made[0].merge(made[1])
    made[0].merge(made[2])


def test_counts_without_sense_are_refused() -> None:
    """Negative counts, more agreeing outcomes than outcomes, and what is no number."""
    posterior = FlexibilityPosterior(2, ("rigid", "flexible"))
    for agree, total in ((-1.0, 2.0), (3.0, 2.0), (np.nan, 2.0), (1.0, np.inf), (1.0, np.nan)):
        counts = Counts(np.array([[1.0, 0.0], [0.0, agree]]), np.array([1.0, total]))
        with pytest.raises(UsageError, match="outcomes of traveler 1 can't agree"):
            posterior.fit(counts)


def test_names_of_types_are_checked() -> None:
    """One type, a bare string, a name twice, and more types than a mask has bits."""
    for types in (("one",), "ab", ("a", "a"), tuple(map(str, range(65)))):
        with pytest.raises(UsageError, match="type"):
            FlexibilityPosterior(2, types)
    assert FlexibilityPosterior(2, tuple(map(str, range(64)))).predict_proba([0]).shape == (1, 64)


def test_disagreeing_outcomes_leave_a_chance() -> None:
    """A hundred outcomes against a type make it improbable, not impossible."""
    mixture = Mixture(np.array([0.5, 0.5]), noise=0.03)
    p = mixture.probabilities(Counts(np.array([[100.0, 0.0]]), np.array([100.0])))
    assert np.log(p[0, 1]) == pytest.approx(-100 * mixture.log_odds, rel=1e-9)


def test_faded_travelers_do_not_hold_up_the_search(caplog: pytest.LogCaptureFixture) -> None:
    """Travelers whose outcomes have all but faded count as never asked; π is of the others."""
    world = draw_world(60, 20)
    counts = world.counts
    counts.agree[20:] *= 1e-9
    counts.total[20:] *= 1e-9
    faded = FlexibilityPosterior(60, DEFAULT_TYPES)
    faded.fit(counts)
    alone = FlexibilityPosterior(20, DEFAULT_TYPES)
    alone.fit(Counts(counts.agree[:20], counts.total[:20]))
    np.testing.assert_allclose(faded.mixture.shares, alone.mixture.shares, atol=1e-12)
    assert not caplog.text


def test_acceptance_of_strangers() -> None:
    """A traveler outside the posterior raises, or is taken for one by π; so does a trip outside."""
    table = small_table()
    posterior = FlexibilityPosterior(
        1, table.types, decisions=table, travelers=TravelerIndex.from_ids([3])
    )
    with pytest.raises(UsageError, match="traveler 7"):
        posterior.predict_accept([0], [1])
    by_shares = posterior.predict_accept([0], [1], unknown="prior")
    np.testing.assert_allclose(by_shares, posterior.predict_accept([0], [1], travelers=[0]))
    with pytest.raises(UsageError, match="can't be told"):
        posterior.predict_accept([10**6], [1])
    with pytest.raises(UsageError, match="whole numbers"):
        posterior.predict_accept([0.5], [1], travelers=[0])
