"""How fast quotes are, and how good the routes that they lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea, read_area
from rideflex.bench.machine import describe_machine
from rideflex.bench.plain_quotes import plain_quote_days
from rideflex.bench.timing import measure
from rideflex.evaluation.progress import Progress, silent
from rideflex.negotiation.days import sample_days
from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests, ServiceDay
from rideflex.routing.kernels.insertion import quote_days
from rideflex.routing.kernels.layout import shifts_of
from rideflex.routing.plans import inserted
from rideflex.routing.problem import default_fleet
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.search.clairvoyant import clairvoyant_days
from rideflex.routing.search.exact import best_agreement
from rideflex.routing.search.reoptimise import reoptimise_days
from rideflex.routing.solution import problems_of

PLANNED = (10, 30, 100)
HEADLINE = 30
RUNS, WARM_UP = 7, 2
PLAIN_DAYS = 32
AS_ASKED = OfferGrid.from_pairs([(0, 0)])


@dataclass(frozen=True)
class QuoteSpeed:
    """Quotes a second of days with `planned` requests; a quote prices all offers of the grid."""

    planned: int
    vehicles: int
    one_core: float
    two_cores: float
    one_offer: float
    plain: float
    plain_one_offer: float
    equal: bool

    @property
    def speedup_over_plain(self) -> float:
        """How many times the plain version, one core, all offers."""
        return self.one_core / self.plain

    @property
    def cost_of_all_offers(self) -> float:
        """What a quote of all offers takes, in quotes of one offer."""
        return self.one_offer / self.one_core


@dataclass(frozen=True)
class RouteQuality:
    """Insertion against re-optimised routes, and the bound's search against the exact optimum."""

    days: int
    iterations: int
    inserted: int
    reoptimised: int
    worse_days: int
    refused_plans: int
    seconds_a_day: float
    exact_days: int
    exact_equal: int

    @property
    def insertion_over_reoptimised(self) -> float:
        """Driving and penalties of insertion, in those of the re-optimised routes."""
        return self.inserted / self.reoptimised


@dataclass(frozen=True)
class QuotesBench:
    """What `bench_quotes` measured."""

    batch: int
    offers: int
    speeds: tuple[QuoteSpeed, ...]
    quality: RouteQuality
    machine: str
    runs: int = RUNS
    warm_up: int = WARM_UP

    def as_json(self) -> dict[str, Any]:
        """All figures, by the names that scripts read; the headline is at 30 planned requests."""
        headline = next(speed for speed in self.speeds if speed.planned == HEADLINE)
        return {
            "quotes_per_s_1core": headline.one_core,
            "quotes_per_s_2cores": headline.two_cores,
            "plain_quotes_per_s": headline.plain,
            "speedup_over_plain": headline.speedup_over_plain,
            "two_cores_over_one": headline.two_cores / headline.one_core,
            "all_offers_over_one": headline.cost_of_all_offers,
            "insertion_over_reoptimised": self.quality.insertion_over_reoptimised,
            "days": self.quality.days,
            "batch": self.batch,
            "offers": self.offers,
            "speeds": [asdict(speed) for speed in self.speeds],
            "quality": asdict(self.quality),
            "machine": self.machine,
            "runs": self.runs,
            "warm_up": self.warm_up,
        }


def bench_quotes(
    folder: str | Path,
    *,
    seed: int = 0,
    batch: int = 256,
    days: int = 50,
    iterations: int = 2000,
    exact_days: int = 40,
    planned: Sequence[int] = PLANNED,
    on_step: Progress = silent,
) -> QuotesBench:
    """Measure quotes and routes on days drawn from a service-area folder.

    Parameters
    ----------
    batch
        Days that are quoted in one call.
    days, iterations
        Days that are re-optimised, and for how long.
    planned
        How many requests the days that are quoted hold; 30, the headline, among them.
    exact_days
        Small days on which the bound's local search meets the exact optimum.
    on_step
        Told what is being measured.
    """
    area = read_area(folder)
    rng = np.random.default_rng(seed)
    requests = Requests(
        area.trips.origin,
        area.trips.destination,
        area.trips.pickup_window.astype(np.int64),
        area.trips.dropoff_window.astype(np.int64),
    )
    speeds = []
    for n in planned:
        on_step(f"quotes with {n} requests planned")
        speeds.append(_speed(area, requests, n, batch, rng))
    quality = _quality(area, requests, days, iterations, exact_days, rng, on_step)
    return QuotesBench(batch, len(area.table.offers), tuple(speeds), quality, describe_machine())


