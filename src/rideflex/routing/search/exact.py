"""The exact best joint choice of offers and routes on a small day, by HiGHS."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from rideflex.errors import RideflexError
from rideflex.routing.problem import BREAK
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.solution import Routes, window_of, zone_of

_SECONDS_OFF = 1e-9  # HiGHS may break a constraint by this much, times a clock of 1e5 s


def best_agreement(open_day: OpenDay, time_limit: float = 120.0) -> Agreement:
    """Solve the mixed-integer model of an open day to optimality.

    Binary arcs by vehicle, one accepted offer for each served request, and start times whose
    windows depend on the offer; times, loads and visiting order follow the arcs by big-M
    constraints as tight as the windows allow (Cordeau 2006, the dial-a-ride model, with offers). A
    driver's break lies on one arc of the route, which nobody rides.
    Four or five requests and two vehicles take seconds; the effort grows exponentially.

    Raises
    ------
    RideflexError
        If HiGHS does not finish within `time_limit` seconds.
    """
    return _Model(open_day, time_limit).solve()


class _QuietHighs(highspy.Highs):
    # HiGHS greets on standard output as soon as callbacks are set, unless it is silent by then.
    def enableCallbacks(self) -> None:  # noqa: N802
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


@dataclass
class _Model:
    open_day: OpenDay
    time_limit: float
    solver: highspy.Highs = field(init=False)

    def __post_init__(self) -> None:
        day = self.day = self.open_day.day
        self.n_stops = 2 * len(day.requests)
        self.start, self.end = self.n_stops, self.n_stops + 1
        self.kinds = day.fleet.kinds
        self.vehicles = [v for v, _ in enumerate(self.kinds) if self._of_use(v)]
        self.zones = [zone_of(day, stop) for stop in range(self.n_stops)]
        self.served = [int(s) for s in day.service.flat] + [0, 0]
        hours = day.fleet.hours
        self.widest = [self._widest(stop) for stop in range(self.n_stops)] + [hours, hours]
        self.solver = _QuietHighs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("threads", 1),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.5),
            ("mip_feasibility_tolerance", _SECONDS_OFF),
            ("primal_feasibility_tolerance", _SECONDS_OFF),
            ("time_limit", self.time_limit),
        ):
            self.solver.setOptionValue(option, value)
        self._variables()
        self._routes()
        self._times()
        self._loads_and_order()

    def solve(self) -> Agreement:
        solver, open_day = self.solver, self.open_day
        offers, prices = open_day.offers, open_day.prices
        driving = [self._driving(v, i, j) * x for (v, i, j), x in self.arc.items()]
        shifted = [int(prices[a]) * y for (_, a), y in self.offer.items()]
        left_out = [
            self.day.fleet.penalty * (1 - self._visited(2 * r))
            for r in range(len(open_day.accepted))
        ]
        solver.minimize(sum(driving + shifted + left_out))
        status = solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            said = solver.modelStatusToString(status)
            raise RideflexError(
                f"HiGHS did not find the optimum of a day of {len(open_day.accepted)} requests in "
                f"{self.time_limit:g} s ({said}); the exact model is for small days"
            )
        actions = np.full(len(open_day.accepted), offers.no_shift, dtype=np.int32)
        for (request, action), chosen in self.offer.items():
            if solver.val(chosen) > 0.5:
                actions[request] = action
        return Agreement(open_day, actions, self._found_routes())

    def _variables(self) -> None:
        add = self.solver.addBinary
        nodes = range(self.n_stops + 2)
        self.arc = {
            (v, i, j): add()
            for v in self.vehicles
            for i, j in itertools.permutations(nodes, 2)
            if self._can_follow(v, i, j)
        }
        self.rest = {
            (v, i, j): add() for v, i, j in self.arc if self.day.fleet.vehicles[v].rest is not None
        }
        self.offer = {
            (int(r), int(a)): add()
            for r, a in zip(*np.nonzero(self.open_day.accepted), strict=True)
        }
        variable, day = self.solver.addVariable, self.day
        self.time = [variable(*self.widest[stop]) for stop in range(self.n_stops)]
        of = {v: day.fleet.vehicles[v] for v in self.vehicles}
        self.leave = {v: variable(*of[v].shift) for v in self.vehicles}
        self.back = {v: variable(*of[v].shift) for v in self.vehicles}
        self.rests = {v: variable(*of[v].shift) for v in self.vehicles if of[v].rest}
        self.riders = [variable(0, int(day.riders.sum())) for _ in range(self.n_stops)]
        self.chairs = [variable(0, int(day.wheelchairs.sum())) for _ in range(self.n_stops)]
        self.order = [variable(0, self.n_stops) for _ in range(self.n_stops)]

    def _routes(self) -> None:
        add = self.solver.addConstr
        for v in self.vehicles:
            add(self._sum(v, self.start, None) <= 1)
            for stop in range(self.n_stops):
                add(self._sum(v, None, stop) == self._sum(v, stop, None))
            for r in range(self.n_stops // 2):
                add(self._sum(v, 2 * r, None) == self._sum(v, 2 * r + 1, None))
        for earlier, later in itertools.pairwise(self.vehicles):
            if self.kinds[earlier] != self.kinds[later]:
                continue
            # Vehicles that are alike are used in turn.
            add(self._sum(earlier, self.start, None) >= self._sum(later, self.start, None))
        for r in range(self.n_stops // 2):
            agreed = [y for (request, _), y in self.offer.items() if request == r]
            add(sum(agreed) == self._visited(2 * r))

    def _times(self) -> None:
        add, fleet = self.solver.addConstr, self.day.fleet
        for v, i, j in self.arc:
            begins = self.leave[v] if i == self.start else self.time[i]
            ends = self.back[v] if j == self.end else self.time[j]
            gap = self.served[i] + self._driving(v, i, j)
            slack = max(0, self.widest[i][1] + gap - self.widest[j][0])
            add(ends >= begins + gap - slack * (1 - self.arc[v, i, j]))
        self._breaks()
        self._windows()
        if fleet.max_duration is not None:
            for v in self.vehicles:
                add(self.back[v] - self.leave[v] <= fleet.max_duration)

    def _breaks(self) -> None:
        # A vehicle that leaves its depot rests on exactly one arc of its route, after the stop
        # that the arc comes from and before the drive.
        add = self.solver.addConstr
        for v, begins in self.rests.items():
            rest = self.day.fleet.vehicles[v].rest
            assert rest is not None
            add(begins >= rest.opens)
            add(begins <= rest.closes - rest.seconds)
            taken = self.solver.qsum(x for (w, _, _), x in self.rest.items() if w == v)
            add(taken == self._sum(v, self.start, None))
        for (v, i, j), x in self.rest.items():
            rest = self.day.fleet.vehicles[v].rest
            assert rest is not None
            add(x <= self.arc[v, i, j])
            before = self.leave[v] if i == self.start else self.time[i]
            after = self.back[v] if j == self.end else self.time[j]
            start, end = self.day.fleet.hours
            gap = rest.seconds + self._driving(v, i, j)
            add(self.rests[v] >= before + self.served[i] - (end - start + self.served[i]) * (1 - x))
            add(after >= self.rests[v] + gap - (end - start + gap) * (1 - x))
            if i < self.n_stops:
                most = int(self.day.riders.sum() + self.day.wheelchairs.sum())
                add(self.riders[i] + self.chairs[i] <= most * (1 - x))

    def _windows(self) -> None:
        add = self.solver.addConstr
        bounds = 60 * self.open_day.offers.bounds.astype(int)
        for r in range(self.n_stops // 2):
            agreed = [(a, y) for (request, a), y in self.offer.items() if request == r]
            for end in (0, 1):
                stop = 2 * r + end
                (opens, closes), (early, late) = window_of(self.day, stop), self.widest[stop]
                later = [
                    (max(opens + int(bounds[a, 2 * end]), early) - early) * y for a, y in agreed
                ]
                sooner = [
                    (late - min(closes + int(bounds[a, 2 * end + 1]), late)) * y for a, y in agreed
                ]
                add(self.time[stop] >= early + sum(later))
                add(self.time[stop] <= late - sum(sooner))
            longest = self.day.longest_ride(r)
            if longest is not None:
                longest += self.served[2 * r]
                slack = max(0, self.widest[2 * r + 1][1] - self.widest[2 * r][0] - longest)
                ride = self.time[2 * r + 1] - self.time[2 * r]
                add(ride <= longest + slack * (1 - self._visited(2 * r)))

    def _loads_and_order(self) -> None:
        add, day = self.solver.addConstr, self.day
        for load, asked in ((self.riders, day.riders), (self.chairs, day.wheelchairs)):
            most = int(asked.sum())
            for stop in range(0, self.n_stops, 2):
                add(load[stop] >= int(asked[stop // 2]) * self._visited(stop))
            for (i, j), free in self._unused_ways():
                change = int(asked[j // 2]) * (-1 if j % 2 else 1)
                add(load[j] >= load[i] + change - (most + abs(change)) * free)
        for v in self.vehicles:
            of = day.fleet.vehicles[v]
            most = int(day.riders.sum() + of.seats_per_wheelchair * day.wheelchairs.sum())
            for stop in range(self.n_stops):
                elsewhere = 1 - self._sum(v, stop, None)
                taken = self.riders[stop] + of.seats_per_wheelchair * self.chairs[stop]
                add(taken <= of.seats + most * elsewhere)
                add(self.chairs[stop] <= of.wheelchairs + int(day.wheelchairs.sum()) * elsewhere)
        for stop in range(0, self.n_stops, 2):
            seen = self.n_stops * (1 - self._visited(stop))
            add(self.order[stop + 1] >= self.order[stop] + 1 - 2 * seen)
        for (i, j), free in self._unused_ways():
            add(self.order[j] >= self.order[i] + 1 - (self.n_stops + 1) * free)

    def _unused_ways(self) -> Iterator[tuple[tuple[int, int], Any]]:
        for i, j in itertools.permutations(range(self.n_stops), 2):
            used = [self.arc[v, i, j] for v in self.vehicles if (v, i, j) in self.arc]
            if used:
                yield (i, j), 1 - sum(used)

    def _of_use(self, vehicle: int) -> bool:
        # Of vehicles that are alike no more are needed than there are requests.
        before = self.kinds[:vehicle]
        return list(before).count(self.kinds[vehicle]) < len(self.day.requests)

    def _can_follow(self, vehicle: int, i: int, j: int) -> bool:
        if i == self.end or j == self.start or (i == self.start and j == self.end):
            return False
        if (i == self.start and j % 2) or (j == self.end and i % 2 == 0) or (i % 2 and j == i - 1):
            return False
        reached = self.widest[i][0] + self.served[i] + self._driving(vehicle, i, j)
        return bool(reached <= self.widest[j][1])

    def _widest(self, stop: int) -> tuple[int, int]:
        # What any accepted offer may do, inside the shifts; an empty window bars the stop's arcs.
        accepted = self.open_day.accepted[stop // 2]
        opens, closes = window_of(self.day, stop)
        bounds = 60 * self.open_day.offers.bounds[accepted, 2 * (stop % 2) : 2 * (stop % 2) + 2]
        start, end = self.day.fleet.hours
        opens = max(opens + int(bounds[:, 0].min()), start)
        return opens, max(min(closes + int(bounds[:, 1].max()), end), opens)

    def _driving(self, vehicle: int, i: int, j: int) -> int:
        of = self.day.fleet.vehicles[vehicle]
        here = of.depot if i == self.start else self.zones[i]
        there = of.end if j == self.end else self.zones[j]
        return int(self.day.travel_times[here, there])

    def _sum(
        self, vehicle: int, source: int | None, target: int | None
    ) -> highspy.highs_linear_expression:
        return self.solver.qsum(
            x
            for (v, i, j), x in self.arc.items()
            if v == vehicle and source in (None, i) and target in (None, j)
        )

    def _visited(self, stop: int) -> highspy.highs_linear_expression:
        return self.solver.qsum(x for (_, i, _), x in self.arc.items() if i == stop)

    def _found_routes(self) -> Routes:
        after = {(v, i): j for (v, i, j), x in self.arc.items() if self.solver.val(x) > 0.5}
        resting = {(v, i) for (v, i, _), x in self.rest.items() if self.solver.val(x) > 0.5}
        routes: list[tuple[int, ...]] = [()] * len(self.kinds)
        for v in self.vehicles:
            route, here = [], self.start
            while (v, here) in after:
                if (v, here) in resting:
                    route.append(BREAK)
                if after[v, here] == self.end:
                    break
                here = after[v, here]
                route.append(here)
            routes[v] = tuple(route)
        return tuple(routes)
