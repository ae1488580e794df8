"""How the tests call the kernels: one function for each, so that its signature stands here once."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests, Routes
from rideflex.routing.kernels import edit, insertion, layout, relocate, ride_time, state
from rideflex.routing.kernels import ruin_recreate as search

AS_ASKED = OfferGrid(((0, 0),))


def line(zones: int, seconds: int = 100) -> np.ndarray:
    """Travel times between zones that lie in a row, `seconds` apart."""
    at = np.arange(zones)
    return (seconds * np.abs(at[:, None] - at)).astype(np.int32)


def planned(
    fleet: Fleet, travel: np.ndarray, requests: Requests, routes: Routes = (), room: int = 0
) -> PlanBatch:
    """One day with all requests booked as asked, and routes that need not hold."""
    plans = PlanBatch(fleet, travel, 1, max(room, len(requests)))
    for request in range(len(requests)):
        book(plans, requests, 0, request, (0, 0, 0, 0))
    for vehicle, route in enumerate(routes):
        write(plans, vehicle, route)
    return plans


def write(plans: PlanBatch, vehicle: int, route: Sequence[int], day: int = 0) -> bool:
    """Replace a route, whatever it was; tell whether it holds without limits of ride times."""
    arrays = plans.arrays.state
    arrays.stops[day, vehicle, : len(route)] = route
    arrays.length[day, vehicle] = len(route)
    return refresh(plans, vehicle, day)


def refresh(plans: PlanBatch, vehicle: int, day: int = 0) -> bool:
    """Recompute positions; tell whether windows, seats, rest and shift hold."""
    return bool(state.refresh(plans.arrays, day, vehicle))


def unused(plans: PlanBatch, vehicle: int) -> bool:
    """Tell whether a vehicle stays at its depot."""
    return state.unused(plans.arrays, 0, vehicle)


def clear(plans: PlanBatch, rows: Sequence[int]) -> None:
    """Empty the days at `rows`."""
    state.clear(plans.arrays, np.array(rows, dtype=np.intp))


def largest_shortcut(travel: np.ndarray) -> int:
    """Most seconds that driving by way of another zone saves."""
    return int(state._largest_shortcut(travel))


def book(plans: PlanBatch, requests: Requests, day: int, row: int, seconds: Sequence[int]) -> None:
    """Write down request `row` on a day under shifts in seconds."""
    bounds = np.array(seconds, dtype=np.int64)
    edit.book(plans.arrays, plans.asked(requests), day, row, bounds)


def agree(plans: PlanBatch, requests: Requests, row: int, at: int, seconds: Sequence[int]) -> None:
    """Agree on other times for request `at` of the first day, asked for in `row`."""
    bounds = np.array(seconds, dtype=np.int64)
    edit.agree(plans.arrays, plans.asked(requests), 0, row, at, bounds)


def insert(plans: PlanBatch, vehicle: int, request: int, i: int, j: int, cost: int) -> None:
    """Put a booked request into a route of the first day."""
    edit.insert(plans.arrays, 0, vehicle, request, i, j, cost)


def commit_days(
    plans: PlanBatch,
    requests: Requests,
    offers: OfferGrid,
    quotes: np.ndarray,
    actions: Sequence[int],
) -> list[bool]:
    """Book a request a day under the offer agreed; tell which are routed."""
    served = np.zeros(len(actions), dtype=np.bool_)
    edit.commit_days(
        plans.arrays,
        plans.asked(requests),
        layout.shifts_of(offers),
        quotes,
        np.array(actions, dtype=np.int32),
        served,
    )
    return served.tolist()


def as_agreed(plans: PlanBatch) -> np.ndarray:
    """Requests [B, R, 11] taken out of the plans."""
    return edit.as_agreed(plans.arrays.state.visits)


def quote_days(plans: PlanBatch, requests: Requests, offers: OfferGrid) -> np.ndarray:
    """Cost, vehicle and positions [4, B, A] of every offer."""
    quotes = np.empty((4, len(plans), len(offers)), dtype=np.int64)
    insertion.quote_days(*plans.arrays, plans.asked(requests), layout.shifts_of(offers), quotes)
    return quotes


def quote(plans: PlanBatch, request: Requests, offers: OfferGrid = AS_ASKED) -> list[list[int]]:
    """Cost, vehicle and positions on a single day, offer by offer."""
    return quote_days(plans, request, offers)[:, 0].T.tolist()


def quote_day(plans: PlanBatch, requests: Requests, row: int, barred: Sequence[bool]) -> list[int]:
    """Cost, vehicle and positions as asked, of vehicles that are not barred."""
    shifts = layout.shifts_of(AS_ASKED)
    best = insertion.room_for_quotes(shifts)
    asked = plans.asked(requests)
    insertion.quote_day(plans.arrays, asked, shifts, 0, row, np.array(barred, np.bool_), best)
    return best[0, :, 0, 0].tolist()


def first_in_time(plans: PlanBatch, vehicle: int, ready: int) -> int:
    """First position from which the next stop can wait for somebody ready at `ready`."""
    arrays = plans.arrays.state
    at, n = arrays.route[0, vehicle], arrays.length[0, vehicle]
    return int(insertion._first_in_time(at, n, ready))


def earliest_schedule(opens, closes, gap, since, within) -> list[int] | None:
    """The earliest times, or None where there are none."""
    start = np.zeros(len(opens), dtype=np.int64)
    arrays = (np.array(one, dtype=np.int64) for one in (opens, closes, gap, since, within))
    return start.tolist() if ride_time.earliest_schedule(*arrays, start) else None


def route_holds(plans: PlanBatch, vehicle: int) -> bool:
    """Tell whether a route keeps all limits, those of rides too."""
    return bool(ride_time.route_holds(plans.arrays, 0, vehicle))


def ride_holds(plans: PlanBatch, request: Requests, vehicle: int, i: int, j: int) -> bool:
    """Tell whether the route holds with a request more, under the windows asked for."""
    windows = np.stack([request.pickup_window[0], request.dropoff_window[0]])
    asked = plans.asked(request)[0]
    return bool(ride_time.ride_holds(plans.arrays, asked, 0, vehicle, i, j, windows))


def take_out(plans: PlanBatch, vehicle: int, request: int) -> tuple[int, bool]:
    """Take a request out; seconds saved, and whether the rest holds."""
    gain, holds = relocate.take_out(plans.arrays, 0, vehicle, request)
    return int(gain), bool(holds)


def improve_days(plans: PlanBatch, rounds: int) -> None:
    """Move requests, one at a time, for some rounds."""
    relocate.improve_days(*plans.arrays, plans.fleet.penalty, rounds)


class Search:
    """A day in the three rows of ruin and recreate, and what may be agreed with each request."""

    def __init__(
        self,
        plans: PlanBatch,
        requests: Requests,
        offers: OfferGrid,
        accepted: np.ndarray,
        price: Sequence[int],
        chosen: np.ndarray,
        penalty: int | None = None,
    ) -> None:
        days = len(plans)
        self.plans = plans.select(np.repeat(np.arange(days), 3))
        self.asked, self.shifts = plans.asked(requests), layout.shifts_of(offers)
        self.choice = search.Choice(
            accepted=np.array(accepted, dtype=np.bool_).reshape(days, -1, len(offers)),
            price=np.tile(np.array(price, dtype=np.int64), (days, 1)),
            penalty=plans.fleet.penalty if penalty is None else penalty,
            chosen=np.repeat(np.array(chosen, dtype=np.int64).reshape(days, -1), 3, axis=0),
        )
        self.barred = np.zeros(len(plans.fleet), dtype=np.bool_)

    def run(self, rounds: int, seeds: Sequence[int]) -> None:
        """Search each day for some rounds."""
        search.search_days(
            *self.plans.arrays,
            self.asked,
            self.shifts,
            self.choice,
            rounds,
            np.array(seeds, dtype=np.int64),
        )

    def remove(self, row: int, request: int) -> bool:
        """Take a request out of the row, wherever it is."""
        return bool(search._remove(self.plans.arrays, row, request))

    def recreate(self, row: int, request: int, day: int = 0) -> None:
        """Put a request back where, and under the offer that, costs least."""
        first = day * self.choice.accepted.shape[1]
        quote = insertion.room_for_quotes(self.shifts)
        search._recreate(
            self.plans.arrays, self.asked, self.shifts, self.choice, day, row, request, first,
            self.barred, quote,
        )  # fmt: skip

    def widens(self, offer: int, than: int) -> bool:
        """Tell whether an offer allows all that another does."""
        return search._widens(self.shifts, offer, than)

    def cost(self, row: int, n: int, day: int = 0) -> int:
        """Seconds of a row of n requests, prices and penalties included."""
        return search._cost(self.plans.arrays, self.choice, day, row, n)

    def copy(self, source: int, target: int) -> None:
        """Copy one row over another."""
        search._copy(self.plans.arrays, self.choice, source, target)


def pick(by_time: Sequence[int]) -> list[int]:
    """Draw which requests a round takes out."""
    return search._pick(np.array(by_time, dtype=np.int64)).tolist()


@numba.njit
def seed(number: int) -> None:
    """Seed the generator of the compiled kernels, which is not NumPy's."""
    np.random.seed(number)  # noqa: NPY002


@numba.njit
def draw() -> float:
    """Draw the next uniform number of the compiled kernels' generator."""
    return np.random.random()  # noqa: NPY002
