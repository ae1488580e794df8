"""Goodwill in driving seconds, by hand."""

from __future__ import annotations

import dataclasses

import pytest

from rideflex.errors import UsageError
from rideflex.negotiation import Prices
from rideflex.offers import OfferGrid

# Minutes: 30, 10, 0, 20.
GRID = OfferGrid(((-10, 20), (-10, 0), (0, 0), (0, 20)))


def test_an_accepted_offer_costs_its_minutes():
    """3 seconds a minute, of both sides together."""
    assert Prices(minute=3.0).accepted(GRID).tolist() == [90.0, 30.0, 0.0, 60.0]


def test_a_question_costs_the_same_whatever_is_asked():
    """7 seconds, and nothing where nobody is asked."""
    assert Prices(question=7.0).asked(GRID).tolist() == [7.0, 7.0, 0.0, 7.0]


def test_prices_that_nobody_names():
    """A minute costs 5 seconds of driving, a question nothing."""
    assert Prices().accepted(GRID).tolist() == [150.0, 50.0, 0.0, 100.0]
    assert not Prices().asked(GRID).any()


@pytest.mark.parametrize("free", [{"minute": 0.0}, {"question": 0.0}, {"minute": 0, "question": 0}])
def test_goodwill_may_be_free(free):
    """A price of 0 is a price."""
    assert Prices(**free).accepted(GRID)[2] == 0.0


@pytest.mark.parametrize("seconds", [-0.5, float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["minute", "question"])
def test_a_price_is_a_number_and_not_negative(name, seconds):
    """Either price alone is refused, the other being right."""
    with pytest.raises(UsageError, match=f"can't be negative.*{name}={seconds}"):
        Prices(**{name: seconds})


def test_prices_do_not_change_under_a_game():
    """They hold for all policies that are compared."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Prices().minute = 1.0
