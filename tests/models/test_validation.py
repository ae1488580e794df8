"""What models are given: the last that is right, and the first that is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.models.mixture import Mixture, MixturePrior
from rideflex.models.validation import (
    check_counts,
    check_entities,
    check_mixture,
    check_travelers,
    check_types,
)
from rideflex.outcomes import Counts
from rideflex.travelers import TravelerIndex


@pytest.mark.parametrize("n", [2, 64])
def test_two_to_64_types_are_taken(n):
    """As a tuple, in their order."""
    names = [f"type {number}" for number in range(n)]
    assert check_types(names) == tuple(names)


@pytest.mark.parametrize("types", [(), ("one",), [str(n) for n in range(65)], "ab"])
def test_fewer_more_and_a_bare_text_are_no_types(types):
    """The bounds are named."""
    with pytest.raises(UsageError, match="the names of 2 to 64 types"):
        check_types(types)


def test_a_name_twice_is_told():
    """Whatever stands between."""
    with pytest.raises(UsageError, match="same name: a, b, a"):
        check_types(["a", "b", "a"])


def test_counts_that_make_sense_are_copied():
    """None and all may agree, to rounding; the copy is one's own."""
    counts = Counts(np.array([[0.0, 3.0], [0.0, 0.0]]), np.array([3.0 - 1e-10, 0.0]))
    copied = check_counts(counts, 2, 2)
    assert np.array_equal(copied.agree, counts.agree)
    counts.agree[0, 0] = 1.0
    assert copied.agree[0, 0] == 0.0


@pytest.mark.parametrize(
    ("agree", "total"),
    [
        ([1.0, -1e-6], 3.0),
        ([1.0, 3.001], 3.0),
        ([np.nan, 1.0], 3.0),
        ([1.0, 1.0], np.nan),
        ([1.0, 1.0], np.inf),
    ],
)
def test_counts_without_sense_name_the_first_traveler(agree, total):
    """The traveler before is right, the one after as wrong."""
    counts = Counts(np.array([[1.0, 1.0], agree, agree]), np.array([2.0, total, total]))
    with pytest.raises(UsageError, match="of traveler 1 can't agree"):
        check_counts(counts, 3, 2)


@pytest.mark.parametrize("shape", [(3, 2), (2, 3)])
def test_counts_of_others_do_not_fit(shape):
    """Travelers and types are as many as the model's."""
    counts = Counts(np.zeros((2, 2)), np.zeros(2))
    with pytest.raises(UsageError, match=r"counts of shape \(2, 2\) don't fit"):
        check_counts(counts, *shape)


@pytest.mark.parametrize(
    ("shares", "noise", "told"),
    [
        ([0.5, 0.4], 0.1, "not the weights of 2 types"),
        ([1.0, 0.0], 0.1, "not the weights"),
        ([1.5, -0.5], 0.1, "not the weights"),
        ([0.2, 0.3, 0.5], 0.1, "not the weights"),
        ([0.5, np.nan], 0.1, "not the weights"),
        ([0.5, 0.5], 0.0, "between 0 and one half, not at 0.0"),
        ([0.5, 0.5], 0.5, "not at 0.5"),
        ([0.5, 0.5], np.nan, "not at nan"),
    ],
)
def test_a_mixture_is_one_of_shares_and_a_noise(shares, noise, told):
    """Each alone is refused."""
    with pytest.raises(UsageError, match=told):
        check_mixture(Mixture(np.array(shares), noise), 2)


def test_a_mixture_that_is_one_is_handed_back():
    """Shares may be off from 1 by rounding."""
    mixture = Mixture(np.array([0.3, 0.7 + 1e-8]), 0.49)
    assert check_mixture(mixture, 2) is mixture


def test_ids_are_as_many_as_travelers():
    """Or not given at all."""
    check_travelers(None, 5)
    check_travelers(TravelerIndex([4, 7]), 2)
    for n in (1, 3):
        with pytest.raises(UsageError, match=f"2 traveler ids were given for {n}"):
            check_travelers(TravelerIndex([4, 7]), n)


def test_entities_run_from_0_to_the_last():
    """Those outside are marked, or named: the first of them."""
    assert check_entities([0, 2], 3, "raise").tolist() == [0, 2]
    assert check_entities(1, 3, "raise").tolist() == [1]
    assert check_entities([], 3, "raise").tolist() == []
    assert check_entities([-1, 0, 2, 3, -7], 3, "prior").tolist() == [-1, 0, 2, -1, -1]
    for entities, first in (([0, 3, 9], 3), ([2, -1, 5], -1)):
        with pytest.raises(UsageError, match=f"entity {first} is not one of 0 … 2"):
            check_entities(entities, 3, "raise")


@pytest.mark.parametrize(
    ("travelers", "unknown", "told"),
    [
        ([[0]], "raise", r"a flat list of entities, not of shape \(1, 1\)"),
        ([0.0], "prior", "not float64 values"),
        ([0], "mark", "not 'mark'"),
    ],
)
def test_what_is_no_entity_is_refused(travelers, unknown, told):
    """A matrix, fractions, and another word for what to do with strangers."""
    with pytest.raises(UsageError, match=told):
        check_entities(travelers, 3, unknown)


def test_pseudo_counts_without_being_told():
    """Two travelers of each type, and one wrong answer in twenty."""
    priors = MixturePrior()
    assert (priors.travelers_per_type, priors.wrong, priors.right) == (2.0, 1.0, 19.0)
    assert priors.noise == 0.05
    assert MixturePrior(wrong=1.0, right=3.0).noise == 0.25


@pytest.mark.parametrize(
    "wrong",
    [
        {"travelers_per_type": 0.0},
        {"wrong": 0.0},
        {"wrong": -1.0},
        {"wrong": 19.0},
        {"right": 1.0},
        {"right": 0.0},
    ],
)
def test_pseudo_counts_are_positive_and_answers_mostly_right(wrong):
    """0 is not positive, and as many wrong as right are not fewer."""
    with pytest.raises(UsageError):
        MixturePrior(**wrong)
    assert MixturePrior(travelers_per_type=0.01, wrong=0.5, right=0.51).noise < 0.5


def test_log_odds_and_likelihoods_by_hand():
    """A noise of 1/4 has odds of 3; 2 of 3 answers agree: 2 log 3/4 + log 1/4."""
    mixture = Mixture(np.array([0.5, 0.5]), 0.25)
    assert mixture.log_odds == pytest.approx(np.log(3))
    found = mixture.log_likelihood(Counts(np.array([[2.0, 0.0]]), np.array([3.0])))
    assert found == pytest.approx(np.log([[9 / 64, 1 / 64]]))
