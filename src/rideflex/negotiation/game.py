"""The negotiation itself: many service days side by side, one request a day and step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.days import Days
from rideflex.negotiation.demand import Demand, EverybodyOnce
from rideflex.negotiation.masking import AskLedger, Masking
from rideflex.negotiation.prices import Prices
from rideflex.negotiation.stopwatch import Stopwatch
from rideflex.negotiation.world import TripWorld
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Quotes

UNIT = 600.0
"""Driving seconds in one unit of reward: ten vehicle minutes."""

_NEVER_ASK = OfferGrid(((0, 0),))


@dataclass(frozen=True)
class Situation:
    """What a dispatcher knows when the requests of one step come in, for B days at once.

    Parameters
    ----------
    step
        How many requests came before on each day.
    trips, came
        Rows of the world's trips that are asked for now, int32 [B], and that came before
        [B, step].
    quotes
        Prices of all offers by cheapest insertion into the plans as they stand.
    accept
        Probability [B, A] that the traveler accepts each offer, from the current model.
    allowed
        Offers [B, A] that may be made; no shift always may.
    travelers
        Who is known to ask on each day, in the order of the travelers, int32 [B, N]; nobody,
        [B, 0], on dates that happened.
    due
        Which of them are still to come, bool [B, N].
    plans
        The routes so far; look, or select a copy.
    area
        Trips, offers and travel times.
    prices
        Goodwill in driving seconds.
    demand
        Draws what may still be asked for.
    """

    step: int
    trips: npt.NDArray[np.int32]
    came: npt.NDArray[np.int32]
    quotes: Quotes
    accept: npt.NDArray[np.float32]
    allowed: npt.NDArray[np.bool_]
    travelers: npt.NDArray[np.int32]
    due: npt.NDArray[np.bool_]
    plans: PlanBatch
    area: TripWorld
    prices: Prices
    demand: Demand

    @property
    def offers(self) -> OfferGrid:
        """The grid that actions index."""
        return self.quotes.offers

    @property
    def waiting(self) -> npt.NDArray[np.bool_]:
        """Travelers [B, T] whose request is known to be still to come."""
        waiting = np.zeros((len(self.due), len(self.area.travelers)), dtype=np.bool_)
        np.put_along_axis(waiting, self.travelers, self.due, axis=1)
        return waiting

    @property
    def saving(self) -> npt.NDArray[np.float64]:
        """Driving seconds [B, A] that each offer saves at once against no shift."""
        cost = np.where(self.quotes.feasible, self.quotes.cost, self.plans.fleet.penalty)
        return (cost[:, [self.offers.no_shift]] - cost).astype(np.float64)

    def worth(self, saving: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Expected worth [B, A] of making each offer, in driving seconds, given what it saves."""
        net = self.accept * (saving - self.prices.accepted(self.offers))
        return np.asarray(net - self.prices.asked(self.offers))


@dataclass(frozen=True)
class Turn:
    """What came of one step, for B days.

    Parameters
    ----------
    actions
        Offers made [B]; a masked-out action counts as no shift.
    asked
        Whether the traveler was asked for a shift [B].
    accepted
        Whether the offer was accepted [B]; no shift always is.
    masked_out
        Whether the policy chose an action that it was not allowed [B].
    cost
        Driving seconds that the request cost [B], the penalty where no vehicle could take it.
    saved
        What the request cost in the twin day minus `cost` [B].
    reward
        `saved` minus the prices of the question and the shifted minutes, in units of reward [B].
    """

    actions: npt.NDArray[np.int32]
    asked: npt.NDArray[np.bool_]
    accepted: npt.NDArray[np.bool_]
    masked_out: npt.NDArray[np.bool_]
    cost: npt.NDArray[np.int64]
    saved: npt.NDArray[np.int64]
    reward: npt.NDArray[np.float64]


