"""Quotes by cheapest feasible insertion, for all offers of a grid at once.

What an insertion costs does not depend on the offer, and what it does to the clock depends on it
only through two numbers: the earliest pick-up (a *lane*, one for each pick-up shift) and the
latest drop-off (a *step*, one for each drop-off shift). So every pair of positions is priced once,
its schedule is carried forward once a lane, and the drop-off that comes out says at once which
steps are wide enough. A wider offer can do whatever a narrower one can: a position that is no
cheaper than what the narrowest offer already has is dropped for all of them.

Nothing here assumes the triangle inequality. Where a later stop can be reached sooner by way of
the drop-off, pruning leaves room for the largest such shortcut of the travel times.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked, Shifts
from rideflex.routing.kernels.ride_time import ride_holds
from rideflex.routing.kernels.state import NEVER, Rules, State

COST, VEHICLE, PICKUP, DROPOFF = 0, 1, 2, 3

# A day's quote takes microseconds, and so does waking a thread: fewer days are quoted in one.
_FEWEST_PARALLEL = 16


@compiled(parallel=True)
def quote_days(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    shifts: Shifts,
    quotes: npt.NDArray[np.int64],
) -> None:
    """Fill `quotes` [4, B, A]: cost, vehicle, pick-up and drop-off position of the cheapest.

    Positions are counted in the route as it stands: the pick-up follows position i, the drop-off
    follows position j >= i (and the pick-up, where they are equal). Cost is NEVER where no vehicle
    can take the request. Among equals the first vehicle, then the first positions, are taken.
    """
    barred = np.zeros(state.length.shape[1], dtype=np.bool_)
    if quotes.shape[1] < _FEWEST_PARALLEL:
        for day in range(quotes.shape[1]):
            _quote_offers(state, rules, travel, asked, shifts, day, barred, quotes)
    else:
        for day in numba.prange(quotes.shape[1]):
            _quote_offers(state, rules, travel, asked, shifts, day, barred, quotes)


@compiled()
def _quote_offers(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    shifts: Shifts,
    day: int,
    barred: npt.NDArray[np.bool_],
    quotes: npt.NDArray[np.int64],
) -> None:
    best = np.empty((4, len(shifts.early), len(shifts.late)), dtype=np.int64)
    quote_day(state, rules, travel, asked, shifts, day, day, barred, best)
    for offer in range(quotes.shape[2]):
        for field in range(4):
            quotes[field, day, offer] = best[field, shifts.lane[offer], shifts.step[offer]]


@compiled()
def quote_day(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    shifts: Shifts,
    day: int,
    row: int,
    barred: npt.NDArray[np.bool_],
    best: npt.NDArray[np.int64],
) -> None:
    """Fill `best` [4, P, D] for request `row` of `asked` on one day, by vehicles not barred [V]."""
    best[COST] = NEVER
    best[VEHICLE:] = -1
    empty_seen = False
    for vehicle in range(state.length.shape[1]):
        empty = state.length[day, vehicle] == 0
        if not (barred[vehicle] or (empty and empty_seen)):
            _quote_vehicle(state, rules, travel, asked, shifts, day, row, vehicle, best)
        empty_seen = empty_seen or empty


@compiled()
def _quote_vehicle(  # noqa: C901  # split into functions it takes half as long again
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    shifts: Shifts,
    day: int,
    row: int,
    vehicle: int,
    best: npt.NDArray[np.int64],
) -> None:
    n = state.length[day, vehicle]
    place, ready = state.place[day, vehicle], state.ready[day, vehicle]
    late, load = state.late[day, vehicle], state.load[day, vehicle]
    origin, destination = asked.origin[row], asked.destination[row]
    riders = asked.riders[row]
    board, alight = asked.service[row]
    latest_pickup = asked.pickup_window[row, 1]
    opens, closes = asked.dropoff_window[row]
    earliest = asked.pickup_window[row, 0] + shifts.early
    departs = np.empty_like(earliest)
    timed = rules.max_ride < NEVER or rules.max_duration < NEVER
    margin = max(0, rules.shortcut - alight)
    narrow = best[COST, -1]  # what the narrowest pick-up has so far; [0] of it bounds all offers
    for i in range(_first_in_time(late, n, earliest[0] + board - margin), n + 1):
        if ready[i] > latest_pickup:
            break
        to_origin = travel[place[i], origin]
        if ready[i] + to_origin > latest_pickup or load[i] + riders > rules.capacity:
            continue
        direct = travel[place[i], place[i + 1]] if n else 0  # an unused vehicle stays at home
        for lane in range(len(departs)):
            departs[lane] = max(earliest[lane], ready[i] + to_origin) + board
        # The drop-off right after the pick-up, and then after every later stop, for which all
        # lanes' clocks are carried forward.
        detour, here, lanes = to_origin - direct, origin, len(departs)
        for j in range(i, n + 1):
            if j > i:
                if load[j] + riders > rules.capacity:
                    break
                if j == i + 1:
                    detour += travel[origin, place[j]]
                    if detour - rules.shortcut >= narrow[0]:
                        break
                stop = state.stops[day, vehicle, j - 1]
                leg = travel[here, place[j]]
                here = place[j]
                limit = min(state.closes[day, stop], late[j] + margin)
                for lane in range(lanes):
                    start = max(state.opens[day, stop], departs[lane] + leg)
                    if start > limit:
                        lanes = lane
                        break
                    departs[lane] = start + state.service[day, stop]
                if lanes == 0 or departs[0] > closes + shifts.late[-1]:
                    break
            ride, onward = travel[here, destination], travel[destination, place[j + 1]]
            cost = detour + ride + onward
            if j > i:
                cost -= travel[here, place[j + 1]]
            if cost >= narrow[0]:
                continue
            deadline = late[j + 1] - onward - alight
            alive = departs[:lanes]
            if timed:
                _offer_timed(
                    state, rules, travel, asked, shifts, day, row, vehicle,
                    i, j, alive, ride, deadline, cost, best,
                )  # fmt: skip
            else:
                _offer(best, shifts.late, alive, ride, opens, closes, deadline, cost, vehicle, i, j)


@compiled()
def _first_in_time(late: npt.NDArray[np.int64], n: int, ready: int) -> int:
    # Before this position the next stop can no longer wait for somebody who is ready only then.
    first, last = 0, n
    while first < last:
        middle = (first + last) // 2
        if late[middle + 1] < ready:
            first = middle + 1
        else:
            last = middle
    return first


@compiled()
def _offer(
    best: npt.NDArray[np.int64],
    late: npt.NDArray[np.int64],
    departs: npt.NDArray[np.int64],
    ride: int,
    opens: int,
    closes: int,
    deadline: int,
    cost: int,
    vehicle: int,
    i: int,
    j: int,
) -> None:
    # Steps are walked from narrow to wide and the wider have the lower bests, so the first step
    # that gains nothing ends the walk.
    for lane in range(len(departs)):
        dropoff = max(opens, departs[lane] + ride)
        if dropoff > deadline:
            return
        for step in range(len(late)):
            if dropoff <= closes + late[step]:
                if cost >= best[COST, lane, step]:
                    break
                best[COST, lane, step] = cost
                best[VEHICLE, lane, step] = vehicle
                best[PICKUP, lane, step] = i
                best[DROPOFF, lane, step] = j


@compiled()
def _offer_timed(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    shifts: Shifts,
    day: int,
    row: int,
    vehicle: int,
    i: int,
    j: int,
    departs: npt.NDArray[np.int64],
    ride: int,
    deadline: int,
    cost: int,
    best: npt.NDArray[np.int64],
) -> None:
    # As `_offer`, where the windows alone do not decide.
    opens, closes = asked.dropoff_window[row]
    for lane in range(len(departs)):
        dropoff = max(opens, departs[lane] + ride)
        if dropoff > deadline:
            return
        holds = False
        for step in range(len(shifts.late)):
            if dropoff <= closes + shifts.late[step]:
                if cost >= best[COST, lane, step]:
                    break
                holds = holds or ride_holds(
                    state, rules, travel, asked, day, row, vehicle, i, j,
                    shifts.early[lane], shifts.late[step],
                )  # fmt: skip
                if holds:
                    best[COST, lane, step] = cost
                    best[VEHICLE, lane, step] = vehicle
                    best[PICKUP, lane, step] = i
                    best[DROPOFF, lane, step] = j
