"""The plain answer to a quote: build every route, drive it, take the cheapest that holds."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from rideflex.offers import OfferGrid
from rideflex.routing import INFEASIBLE, Requests, Routes, ServiceDay
from rideflex.routing.problem import BREAK
from rideflex.routing.solution import driving_of, problems_of

NEVER = 1 << 40


def joined(day: ServiceDay, request: Requests) -> Requests:
    """Put one more request at the end of a day's requests."""
    longest = NEVER if day.fleet.max_ride is None else day.fleet.max_ride
    limits = [
        np.full(len(requests), longest) if requests.max_ride is None else requests.max_ride
        for requests in (day.requests, request)
    ]
    return Requests(
        *(
            np.concatenate([getattr(day.requests, field.name), getattr(request, field.name)])
            for field in fields(Requests)
            if field.name != "max_ride"
        ),
        max_ride=np.concatenate(limits),
    )


def drive(day: ServiceDay, vehicle: int, route: tuple[int, ...]) -> bool:
    """Drive a route as early as can be; tell whether windows, seats, rest and shift hold."""
    of = day.fleet.vehicles[vehicle]
    clock, here, riders, chairs = of.shift[0], of.depot, 0, 0
    for stop in route:
        if stop == BREAK:
            clock = max(clock, of.rest.opens)
            if riders or chairs or clock + of.rest.seconds > of.rest.closes:
                return False
            clock += of.rest.seconds
            continue
        request, end = divmod(stop, 2)
        zone = (day.requests.origin, day.requests.destination)[end][request]
        opens, closes = (day.requests.pickup_window, day.requests.dropoff_window)[end][request]
        clock = max(clock + day.travel_times[here, zone], opens)
        riders += (1 - 2 * end) * day.riders[request]
        chairs += (1 - 2 * end) * day.wheelchairs[request]
        full = riders + chairs * of.seats_per_wheelchair > of.seats or chairs > of.wheelchairs
        if clock > closes or full:
            return False
        clock += day.service[request, end]
        here = zone
    return bool(clock + day.travel_times[here, of.end] <= of.shift[1])


def plain_quote(
    day: ServiceDay, routes: Routes, request: Requests, offers: OfferGrid
) -> list[tuple[int, int, int, int]]:
    """Cost, vehicle and positions of the cheapest insertion under every offer."""
    answers = []
    for action in range(len(offers)):
        if not offers.possible[action]:
            answers.append((INFEASIBLE, -1, -1, -1))
            continue
        agreed = joined(day, unclipped(request, offers, action))
        wider = ServiceDay(agreed, day.fleet, day.travel_times)
        best = (INFEASIBLE, -1, -1, -1)
        new = len(day.requests)
        for vehicle, route in enumerate(routes):
            rests = () if day.fleet.vehicles[vehicle].rest is None else (BREAK,)
            before = driving_of(wider, vehicle, route)
            stands = route or rests
            for i in range(len(stands) + 1):
                for j in range(i, len(stands) + 1):
                    tried = (*stands[:i], 2 * new, *stands[i:j], 2 * new + 1, *stands[j:])
                    cost = driving_of(wider, vehicle, tried) - before
                    if cost < best[0] and drive(wider, vehicle, tried):
                        alone = [()] * vehicle + [tried]
                        if not problems_of(wider, alone):
                            best = (cost, vehicle, i, j)
        answers.append(best)
    return answers


def unclipped(request: Requests, offers: OfferGrid, action: int) -> Requests:
    """One request under an offer, by the table of the three meanings."""
    early, late = (60 * minutes for minutes in offers[action])
    pickup, dropoff = request.pickup_window.copy(), request.dropoff_window.copy()
    if offers.means == "end":
        pickup[..., 0] += early
        dropoff[..., 1] += late
    elif offers.means == "trip":
        for window in (pickup, dropoff):
            window[..., 0] += early
            window[..., 1] += late
    else:
        pickup += early + late
        dropoff += early + late
    return replace(request, pickup_window=pickup, dropoff_window=dropoff)
