"""Whom to call: a joint search over offers and routes, capped at the calls that are left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rideflex.calls.repair import repaired, taken_back
from rideflex.offers import OfferGrid
from rideflex.routing import ServiceDay, Solution
from rideflex.routing.plans import inserted
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.joint import search_jointly
from rideflex.routing.solution import Routes


@dataclass(frozen=True)
class Effort:
    """Rounds of ruin and recreate.

    Parameters
    ----------
    joint
        Over offers and routes.
    routes
        Over routes alone, of which a round takes a fifth of the time.
    without
        For each traveler, over the routes that do without that traveler's shift.
    """

    joint: int
    routes: int
    without: int

    @classmethod
    def of(cls, requests: int) -> Effort:
        """What a day of so many requests takes to be planned from nothing."""
        joint = 3_000 + 40 * requests
        return cls(joint, 4 * joint, 200 + 2 * requests)

    @property
    def again(self) -> Effort:
        """What it takes after one answer, from the plan of before."""
        return Effort(self.joint // 6, self.routes // 6, self.without)


@dataclass(frozen=True)
class CallProblem:
    """What is known before the next call.

    Parameters
    ----------
    day
        Requests [n] under what was agreed so far, fleet and travel times.
    offers, allowed
        The grid, and which offers may still be asked of each [n, A].
    chance
        Probability of a yes [n, A].
    price, question
        Driving seconds that a shifted minute, and a question, are worth avoiding.
    calls
        How many more bookings may be called about.
    on_phone
        The request whose traveler has just said no, and may be asked for less in the same call.
    """

    day: ServiceDay
    offers: OfferGrid
    allowed: npt.NDArray[np.bool_]
    chance: npt.NDArray[np.float64]
    price: int
    question: int
    calls: int
    on_phone: int | None = None

    def open_day(self, requests: Iterable[int] | None = None, question: int = 0) -> OpenDay:
        """The day with its offers open, all of them or those of some requests.

        Parameters
        ----------
        question
            Driving seconds added to the price of a question.
        """
        allowed = self.allowed
        if requests is not None:
            rows = np.zeros(len(allowed), dtype=np.bool_)
            rows[list(requests)] = True
            allowed = allowed & rows[:, None]
        return OpenDay(self.day, self.offers, allowed, self.price, self.question + question)

    @property
    def largest(self) -> npt.NDArray[np.int32]:
        """Of each request the allowed offer of most minutes that is likelier taken than not."""
        likely = self.allowed & (self.chance >= 0.5)
        minutes = np.where(likely, self.offers.minutes, -1)
        minutes[:, self.offers.no_shift] = 0
        largest: npt.NDArray[np.int32] = minutes.argmax(axis=1).astype(np.int32)
        return largest


@dataclass(frozen=True)
class Worth:
    """What one call is worth in a plan.

    Parameters
    ----------
    request, action
        Whom to call, and what to ask for.
    chance
        Of a yes.
    with_it, without
        The plan, and the plan that does without this shift, all else agreed alike.
    """

    request: int
    action: int
    chance: float
    with_it: Agreement
    without: Agreement

    @property
    def saved(self) -> int:
        """Seconds of driving and of penalties that doing without costs."""
        return self.without.solution.cost - self.with_it.solution.cost

    @property
    def price(self) -> int:
        """Driving seconds that the offer is worth avoiding."""
        return int(self.with_it.open_day.prices[self.action])

    @property
    def gain(self) -> int:
        """Seconds saved beyond the price."""
        return self.saved - self.price

    @property
    def expected(self) -> float:
        """The gain times the chance of a yes: what calls are made in order of."""
        return self.gain * self.chance


@dataclass(frozen=True)
class CallPlan:
    """The calls that are worth making, and the routes they lead to.

    Parameters
    ----------
    nobody
        Routes if nobody agrees to anything more.
    everybody
        Offers and routes if all on the list agree.
    calls
        In the order in which to make them.
    """

    nobody: Solution
    everybody: Agreement
    calls: tuple[Worth, ...]


def first_plan(problem: CallProblem, effort: Effort, seed: int = 0) -> CallPlan:
    """Plan the calls of a day from nothing.

    The joint search starts from the routes of nobody's shifts and from those of the largest offers
    that are likely taken: of a busy day it finds more from there.
    """
    day = problem.day
    nobody = _routed(day, [inserted(day)], effort, seed)
    open_day, actions = problem.open_day(), problem.largest
    largest = Agreement(open_day, actions, inserted(open_day.under(actions)))
    starts = [Agreement.as_asked(open_day, nobody.routes), largest]
    free = _best(search_jointly(starts, effort.joint, seed), starts)
    if _fits(problem, free):
        return _ordered(problem, nobody, free, effort, seed)
    # Where a question costs half of what the last of the calls is worth, fewer are asked.
    ranked = _ranked(problem, free)
    dear = problem.open_day(question=max(0, ranked[problem.calls - 1].gain // 2))
    starts = [replace(free, open_day=dear), Agreement.as_asked(dear, nobody.routes)]
    dearer = search_jointly(starts, effort.joint, seed)
    fewer = [replace(plan, open_day=open_day).spared() for plan in dearer]
    plan = _capped(problem, [free, *fewer], nobody, effort, seed)
    return _ordered(problem, nobody, plan, effort, seed)


def next_plan(
    problem: CallProblem, before: CallPlan, answered: int, effort: Effort, seed: int = 0
) -> CallPlan:
    """Plan the calls that are left after the answer of one request, from the plan of before."""
    open_day = problem.open_day()
    actions, offers = before.everybody.actions.copy(), problem.offers
    barred = ~open_day.accepted[np.arange(len(actions)), actions]
    actions[barred] = offers.no_shift
    actions[answered] = offers.no_shift
    suspects = [answered, *np.flatnonzero(barred).tolist()]
    asked = OpenDay.without_offers(problem.day)
    kept = Agreement.as_asked(asked, before.nobody.routes)
    (kept,) = repaired([(kept, [answered])], 0, seed)
    (start,) = repaired([(Agreement(open_day, actions, before.everybody.routes), suspects)], 0)
    (none,) = taken_back(start, [_shifted(start)], 0)
    nobody = _routed(problem.day, [kept.routes, none.routes], effort, seed)
    starts = [start, Agreement.as_asked(open_day, nobody.routes)]
    free = _best(search_jointly(starts, effort.joint, seed), starts)
    plan = free
    if not _fits(problem, free):
        plan = _capped(problem, [free, start], nobody, effort, seed)
    return _ordered(problem, nobody, plan, effort, seed)


def _ordered(
    problem: CallProblem, nobody: Solution, plan: Agreement, effort: Effort, seed: int
) -> CallPlan:
    (plan,) = repaired([(plan, ())], effort.routes // 4, seed)
    plan, worths = _worth_their_price(problem, plan.spared(), effort, seed)
    (none,) = taken_back(plan, [_shifted(plan)], effort.without, seed)
    nobody = min(nobody, none.solution, key=lambda solution: solution.cost)
    if plan.cost >= nobody.cost:
        plan, worths = Agreement.as_asked(problem.open_day(), nobody.routes), []
    on_phone = problem.on_phone
    worths.sort(key=lambda one: (one.request != on_phone, -one.expected, one.request))
    return CallPlan(nobody, plan, tuple(worths))


def _capped(
    problem: CallProblem,
    plans: Sequence[Agreement],
    nobody: Solution,
    effort: Effort,
    seed: int,
) -> Agreement:
    """The best plan of no more calls than are left: of each plan those that are worth most.

    What they agree to is tried on the routes of the plan and on those of nobody's shifts.
    """
    tried: list[tuple[Agreement, Sequence[int]]] = []
    for plan in plans:
        kept = _kept(problem, _ranked(problem, plan))
        rest = [request for request in _shifted(plan) if request not in kept]
        actions = plan.actions.copy()
        actions[rest] = problem.offers.no_shift
        tried.append((replace(plan, actions=actions), rest))
        tried.append((replace(plan, actions=actions, routes=nobody.routes), kept))
    found = [plan.spared() for plan in repaired(tried, effort.routes // 6, seed)]
    return min(found, key=lambda plan: (plan.cost, plan.minutes))


def _worth_their_price(
    problem: CallProblem, plan: Agreement, effort: Effort, seed: int
) -> tuple[Agreement, list[Worth]]:
    """Take back what is not worth its price, the least first, until every call is."""
    while True:
        worths = _worths(problem, plan, effort.without, seed)
        least = min(worths, key=lambda one: one.gain, default=None)
        if least is None or least.gain > 0:
            return plan, worths
        plan = least.without.spared()


def _ranked(problem: CallProblem, plan: Agreement) -> list[Worth]:
    return sorted(_worths(problem, plan, 0, 0), key=lambda one: (-one.expected, one.request))


def _worths(problem: CallProblem, plan: Agreement, rounds: int, seed: int) -> list[Worth]:
    shifted = _shifted(plan)
    without = taken_back(plan, [[request] for request in shifted], rounds, seed)
    return [
        Worth(
            request,
            int(plan.actions[request]),
            float(problem.chance[request, plan.actions[request]]),
            plan,
            left,
        )
        for request, left in zip(shifted, without, strict=True)
    ]


def _kept(problem: CallProblem, ranked: Sequence[Worth]) -> list[int]:
    fresh = [one.request for one in ranked if one.request != problem.on_phone][: problem.calls]
    return [*fresh, *(one.request for one in ranked if one.request == problem.on_phone)]


def _fits(problem: CallProblem, plan: Agreement) -> bool:
    return sum(request != problem.on_phone for request in _shifted(plan)) <= problem.calls


def _shifted(plan: Agreement) -> list[int]:
    shifted: list[int] = np.flatnonzero(plan.actions != plan.open_day.offers.no_shift).tolist()
    return shifted


def _best(found: Sequence[Agreement], starts: Sequence[Agreement]) -> Agreement:
    spared = [agreement.spared() for agreement in (*found, *starts)]
    return min(spared, key=lambda agreement: (agreement.cost, agreement.minutes))


def _routed(day: ServiceDay, starts: Sequence[Routes], effort: Effort, seed: int) -> Solution:
    asked = [Agreement.as_asked(OpenDay.without_offers(day), routes) for routes in starts]
    found = search_jointly(asked, effort.routes, seed)
    return _best(found, asked).solution
