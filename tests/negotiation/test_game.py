"""The negotiation: what is offered and answered, and what it is worth, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.negotiation import AskLedger, Days, Masking, Negotiation, Prices, area_fleet
from rideflex.negotiation.stopwatch import Stopwatch
from rideflex.offers import OfferGrid
from rideflex.routing import PlanBatch

PRICES = Prices(minute=2.0, question=30.0)


def everything(days, n_offers):
    """Masks that rule nothing out."""
    return Masking(
        np.ones((*days.trips.shape, n_offers), dtype=np.bool_),
        np.zeros(days.trips.shape, dtype=np.bool_),
    )


def begun(area, beliefs, n_days=4, **told):
    """A game of days on which any offer may be made, and its first situation."""
    days = Days.sample(area, n_days, np.random.default_rng(0))
    game = Negotiation(area, area_fleet(area), beliefs, PRICES, **told)
    return game, game.start(days, everything(days, len(game.offers)))


def test_a_reward_is_what_is_saved_after_prices_in_units_of_ten_minutes(city, informed):
    """(twin's cost - own cost - 30 a question - 2 an agreed minute) / 600, request by request."""
    game, here = begun(city, informed, n_days=8)
    rng, seen = np.random.default_rng(1), set()
    while here is not None:
        plans = here.plans.cost.copy()
        turn = game.step(rng.integers(16, size=8))
        assert np.array_equal(game.plans.cost - plans, turn.cost)
        for day in range(8):
            no_shift = turn.actions[day] == game.offers.no_shift
            minutes = abs(np.array(game.offers[turn.actions[day]])).sum()
            goodwill = 0.0 if no_shift else 30.0 + 2.0 * minutes * turn.accepted[day]
            saved = game.twin_cost[day, here.step] - turn.cost[day]
            assert turn.asked[day] == (not no_shift)
            assert turn.saved[day] == saved
            assert turn.reward[day] == pytest.approx((saved - goodwill) / 600)
            seen.add((bool(no_shift), bool(turn.accepted[day])))
        here = game.situation
    assert seen == {(True, True), (False, True), (False, False)}


def test_an_offer_that_is_refused_is_routed_as_no_shift(city, informed):
    """Whoever cannot be persuaded costs what they cost in the twin day, on every step."""
    stubborn = dataclasses.replace(city, answers=np.zeros_like(city.answers))
    game, here = begun(stubborn, informed)
    while here is not None:
        turn = game.step(np.full(4, 3))
        assert turn.asked.all()
        assert not turn.accepted.any()
        assert not turn.saved.any()
        assert turn.reward == pytest.approx(-30 / 600)
        here = game.situation


def test_who_came_and_who_is_to_come(city, informed):
    """Step by step: rows asked for before, and the travelers not yet seen, in their order."""
    game, here = begun(city, informed)
    trips, step = game._days.trips, 0
    while here is not None:
        assert here.step == step
        assert np.array_equal(here.trips, trips[:, step])
        assert np.array_equal(here.came, trips[:, :step])
        for day in range(4):
            to_come = sorted(city.trips.traveler[trips[day, step + 1 :]].tolist())
            assert here.travelers[day].tolist() == sorted(city.trips.traveler[trips[day]].tolist())
            assert here.travelers[day][here.due[day]].tolist() == to_come
            assert np.flatnonzero(here.waiting[day]).tolist() == to_come
        game.step(np.full(4, game.offers.no_shift))
        here, step = game.situation, step + 1
    assert step == trips.shape[1]


def test_what_no_vehicle_can_do_is_quoted_at_the_penalty(city, informed):
    """Offers save against no shift; where one of them does not fit, the penalty stands for it."""
    days = Days.sample(city, 30, np.random.default_rng(0))
    fleet = area_fleet(city)
    alone = dataclasses.replace(fleet, vehicles=fleet.vehicles[:1])
    slow = dataclasses.replace(city, travel_times=4 * city.travel_times)
    game = Negotiation(slow, alone, informed, PRICES)
    here = game.start(days, everything(days, 16))
    kinds = set()
    while here is not None:
        cost, fits = here.quotes.cost, here.quotes.vehicle >= 0
        for day, offer in np.ndindex(cost.shape):
            paid = [
                int(cost[day, one]) if fits[day, one] else fleet.penalty
                for one in (game.offers.no_shift, offer)
            ]
            assert here.saving[day, offer] == paid[0] - paid[1]
            kinds.add((bool(fits[day, game.offers.no_shift]), bool(fits[day, offer])))
        game.step(np.full(30, game.offers.no_shift))
        here = game.situation
    assert kinds == {(True, True), (False, True), (False, False)}


def test_worth_is_the_chance_times_the_net_saving_less_the_question(city, informed):
    """0.25 · (100 - 2 a minute) - 30 for each offer; no shift costs no question."""
    _, here = begun(city, informed)
    here = dataclasses.replace(here, accept=np.full((4, 16), 0.25, dtype=np.float32))
    worth = here.worth(np.full((4, 16), 100.0))
    for offer, (early, late) in enumerate(here.offers):
        question = 0.0 if (early, late) == (0, 0) else 30.0
        assert worth[:, offer] == pytest.approx(0.25 * (100 - 2 * (late - early)) - question)


def test_a_cap_ends_the_questions(city, informed):
    """Who was asked as often as the cap allows is left alone, on later days too."""
    ledger = AskLedger(city, cap=1)
    for seed in (0, 1):
        days = Days.sample(city, 1, np.random.default_rng(seed), requests=5)
        game = Negotiation(city, area_fleet(city), informed, PRICES, ledger=ledger)
        here = game.start(days, everything(days, 16))
        while here is not None:
            before = ledger.asks.copy()
            who = city.trips.traveler[here.trips[0]]
            assert here.allowed[0].sum() == (1 if before[who] else 16)
            assert here.allowed[0, game.offers.no_shift]
            assert game.step([0]).asked[0] == (before[who] == 0)
            before[who] = 1
            assert np.array_equal(ledger.asks, before)
            here = game.situation
    assert game.ledger is ledger


def test_without_a_cap_anybody_is_asked_any_number_of_times(city, informed):
    """The ledger still counts, days in parallel too; who was not asked is not counted."""
    game, here = begun(city, informed)
    asks = np.zeros(len(city.travelers), dtype=int)
    while here is not None:
        np.add.at(asks, city.trips.traveler[here.trips[:3]], 1)
        assert here.allowed.all()
        game.step([0, 1, 2, game.offers.no_shift])
        here = game.situation
    assert np.array_equal(game.ledger.asks, asks)


def test_an_offer_that_means_nothing_is_not_allowed(city, informed):
    """A trip moves one way: offers of both ways are masked whatever the masks say."""
    grid = OfferGrid(city.offers.pairs, means="move")
    moving = dataclasses.replace(city, means="move")
    assert moving.offers == grid
    _, here = begun(moving, informed)
    both = [early != 0 and late != 0 for early, late in grid]
    assert (here.allowed == ~np.array(both)).all()


def test_a_mask_that_rules_out_all_leaves_no_shift(city, informed):
    """And what it was told stays as it was."""
    days = Days.sample(city, 2, np.random.default_rng(0))
    nothing = Masking(
        np.zeros((*days.trips.shape, 16), dtype=np.bool_),
        np.zeros(days.trips.shape, dtype=np.bool_),
    )
    game = Negotiation(city, area_fleet(city), informed, PRICES)
    here = game.start(days, nothing)
    assert (here.allowed == (np.arange(16) == game.offers.no_shift)).all()
    assert not nothing.allowed.any()


def test_the_twin_day_is_routed_by_cheapest_insertion_without_offers(city, informed):
    """Request by request, in the order in which they come."""
    days = Days.sample(city, 4, np.random.default_rng(0))
    game = Negotiation(city, area_fleet(city), informed, PRICES)
    game.start(days, everything(days, 16))
    plans, none = PlanBatch(game.fleet, city.travel_times, *days.trips.shape), OfferGrid(((0, 0),))
    for step, asked in enumerate(days.trips.T):
        cost = plans.commit(plans.quote(city.requests(asked), none), np.zeros(4, dtype=int))
        assert np.array_equal(game.twin_cost[:, step], cost)


def test_quotes_are_timed_on_the_watch_that_is_given(city, informed):
    """And on one of its own where none is."""
    watch = Stopwatch()
    game, _ = begun(city, informed, watch=watch)
    before = watch.seconds["quotes"]
    assert before > 0
    game.step(np.full(4, game.offers.no_shift))
    assert watch.seconds["quotes"] > before
    assert begun(city, informed)[0].watch.seconds.keys() == {"quotes"}


def test_without_days_there_is_nothing_to_decide(city, informed):
    """Neither before the first batch nor after its last request."""
    game = Negotiation(city, area_fleet(city), informed, PRICES)
    assert game.situation is None
    with pytest.raises(UsageError, match="start a batch of days"):
        game.step([12])
    with pytest.raises(UsageError, match="no day was started"):
        game.plans  # noqa: B018


@pytest.mark.parametrize(("n_days", "told"), [(1, "1 action expected"), (2, "2 actions expected")])
def test_one_action_a_day_is_asked_for_in_words(city, informed, n_days, told):
    """One day, one action; two days, two."""
    game, _ = begun(city, informed, n_days=n_days)
    with pytest.raises(UsageError, match=rf"^{told}, one a day, got shape \(3,\)"):
        game.step([12, 12, 12])
