"""Quotes by cheapest feasible insertion, for all offers of a grid at once.

What an insertion costs does not depend on the offer, and what it does to the clock depends on it
only through when its windows open (a *lane*, one for each pick-up shift) and when they close (a
*step*, one for each drop-off shift). So every pair of positions is priced once, its schedule is
carried forward once a lane, and the drop-off that comes out says at once which steps are wide
enough. A wider offer can do whatever a narrower one can: a position that is no
cheaper than what the narrowest offer already has is dropped for all of them.

A driver's rest happens where the vehicle then is, with nobody on board: a request goes before it
or after it as a whole, and the way that follows the rest starts where the stop before it was.

Nothing here assumes the triangle inequality. Where a later stop can be reached sooner by way of
the drop-off, pruning leaves room for the largest such shortcut of the travel times.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import (
    ALIGHT,
    BOARD,
    CHAIRS,
    DESTINATION,
    DROPOFF_CLOSES,
    DROPOFF_OPENS,
    IMPOSSIBLE,
    MAX_RIDE,
    ORIGIN,
    PICKUP_CLOSES,
    PICKUP_OPENS,
    SEATS,
    Asked,
    Shifts,
    signed,
)
from rideflex.routing.kernels.ride_time import ride_holds
from rideflex.routing.kernels.state import (
    CHAIR_ROOM,
    CHAIR_SEATS,
    CLOSES,
    KIND,
    LATE,
    LOAD,
    NEVER,
    OPENS,
    PLACE,
    READY,
    REST,
    REST_CLOSES,
    REST_OPENS,
    ROOM,
    SERVICE,
    TAKEN,
    Plans,
    Rules,
    State,
)
from rideflex.routing.problem import BREAK

COST, VEHICLE, PICKUP, DROPOFF = 0, 1, 2, 3

# A day's quote takes microseconds, and so does waking a thread: fewer days are quoted in one.
_FEWEST_PARALLEL = 16
_BITS = 63


class Windows(NamedTuple):
    """One request's windows under P lanes and D steps, in seconds of the day."""

    pickup_opens: npt.NDArray[np.int64]  # [P] the widest first
    dropoff_opens: npt.NDArray[np.int64]  # [P]
    pickup_closes: npt.NDArray[np.int64]  # [D] the narrowest first
    dropoff_closes: npt.NDArray[np.int64]  # [D]


