"""PlanBatch: the routes of many days, that grow by one request a day at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.routing.kernels.edit import book, commit_days
from rideflex.routing.kernels.insertion import quote_days
from rideflex.routing.kernels.layout import (
    ALIGHT,
    ASKED_COLUMNS,
    BOARD,
    CHAIRS,
    DESTINATION,
    DROPOFF_CLOSES,
    DROPOFF_OPENS,
    MAX_RIDE,
    ORIGIN,
    PICKUP_CLOSES,
    PICKUP_OPENS,
    SEATS,
    Asked,
    shifts_of,
)
from rideflex.routing.kernels.relocate import improve_days
from rideflex.routing.kernels.ride_time import route_holds
from rideflex.routing.kernels.state import (
    CLOSES,
    LONGEST,
    NEVER,
    OPENS,
    RIDERS,
    SERVICE,
    WHEELCHAIRS,
    ZONE,
    Plans,
    State,
    clear,
    empty_plans,
    rules_of,
    unused,
)
from rideflex.routing.problem import Requests, ServiceDay, check_zones, checked_travel_times
from rideflex.routing.solution import Routes, driving_of
from rideflex.routing.vehicles import Fleet

INFEASIBLE = int(NEVER)


@dataclass(frozen=True)
class Quotes:
    """What each offer of a grid would cost, one request a day.

    Parameters
    ----------
    cost
        Extra driving seconds [B, A]; INFEASIBLE where no vehicle can take the request.
    vehicle, pickup_at, dropoff_at
        Where the cheapest insertion goes [B, A]: after which position of which vehicle's route
        (0 is the depot); -1 where infeasible.
    """

    cost: npt.NDArray[np.int64]
    vehicle: npt.NDArray[np.int64]
    pickup_at: npt.NDArray[np.int64]
    dropoff_at: npt.NDArray[np.int64]
    offers: OfferGrid
    _asked: Asked
    _stacked: npt.NDArray[np.int64]
    _booked: npt.NDArray[np.int32]

    @property
    def feasible(self) -> npt.NDArray[np.bool_]:
        """Where a vehicle can take the request [B, A]."""
        return self.cost < INFEASIBLE


class PlanBatch:
    """The routes of `n_days` independent days, kept in flat arrays and grown by insertion.

    Every day has the same fleet and travel times and takes one request at a time: `quote` prices
    all offers of a grid, `commit` books the request under the offer that was agreed. A request
    that no vehicle can take is booked, left out of the routes and charged `fleet.penalty`.

    Parameters
    ----------
    fleet, travel_times
        The vehicles, and seconds [Z, Z] between zones.
    n_days, max_requests
        How many days, and the most requests that one of them will take.

    Attributes
    ----------
    arrays
        The kernels' view of the plans; searches of `routing.search` write to it.

    Examples
    --------
    >>> from rideflex.routing import Fleet, Requests, ServiceDay
    >>> travel_times = [[0, 600, 900], [600, 0, 600], [900, 600, 0]]
    >>> requests = Requests([1, 2], [2, 1], [[0, 1800], [0, 1800]], [[0, 7200], [0, 7200]])
    >>> day = ServiceDay(requests, Fleet.alike(vehicles=1, capacity=2, depot=0), travel_times)
    >>> plans = PlanBatch.of([day], [((0, 2, 1, 3),)])
    >>> plans.booked.tolist()
    [2]
    """

    def __init__(
        self, fleet: Fleet, travel_times: npt.ArrayLike, n_days: int, max_requests: int
    ) -> None:
        self.fleet = fleet
        self.travel_times = checked_travel_times(travel_times, fleet)
        self.max_requests = max_requests
        self.arrays = empty_plans(n_days, max_requests, rules_of(fleet, self.travel_times))

    @classmethod
    def of(cls, days: Sequence[ServiceDay], routes: Sequence[Routes]) -> PlanBatch:
        """Load days that share a fleet and travel times, with routes that hold.

        Raises
        ------
        UsageError
            If the days differ in fleet or travel times, or routes can't be driven (`problems_of`
            says why).
        """
        first = days[0]
        if any(
            day.fleet != first.fleet
            or not (
                day.travel_times is first.travel_times
                or np.array_equal(day.travel_times, first.travel_times)
            )
            for day in days
        ):
            raise UsageError("days that are planned together share a fleet and travel times")
        room = max(len(day.requests) for day in days)
        plans = cls(first.fleet, first.travel_times, len(days), room)
        state = plans.arrays.state
        for row, (day, agreed) in enumerate(zip(days, routes, strict=True)):
            asked, nothing = plans.asked(day.requests), np.zeros(4, dtype=np.int64)
            for request in range(len(asked)):
                book(plans.arrays, asked, row, request, nothing)
            for vehicle, route in enumerate(agreed):
                if not route:
                    continue
                state.stops[row, vehicle, : len(route)] = route
                state.length[row, vehicle] = len(route)
                if not route_holds(plans.arrays, row, vehicle):
                    raise UsageError(f"the routes of day {row} can't be driven (vehicle {vehicle})")
                state.driving[row] += driving_of(day, vehicle, route)
        return plans

    def __len__(self) -> int:
        return len(self.arrays.state.booked)

    @property
    def booked(self) -> npt.NDArray[np.int32]:
        """Requests [B] that came so far, served or not."""
        return self.arrays.state.booked.copy()

    @property
    def unserved(self) -> npt.NDArray[np.int32]:
        """Requests [B] that no vehicle could take."""
        rests = self.fleet.has_breaks and sum(v.rest is not None for v in self.fleet.vehicles)
        routed = (self.arrays.state.length.sum(axis=1) - rests) // 2
        return np.asarray(self.arrays.state.booked - routed, dtype=np.int32)

    @property
    def driving(self) -> npt.NDArray[np.int64]:
        """Seconds [B] that the vehicles drive, the way from and to the depot included."""
        return self.arrays.state.driving.copy()

    @property
    def cost(self) -> npt.NDArray[np.int64]:
        """Driving seconds [B] plus the penalties of unserved requests."""
        return self.arrays.state.driving + self.fleet.penalty * self.unserved.astype(np.int64)

    def quote(self, requests: Requests, offers: OfferGrid) -> Quotes:
        """Price every offer for one request a day [B] by cheapest feasible insertion.

        Raises
        ------
        UsageError
            If there is not one request a day, a zone is unknown, or a day is full.
        """
        if np.shape(requests.origin) != (len(self),):
            raise UsageError(f"{len(self)} days need as many requests, not {len(requests)}")
        if (self.arrays.state.booked >= self.max_requests).any():
            raise UsageError(
                f"a day already holds the {self.max_requests} requests it was made for"
            )
        check_zones(requests, len(self.travel_times))
        asked = self.asked(requests)
        stacked = np.empty((4, len(self), len(offers)), dtype=np.int64)
        quote_days(*self.arrays, asked, shifts_of(offers), stacked)
        cost, vehicle, pickup_at, dropoff_at = stacked
        booked = self.arrays.state.booked.copy()
        return Quotes(cost, vehicle, pickup_at, dropoff_at, offers, asked, stacked, booked)

    def commit(self, quotes: Quotes, actions: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Book the quoted requests under the agreed offers; returns what each one cost [B].

        Raises
        ------
        UsageError
            If an action is outside the grid, or the plans changed since the quotes were made.
        """
        if not np.array_equal(quotes._booked, self.arrays.state.booked):
            raise UsageError("these quotes are out of date: the plans changed since they were made")
        agreed = quotes.offers.check_actions(actions)
        served = np.empty(len(self), dtype=np.bool_)
        commit_days(
            self.arrays,
            quotes._asked,
            shifts_of(quotes.offers),
            quotes._stacked,
            agreed,
            served,
        )
        cost = quotes.cost[np.arange(len(self)), agreed]
        return np.where(served, cost, self.fleet.penalty)

    def improve(self, rounds: int) -> None:
        """Move requests, one at a time, to where they cost less: see `routing.improve`."""
        improve_days(*self.arrays, self.fleet.penalty, rounds)

    def routes(self, day: int) -> Routes:
        """Return the stops of every vehicle of one day; none of a vehicle that nobody rides."""
        lengths, stops = self.arrays.state.length[day], self.arrays.state.stops[day]
        return tuple(
            () if unused(self.arrays, day, vehicle) else tuple(stops[vehicle, :length].tolist())
            for vehicle, length in enumerate(lengths)
        )

    def day(self, day: int) -> ServiceDay:
        """Return the requests of one day as they were booked, windows as agreed.

        No window is told to begin before the service day: nobody could be picked up then.
        """
        state = self.arrays.state
        visits = state.visits[day, : 2 * int(state.booked[day])]
        opens = np.maximum(visits[:, OPENS], 0)
        windows = np.stack([opens, np.maximum(visits[:, CLOSES], opens)], axis=1)
        pickups, dropoffs = visits[0::2], visits[1::2]
        requests = Requests(
            origin=pickups[:, ZONE].astype(np.int32),
            destination=dropoffs[:, ZONE].astype(np.int32),
            pickup_window=windows[0::2],
            dropoff_window=windows[1::2],
            riders=pickups[:, RIDERS].astype(np.int32),
            service=visits[:, SERVICE].reshape(-1, 2),
            wheelchairs=pickups[:, WHEELCHAIRS].astype(np.int32),
            max_ride=pickups[:, LONGEST] if state.timed[day] else None,
        )
        return ServiceDay(requests, self.fleet, self.travel_times)

    def select(self, rows: npt.ArrayLike, room: int = 0) -> PlanBatch:
        """Return a batch of its own with the days at `rows`; a row may stand several times.

        Each of its days takes `room` requests, or as many as here, whichever is more.
        """
        at = np.asarray(rows, dtype=np.intp)
        state = State._make(array[at] for array in self.arrays.state)
        return self._with(_with_room(state, room), max(room, self.max_requests))

    def first(self, n_days: int) -> PlanBatch:
        """Return the first days of this batch, not a copy: what is booked there is booked here."""
        state = State._make(array[:n_days] for array in self.arrays.state)
        return self._with(state, self.max_requests)

    def _with(self, state: State, max_requests: int) -> PlanBatch:
        other = object.__new__(PlanBatch)
        other.fleet, other.travel_times = self.fleet, self.travel_times
        other.max_requests = max_requests
        other.arrays = Plans(state, self.arrays.rules)
        return other

    def copy(self) -> PlanBatch:
        """Return a batch that grows on its own from here."""
        return self.select(np.arange(len(self)))

    def reset(self, rows: npt.ArrayLike | None = None) -> None:
        """Start the days at `rows` (all, where not given) anew."""
        clear(self.arrays, np.arange(len(self)) if rows is None else np.asarray(rows, np.intp))

    def asked(self, requests: Requests) -> Asked:
        """Return requests [n] as the kernels read them, with the fleet's rules filled in."""
        fleet = self.fleet
        asked = np.zeros((len(requests), ASKED_COLUMNS), dtype=np.int64)
        asked[:, ORIGIN], asked[:, DESTINATION] = requests.origin, requests.destination
        asked[:, PICKUP_OPENS : PICKUP_CLOSES + 1] = requests.pickup_window
        asked[:, DROPOFF_OPENS : DROPOFF_CLOSES + 1] = requests.dropoff_window
        asked[:, SEATS] = 1 if requests.riders is None else requests.riders
        asked[:, CHAIRS] = 0 if requests.wheelchairs is None else requests.wheelchairs
        asked[:, BOARD : ALIGHT + 1] = (
            fleet.service_time if requests.service is None else requests.service
        )
        longest = NEVER if fleet.max_ride is None else fleet.max_ride
        asked[:, MAX_RIDE] = longest if requests.max_ride is None else requests.max_ride
        return asked


def _with_room(state: State, max_requests: int) -> State:
    more = 2 * max_requests - state.visits.shape[1]
    if more <= 0:
        return state
    return state._replace(
        visits=np.pad(state.visits, ((0, 0), (0, more), (0, 0))),
        stops=np.pad(state.stops, ((0, 0), (0, 0), (0, more))),
        route=np.pad(state.route, ((0, 0), (0, 0), (0, more), (0, 0))),
    )


def inserted(day: ServiceDay) -> Routes:
    """Route a day by cheapest insertion, request after request."""
    plans = PlanBatch(day.fleet, day.travel_times, 1, len(day.requests))
    nothing_asked = OfferGrid.from_pairs([(0, 0)])
    for request in range(len(day.requests)):
        plans.commit(plans.quote(day.requests.take([request]), nothing_asked), [0])
    return plans.routes(0)
