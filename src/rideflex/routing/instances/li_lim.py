"""Li and Lim's pick-up-and-delivery instances with time windows."""

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
from rideflex.routing.instances.pairs import (
    DEMAND,
    EARLIEST,
    SERVICE,
    paired_tasks,
)
from rideflex.routing.problem import Requests, ServiceDay
from rideflex.routing.vehicles import Fleet

_HEADER = ("vehicles", "capacity", "speed")
_TASK = ("task", "x", "y", "demand", "earliest", "latest", "service", "pickup", "delivery")
_X = 1


def read_li_lim(path: str | Path) -> Instance:
    """Read a file of Li and Lim (2001).

    The first line holds the number of vehicles, their capacity and their speed (1, not used). Every
    other line is a task: its index, x, y, demand, earliest and latest start of service, service
    time, and the indices of the pick-up (for a delivery) and of the delivery (for a pick-up), 0
    where there is none. Task 0 is the depot, whose window is the shift. Driving takes as long as
    the straight line is.

    Raises
    ------
    DataError
        If a line is not of that form, or a pick-up and its delivery do not name each other; it
        carries every problem.
    """
    rows = read_rows(path)
    check_columns(rows[:1], _HEADER, "the first line")
    check_columns(rows[1:], _TASK, "a task")
    at_depot, pairs = paired_tasks(rows[1:], "task")
    ends = np.array([[row.values for row in pair] for pair in pairs])
    depot, vehicles = np.array(at_depot.values), rows[0].values
    n = len(pairs)
    requests = Requests(
        origin=np.arange(1, 2 * n, 2, dtype=np.int32),
        destination=np.arange(2, 2 * n + 1, 2, dtype=np.int32),
        pickup_window=scaled(ends[:, 0, EARLIEST:SERVICE]),
        dropoff_window=scaled(ends[:, 1, EARLIEST:SERVICE]),
        riders=ends[:, 0, DEMAND].astype(np.int32),
        service=scaled(ends[:, :, SERVICE]),
    )
    shift = scaled(depot[EARLIEST:SERVICE])
    fleet = Fleet.alike(
        vehicles=int(vehicles[0]),
        capacity=int(vehicles[1]),
        depot=0,
        shift=(int(shift[0]), int(shift[1])),
        penalty=int(3 * shift[1]),
    )
    coordinates = np.concatenate([depot[None, _X:DEMAND], ends[:, :, _X:DEMAND].reshape(-1, 2)])
    day = ServiceDay(requests, fleet, distances(coordinates))
    return Instance(Path(path).name, "Li and Lim", day, coordinates)
