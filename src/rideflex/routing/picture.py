"""What a picture of service days shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.routing.problem import Requests, ServiceDay
from rideflex.routing.solution import Routes


@dataclass(frozen=True)
class Picture:
    """One state of a day to draw.

    Parameters
    ----------
    title
        What stands above it.
    day, routes
        The day, windows as agreed, and routes that keep them.
    asked
        The requests with the windows they were asked with; what the agreement added is coloured.
    vehicle_names
        Names of the vehicles; their numbers where not given.
    """

    title: str
    day: ServiceDay
    routes: Routes
    asked: Requests | None = None
    vehicle_names: tuple[str, ...] | None = None

    def vehicle(self, number: int) -> str:
        """Return what a vehicle is called."""
        names = self.vehicle_names
        return f"vehicle {number}" if names is None else names[number]


@dataclass(frozen=True)
class Map:
    """Where the zones lie [Z, 2], as (x, y) or, where `geographic`, as (latitude, longitude)."""

    places: npt.NDArray[np.float64]
    geographic: bool = False
