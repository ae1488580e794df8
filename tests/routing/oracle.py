"""The plain answer to a quote: build every route, drive it, take the cheapest that holds."""

from __future__ import annotations

import numpy as np

from rideflex.offers import OfferGrid
from rideflex.routing import INFEASIBLE, Requests, Routes, ServiceDay
from rideflex.routing.solution import driving_of, problems_of


def joined(requests: Requests, request: Requests) -> Requests:
    """Put one more request at the end of a day's requests."""
    return Requests(
        *(
            np.concatenate([getattr(requests, name), getattr(request, name)])
            for name in (
                "origin",
                "destination",
                "pickup_window",
                "dropoff_window",
                "riders",
                "service",
            )
        )
    )


def drive(day: ServiceDay, route: tuple[int, ...]) -> bool:
    """Drive a route as early as can be; tell whether every window and the shift hold."""
    clock, here = day.fleet.shift[0], day.fleet.depot
    for stop in route:
        request, end = divmod(stop, 2)
        zone = (day.requests.origin, day.requests.destination)[end][request]
        opens, closes = (day.requests.pickup_window, day.requests.dropoff_window)[end][request]
        clock = max(clock + day.travel_times[here, zone], opens)
        if clock > closes:
            return False
        clock += day.service[request, end]
        here = zone
    return bool(clock + day.travel_times[here, day.fleet.depot] <= day.fleet.shift[1])


def plain_quote(
    day: ServiceDay, routes: Routes, request: Requests, offers: OfferGrid
) -> list[tuple[int, int, int, int]]:
    """Cost, vehicle and positions of the cheapest insertion under every offer."""
    answers = []
    for early, late in offers:
        wider = ServiceDay(
            joined(day.requests, request.widened(early, late)), day.fleet, day.travel_times
        )
        best = (INFEASIBLE, -1, -1, -1)
        new = len(day.requests)
        for vehicle, route in enumerate(routes):
            for i in range(len(route) + 1):
                for j in range(i, len(route) + 1):
                    tried = (*route[:i], 2 * new, *route[i:j], 2 * new + 1, *route[j:])
                    cost = driving_of(wider, tried) - driving_of(wider, route)
                    if cost < best[0] and drive(wider, tried) and not problems_of(wider, [tried]):
                        best = (cost, vehicle, i, j)
        answers.append(best)
    return answers