@compiled(parallel=True)
def quote_days(
    state: State,
    rules: Rules,
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
            _quote_offers(state, rules, asked, shifts, day, barred, quotes)
    else:
        for day in numba.prange(quotes.shape[1]):
            _quote_offers(state, rules, asked, shifts, signed(day), barred, quotes)


@compiled()
def _quote_offers(
    state: State,
    rules: Rules,
    asked: Asked,
    shifts: Shifts,
    day: int,
    barred: npt.NDArray[np.bool_],
    quotes: npt.NDArray[np.int64],
) -> None:
    best = room_for_quotes(shifts)
    quote_day(Plans(state, rules), asked, shifts, day, day, barred, best)
    for offer in range(quotes.shape[2]):
        group, lane, step = shifts.at[offer, 0], shifts.at[offer, 1], shifts.at[offer, 2]
        for field in range(4):
            quotes[field, day, offer] = best[group, field, lane, step]
        if group == IMPOSSIBLE:
            quotes[:, day, offer] = -1
            quotes[COST, day, offer] = NEVER


@compiled()
def room_for_quotes(shifts: Shifts) -> npt.NDArray[np.int64]:
    """Make room [G, 4, P, D] for the cheapest insertion under every distinct shift."""
    shape = (len(shifts.moved), 4, len(shifts.opens), len(shifts.closes))
    return np.empty(shape, dtype=np.int64)


@compiled()
def quote_day(
    plans: Plans,
    asked: Asked,
    shifts: Shifts,
    day: int,
    row: int,
    barred: npt.NDArray[np.bool_],
    best: npt.NDArray[np.int64],
) -> None:
    """Fill `best` [G, 4, P, D] for request `row` of `asked`, by vehicles not barred [V]."""
    state, vehicles = plans.state, plans.rules.vehicles
    lanes, steps = len(shifts.opens), len(shifts.closes)
    room = np.empty(3 * lanes + 2 * steps, dtype=np.int64)  # one allocation, for it is a hot path
    departs, at = room[:lanes], 3 * lanes
    windows = Windows(
        room[lanes : 2 * lanes], room[2 * lanes : at], room[at : at + steps], room[at + steps :]
    )
    request = asked[row]
    for group in range(len(shifts.moved)):
        _shift(request, shifts, group, windows)
        found = best[group]
        found[COST] = NEVER
        found[VEHICLE:] = -1
        idle_seen = np.int64(0)  # a bit a kind, as far as there are bits
        for vehicle in range(len(vehicles)):
            kind = vehicles[vehicle, KIND]
            idle = state.length[day, vehicle] == min(vehicles[vehicle, REST], 1)
            if barred[vehicle] or (idle and kind < _BITS and (idle_seen >> kind) & 1):
                continue
            _quote_vehicle(plans, request, windows, day, vehicle, idle, departs, found)
            if idle and kind < _BITS:
                idle_seen |= np.int64(1) << kind


@compiled()
def _shift(request: npt.NDArray[np.int64], shifts: Shifts, group: int, windows: Windows) -> None:
    moved = shifts.moved[group]
    for lane in range(len(shifts.opens)):
        windows.pickup_opens[lane] = request[PICKUP_OPENS] + moved + shifts.opens[lane, 0]
        windows.dropoff_opens[lane] = request[DROPOFF_OPENS] + moved + shifts.opens[lane, 1]
    for step in range(len(shifts.closes)):
        windows.pickup_closes[step] = request[PICKUP_CLOSES] + moved + shifts.closes[step, 0]
        windows.dropoff_closes[step] = request[DROPOFF_CLOSES] + moved + shifts.closes[step, 1]


@compiled()
def _quote_vehicle(  # noqa: C901  # split into functions it takes half as long again
    plans: Plans,
    request: npt.NDArray[np.int64],
    windows: Windows,
    day: int,
    vehicle: int,
    idle: bool,
    departs: npt.NDArray[np.int64],
    best: npt.NDArray[np.int64],
) -> None:
    state, rules = plans
    travel, of, visits = rules.travel, rules.vehicles[vehicle], state.visits[day]
    n, at = state.length[day, vehicle], state.route[day, vehicle]
    origin, destination = request[ORIGIN], request[DESTINATION]
    chairs, room, chair_room = request[CHAIRS], of[ROOM], of[CHAIR_ROOM]
    riders = request[SEATS] + of[CHAIR_SEATS] * chairs
    board, alight = request[BOARD], request[ALIGHT]
    earliest, latest = windows.pickup_opens, windows.pickup_closes
    latest_pickup, latest_dropoff = latest[-1], windows.dropoff_closes[-1]
    timed = state.timed[day] or request[MAX_RIDE] < NEVER or rules.max_duration < NEVER
    margin = max(0, rules.shortcut - alight)
    rest = n + 2
    if of[REST] > 0:
        for k in range(n):
            if state.stops[day, vehicle, k] == BREAK:
                rest = k + 1
    narrow = best[COST, -1]  # what the narrowest pick-up has so far; [0] of it bounds all offers
    # The stop before the rest can take a request however late the rest could begin where it is.
    first = min(_first_in_time(at, n, earliest[0] + board - margin), rest - 1)
    for i in range(first, n + 1):
        if at[i, READY] > latest_pickup:
            break
        to_origin = travel[at[i, PLACE], origin]
        arrives = at[i, READY] + to_origin
        if arrives > latest_pickup or at[i, LOAD] + riders > room:
            continue
        if chairs and at[i, TAKEN] + chairs > chair_room:
            continue
        first_step = 0
        while arrives > latest[first_step]:
            first_step += 1
        beyond = i + 1 if i + 1 != rest else i + 2
        direct = (
            0 if idle else travel[at[i, PLACE], at[beyond, PLACE]]
        )  # an unused vehicle stays at home
        for lane in range(len(departs)):
            departs[lane] = max(earliest[lane], arrives) + board
        # The drop-off right after the pick-up, and then after every later stop, for which all
        # lanes' clocks are carried forward.
        detour, here, lanes = to_origin - direct, origin, len(departs)
        for j in range(i, n + 1):
            if j > i:
                if j == rest or at[j, LOAD] + riders > room:
                    break
                if chairs and at[j, TAKEN] + chairs > chair_room:
                    break
                if j == i + 1:
                    detour += travel[origin, at[j, PLACE]]
                    if detour - rules.shortcut >= narrow[0]:
                        break
                stop = state.stops[day, vehicle, j - 1]
                leg = travel[here, at[j, PLACE]]
                here = at[j, PLACE]
                limit = min(visits[stop, CLOSES], at[j, LATE] + margin)
                for lane in range(lanes):
                    start = max(visits[stop, OPENS], departs[lane] + leg)
                    if start > limit:
                        lanes = lane
                        break
                    departs[lane] = start + visits[stop, SERVICE]
                if lanes == 0 or departs[0] > latest_dropoff:
                    break
            beyond = j + 1 if j + 1 != rest else j + 2
            ride, onward = travel[here, destination], travel[destination, at[beyond, PLACE]]
            cost = detour + ride + onward
            if j > i:
                cost -= travel[here, at[beyond, PLACE]]
            if cost >= narrow[0]:
                continue
            deadline = at[beyond, LATE] - onward - alight
            if beyond > j + 1:
                if of[REST_OPENS] + of[REST] + onward > at[beyond, LATE]:
                    continue  # a rest that waits for its opening is over too late
                deadline = min(deadline - of[REST], of[REST_CLOSES] - alight)
            alive = departs[:lanes]
            if timed:
                _offer_timed(
                    plans, request, windows, day, vehicle,
                    i, j, alive, ride, deadline, cost, first_step, best,
                )  # fmt: skip
            else:
                _offer(
                    best, windows.dropoff_opens, windows.dropoff_closes, alive, ride, deadline,
                    cost, first_step, vehicle, i, j,
                )  # fmt: skip


@compiled()
def _first_in_time(at: npt.NDArray[np.int64], n: int, ready: int) -> int:
    # Before this position the next stop can no longer wait for somebody who is ready only then.
    first, last = 0, n
    while first < last:
        middle = (first + last) // 2
        if at[middle + 1, LATE] < ready:
            first = middle + 1
        else:
            last = middle
    return first


@compiled()
def _offer(
    best: npt.NDArray[np.int64],
    opens: npt.NDArray[np.int64],
    closes: npt.NDArray[np.int64],
    departs: npt.NDArray[np.int64],
    ride: int,
    deadline: int,
    cost: int,
    first_step: int,
    vehicle: int,
    i: int,
    j: int,
) -> None:
    # Steps are walked from narrow to wide and the wider have the lower bests, so the first step
    # that gains nothing ends the walk.
    for lane in range(len(departs)):
        dropoff = max(opens[lane], departs[lane] + ride)
        if dropoff > deadline:
            return
        for step in range(first_step, len(closes)):
            if dropoff <= closes[step]:
                if cost >= best[COST, lane, step]:
                    break
                best[COST, lane, step] = cost
                best[VEHICLE, lane, step] = vehicle
                best[PICKUP, lane, step] = i
                best[DROPOFF, lane, step] = j


@compiled()
def _offer_timed(
    plans: Plans,
    request: npt.NDArray[np.int64],
    windows: Windows,
    day: int,
    vehicle: int,
    i: int,
    j: int,
    departs: npt.NDArray[np.int64],
    ride: int,
    deadline: int,
    cost: int,
    first_step: int,
    best: npt.NDArray[np.int64],
) -> None:
    # As `_offer`, where the windows alone do not decide.
    agreed = np.empty((2, 2), dtype=np.int64)
    for lane in range(len(departs)):
        dropoff = max(windows.dropoff_opens[lane], departs[lane] + ride)
        if dropoff > deadline:
            return
        holds = False
        for step in range(first_step, len(windows.dropoff_closes)):
            if dropoff <= windows.dropoff_closes[step]:
                if cost >= best[COST, lane, step]:
                    break
                if not holds:
                    agreed[0, 0] = windows.pickup_opens[lane]
                    agreed[0, 1] = windows.pickup_closes[step]
                    agreed[1, 0] = windows.dropoff_opens[lane]
                    agreed[1, 1] = windows.dropoff_closes[step]
                    holds = ride_holds(plans, request, day, vehicle, i, j, agreed)
                if holds:
                    best[COST, lane, step] = cost
                    best[VEHICLE, lane, step] = vehicle
                    best[PICKUP, lane, step] = i
                    best[DROPOFF, lane, step] = j
