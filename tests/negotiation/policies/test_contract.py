"""Every policy that is known by name keeps the contract, and the checks see who does not."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.negotiation.policies.registry import MAKERS
from rideflex.testing import check_policy, policy_checks
from rideflex.testing.policies import MakePolicy


@pytest.mark.parametrize("check", policy_checks(), ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", MAKERS)
def test_every_policy_keeps_the_contract(name, check, tmp_path):
    """Check by check, each in a folder of its own."""
    check(MAKERS[name], tmp_path)


class Broken:
    """A policy that does something wrong at will."""

    name = "broken"

    def __init__(self, act):
        self.calls = 0
        self._act = act

    def act(self, situation):
        """What the test says."""
        self.calls += 1
        return self._act(self, situation)


def no_shift(situation):
    """Nobody is asked."""
    return np.full(len(situation.trips), situation.offers.no_shift)


def by_the_others(policy, situation):
    """Asks on a day what depends on how many days there are."""
    return np.where(situation.allowed[:, 0], len(situation.trips) % 2 * 12, no_shift(situation))


def spoiling(policy, situation):
    """Changes what it was shown."""
    situation.allowed[:] = True
    return no_shift(situation)


def booking(policy, situation):
    """Books in the plans that it should look at."""
    situation.plans.commit(situation.quotes, no_shift(situation))
    return no_shift(situation)


@pytest.mark.parametrize(
    ("act", "promise"),
    [
        (lambda _, here: 12, "one action for each day"),
        (lambda _, here: no_shift(here) * 1.0, "whole numbers"),
        (lambda _, here: no_shift(here) + 16, "indices of the offer grid"),
        (lambda _, here: no_shift(here) * 0, "only offers of `allowed`"),
        (lambda self, here: no_shift(here) - self.calls % 2, "the same situation"),
        (by_the_others, "does not depend on the days after it"),
        (spoiling, "changes no array"),
        (booking, "changes no plan"),
    ],
)
def test_the_checks_see_what_is_broken(act, promise):
    """Each broken promise is named."""
    with pytest.raises(AssertionError, match=promise):
        check_policy(lambda beliefs: Broken(act))


@pytest.mark.parametrize("name", ["", " x", "a,b", None])
def test_a_policy_has_a_name_for_the_command_line(name):
    """A text without blanks around it or commas in it."""
    make: MakePolicy = lambda beliefs: type("P", (Broken,), {"name": name})(  # noqa: E731
        lambda _, here: no_shift(here)
    )
    with pytest.raises(AssertionError, match="name"):
        check_policy(make)


def test_a_random_offer_is_any_that_may_be_made(city, informed):
    """Over many seeds every allowed offer is made about equally often, and no other."""
    from rideflex.negotiation import Days, Masking, Negotiation, Prices, area_fleet
    from rideflex.negotiation.policies import RandomOffer

    days = Days.sample(city, 400, np.random.default_rng(0))
    masking = Masking.likely(informed, days, city.table.offers.no_shift)
    here = Negotiation(city, area_fleet(city), informed, Prices()).start(days, masking)
    rows = np.arange(400)
    times = np.zeros(here.allowed.shape)
    for seed in range(60):
        times[rows, RandomOffer(seed).act(here)] += 1
    assert not times[~here.allowed].any()
    expected = 60 / here.allowed.sum(axis=1, keepdims=True)
    worth = ((times - expected) ** 2 / expected)[here.allowed].sum()
    free = here.allowed.sum() - 400
    assert abs(worth - free) < 5 * np.sqrt(2 * free)  # chi square, five standard deviations
