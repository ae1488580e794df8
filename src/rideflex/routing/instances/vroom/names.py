"""What VROOM's files call the stops, vehicles and breaks of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rideflex.routing.problem import ServiceDay


@dataclass(frozen=True)
class VroomName:
    """An id, and a description where there is one."""

    id: int
    description: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The keys of VROOM's that it fills."""
        told = {} if self.description is None else {"description": self.description}
        return {"id": self.id, **told}


@dataclass(frozen=True)
class VroomNames:
    """Names of a day's n requests and V vehicles.

    Parameters
    ----------
    pickups, deliveries
        Of each request [n].
    vehicles
        Of each vehicle [V].
    breaks
        Of each vehicle's break [V]; None where its driver takes none.
    """

    pickups: tuple[VroomName, ...]
    deliveries: tuple[VroomName, ...]
    vehicles: tuple[VroomName, ...]
    breaks: tuple[VroomName | None, ...]

    @classmethod
    def of(
        cls,
        day: ServiceDay,
        requests: Sequence[str] | None = None,
        vehicles: Sequence[str] | None = None,
    ) -> VroomNames:
        """Number requests and vehicles from 0, as `Routes` do, and describe them by their names."""
        rides = _numbered(len(day.requests), requests)
        of_fleet = _numbered(len(day.fleet), vehicles)
        breaks = [None if one.rest is None else VroomName(0) for one in day.fleet.vehicles]
        return cls(rides, rides, of_fleet, tuple(breaks))

    def stop(self, stop: int) -> VroomName:
        """Name a stop of a route that is no break."""
        return (self.deliveries if stop % 2 else self.pickups)[stop // 2]


def _numbered(count: int, texts: Sequence[str] | None) -> tuple[VroomName, ...]:
    described = [None] * count if texts is None else texts
    return tuple(VroomName(k, text) for k, text in enumerate(described))
