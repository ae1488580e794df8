"""Policies on situations small enough to decide by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.negotiation.policies import ExpectedSaving, LargestLikely, NeverAsk, RandomOffer
from rideflex.negotiation.policies.protocol import best_allowed
from rideflex.negotiation.policies.registry import LEARNED, MAKERS, make_policies
from rideflex.offers import OfferGrid

# Minutes of the offers: 20, 10, 0, 10, 20; no shift is the third.
GRID = OfferGrid(((-20, 0), (-10, 0), (0, 0), (0, 10), (0, 20)))
ALL = [True] * 5


def seen(allowed, accept=(0.5,) * 5, step=3):
    """A situation of one day that shows what simple policies look at."""
    return SimpleNamespace(
        offers=GRID,
        allowed=np.array([allowed]),
        accept=np.array([accept], dtype=np.float32),
        step=step,
        trips=np.zeros(1, dtype=np.int32),
    )


@pytest.mark.parametrize(
    ("allowed", "worth", "best"),
    [
        (ALL, [1.0, 2.0, 0.0, 3.0, 2.5], 3),
        (ALL, [-1.0, -2.0, 0.0, -3.0, -0.5], 2),
        (ALL, [0.0, 0.0, 0.0, 0.0, 0.0], 2),
        (ALL, [5.0, 5.0, 0.0, 5.0, 5.0], 1),
        (ALL, [5.0, 4.0, 0.0, 4.0, 5.0], 0),
        ([True, False, True, False, False], [1.0, 9.0, 0.0, 9.0, 9.0], 0),
        ([False, False, True, False, False], [9.0, 9.0, -7.0, 9.0, 9.0], 2),
    ],
)
def test_the_best_is_allowed_and_among_equals_of_fewest_minutes(allowed, worth, best):
    """Most worth wins; among equals no shift, then fewest minutes, then the first in the grid."""
    chosen = best_allowed(seen(allowed), np.array([worth]))
    assert chosen.tolist() == [best]
    assert chosen.dtype == np.int32


@pytest.mark.parametrize(
    ("accept", "allowed", "largest"),
    [
        ([0.5, 0.9, 1.0, 0.9, 0.49], ALL, 0),
        ([0.49, 0.9, 1.0, 0.5, 0.49], ALL, 1),
        ([0.49, 0.49, 1.0, 0.49, 0.49], ALL, 2),
        ([0.9, 0.9, 1.0, 0.9, 0.9], [False, True, True, True, False], 1),
        ([0.9, 0.2, 1.0, 0.9, 0.2], [False, True, True, True, True], 3),
        ([0.9, 0.9, 0.1, 0.9, 0.9], [False, False, True, False, False], 2),
    ],
)
def test_the_largest_likely_offer_has_a_chance_of_a_half_at_least(accept, allowed, largest):
    """Exactly a half is likely enough; below it an offer counts as none, whatever its minutes."""
    assert LargestLikely().act(seen(allowed, accept)).tolist() == [largest]


def test_the_expected_saving_asks_for_nothing_that_only_breaks_even():
    """Of an offer worth exactly 0 nothing is gained, so that nobody is asked."""
    here, worth = seen(ALL), np.array([[0.0, -1.0, 0.0, 0.0, -2.0]])
    here.saving, here.worth = 60.0, lambda saving: worth * saving
    assert ExpectedSaving().act(here).tolist() == [2]
    worth[0, 4] = 0.1
    assert ExpectedSaving().act(here).tolist() == [4]


def test_never_asks_on_any_day():
    """One answer a day: no shift of this grid."""
    here = seen(ALL)
    here.trips = np.zeros(3, dtype=np.int32)
    assert NeverAsk().act(here).tolist() == [2, 2, 2]


def test_a_random_offer_varies_with_the_step_and_the_seed_and_with_nothing_else():
    """Over 200 steps, or over 200 seeds, each of the allowed offers comes up, and only those."""
    policy, allowed = RandomOffer(seed=4), [False, True, True, False, True]
    by_step = [int(policy.act(seen(allowed, step=step))[0]) for step in range(200)]
    by_seed = [int(RandomOffer(seed).act(seen(allowed))[0]) for seed in range(200)]
    for made in (by_step, by_seed):
        assert set(made) == {1, 2, 4}
    assert by_step == [int(policy.act(seen(allowed, step=step))[0]) for step in range(200)]
    assert by_step != by_seed


def test_a_random_policy_without_a_seed_is_that_of_seed_0():
    """Figures made without a seed can be made again."""
    plain = [int(RandomOffer().act(seen(ALL, step=step))[0]) for step in range(50)]
    assert plain == [int(RandomOffer(0).act(seen(ALL, step=step))[0]) for step in range(50)]


def test_policies_are_made_by_name_and_the_learned_one_is_handed_on():
    """In the order asked; beliefs reach look-ahead, and only "ppo" is the learned one."""
    beliefs, learned = object(), NeverAsk()
    made = make_policies([LEARNED, "lookahead", "never"], beliefs, learned)
    assert list(made) == [LEARNED, "lookahead", "never"]
    assert made[LEARNED] is learned
    assert made["lookahead"].beliefs is beliefs
    assert made["never"] is not learned
    assert [made[name].name for name in ("lookahead", "never")] == ["lookahead", "never"]


def test_a_refusal_lists_the_policies_there_are():
    """The learned one among them only where there is one; it is never entered for good."""
    names = "never, random, largest, expected, lookahead"
    with pytest.raises(UsageError, match=f"'x' is not a policy; there are {names}, ppo$"):
        make_policies(["never", "x"], object(), NeverAsk())
    with pytest.raises(UsageError, match=f"'x' is not a policy; there are {names}$"):
        make_policies(["never", "x"], object())
    with pytest.raises(UsageError, match=f"'ppo' has no trained policy here; there are {names}$"):
        make_policies(["ppo"], object())
    with pytest.raises(UsageError, match="'clever' is not a policy"):
        make_policies(["clever"], object())
    assert LEARNED not in MAKERS
