"""The exact best joint choice of offers and routes on a small day, by HiGHS."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import highspy
import numpy as np

from rideflex.errors import RideflexError
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.solution import window_of, zone_of

_SECONDS_OFF = 1e-9  # HiGHS may break a constraint by this much, times a clock of 1e5 s


def best_agreement(open_day: OpenDay, time_limit: float = 120.0) -> Agreement:
    """Solve the mixed-integer model of an open day to optimality.

    Binary arcs by vehicle, one accepted offer for each served request, and start times whose
    windows depend on the offer; times, loads and visiting order follow the arcs by big-M
    constraints as tight as the windows allow (Cordeau 2006, the dial-a-ride model, with offers).
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
        self.vehicles = range(min(day.fleet.vehicles, len(day.requests)))
        self.zones = [zone_of(day, stop) for stop in range(self.n_stops)] + [day.fleet.depot] * 2
        self.served = [int(s) for s in day.service.flat] + [0, 0]
        self.widest = [self._widest(stop) for stop in range(self.n_stops)] + [day.fleet.shift] * 2
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
        offers, price = open_day.offers, open_day.price
        driving = [self._driving(i, j) * x for (_, i, j), x in self.arc.items()]
        shifted = [price * int(offers.minutes[a]) * y for (_, a), y in self.offer.items()]
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
                f"{self.time_limit:g} s ({said}); the exact bound is for small days"
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
            if self._can_follow(i, j)
        }
        self.offer = {
            (int(r), int(a)): add()
            for r, a in zip(*np.nonzero(self.open_day.accepted), strict=True)
        }
        variable, day = self.solver.addVariable, self.day
        self.time = [variable(*self.widest[stop]) for stop in range(self.n_stops)]
        self.leave = [variable(*day.fleet.shift) for _ in self.vehicles]
        self.back = [variable(*day.fleet.shift) for _ in self.vehicles]
        self.load = [variable(0, day.fleet.capacity) for _ in range(self.n_stops)]
        self.order = [variable(0, self.n_stops) for _ in range(self.n_stops)]

    def _routes(self) -> None:
        add = self.solver.addConstr
        for v in self.vehicles:
            add(self._sum(v, self.start, None) <= 1)
            for stop in range(self.n_stops):
                add(self._sum(v, None, stop) == self._sum(v, stop, None))
            for r in range(self.n_stops // 2):
                add(self._sum(v, 2 * r, None) == self._sum(v, 2 * r + 1, None))
        for earlier, later in itertools.pairwise(self.vehicles):  # alike, so used in turn
            add(self._sum(earlier, self.start, None) >= self._sum(later, self.start, None))
        for r in range(self.n_stops // 2):
            agreed = [y for (request, _), y in self.offer.items() if request == r]
            add(sum(agreed) == self._visited(2 * r))

    def _times(self) -> None:
        add, fleet, offers = self.solver.addConstr, self.day.fleet, self.open_day.offers
        for v, i, j in self.arc:
            begins = self.leave[v] if i == self.start else self.time[i]
            ends = self.back[v] if j == self.end else self.time[j]
            gap = self.served[i] + self._driving(i, j)
            slack = max(0, self.widest[i][1] + gap - self.widest[j][0])
            add(ends >= begins + gap - slack * (1 - self.arc[v, i, j]))
        for r in range(self.n_stops // 2):
            opens, closes = window_of(self.day, 2 * r)[0], window_of(self.day, 2 * r + 1)[1]
            early, late = self.widest[2 * r][0], self.widest[2 * r + 1][1]
            agreed = [(a, y) for (request, a), y in self.offer.items() if request == r]
            pickup = [
                (max(opens + 60 * int(offers.pickup[a]), early) - early) * y for a, y in agreed
            ]
            dropoff = [
                (late - min(closes + 60 * int(offers.dropoff[a]), late)) * y for a, y in agreed
            ]
            add(self.time[2 * r] >= early + sum(pickup))
            add(self.time[2 * r + 1] <= late - sum(dropoff))
            if fleet.max_ride is not None:
                longest = fleet.max_ride + self.served[2 * r]
                slack = max(0, late - early - longest)
                ride = self.time[2 * r + 1] - self.time[2 * r]
                add(ride <= longest + slack * (1 - self._visited(2 * r)))
        if fleet.max_duration is not None:
            for v in self.vehicles:
                add(self.back[v] - self.leave[v] <= fleet.max_duration)

    def _loads_and_order(self) -> None:
        add, capacity = self.solver.addConstr, self.day.fleet.capacity
        for stop in range(0, self.n_stops, 2):
            add(self.load[stop] >= int(self.day.riders[stop // 2]) * self._visited(stop))
            seen = self.n_stops * (1 - self._visited(stop))
            add(self.order[stop + 1] >= self.order[stop] + 1 - 2 * seen)
        for i, j in itertools.permutations(range(self.n_stops), 2):
            used = [self.arc[v, i, j] for v in self.vehicles if (v, i, j) in self.arc]
            if used:
                change = int(self.day.riders[j // 2]) * (-1 if j % 2 else 1)
                free = 1 - sum(used)
                add(self.load[j] >= self.load[i] + change - (capacity + abs(change)) * free)
                add(self.order[j] >= self.order[i] + 1 - (self.n_stops + 1) * free)

    def _can_follow(self, i: int, j: int) -> bool:
        if i == self.end or j == self.start or (i == self.start and j == self.end):
            return False
        if (i == self.start and j % 2) or (j == self.end and i % 2 == 0) or (i % 2 and j == i - 1):
            return False
        reached = self.widest[i][0] + self.served[i] + self._driving(i, j)
        return bool(reached <= self.widest[j][1])

    def _widest(self, stop: int) -> tuple[int, int]:
        # What any accepted offer may do, inside the shift; an empty window bars the stop's arcs.
        accepted = self.open_day.accepted[stop // 2]
        opens, closes = window_of(self.day, stop)
        if stop % 2:
            closes += 60 * int(self.open_day.offers.dropoff[accepted].max())
        else:
            opens += 60 * int(self.open_day.offers.pickup[accepted].min())
        start, end = self.day.fleet.shift
        return max(opens, start), max(min(closes, end), max(opens, start))

    def _driving(self, i: int, j: int) -> int:
        return int(self.day.travel_times[self.zones[i], self.zones[j]])

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

    def _found_routes(self) -> tuple[tuple[int, ...], ...]:
        after = {(v, i): j for (v, i, j), x in self.arc.items() if self.solver.val(x) > 0.5}
        routes = []
        for v in self.vehicles:
            route, here = [], self.start
            while (v, here) in after and after[v, here] != self.end:
                here = after[v, here]
                route.append(here)
            routes.append(tuple(route))
        return tuple(routes) + ((),) * (self.day.fleet.vehicles - len(routes))
