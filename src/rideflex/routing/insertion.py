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
from rideflex.routing.asked import Asked, Shifts
from rideflex.routing.ride_time import ride_holds
from rideflex.routing.state import NEVER, Rules, State

COST, VEHICLE, PICKUP, DROPOFF = 0, 1, 2, 3


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


class _Job(NamedTuple):
    # What one day's kernels need to know of the request.
    origin: int
    destination: int
    riders: int
    board: int
    alight: int
    latest_pickup: int
    dropoff_opens: int
    dropoff_closes: int
    margin: int  # seconds by which the drop-off on the way may bring a later stop forward
    timed: bool


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
    job = _job(rules, asked, row)
    earliest = asked.pickup_window[row, 0] + shifts.early
    departs = np.empty_like(earliest)
    narrow = best[COST, -1]  # what the narrowest pick-up has so far; [0] of it bounds all offers
    for i in range(_first_in_time(late, n, earliest[0] + job.board - job.margin), n + 1):
        if ready[i] > job.latest_pickup:
            break
        to_origin = travel[place[i], job.origin]
        arrives = ready[i] + to_origin
        if arrives > job.latest_pickup or load[i] + job.riders > rules.capacity:
            continue
        direct = travel[place[i], place[i + 1]] if n else 0  # an unused vehicle stays at home
        for lane in range(len(departs)):
            departs[lane] = max(earliest[lane], arrives) + job.board

        ride, onward = travel[job.origin, job.destination], travel[job.destination, place[i + 1]]
        cost = to_origin + ride + onward - direct
        if cost < narrow[0]:
            deadline = late[i + 1] - onward - job.alight
            if job.timed:
                _offer_timed(
                    state, rules, travel, asked, shifts, day, row, vehicle,
                    i, i, departs, ride, deadline, cost, best,
                )  # fmt: skip
            else:
                _offer(best, shifts.late, departs, job, ride, deadline, cost, vehicle, i, i)

        detour = to_origin + travel[job.origin, place[i + 1]] - direct
        if i < n and detour - rules.shortcut < narrow[0]:
            _quote_apart(
                state,
                rules,
                travel,
                asked,
                shifts,
                day,
                row,
                vehicle,
                job,
                i,
                detour,
                departs,
                best,
            )


@compiled()
def _quote_apart(
    state: State,
    rules: Rules,
    travel: npt.NDArray[np.int32],
    asked: Asked,
    shifts: Shifts,
    day: int,
    row: int,
    vehicle: int,
    job: _Job,
    i: int,
    detour: int,
    departs: npt.NDArray[np.int64],
    best: npt.NDArray[np.int64],
) -> None:
    # The drop-off after later stops: carry every lane's clock forward, stop by stop.
    n = state.length[day, vehicle]
    place, late = state.place[day, vehicle], state.late[day, vehicle]
    load, stops = state.load[day, vehicle], state.stops[day, vehicle]
    narrow = best[COST, -1]
    here, lanes = job.origin, len(departs)
    for j in range(i + 1, n + 1):
        if load[j] + job.riders > rules.capacity:
            return
        stop = stops[j - 1]
        leg = travel[here, place[j]]
        here = place[j]
        limit = min(state.closes[day, stop], late[j] + job.margin)
        for lane in range(lanes):
            start = max(state.opens[day, stop], departs[lane] + leg)
            if start > limit:
                lanes = lane
                break
            departs[lane] = start + state.service[day, stop]
        if lanes == 0 or departs[0] > job.dropoff_closes + shifts.late[-1]:
            return
        ride, onward = travel[here, job.destination], travel[job.destination, place[j + 1]]
        cost = detour + ride + onward - travel[here, place[j + 1]]
        if cost < narrow[0]:
            deadline = late[j + 1] - onward - job.alight
            alive = departs[:lanes]
            if job.timed:
                _offer_timed(
                    state, rules, travel, asked, shifts, day, row, vehicle,
                    i, j, alive, ride, deadline, cost, best,
                )  # fmt: skip
            else:
                _offer(best, shifts.late, alive, job, ride, deadline, cost, vehicle, i, j)


@compiled()
def _job(rules: Rules, asked: Asked, row: int) -> _Job:
    board, alight = asked.service[row]
    opens, closes = asked.dropoff_window[row]
    return _Job(
        asked.origin[row],
        asked.destination[row],
        asked.riders[row],
        board,
        alight,
        asked.pickup_window[row, 1],
        opens,
        closes,
        max(0, rules.shortcut - alight),
        bool(rules.max_ride < NEVER or rules.max_duration < NEVER),
    )


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
    job: _Job,
    ride: int,
    deadline: int,
    cost: int,
    vehicle: int,
    i: int,
    j: int,
) -> None:
    # Steps are walked from narrow to wide and the wider have the lower bests, so the first step
    # that gains nothing ends the walk.
    for lane in range(len(departs)):
        dropoff = max(job.dropoff_opens, departs[lane] + ride)
        if dropoff > deadline:
            return
        for step in range(len(late)):
            if dropoff <= job.dropoff_closes + late[step]:
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