def _speed(
    area: ServiceArea, requests: Requests, planned: int, batch: int, rng: np.random.Generator
) -> QuoteSpeed:
    rows = rng.integers(len(area.trips), size=(batch, planned + 1))
    fleet = default_fleet(requests, area.travel_times, planned)
    plans = _grown(fleet, area.travel_times, requests, rows[:, :-1])
    asked = plans.asked(requests.take(rows[:, -1]))

    def fast(offers: OfferGrid, threads: int) -> tuple[float, npt.NDArray[np.int64]]:
        quotes = np.empty((4, batch, len(offers)), dtype=np.int64)
        shifts = shifts_of(offers)
        with _threads(threads):
            timing = measure(
                lambda: quote_days(*plans.arrays, asked, shifts, quotes), RUNS, WARM_UP
            )
        return batch / timing.seconds, quotes[0]

    def plain(offers: OfferGrid) -> tuple[float, npt.NDArray[np.int64]]:
        n = min(PLAIN_DAYS, batch)
        cost = np.empty((n, len(offers)), dtype=np.int64)
        bounds = 60 * offers.bounds.astype(np.int64)
        with _threads(1):
            timing = measure(
                lambda: plain_quote_days(*plans.arrays, asked, bounds, cost),
                RUNS,
                WARM_UP,
            )
        return n / timing.seconds, cost

    offers = area.table.offers
    one_core, costs = fast(offers, 1)
    two_cores, same_costs = fast(offers, min(2, numba.get_num_threads()))
    plain_speed, plain_costs = plain(offers)
    equal = np.array_equal(costs, same_costs)
    return QuoteSpeed(
        planned=planned,
        vehicles=len(fleet),
        one_core=one_core,
        two_cores=two_cores,
        one_offer=fast(AS_ASKED, 1)[0],
        plain=plain_speed,
        plain_one_offer=plain(AS_ASKED)[0],
        equal=equal and np.array_equal(costs[: len(plain_costs)], plain_costs),
    )


def _quality(
    area: ServiceArea,
    requests: Requests,
    n_days: int,
    iterations: int,
    exact_days: int,
    rng: np.random.Generator,
    on_step: Progress,
) -> RouteQuality:
    rows = sample_days(area.trips.traveler, n_days, rng)
    fleet = default_fleet(requests, area.travel_times, rows.shape[1])
    plans = _grown(fleet, area.travel_times, requests, rows)
    days = [plans.day(row) for row in range(n_days)]
    routes = [plans.routes(row) for row in range(n_days)]
    on_step(f"re-optimising {n_days} days, {iterations} iterations each")
    start = perf_counter()
    found = reoptimise_days(days, routes, iterations, workers=min(2, numba.get_num_threads()))
    seconds = perf_counter() - start
    on_step(f"the exact optimum of {exact_days} small days")
    offers = area.table.offers
    small = [_small_day(area, requests, offers, rng) for _ in range(exact_days)]
    benchmark = clairvoyant_days(
        [[Agreement.as_asked(one, inserted(one.day))] for one in small], rounds=2000, iterations=100
    )
    exact = [best_agreement(one) for one in small]
    plans_of = [(day, one.routes) for day, one in zip(days, found, strict=True)]
    plans_of += list(zip(days, routes, strict=True))
    plans_of += [(one.open_day.under(one.actions), one.routes) for one in (*benchmark, *exact)]
    return RouteQuality(
        days=n_days,
        iterations=iterations,
        inserted=int(plans.cost.sum()),
        reoptimised=sum(one.cost for one in found),
        worse_days=sum(one.cost > cost for one, cost in zip(found, plans.cost, strict=True)),
        refused_plans=sum(bool(problems_of(day, plan)) for day, plan in plans_of),
        seconds_a_day=seconds / n_days,
        exact_days=exact_days,
        exact_equal=sum(a.cost == b.cost for a, b in zip(benchmark, exact, strict=True)),
    )


def _small_day(
    area: ServiceArea, requests: Requests, offers: OfferGrid, rng: np.random.Generator
) -> OpenDay:
    # Four or five requests within two hours, two vehicles; every second answer is yes, and every
    # second day puts a price of ten seconds on a shifted minute.
    opens = requests.pickup_window[:, 0]
    while True:
        first = rng.choice(opens)
        near = np.flatnonzero((opens >= first) & (opens < first + 2 * 3600))
        n = int(rng.integers(4, 6))
        if len(near) >= n:
            break
    rows = rng.choice(near, n, replace=False)
    depot = default_fleet(requests, area.travel_times, n).vehicles[0].depot
    day = ServiceDay(requests.take(rows), Fleet.alike(2, 4, depot), area.travel_times)
    return OpenDay(day, offers, rng.random((n, len(offers))) < 0.5, 10 * int(rng.integers(2)))


def _grown(
    fleet: Fleet,
    travel_times: npt.NDArray[np.int32],
    requests: Requests,
    rows: npt.NDArray[np.int32] | npt.NDArray[np.int64],
) -> PlanBatch:
    n_days, n_requests = rows.shape
    plans = PlanBatch(fleet, travel_times, n_days, n_requests + 1)
    for step in range(n_requests):
        quotes = plans.quote(requests.take(rows[:, step]), AS_ASKED)
        plans.commit(quotes, np.zeros(n_days, dtype=np.int32))
    return plans


@contextmanager
def _threads(n: int) -> Iterator[None]:
    before = numba.get_num_threads()
    numba.set_num_threads(n)
    try:
        yield
    finally:
        numba.set_num_threads(before)
