"""A day on which offers are still open, and what was agreed on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.routing.problem import BREAK, ServiceDay
from rideflex.routing.solution import Routes, Solution, earliest_times


@dataclass(frozen=True)
class OpenDay:
    """A day as it was asked for, and every answer that its travelers would give.

    Parameters
    ----------
    day
        Requests [n] with the windows that they were asked with.
    offers, accepted
        The grid, and which offers each traveler would accept [n, A]. No shift is what the traveler
        asked for, so it always counts as accepted; what means nothing never does.
    price, question
        Driving seconds that a shifted minute, and a traveler who is asked at all, are worth
        avoiding.
    """

    day: ServiceDay
    offers: OfferGrid
    accepted: npt.NDArray[np.bool_]
    price: int = 0
    question: int = 0

    def __post_init__(self) -> None:
        wanted = (len(self.day.requests), len(self.offers))
        if np.shape(self.accepted) != wanted:
            raise UsageError(f"accepted has shape {np.shape(self.accepted)}, not {wanted}")
        accepted = np.array(self.accepted, dtype=np.bool_) & self.offers.possible
        accepted[:, self.offers.no_shift] = True
        object.__setattr__(self, "accepted", accepted)

    @classmethod
    def without_offers(cls, day: ServiceDay) -> OpenDay:
        """Take a day as it is: the only offer is no shift."""
        return cls(day, OfferGrid.from_pairs([(0, 0)]), np.ones((len(day.requests), 1), np.bool_))

    @cached_property
    def prices(self) -> npt.NDArray[np.int64]:
        """Driving seconds [A] that each offer is worth avoiding."""
        asked = np.arange(len(self.offers)) != self.offers.no_shift
        prices: npt.NDArray[np.int64] = self.question * asked.astype(np.int64)
        prices += self.price * self.offers.minutes
        return prices

    def under(self, actions: npt.ArrayLike) -> ServiceDay:
        """Return the day with the windows that these offers [n] agree on."""
        at = self.offers.check_actions(actions)
        requests = self.day.requests.under(self.offers, at)
        return ServiceDay(requests, self.day.fleet, self.day.travel_times)


@dataclass(frozen=True)
class Agreement:
    """The offers [n] agreed on an open day, and routes that keep their windows."""

    open_day: OpenDay
    actions: npt.NDArray[np.int32]
    routes: Routes

    @classmethod
    def as_asked(cls, open_day: OpenDay, routes: Routes) -> Agreement:
        """Take routes on which nobody was asked to shift."""
        actions = np.full(len(open_day.accepted), open_day.offers.no_shift, dtype=np.int32)
        return cls(open_day, actions, routes)

    @cached_property
    def solution(self) -> Solution:
        """The routes with their driving seconds and unserved requests."""
        return Solution.of(self.open_day.under(self.actions), self.routes)

    @property
    def minutes(self) -> int:
        """Shifted minutes of all travelers together."""
        return int(self.open_day.offers.minutes[self.actions].sum())

    @property
    def cost(self) -> int:
        """Driving seconds, penalties, and the prices of the offers."""
        return self.solution.cost + int(self.open_day.prices[self.actions].sum())

    def spared(self) -> Agreement:
        """Ask of nobody more minutes than these routes need, one traveler after another."""
        actions = self.actions.copy()
        actions[list(self.solution.unserved)] = self.open_day.offers.no_shift
        vehicle_of = {
            stop // 2: vehicle
            for vehicle, route in enumerate(self.routes)
            for stop in route
            if stop != BREAK
        }
        gentlest = np.argsort(self.open_day.offers.minutes, kind="stable")
        minutes = self.open_day.offers.minutes
        for request, vehicle in sorted(vehicle_of.items()):
            agreed = actions[request]
            for offer in gentlest[self.open_day.accepted[request, gentlest]]:
                actions[request] = offer
                if minutes[offer] >= minutes[agreed]:
                    actions[request] = agreed
                    break
                if earliest_times(self.open_day.under(actions), vehicle, self.routes[vehicle]):
                    break
        return Agreement(self.open_day, actions, self.routes)
