"""The contract of a policy, check by check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea, read_area
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.days import Days, area_fleet
from rideflex.negotiation.game import Negotiation, Situation
from rideflex.negotiation.masking import Masking
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.prices import Prices
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.testing.expecting import Check, expect, run_checks

MakePolicy = Callable[[Beliefs], Policy]
"""A policy's class, or a function that makes one for what a model believes."""

_DAYS = 4


def check_policy(make: MakePolicy) -> None:
    """Check that a policy keeps the contract of `Policy`.

    It plays days of a small made-up city, generated in a temporary folder. It takes seconds.

    Parameters
    ----------
    make
        Called as `make(beliefs)`; where the policy needs none, `lambda beliefs: MyPolicy()`.

    Raises
    ------
    AssertionError
        If a check fails; it names every one that did, and what was promised.

    Examples
    --------
    >>> from rideflex.negotiation.policies import ExpectedSaving
    >>> check_policy(lambda beliefs: ExpectedSaving())
    """
    run_checks(make, policy_checks())


def policy_checks() -> tuple[Check[MakePolicy], ...]:
    """The checks one by one, to run each as a test of its own: `check(make, empty_folder)`.

    Examples
    --------
    >>> policy_checks()[0].__name__
    'has_a_name'
    """
    return (
        has_a_name,
        gives_an_offer_for_every_day,
        makes_only_offers_that_may_be_made,
        decides_alike_in_the_same_situation,
        decides_each_day_by_itself,
        leaves_the_situation_as_it_is,
    )


def has_a_name(make: MakePolicy, folder: Path) -> None:
    """It can be named on the command line."""
    name = make(Beliefs(_city(folder))).name
    expect(isinstance(name, str) and name.strip() == name != "", "name is a text without blanks")
    expect("," not in name, "name has no comma: names stand in a list with commas")


def gives_an_offer_for_every_day(make: MakePolicy, folder: Path) -> None:
    """One action a day, of the grid, at every step."""
    for policy, situation in _played(make, folder):
        chosen = np.asarray(policy.act(situation))
        expect(chosen.shape == situation.trips.shape, "act gives one action for each day, [B]")
        expect(np.issubdtype(chosen.dtype, np.integer), "actions are whole numbers")
        inside = (chosen >= 0) & (chosen < len(situation.offers))
        expect(inside.all(), "actions are indices of the offer grid")


def makes_only_offers_that_may_be_made(make: MakePolicy, folder: Path) -> None:
    """No offer that is masked out, also where none but no shift may be made."""
    for policy, situation in _played(make, folder):
        chosen = np.asarray(policy.act(situation))
        rows = np.arange(len(chosen))
        expect(situation.allowed[rows, chosen].all(), "only offers of `allowed` are made")


def decides_alike_in_the_same_situation(make: MakePolicy, folder: Path) -> None:
    """Asked twice, and made anew, it gives the same actions: what it draws is seeded."""
    city = _city(folder)
    for policy, situation in _played(make, folder):
        again = make(Beliefs(city))
        expect(_same(policy, policy, situation), "the same situation leads to the same offers")
        if situation.step == 0:
            expect(_same(policy, again, situation), "a policy made anew decides as the first did")


def decides_each_day_by_itself(make: MakePolicy, folder: Path) -> None:
    """The first of many days gets the offer that it gets alone."""
    city = _city(folder)
    chosen = [_first_actions(make, city, n_days) for n_days in (1, _DAYS)]
    expect(chosen[0][0] == chosen[1][0], "a day's offer does not depend on the days after it")


def leaves_the_situation_as_it_is(make: MakePolicy, folder: Path) -> None:
    """Plans, masks and prices are looked at, never changed."""
    for policy, situation in _played(make, folder):
        arrays = (situation.allowed, situation.accept, situation.waiting, situation.trips)
        before = [array.copy() for array in arrays]
        booked, cost = situation.plans.booked, situation.plans.cost
        policy.act(situation)
        same = all(np.array_equal(*pair) for pair in zip(arrays, before, strict=True))
        expect(same, "act changes no array of the situation")
        kept = np.array_equal(situation.plans.booked, booked)
        kept &= np.array_equal(situation.plans.cost, cost)
        expect(kept, "act changes no plan; plans.copy() gives one to try things on")


def _city(folder: Path) -> ServiceArea:
    if not (folder / "city").exists():
        generate_area(folder / "city", AreaSettings(travelers=5, trips=4, zones=6, seed=2))
    return read_area(folder / "city")


def _game(city: ServiceArea, n_days: int) -> tuple[Negotiation, Situation | None]:
    days = [Days.sample(city, 1, np.random.default_rng([7, day])) for day in range(n_days)]
    joined = Days(
        np.concatenate([day.trips for day in days]), np.concatenate([day.patience for day in days])
    )
    beliefs = Beliefs(city)
    game = Negotiation(city, area_fleet(city), beliefs, Prices(minute=2.0, question=1.0))
    masking = Masking.likely(beliefs, joined, game.offers.no_shift)
    masking.allowed[0, 1] = False
    masking.allowed[0, 1, game.offers.no_shift] = True
    return game, game.start(joined, masking)


def _played(make: MakePolicy, folder: Path) -> Iterator[tuple[Policy, Situation]]:
    """Every situation of some days on which the policy is followed."""
    city = _city(folder)
    policy = make(Beliefs(city))
    game, situation = _game(city, _DAYS)
    while situation is not None:
        yield policy, situation
        game.step(policy.act(situation))
        situation = game.situation


def _first_actions(make: MakePolicy, city: ServiceArea, n_days: int) -> npt.NDArray[np.int64]:
    _, situation = _game(city, n_days)
    assert situation is not None
    return np.asarray(make(Beliefs(city)).act(situation))


def _same(one: Policy, other: Policy, situation: Situation) -> bool:
    return np.array_equal(one.act(situation), other.act(situation))
