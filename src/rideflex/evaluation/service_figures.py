"""What the final routes mean for the service: minutes used, vehicle hours, rides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.offers import OfferGrid
from rideflex.routing import ServiceDay, Solution
from rideflex.routing.schedule import duty_seconds, rides
from rideflex.routing.search.agreement import Agreement, OpenDay
from rideflex.routing.solution import Routes, zones_of


@dataclass(frozen=True)
class ServiceFigures:
    """Figures of a service over D days, for vehicles and riders.

    Parameters
    ----------
    vehicle_hours
        From leaving the depot to being back, of all vehicles, per day: what drivers are paid for.
    vehicles
        Vehicles that leave the depot, per day.
    trips_per_hour
        Served requests per vehicle hour; None where no vehicle leaves.
    ride_excess_mean, ride_excess_p90, ride_max
        Minutes on board beyond the direct drive, mean and ninth of ten, and the longest ride in
        minutes, over all served requests; None where nobody is served.
    on_time_share
        Served requests whose stops begin in the windows that were agreed, on the schedule of the
        routes: 1 unless a plan breaks its promises; None where nobody is served.
    kilometres
        Driven per day, by great circle and detour; None where places are not known.
    """

    vehicle_hours: float
    vehicles: float
    trips_per_hour: float | None
    ride_excess_mean: float | None
    ride_excess_p90: float | None
    ride_max: float | None
    on_time_share: float | None
    kilometres: float | None


def service_figures(
    days: Sequence[ServiceDay],
    solutions: Sequence[Solution],
    kilometres: Sequence[npt.NDArray[np.float64] | None],
) -> ServiceFigures:
    """Figures of the routes of every day [D], on the schedule that `schedule_of` gives them.

    Parameters
    ----------
    days, solutions
        The days with the windows that were agreed, and their routes.
    kilometres
        Between the zones of each day; None where places are not known.
    """
    routed = list(zip(days, [solution.routes for solution in solutions], strict=True))
    hours = [duty_seconds(day, routes) / 3600 for day, routes in routed]
    out = [sum(bool(route) for route in routes) for _, routes in routed]
    taken = [ride for day, routes in routed for ride in rides(day, routes)]
    excess = np.array([ride.excess for ride in taken]) / 60
    served = len(taken) > 0
    return ServiceFigures(
        vehicle_hours=float(np.mean(hours)),
        vehicles=float(np.mean(out)),
        trips_per_hour=len(taken) / sum(hours) if sum(hours) else None,
        ride_excess_mean=float(excess.mean()) if served else None,
        ride_excess_p90=float(np.percentile(excess, 90)) if served else None,
        ride_max=max(ride.seconds for ride in taken) / 60 if served else None,
        on_time_share=float(np.mean([ride.is_on_time for ride in taken])) if served else None,
        kilometres=_kilometres(routed, kilometres),
    )


def _kilometres(
    routed: Sequence[tuple[ServiceDay, Routes]],
    kilometres: Sequence[npt.NDArray[np.float64] | None],
) -> float | None:
    driven = 0.0
    for (day, routes), between in zip(routed, kilometres, strict=True):
        if between is None:
            return None
        for vehicle, route in enumerate(routes):
            if route:
                zones = zones_of(day, vehicle, route)
                driven += float(between[zones[:-1], zones[1:]].sum())
    return driven / len(routed)


def used_minutes(
    asked: ServiceDay,
    offers: OfferGrid,
    actions: npt.NDArray[np.int32],
    solution: Solution,
) -> int:
    """Count those of the agreed minutes of a day that its final routes need.

    Each agreed offer is narrowed, one traveler after another, to the smallest offer of the grid
    that lies within it and whose windows the routes still keep.

    Parameters
    ----------
    asked
        The day as its n travelers asked for it.
    actions
        The offers agreed [n].
    """
    earlier = offers.pickup >= offers.pickup[actions][:, None]
    later = offers.dropoff <= offers.dropoff[actions][:, None]
    open_day = OpenDay(asked, offers, earlier & later)
    return Agreement(open_day, actions, solution.routes).spared().minutes
