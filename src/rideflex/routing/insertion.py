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

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from rideflex.compiled import compiled
from rideflex.routing.ride_time import earliest_schedule
from rideflex.routing.state import NEVER, Rules, State

COST, VEHICLE, PICKUP, DROPOFF = 0, 1, 2, 3


class Asked(NamedTuple):
    """One request a day [B]."""

    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    pickup_window: npt.NDArray[np.int64]  # [B, 2]
    dropoff_window: npt.NDArray[np.int64]  # [B, 2]
    riders: npt.NDArray[np.int32]
    service: npt.NDArray[np.int64]  # [B, 2]


class Shifts(NamedTuple):
    """The distinct shifts of a grid in seconds, and which of them each offer [A] has."""

    early: npt.NDArray[np.int64]  # [P] ascending: the widest first
    late: npt.NDArray[np.int64]  # [D] ascending: the narrowest first
    lane: npt.NDArray[np.int64]  # [A] index into early
    step: npt.NDArray[np.int64]  # [A] index into late


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
    for day in numba.prange(quotes.shape[1]):
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
def _quote_vehicle(
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
    earliest = asked.pickup_window[row, 0] + shifts.early
    opens, closes = asked.dropoff_window[row]
    latest_dropoff = closes + shifts.late[-1]
    timed = rules.max_ride < NEVER or rules.max_duration < NEVER
    margin = max(0, rules.shortcut - alight)
    departs = np.empty_like(earliest)
    narrow = best[COST, -1]  # what the narrowest pick-up has so far; [0] of it bounds all offers

    first, last = 0, n
    while first < last:  # the stops before `first` are too early to follow the pick-up
        middle = (first + last) // 2
        if late[middle + 1] + margin < earliest[0] + board:
            first = middle + 1
        else:
            last = middle

    for i in range(first, n + 1):
        if ready[i] > latest_pickup:
            break
        to_origin = travel[place[i], origin]
        if ready[i] + to_origin > latest_pickup or load[i] + riders > rules.capacity:
            continue
        direct = travel[place[i], place[i + 1]] if n else 0  # an unused vehicle stays at home
        for lane in range(len(departs)):
            departs[lane] = max(earliest[lane], ready[i] + to_origin) + board

        ride, onward = travel[origin, destination], travel[destination, place[i + 1]]
        cost = to_origin + ride + onward - direct
        if cost < narrow[0]:
            deadline = late[i + 1] - onward - alight
            if timed:
                _offer_timed(
                    state, rules, travel, asked, shifts, day, row, vehicle,
                    i, i, departs, ride, deadline, cost, best,
                )  # fmt: skip
            else:
                _offer(
                    best, shifts.late, departs, ride, opens, closes, deadline, cost, vehicle, i, i
                )

        detour = to_origin + travel[origin, place[i + 1]] - direct if i < n else 0
        if i == n or detour - rules.shortcut >= narrow[0]:
            continue
        here, lanes = origin, len(departs)
        for j in range(i + 1, n + 1):
            if load[j] + riders > rules.capacity:
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
            if lanes == 0 or departs[0] > latest_dropoff:
                break
            ride, onward = travel[here, destination], travel[destination, place[j + 1]]
            cost = detour + ride + onward - travel[here, place[j + 1]]
            if cost < narrow[0]:
                deadline = late[j + 1] - onward - alight
                alive = departs[:lanes]
                if timed:
                    _offer_timed(
                        state, rules, travel, asked, shifts, day, row, vehicle,
                        i, j, alive, ride, deadline, cost, best,
                    )  # fmt: skip
                else:
                    _offer(
                        best, shifts.late, alive, ride, opens, closes, deadline, cost, vehicle, i, j
                    )


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
                holds = holds or _ride_holds(
                    state, rules, travel, asked, day, row, vehicle, i, j,
                    shifts.early[lane], shifts.late[step],
                )  # fmt: skip
                if holds:
                    best[COST, lane, step] = cost
                    best[VEHICLE, lane, step] = vehicle
                    best[PICKUP, lane, step] = i
                    best[DROPOFF, lane, step] = j


@compiled()
def _ride_holds(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    day: int,
    row: int,
    vehicle: int,
    i: int,
    j: int,
    early: int,
    late: int,
) -> bool:
    n = state.length[day, vehicle] + 4
    opens, closes, gap = (np.empty(n, np.int64), np.empty(n, np.int64), np.zeros(n, np.int64))
    since, within = np.full(n, -1, dtype=np.int64), np.empty(n, dtype=np.int64)
    boarded = np.empty(state.zone.shape[1] // 2, dtype=np.int64)
    opens[0], closes[0] = rules.start, rules.end
    here, leaving, served, k = rules.depot, 0, 0, 1
    old = 0
    while k < n - 1:
        if k == i + 1:
            zone, taking = asked.origin[row], asked.service[row, 0]
            opens[k], closes[k] = asked.pickup_window[row]
            opens[k] += early
            picked = k
        elif k == j + 2:
            zone, taking = asked.destination[row], asked.service[row, 1]
            opens[k], closes[k] = asked.dropoff_window[row]
            closes[k] += late
            since[k], within[k] = picked, rules.max_ride + asked.service[row, 0]
        else:
            stop = state.stops[day, vehicle, old]
            old += 1
            zone, taking = state.zone[day, stop], state.service[day, stop]
            opens[k], closes[k] = state.opens[day, stop], state.closes[day, stop]
            if stop % 2 == 0:
                boarded[stop // 2] = k
            else:
                since[k] = boarded[stop // 2]
                within[k] = rules.max_ride + state.service[day, stop - 1]
        gap[k] = served + travel[here, zone]
        here, served = zone, taking
        k += 1
    opens[k], closes[k], gap[k] = rules.start, rules.end, served + travel[here, rules.depot]
    since[k], within[k] = 0, rules.max_duration
    return earliest_schedule(opens, closes, gap, since, within, np.empty(n, dtype=np.int64))
