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

import numba
import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.routing.kernels.layout import Asked, Shifts, signed
from rideflex.routing.kernels.ride_time import ride_holds
from rideflex.routing.kernels.state import NEVER, Plans, Rules, State, unused
from rideflex.routing.problem import BREAK

COST, VEHICLE, PICKUP, DROPOFF = 0, 1, 2, 3

# A day's quote takes microseconds, and so does waking a thread: fewer days are quoted in one.
_FEWEST_PARALLEL = 16


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
        group, lane, step = shifts.group[offer], shifts.lane[offer], shifts.step[offer]
        for field in range(4):
            quotes[field, day, offer] = best[field, group, lane, step]


@compiled()
def room_for_quotes(shifts: Shifts) -> npt.NDArray[np.int64]:
    """Make room [4, G, P, D] for the cheapest insertion under every distinct shift."""
    shape = (4, len(shifts.moved), len(shifts.opens), len(shifts.closes))
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
    """Fill `best` [4, G, P, D] for request `row` of `asked`, by vehicles not barred [V]."""
    best[COST] = NEVER
    best[VEHICLE:] = -1
    vehicles = plans.rules.vehicles
    idle_seen = np.zeros(len(vehicles), dtype=np.bool_)
    for vehicle in range(len(vehicles)):
        idle, kind = unused(plans, day, vehicle), vehicles[vehicle].kind
        if not (barred[vehicle] or (idle and idle_seen[kind])):
            for group in range(len(shifts.moved)):
                _quote_vehicle(plans, asked, shifts, day, row, vehicle, group, best[:, group])
        idle_seen[kind] |= idle


@compiled()
def _quote_vehicle(  # noqa: C901  # split into functions it takes half as long again
    plans: Plans,
    asked: Asked,
    shifts: Shifts,
    day: int,
    row: int,
    vehicle: int,
    group: int,
    best: npt.NDArray[np.int64],
) -> None:
    state, rules = plans
    travel, of = rules.travel, rules.vehicles[vehicle]
    seats, places = of.seats, of.places
    n = state.length[day, vehicle]
    stops, place, ready = (
        state.stops[day, vehicle], state.place[day, vehicle], state.ready[day, vehicle],
    )  # fmt: skip
    late = state.late[day, vehicle]
    load, chairs = state.load[day, vehicle], state.chairs[day, vehicle]
    origin, destination = asked.origin[row], asked.destination[row]
    wheelchairs = asked.wheelchairs[row]
    riders = asked.riders[row] + of.chair_seats * wheelchairs
    board, alight = asked.service[row]
    moved = shifts.moved[group]
    pickup_closes = asked.pickup_window[row, 1] + moved
    latest_pickup = pickup_closes + shifts.closes[-1, 0]
    earliest = asked.pickup_window[row, 0] + moved + shifts.opens[:, 0]
    opens, closes = asked.dropoff_window[row] + moved
    departs = np.empty_like(earliest)
    timed = state.timed[day] or asked.max_ride[row] < NEVER or rules.max_duration < NEVER
    margin = max(0, rules.shortcut - alight)
    rest, idle = n + 2, unused(plans, day, vehicle)
    if of.rest > 0:
        for k in range(n):
            if stops[k] == BREAK:
                rest = k + 1
    narrow = best[COST, -1]  # what the narrowest pick-up has so far; [0] of it bounds all offers
    # The stop before the rest can take a request however late the rest could begin where it is.
    first = min(_first_in_time(late, n, earliest[0] + board - margin), rest - 1)
    for i in range(first, n + 1):
        if ready[i] > latest_pickup:
            break
        to_origin = travel[place[i], origin]
        arrives = ready[i] + to_origin
        if arrives > latest_pickup or load[i] + riders > seats or chairs[i] + wheelchairs > places:
            continue
        first_step = 0
        while arrives > pickup_closes + shifts.closes[first_step, 0]:
            first_step += 1
        beyond = i + 1 if i + 1 != rest else i + 2
        direct = 0 if idle else travel[place[i], place[beyond]]  # an unused vehicle stays at home
        for lane in range(len(departs)):
            departs[lane] = max(earliest[lane], arrives) + board
        # The drop-off right after the pick-up, and then after every later stop, for which all
        # lanes' clocks are carried forward.
        detour, here, lanes = to_origin - direct, origin, len(departs)
        for j in range(i, n + 1):
            if j > i:
                if j == rest or load[j] + riders > seats or chairs[j] + wheelchairs > places:
                    break
                if j == i + 1:
                    detour += travel[origin, place[j]]
                    if detour - rules.shortcut >= narrow[0]:
                        break
                leg = travel[here, place[j]]
                here = place[j]
                limit = min(state.closes[day, stops[j - 1]], late[j] + margin)
                for lane in range(lanes):
                    start = max(state.opens[day, stops[j - 1]], departs[lane] + leg)
                    if start > limit:
                        lanes = lane
                        break
                    departs[lane] = start + state.service[day, stops[j - 1]]
                if lanes == 0 or departs[0] > closes + shifts.closes[-1, 1]:
                    break
            beyond = j + 1 if j + 1 != rest else j + 2
            ride, onward = travel[here, destination], travel[destination, place[beyond]]
            cost = detour + ride + onward
            if j > i:
                cost -= travel[here, place[beyond]]
            if cost >= narrow[0]:
                continue
            deadline = late[beyond] - onward - alight
            if beyond > j + 1:
                deadline -= of.rest
                deadline = min(deadline, of.rest_closes - alight)
            alive = departs[:lanes]
            if timed:
                _offer_timed(
                    plans, asked, shifts, day, row, vehicle, group,
                    i, j, alive, ride, deadline, cost, first_step, best,
                )  # fmt: skip
            else:
                _offer(
                    best, shifts, alive, ride, opens, closes, deadline, cost, first_step,
                    vehicle, i, j,
                )  # fmt: skip


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
    shifts: Shifts,
    departs: npt.NDArray[np.int64],
    ride: int,
    opens: int,
    closes: int,
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
        dropoff = max(opens + shifts.opens[lane, 1], departs[lane] + ride)
        if dropoff > deadline:
            return
        for step in range(first_step, len(shifts.closes)):
            if dropoff <= closes + shifts.closes[step, 1]:
                if cost >= best[COST, lane, step]:
                    break
                best[COST, lane, step] = cost
                best[VEHICLE, lane, step] = vehicle
                best[PICKUP, lane, step] = i
                best[DROPOFF, lane, step] = j


@compiled()
def _offer_timed(
    plans: Plans,
    asked: Asked,
    shifts: Shifts,
    day: int,
    row: int,
    vehicle: int,
    group: int,
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
    opens, closes = asked.dropoff_window[row] + shifts.moved[group]
    bounds = np.empty(4, dtype=np.int64)
    for lane in range(len(departs)):
        dropoff = max(opens + shifts.opens[lane, 1], departs[lane] + ride)
        if dropoff > deadline:
            return
        holds = False
        for step in range(first_step, len(shifts.closes)):
            if dropoff <= closes + shifts.closes[step, 1]:
                if cost >= best[COST, lane, step]:
                    break
                if not holds:
                    bounds[0::2] = shifts.moved[group] + shifts.opens[lane]
                    bounds[1::2] = shifts.moved[group] + shifts.closes[step]
                    holds = ride_holds(plans, asked, day, row, vehicle, i, j, bounds)
                if holds:
                    best[COST, lane, step] = cost
                    best[VEHICLE, lane, step] = vehicle
                    best[PICKUP, lane, step] = i
                    best[DROPOFF, lane, step] = j
