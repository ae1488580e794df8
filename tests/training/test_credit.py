"""What an agreed shift turned out to be worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rideflex.areas import read_area
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation import UNIT, Days, Masking, Negotiation, Prices, area_fleet
from rideflex.negotiation.transcript import TranscriptWriter
from rideflex.routing import PlanBatch, ServiceDay, Solution, problems_of
from rideflex.routing.search.counterfactual import narrowed
from rideflex.routing.search.ruin_and_recreate import search_routes
from rideflex.synthetic.generate import AreaSettings, generate_area
from rideflex.training.credit import hindsight_credit
from tests.informed import Informed

PRICES = Prices(minute=3.0, question=5.0)


def played(city, beliefs, n_days, ask):
    """Days on which a share `ask` of the travelers is asked for anything that they accept."""
    days = Days.sample(city, n_days, np.random.default_rng(0))
    game = Negotiation(city, area_fleet(city), beliefs, PRICES)
    here = game.start(days, Masking.likely(beliefs, days, city.table.offers.no_shift))
    writer, rng = TranscriptWriter(game.offers), np.random.default_rng(1)
    while here is not None:
        anything = (here.allowed * rng.random(here.allowed.shape)).argmax(axis=1)
        asked = rng.random(n_days) < ask
        writer.note(here, game.step(np.where(asked, anything, here.offers.no_shift)))
        here = game.situation
    return game, writer.finish()


def test_whoever_was_not_asked_gets_no_credit(city, informed):
    """A request without a question is worth nothing, and costs no goodwill."""
    game, transcript = played(city, informed, 8, ask=0.5)
    credit = hindsight_credit(game.plans, transcript, PRICES, np.random.default_rng(0))
    assert not credit[~transcript.asked].any()
    assert credit[transcript.asked].any()


def test_an_unused_shift_costs_its_minutes_and_the_question(city, informed):
    """Where the routes keep the narrower windows the credit is minus the prices, exactly."""
    game, transcript = played(city, informed, 8, ask=0.7)
    credit = hindsight_credit(game.plans, transcript, PRICES, np.random.default_rng(0)) * UNIT
    goodwill = 3.0 * transcript.minutes + 5.0 * transcript.asked
    worth = credit + goodwill
    unused = transcript.agreed & (np.abs(worth) < 1e-6)
    assert unused.any()
    assert (worth[transcript.agreed & ~unused] != 0).all()


def test_a_long_day_does_not_charge_a_shift_with_what_its_search_missed(tmp_path):
    """A wider window takes nothing away: on days of 80 requests, too, it is worth time."""
    generate_area(tmp_path / "city", AreaSettings(travelers=80, trips=4, zones=25, seed=3))
    area = read_area(tmp_path / "city")
    beliefs = Beliefs(area)
    beliefs.update(Informed(area))
    game, transcript = played(area, beliefs, 24, ask=0.4)
    credit = hindsight_credit(game.plans, transcript, PRICES, np.random.default_rng(0)) * UNIT
    worth = (credit + 3.0 * transcript.minutes + 5.0 * transcript.asked)[transcript.agreed]
    assert worth.mean() > 50
    assert (worth < -1e-6).mean() < 0.1


def test_narrowing_is_feasible_and_changes_nothing_that_still_holds(city, informed):
    """Without the shift the cost is the plan's own where its routes still hold, by the oracle."""
    game, transcript = played(city, informed, 6, ask=0.9)
    plans = search_routes(game.plans, 100, np.arange(6))
    offers, shifts = city.table.offers, transcript.actions
    days, requests = np.nonzero(transcript.agreed)
    chosen = shifts[days, requests]
    cost = narrowed(plans, days, requests, offers.bounds[chosen])
    held = 0
    for day, request, action, without in zip(days, requests, chosen, cost, strict=True):
        agreed = plans.day(day)
        windows = replace(
            agreed.requests,
            pickup_window=agreed.requests.pickup_window.copy(),
            dropoff_window=agreed.requests.dropoff_window.copy(),
        )
        windows.pickup_window[request, 0] -= 60 * offers.pickup[action]
        windows.dropoff_window[request, 1] -= 60 * offers.dropoff[action]
        narrow = ServiceDay(windows, agreed.fleet, agreed.travel_times)
        if not problems_of(narrow, plans.routes(day)):
            held += 1
            assert without == plans.cost[day]
        else:
            best = search_routes(PlanBatch.of([agreed], [plans.routes(day)]), 200, [0])
            assert without >= best.cost[0] * 0.98
    assert held


def test_searching_routes_never_loses_and_keeps_every_window(city, informed):
    """The searched plans cost no more, hold by the oracle, and leave their start alone."""
    game, _ = played(city, informed, 6, ask=0.9)
    before = game.plans.cost.copy()
    searched = search_routes(game.plans, 50, np.arange(6))
    assert (searched.cost <= before).all()
    assert np.array_equal(game.plans.cost, before)
    for day in range(6):
        assert not problems_of(searched.day(day), searched.routes(day))
        assert Solution.of(searched.day(day), searched.routes(day)).cost == searched.cost[day]


def test_a_search_depends_on_plan_and_seed_alone(city, informed):
    """A day is searched alike in any company."""
    game, _ = played(city, informed, 6, ask=0.9)
    together = search_routes(game.plans, 40, np.arange(6))
    for day in (0, 4):
        alone = search_routes(game.plans.select([day]), 40, [day])
        assert alone.cost[0] == pytest.approx(together.cost[day])