class Negotiation:
    """B service days that take one request each at every step.

    The baseline is the same day without offers, its twin: a step's reward is what the request
    cost there, minus what it cost here, minus the prices of goodwill.

    Parameters
    ----------
    area, fleet
        Trips, offers and travel times; the vehicles.
    beliefs
        What the current model says; it may be updated between days.
    prices
        Goodwill in driving seconds.
    ledger
        Cap on the questions put to a traveler; none without it.
    watch
        Counts the seconds spent in quotes.
    demand
        What policies may expect to be asked for later; where it is not given, everybody who is
        known to ask, once.
    """

    def __init__(
        self,
        area: TripWorld,
        fleet: Fleet,
        beliefs: Beliefs,
        prices: Prices,
        ledger: AskLedger | None = None,
        watch: Stopwatch | None = None,
        demand: Demand | None = None,
    ) -> None:
        self.area, self.fleet, self.beliefs, self.prices = area, fleet, beliefs, prices
        self.offers = area.offers
        self.ledger = ledger or AskLedger(area)
        self.watch = watch or Stopwatch()
        self.demand = demand or EverybodyOnce(area.trips.traveler)
        self._days: Days | None = None
        self._plans: PlanBatch | None = None
        self._situation: Situation | None = None

    def start(self, days: Days, masking: Masking) -> Situation | None:
        """Begin a batch of days; returns the first situation."""
        self._days, self._masking = days, masking
        self._plans = self._empty(days)
        self._twin = self._never_ask(days)
        announced = days.trips if days.is_announced else days.trips[:, :0]
        travelers = self.area.trips.traveler[announced]
        self._turn = np.argsort(travelers, axis=1)
        self._travelers = np.take_along_axis(travelers, self._turn, axis=1)
        self._situation = self._look(0)
        return self._situation

    @property
    def situation(self) -> Situation | None:
        """What is to be decided now; None once the days are over."""
        return self._situation

    @property
    def plans(self) -> PlanBatch:
        """The routes of the days in play."""
        if self._plans is None:
            raise UsageError("no day was started yet")
        return self._plans

    @property
    def twin_cost(self) -> npt.NDArray[np.int64]:
        """What each request costs in the twin days [B, N], penalties included."""
        return self._twin

    def step(self, actions: npt.ArrayLike) -> Turn:
        """Make the offers [B], hear the answers, and route the requests.

        Raises
        ------
        UsageError
            If the days are over, there is not one action for each day, or an action is outside
            the grid.
        """
        here, days = self._situation, self._days
        if here is None or days is None:
            raise UsageError("there is no request to decide on: start a batch of days")
        rows = np.arange(len(days))
        wanted = self.offers.check_actions(_one_a_day(actions, len(days)))
        masked_out = ~here.allowed[rows, wanted]
        made = np.where(masked_out, self.offers.no_shift, wanted).astype(np.int32)
        asked = made != self.offers.no_shift
        accepted = days.answers(self.area, here.step)[rows, made] | ~asked
        agreed = np.where(accepted, made, self.offers.no_shift)
        cost = self.plans.commit(here.quotes, agreed)
        saved = self._twin[:, here.step] - cost
        goodwill = self.prices.accepted(self.offers)[agreed] + self.prices.question * asked
        self.ledger.note(self.area.trips.traveler[here.trips], asked)
        self._situation = self._look(here.step + 1)
        return Turn(made, asked, accepted, masked_out, cost, saved, (saved - goodwill) / UNIT)

    def _look(self, step: int) -> Situation | None:
        assert self._days is not None
        if step == self._days.n_requests:
            return None
        trips = self._days.trips[:, step]
        travelers = self.area.trips.traveler[trips]
        allowed = self._masking.allowed[:, step].copy()
        allowed[~self.ledger.open(travelers)] = False
        allowed &= self.area.may_offer(trips)
        allowed[:, self.offers.no_shift] = True
        with self.watch("quotes"):
            quotes = self.plans.quote(self.area.requests(trips), self.offers)
        return Situation(
            step=step,
            trips=trips,
            came=self._days.trips[:, :step],
            quotes=quotes,
            accept=self.beliefs.accept(trips),
            allowed=allowed,
            travelers=self._travelers,
            due=self._turn > step,
            plans=self.plans,
            area=self.area,
            prices=self.prices,
            demand=self.demand,
        )

    def _never_ask(self, days: Days) -> npt.NDArray[np.int64]:
        plans = self._empty(days)
        nothing = np.zeros(len(days), dtype=np.int32)
        cost = np.empty(days.trips.shape, dtype=np.int64)
        for step in range(days.n_requests):
            with self.watch("quotes"):
                quotes = plans.quote(self.area.requests(days.trips[:, step]), _NEVER_ASK)
            cost[:, step] = plans.commit(quotes, nothing)
        return cost

    def _empty(self, days: Days) -> PlanBatch:
        return PlanBatch(self.fleet, self.area.travel_times, len(days), days.n_requests)


def _one_a_day(actions: npt.ArrayLike, n_days: int) -> npt.NDArray[np.generic]:
    array = np.asarray(actions)
    if array.shape != (n_days,):
        plural = "" if n_days == 1 else "s"
        raise UsageError(f"{n_days} action{plural} expected, one a day, got shape {array.shape}")
    return array
