"""Cordeau's dial-a-ride instances."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rideflex.routing.instances.instance import (
    Instance,
    check_columns,
    distances,
    read_rows,
    scaled,
)
from rideflex.routing.problem import Requests, ServiceDay
from rideflex.routing.vehicles import Fleet

_HEADER = ("vehicles", "nodes or requests", "longest route", "capacity", "longest ride")
_NODE = ("node", "x", "y", "service", "load", "earliest", "latest")
_X, _SERVICE, _LOAD, _EARLIEST = 1, 3, 4, 5


def read_cordeau(path: str | Path) -> Instance:
    """Read a dial-a-ride file of Cordeau and Laporte (2003) or Cordeau (2006).

    The first line holds the vehicles, a count, the longest route, the capacity and the longest
    ride. Every other line is a node: index, x, y, service time, load, earliest and latest start of
    service. Node 0 is the depot, node r the pick-up of request r, node n + r its drop-off; a last
    line may repeat the depot. The count is n or 2 n, so n is taken from the lines themselves.
    Driving takes as long as the straight line is.

    Raises
    ------
    DataError
        If a line is not of that form, or the loads of a pair do not cancel.
    """
    rows = read_rows(path)
    check_columns(rows[:1], _HEADER, "the first line")
    check_columns(rows[1:], _NODE, "a node")
    nodes = rows[1:]
    if len(nodes) % 2 == 0:  # the depot stands at both ends
        nodes = nodes[:-1]
    n = len(nodes) // 2
    if rows[0].values[1] not in (n, 2 * n):
        raise rows[0].refuse(
            f"the lines below hold {n} requests ({2 * n} nodes)", _HEADER[1], rows[0].values[1]
        )
    for place, row in enumerate(nodes):
        if row.values[0] != place:
            raise row.refuse(f"node {place} is expected here", "node", row.values[0])
        if row.values[_EARLIEST] > row.values[-1]:
            raise row.refuse("the window ends before it starts", "latest", row.values[-1])
        if 0 < place <= n and row.values[_LOAD] < 1:
            raise row.refuse("a pick-up's load is at least 1", "load", row.values[_LOAD])
        if place > n and row.values[_LOAD] != -nodes[place - n].values[_LOAD]:
            raise row.refuse(
                f"node {place - n} brings {nodes[place - n].values[_LOAD]:g}",
                "load",
                row.values[_LOAD],
            )
    table = np.array([row.values for row in nodes])
    vehicles, _, longest_route, capacity, longest_ride = rows[0].values
    pickups, dropoffs = table[1 : n + 1], table[n + 1 :]
    shift = scaled(table[0, _EARLIEST:])
    requests = Requests(
        origin=np.arange(1, n + 1, dtype=np.int32),
        destination=np.arange(n + 1, 2 * n + 1, dtype=np.int32),
        pickup_window=scaled(pickups[:, _EARLIEST:]),
        dropoff_window=scaled(dropoffs[:, _EARLIEST:]),
        riders=pickups[:, _LOAD].astype(np.int32),
        service=scaled(np.stack([pickups[:, _SERVICE], dropoffs[:, _SERVICE]], axis=1)),
    )
    fleet = Fleet.alike(
        vehicles=int(vehicles),
        capacity=int(capacity),
        depot=0,
        shift=(int(shift[0]), int(shift[1])),
        max_ride=int(scaled(longest_ride)),
        max_duration=int(scaled(longest_route)),
        penalty=int(3 * shift[1]),
    )
    coordinates = table[:, _X:_SERVICE]
    day = ServiceDay(requests, fleet, distances(coordinates))
    return Instance(Path(path).name, "Cordeau", day, coordinates)
