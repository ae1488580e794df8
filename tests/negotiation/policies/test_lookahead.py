"""Looking ahead does what its description says: against a plain play-out of every offer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from rideflex.areas import read_area
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation import Days, Masking, Negotiation, Prices, area_fleet
from rideflex.negotiation.demand import EverybodyOnce
from rideflex.negotiation.policies import LookAhead, lookahead
from rideflex.offers import OfferGrid
from rideflex.synthetic.generate import AreaSettings, generate_area
from tests.informed import Informed

N_DAYS = 20
LEAST = 0.1


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A city whose travelers have one trip each: who is to come tells what is asked for."""
    folder = tmp_path_factory.mktemp("areas") / "once"
    generate_area(folder, AreaSettings(travelers=10, trips=1, zones=9, seed=5))
    return read_area(folder)


@pytest.fixture(scope="module")
def beliefs(once):
    """A model that is nearly sure."""
    made = Beliefs(once)
    made.update(Informed(once, certainty=0.8))
    return made


@pytest.fixture(scope="module")
def situations(once, beliefs):
    """Situations of days on which everybody is asked for anything allowed, each kept as it was."""
    days = Days.sample(once, N_DAYS, np.random.default_rng(1))
    prices = Prices(minute=1.0, question=0.0)
    game = Negotiation(once, area_fleet(once), beliefs, prices)
    here = game.start(days, Masking.likely(beliefs, days, once.table.offers.no_shift))
    rng, seen = np.random.default_rng(2), []
    while here is not None:
        now = here
        seen.append(Kept(now, now.plans.select(np.arange(N_DAYS))))
        game.step((now.allowed * rng.random(now.allowed.shape)).argmax(axis=1))
        here = game.situation
    return seen


class Kept:
    """A situation whose plans stand still; all else is as it was."""

    def __init__(self, situation, plans):
        self._situation, self.plans = situation, plans

    def __getattr__(self, name):
        return getattr(self._situation, name)


def played_out(here, beliefs, day, offer, future, rounds):
    """Cost of a day after agreeing on an offer, the trips to come, and improvement."""
    plans, offers = here.plans.select(np.array([day])), here.offers
    plans.commit(plans.quote(here.area.requests(here.trips[[day]]), offers), np.array([offer]))
    for trip in future:
        trips = np.array([trip], dtype=np.int32)
        likely = beliefs.accept(trips)[0] >= 0.5
        hoped = max(
            (one for one in range(len(offers)) if likely[one] or one == offers.no_shift),
            key=lambda one: offers.minutes[one],
        )
        plans.commit(plans.quote(here.area.requests(trips), offers), np.array([hoped]))
    plans.improve(rounds)
    return plans.cost[0]


def worths(here, beliefs, day, futures, rounds):
    """Expected worth of every offer that may be made and is likely enough; no shift is worth 0."""

    def cost(offer):
        of_futures = [played_out(here, beliefs, day, offer, one, rounds) for one in futures]
        return np.mean(of_futures)

    no_shift = here.offers.no_shift
    alone = cost(no_shift)
    found = np.full(len(here.offers), -np.inf)
    found[no_shift] = 0.0
    for offer in np.flatnonzero(here.allowed[day] & (here.accept[day] >= LEAST)):
        if offer != no_shift:
            net = alone - cost(offer) - here.prices.minute * here.offers.minutes[offer]
            found[offer] = here.accept[day, offer] * net - here.prices.question
    return found


def to_come(here, day):
    """The trips of the travelers still to come; each has one."""
    travelers = np.flatnonzero(here.waiting[day])
    return np.flatnonzero(np.isin(here.area.trips.traveler, travelers))


@pytest.mark.parametrize("rounds", [0, 2])
@pytest.mark.parametrize("n_left", [0, 1])
def test_the_offer_is_the_best_of_a_plain_play_out(situations, beliefs, n_left, rounds):
    """With at most one trip to come nothing is drawn: the offer is of the most worth by hand."""
    here = situations[-1 - n_left]
    chosen = LookAhead(beliefs, samples=2, rounds=rounds, least=LEAST).act(here)
    asked = 0
    for day in range(N_DAYS):
        by_hand = worths(here, beliefs, day, [to_come(here, day)], rounds)
        assert by_hand[chosen[day]] == pytest.approx(by_hand.max())
        asked += chosen[day] != here.offers.no_shift
    assert asked


