"""Every policy keeps the contract, and each does what its name says."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.cli.option_lists import read_policies
from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation import Days, Masking, Negotiation, Prices, area_fleet
from rideflex.negotiation.policies import POLICIES, LookAhead, make_policies
from rideflex.training.environment.observation import Observer
from rideflex.training.ppo.policy import LearnedPolicy, fresh_network
from tests.informed import Informed

PRICES = Prices(minute=4.0, question=2.0)


@pytest.fixture(scope="module")
def beliefs(city):
    """A model that is nearly sure."""
    made = Beliefs(city)
    made.update(Informed(city, certainty=0.8))
    return made


@pytest.fixture(scope="module")
def policies(city, beliefs):
    """All policies by name."""
    observer = Observer(city, area_fleet(city))
    learned = LearnedPolicy(fresh_network(observer), observer)
    return make_policies(POLICIES, beliefs, learned)


def situations(city, beliefs, n_days=12, seed=0):
    """The situations of some days on which everybody is asked for anything allowed."""
    days = Days.sample(city, n_days, np.random.default_rng(seed))
    game = Negotiation(city, area_fleet(city), beliefs, PRICES)
    here = game.start(days, Masking.likely(beliefs, days, city.table.offers.no_shift))
    rng = np.random.default_rng(seed)
    while here is not None:
        yield here
        game.step((here.allowed * rng.random(here.allowed.shape)).argmax(axis=1))
        here = game.situation


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_makes_allowed_offers_and_leaves_the_plans_alone(city, beliefs, policies, name):
    """Whatever it tries out, it chooses within the mask, repeatably, and on copies."""
    for here in situations(city, beliefs):
        before = here.plans.cost.copy()
        actions = policies[name].act(here)
        assert actions.dtype == np.int32
        assert here.allowed[np.arange(len(actions)), actions].all()
        assert np.array_equal(actions, policies[name].act(here))
        assert np.array_equal(here.plans.cost, before)


def test_never_asks_nobody(city, beliefs, policies):
    """No shift, always."""
    for here in situations(city, beliefs, n_days=3):
        assert (policies["never"].act(here) == here.offers.no_shift).all()


def test_the_largest_shift_is_the_most_minutes_that_are_likely(city, beliefs, policies):
    """Day by day: no allowed offer that is likelier than not has more minutes."""
    for here in situations(city, beliefs, n_days=6):
        for day, action in enumerate(policies["largest"].act(here)):
            likely = here.allowed[day] & (here.accept[day] >= 0.5)
            assert here.offers.minutes[action] == max(here.offers.minutes[likely], default=0)


def test_the_expected_saving_is_the_best_by_hand(city, beliefs, policies):
    """Day by day: probability times (saving - price of minutes) - price of asking, maximised."""
    for here in situations(city, beliefs, n_days=6):
        actions = policies["expected"].act(here)
        for day, action in enumerate(actions):
            worths = []
            for offer in range(len(here.offers)):
                if offer == here.offers.no_shift or not here.allowed[day, offer]:
                    worths.append(0.0 if offer == here.offers.no_shift else -np.inf)
                    continue
                net = here.saving[day, offer] - 4.0 * here.offers.minutes[offer]
                worths.append(here.accept[day, offer] * net - 2.0)
            assert worths[action] == pytest.approx(max(worths))


def test_a_fresh_network_makes_the_offer_of_the_largest_expected_saving(city, beliefs, policies):
    """Before any evidence the learned policy is the expected-saving policy."""
    for here in situations(city, beliefs):
        learned, expected = (policies[name].act(here) for name in ("ppo", "expected"))
        rows = np.arange(len(learned))
        worth = here.worth(here.saving)
        assert worth[rows, learned] == pytest.approx(worth[rows, expected], abs=1e-2)


def test_looking_ahead_from_the_last_request_is_looking_at_it(city, beliefs, policies):
    """With nobody to come and no improvement, the look-ahead sees what the quote says."""
    plain = LookAhead(beliefs, samples=2, rounds=0, least=0.0)
    for here in situations(city, beliefs):
        if not here.waiting.any():
            assert np.array_equal(plain.act(here), policies["expected"].act(here))


def test_an_unknown_policy_is_named(beliefs):
    """So is the learned one where nothing was learned."""
    with pytest.raises(UsageError, match="'clever' is not a policy"):
        make_policies(["clever"], beliefs)
    with pytest.raises(UsageError, match="'ppo' has no trained policy here"):
        make_policies(["ppo"], beliefs)


def test_names_are_read_between_commas():
    """A comma too many does no harm; a text without any name is refused."""
    assert read_policies(" expected, ,ppo,") == ["expected", "ppo"]
    with pytest.raises(UsageError, match="',' names no policy; there are never, random, largest"):
        read_policies(",")


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_prices_are_numbers_and_not_negative(seconds):
    """Goodwill that costs less than nothing, no number or everything is refused."""
    for given in ({"minute": seconds}, {"question": seconds}):
        with pytest.raises(UsageError, match="negative"):
            Prices(**given)
