"""Ruin and recreate: a compiled search over a day's routes and its agreed offers together."""
# ruff: noqa: NPY002  # inside compiled code np.random is Numba's own generator, one a thread

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.edit import agree, insert
from rideflex.routing.kernels.insertion import (
    COST,
    quote_day,
    room_for_quotes,
)
from rideflex.routing.kernels.layout import PICKUP_OPENS, Asked, Shifts, signed
from rideflex.routing.kernels.relocate import take_out
from rideflex.routing.kernels.state import NEVER, Plans, Rules, State

CURRENT, TRIAL, BEST = 0, 1, 2
_TOLERATED = 0.025  # of the start's cost, above the best, in the first round
_MOST_RUINED, _REACH = 6, 8
_BARRED = 0.02  # share of vehicles that are not looked at when a request goes back
_ASTRAY = 0.05  # share of requests that go under any accepted offer, not under the cheapest


class Choice(NamedTuple):
    """What may be agreed with each request, and what it costs beyond driving."""

    accepted: npt.NDArray[np.bool_]  # [B, R, A]
    price: npt.NDArray[np.int64]  # [B, A] seconds that an offer is worth avoiding
    penalty: int  # seconds for a request left out
    chosen: npt.NDArray[np.int64]  # [3 B, R] the offer agreed, -1 where left out


@compiled(parallel=True)
def search_days(
    state: State,
    rules: Rules,
    asked: Asked,
    shifts: Shifts,
    choice: Choice,
    iterations: int,
    seeds: npt.NDArray[np.int64],
) -> None:
    """Search each of B days for `iterations` rounds of ruin and recreate.

    A round takes a few requests that are close in time out of the routes and puts them back one by
    one, each under the accepted offer and at the place that cost least. It is kept where the cost
    stays below the best so far plus a tolerance that falls to zero (record-to-record travel).

    Parameters
    ----------
    state, rules
        Three rows a day: current, trial and best; all three hold the day to start from, and the
        last holds the result.
    asked
        The requests [B R] with the windows that they were asked with.
    choice
        Offers that may be agreed; `chosen` is read and written as the rows of `state` are.
    seeds
        One a day [B]: the result depends on nothing else.
    """
    if len(seeds) == 1:
        _search_day(state, rules, asked, shifts, choice, iterations, signed(0), seeds[0])
    else:
        for day in numba.prange(len(seeds)):
            _search_day(state, rules, asked, shifts, choice, iterations, signed(day), seeds[day])


@compiled()
def _search_day(
    state: State,
    rules: Rules,
    asked: Asked,
    shifts: Shifts,
    choice: Choice,
    iterations: int,
    day: int,
    seed: int,
) -> None:
    np.random.seed(seed)
    current, trial, best = 3 * day + CURRENT, 3 * day + TRIAL, 3 * day + BEST
    plans = Plans(state, rules)
    n = state.booked[current]
    first = day * choice.accepted.shape[1]
    by_time = np.argsort(asked[first : first + n, PICKUP_OPENS])
    quote = room_for_quotes(shifts)
    barred = np.zeros(state.length.shape[1], dtype=np.bool_)
    cost = _cost(plans, choice, day, current, n)
    least = cost
    tolerance = _TOLERATED * cost
    for iteration in range(iterations if n else 0):
        _copy(plans, choice, current, trial)
        ruined = _pick(by_time)
        holds = True
        for request in ruined:
            holds = holds and _remove(plans, trial, request)
        if not holds:
            continue
        for request in ruined:
            for vehicle in range(len(barred)):
                barred[vehicle] = np.random.random() < _BARRED
            _recreate(plans, asked, shifts, choice, day, trial, request, first, barred, quote)
        tried = _cost(plans, choice, day, trial, n)
        if tried <= cost or tried < least + tolerance * (iterations - iteration) / iterations:
            cost = tried
            _copy(plans, choice, trial, current)
        if tried < least:
            least = tried
            _copy(plans, choice, trial, best)


@compiled()
def _pick(by_time: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    n = len(by_time)
    centre = np.random.randint(n)
    near = by_time[max(0, centre - _REACH) : centre + _REACH + 1].copy()
    k = 1 + np.random.randint(min(_MOST_RUINED, len(near)))
    for at in range(k):
        other = at + np.random.randint(len(near) - at)
        near[at], near[other] = near[other], near[at]
    return near[:k]


@compiled()
def _remove(plans: Plans, row: int, request: int) -> bool:
    state = plans.state
    for vehicle in range(state.length.shape[1]):
        for k in range(state.length[row, vehicle]):
            if state.stops[row, vehicle, k] == 2 * request:
                return take_out(plans, row, vehicle, request)[1]
    return True


@compiled()
def _recreate(
    plans: Plans,
    asked: Asked,
    shifts: Shifts,
    choice: Choice,
    day: int,
    row: int,
    request: int,
    first: int,
    barred: npt.NDArray[np.bool_],
    quote: npt.NDArray[np.int64],
) -> None:
    quote_day(plans, asked, shifts, row, first + request, barred, quote)
    cheapest, agreed, found = choice.penalty, -1, 0
    astray = np.random.random() < _ASTRAY
    for offer in range(choice.price.shape[1]):
        extra = quote[shifts.at[offer, 0], COST, shifts.at[offer, 1], shifts.at[offer, 2]]
        if not choice.accepted[day, request, offer] or extra >= NEVER:
            continue
        cost = extra + choice.price[day, offer]
        found += 1
        if astray:
            taken = np.random.randint(found) == 0
        elif cost == cheapest and agreed >= 0:
            taken = _widens(shifts, offer, agreed)
        else:
            taken = cost < cheapest
        if taken:
            cheapest, agreed = cost, offer
    choice.chosen[row, request] = agreed
    if agreed >= 0:
        at = shifts.at[agreed]
        agree(plans, asked, row, first + request, request, shifts.bounds[agreed])
        cost, vehicle, i, j = quote[at[0], :, at[1], at[2]]
        insert(plans, row, vehicle, request, i, j, cost)


@compiled()
def _widens(shifts: Shifts, offer: int, than: int) -> bool:
    # Where two offers cost the same the wider leaves more room for what comes after.
    wide, narrow = shifts.bounds[offer], shifts.bounds[than]
    opens = wide[0] <= narrow[0] and wide[2] <= narrow[2]
    return bool(opens and wide[1] >= narrow[1] and wide[3] >= narrow[3])


@compiled()
def _cost(plans: Plans, choice: Choice, day: int, row: int, n: int) -> int:
    total = plans.state.driving[row]
    for request in range(n):
        agreed = choice.chosen[row, request]
        total += choice.price[day, agreed] if agreed >= 0 else choice.penalty
    return int(total)


@compiled()
def _copy(plans: Plans, choice: Choice, source: int, target: int) -> None:
    state = plans.state
    choice.chosen[target] = choice.chosen[source]
    state.visits[target] = state.visits[source]
    state.driving[target] = state.driving[source]
    for vehicle in range(state.length.shape[1]):
        n = state.length[source, vehicle]
        state.length[target, vehicle] = n
        state.stops[target, vehicle, :n] = state.stops[source, vehicle, :n]
        state.route[target, vehicle, : n + 2] = state.route[source, vehicle, : n + 2]