def test_futures_count_by_their_mean_and_are_hoped_to_agree(once, situations):
    """With more to come a cost is the mean over the futures drawn, of an unsure model too."""
    unsure = Beliefs(once)
    unsure.update(Informed(once, certainty=0.4))
    policy = LookAhead(unsure, samples=3)
    for here in situations[1:7]:
        futures = here.demand.draw(here, 3, policy.seed)
        tried = np.array([(day, 5 * day % len(here.offers)) for day in range(N_DAYS)])
        for (day, offer), cost in zip(tried, policy._played_out(here, tried, futures), strict=True):
            by_hand = [played_out(here, unsure, day, offer, one, 2) for one in futures[day]]
            assert cost == pytest.approx(np.mean(by_hand))


def test_finished_days_are_improved_before_they_are_compared(situations, beliefs):
    """On some days the offer of most worth is another one once the routes are improved."""
    plain, improved = (LookAhead(beliefs, samples=2, rounds=rounds) for rounds in (0, 2))
    differ = 0
    for here in situations[-2:]:
        as_inserted, as_improved = plain.act(here), improved.act(here)
        for day in np.flatnonzero(as_inserted != as_improved):
            by_hand = worths(here, beliefs, day, [to_come(here, day)], 2)
            differ += by_hand[as_improved[day]] > by_hand[as_inserted[day]]
    assert differ


def test_unlikely_offers_are_not_tried(situations, beliefs):
    """An offer below the least probability is never made, though it is the best on some day."""
    sure = LookAhead(beliefs, samples=2, least=0.95)
    for here in situations[:4]:
        chosen = sure.act(here)
        rows = np.flatnonzero(chosen != here.offers.no_shift)
        assert (here.accept[rows, chosen[rows]] >= 0.95).all()
        eager = LookAhead(beliefs, samples=2, least=0.0).act(here)
        assert (here.accept[np.arange(N_DAYS), eager] < 0.95).any()


@pytest.mark.parametrize(("lanes", "at_most"), [(7, 2), (6, 2), (5, 1), (2, 1)])
def test_memory_bounds_the_play_out_and_changes_nothing(
    situations, beliefs, monkeypatch, lanes, at_most
):
    """As many offers at a time as fit in the lanes, one at least: the offers are the same."""
    policy, sizes, here = LookAhead(beliefs, samples=3), [], situations[-2]
    play = policy._played_out
    policy._played_out = lambda *told: sizes.append(len(told[1])) or play(*told)
    together = policy.act(here)
    assert len(sizes) == 1
    monkeypatch.setattr(lookahead, "_LANES", lanes)
    assert np.array_equal(policy.act(here), together)
    all_of_them, *chunks, _ = sizes
    assert set(chunks) == {at_most}
    assert sum(sizes) == 2 * all_of_them


def test_what_is_tried_is_allowed_and_likely_enough_and_no_shift(situations, beliefs):
    """An offer exactly as likely as the least is tried; no shift is, however unlikely."""
    here, tried = situations[3], []
    least = float(np.unique(here.accept)[1])
    policy = LookAhead(beliefs, samples=2, least=least)
    policy._played_out = lambda _, chunk, futures: (
        tried.extend(chunk.tolist()) or np.zeros(len(chunk))
    )
    policy.act(here)
    assert sorted(tried) == [
        [day, offer]
        for day, offer in np.ndindex(here.accept.shape)
        if (here.allowed[day, offer] and here.accept[day, offer] >= least)
        or offer == here.offers.no_shift
    ]
    assert (here.accept[tuple(np.transpose(tried))] == least).any()


