"""Li and Lim's pick-up-and-delivery instances with time windows."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rideflex.routing.instances.instance import (
    Instance,
    Row,
    check_columns,
    distances,
    read_rows,
    scaled,
)
from rideflex.routing.problem import Requests, ServiceDay
from rideflex.routing.vehicles import Fleet

_HEADER = ("vehicles", "capacity", "speed")
_TASK = ("task", "x", "y", "demand", "earliest", "latest", "service", "pickup", "delivery")
_X, _DEMAND, _EARLIEST, _SERVICE, _PICKUP, _DELIVERY = 1, 3, 4, 6, 7, 8


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
        If a line is not of that form, or a pick-up and its delivery do not name each other.
    """
    rows = read_rows(path)
    check_columns(rows[:1], _HEADER, "the first line")
    check_columns(rows[1:], _TASK, "a task")
    tasks = {int(row.values[0]): row for row in rows[1:]}
    if 0 not in tasks:
        raise rows[0].refuse("no task has index 0, the depot")
    if len(tasks) < len(rows) - 1:
        seen: set[float] = set()
        row = next(r for r in rows[1:] if r.values[0] in seen or seen.add(r.values[0]))  # type: ignore[func-returns-value]
        raise row.refuse("stands in the file twice", "task", row.values[0])
    pairs = [
        (row, _delivery_of(row, tasks))
        for index, row in tasks.items()
        if index and row.values[_DELIVERY]
    ]
    _check_all_paired(tasks, pairs)
    ends = np.array([[row.values for row in pair] for pair in pairs]).reshape(-1, 2, len(_TASK))
    depot, vehicles = np.array(tasks[0].values), rows[0].values
    n = len(pairs)
    requests = Requests(
        origin=np.arange(1, 2 * n, 2, dtype=np.int32),
        destination=np.arange(2, 2 * n + 1, 2, dtype=np.int32),
        pickup_window=scaled(ends[:, 0, _EARLIEST:_SERVICE]),
        dropoff_window=scaled(ends[:, 1, _EARLIEST:_SERVICE]),
        riders=ends[:, 0, _DEMAND].astype(np.int32),
        service=scaled(ends[:, :, _SERVICE]),
    )
    shift = scaled(depot[_EARLIEST:_SERVICE])
    fleet = Fleet.alike(
        vehicles=int(vehicles[0]),
        capacity=int(vehicles[1]),
        depot=0,
        shift=(int(shift[0]), int(shift[1])),
        penalty=int(3 * shift[1]),
    )
    coordinates = np.concatenate([depot[None, _X:_DEMAND], ends[:, :, _X:_DEMAND].reshape(-1, 2)])
    day = ServiceDay(requests, fleet, distances(coordinates))
    return Instance(Path(path).name, "Li and Lim", day, coordinates)


def _delivery_of(row: Row, tasks: dict[int, Row]) -> Row:
    index, partner = int(row.values[0]), int(row.values[_DELIVERY])
    if row.values[_DEMAND] < 1:
        raise row.refuse("a pick-up's demand is at least 1", "demand", row.values[_DEMAND])
    if partner not in tasks:
        raise row.refuse("no task has this index", "delivery", partner)
    delivery = tasks[partner]
    if int(delivery.values[_PICKUP]) != index:
        raise delivery.refuse(f"task {index} delivers here", "pickup", delivery.values[_PICKUP])
    if delivery.values[_DEMAND] != -row.values[_DEMAND]:
        raise delivery.refuse(
            f"task {index} brings {row.values[_DEMAND]:g}", "demand", delivery.values[_DEMAND]
        )
    for end in (row, delivery):
        if end.values[_EARLIEST] > end.values[_SERVICE - 1]:
            raise end.refuse("the window ends before it starts", "latest", end.values[_SERVICE - 1])
    return delivery


def _check_all_paired(tasks: dict[int, Row], pairs: list[tuple[Row, Row]]) -> None:
    paired = {row.line for pair in pairs for row in pair}
    for index, row in tasks.items():
        if index and row.line not in paired:
            raise row.refuse(
                "is neither a pick-up nor a delivery of one", "pickup", row.values[_PICKUP]
            )