@pytest.mark.parametrize(
    ("accept", "hoped"),
    [
        ([0.5, 0.9, 1.0, 0.4], 0),
        ([0.4, 0.9, 1.0, 0.5], 3),
        ([0.4, 0.4, 1.0, 0.4], 2),
        ([0.4, 0.4, 0.0, 0.4], 2),
        ([0.4, 0.5, 1.0, 0.5], 3),
    ],
)
def test_travelers_to_come_are_hoped_to_agree_to_what_is_likely(accept, hoped):
    """The most minutes of an even chance at least; no shift where no other offer has one."""
    grid = OfferGrid(((-30, 0), (-10, 0), (0, 0), (0, 20)))
    told = SimpleNamespace(accept=lambda trips: np.array([accept]))
    here = situated(grid, [True] * 4)
    assert LookAhead(told)._hoped_for(here, np.zeros(1, dtype=np.int32)).tolist() == [hoped]


def test_nobody_is_hoped_to_agree_to_what_may_not_be_offered():
    """Of two likely offers the one of most minutes may not be made, so it is the other."""
    grid = OfferGrid(((-10, 10), (-10, 0), (0, 0)))
    sure = SimpleNamespace(accept=lambda trips: np.ones((len(trips), 3)))
    here = situated(grid, [False, True, True])
    assert LookAhead(sure)._hoped_for(here, np.zeros(2, dtype=np.int32)).tolist() == [1, 1]


def situated(grid, may_offer):
    """A situation as far as hopes look at it."""
    area = SimpleNamespace(may_offer=lambda trips: np.tile(may_offer, (len(trips), 1)))
    return SimpleNamespace(offers=grid, area=area)


def futures_of(step=0, seed=0, samples=4000):
    """Futures of one day with travelers 0 and 2 to come, who have trips 1, 4 and 0, 3, 5."""
    travelers = np.array([2, 0, 1, 2, 0, 2], dtype=np.int32)
    here = SimpleNamespace(step=step, waiting=np.array([[True, False, True]]))
    return EverybodyOnce(travelers).draw(here, samples, seed)[0]


def test_each_order_and_each_trip_is_as_likely_as_the_others():
    """Of 2 orders, 2 trips and 3 trips each of the 12 futures comes up once in 12 times."""
    found, times = np.unique(futures_of(), axis=0, return_counts=True)
    every = [[a, b] for a in (1, 4) for b in (0, 3, 5)]
    assert sorted(found.tolist()) == sorted(every + [pair[::-1] for pair in every])
    assert ((times - 4000 / 12) ** 2 / (4000 / 12)).sum() < 33  # chi square, 11 free: 5 in 10,000


def test_every_step_and_every_seed_has_futures_of_its_own():
    """Two steps share no more futures than chance has it, about one in 12; nor do two seeds."""
    here = futures_of()
    for other in (futures_of(step=1), futures_of(seed=1)):
        assert (here == other).all(axis=1).mean() < 0.15
    assert np.array_equal(here, futures_of())


def test_the_defaults_are_those_that_published_figures_stand_on(beliefs):
    """24 futures, two rounds of improvement, offers of a tenth at least, and seed 0."""
    policy = LookAhead(beliefs)
    assert (policy.samples, policy.rounds, policy.least, policy.seed) == (24, 2, 0.1, 0)


def test_futures_are_trips_of_the_travelers_to_come(city, informed):
    """Every sample asks once for one trip of each, in an order and with trips that vary."""
    days = Days.sample(city, 6, np.random.default_rng(3))
    masking = Masking.likely(informed, days, city.table.offers.no_shift)
    here = Negotiation(city, area_fleet(city), informed, Prices()).start(days, masking)
    futures = here.demand.draw(here, 200, 0)
    travelers = city.trips.traveler[futures]
    assert futures.shape == (6, 200, len(city.travelers) - 1)
    for day in range(6):
        to_come = np.flatnonzero(here.waiting[day])
        assert (np.sort(travelers[day], axis=1) == to_come).all()
        assert set(travelers[day, :, 0]) == set(to_come)
        rows = np.flatnonzero(np.isin(city.trips.traveler, to_come))
        assert set(futures[day].ravel()) == set(rows)
    assert np.array_equal(here.demand.draw(here, 200, 0), futures)
    assert not np.array_equal(here.demand.draw(here, 200, 1), futures)
