"""Sartori and Buriol's pick-up-and-delivery instances on the streets of cities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, Problem
from rideflex.routing.instances.instance import (
    FORMATS,
    Instance,
    Line,
    check_columns,
    read_lines,
    rows_of,
)
from rideflex.routing.instances.pairs import DEMAND, EARLIEST, SERVICE, paired_tasks
from rideflex.routing.problem import UNREACHABLE, Requests, ServiceDay
from rideflex.routing.vehicles import Fleet

_ABOUT = ("NAME", "LOCATION", "COMMENT", "DISTRIBUTION", "DEPOT", "TIME-WINDOW")
_KEYS = (*_ABOUT, "TYPE", "SIZE", "ROUTE-TIME", "CAPACITY")
_NODE = ("node", "lat", "lon", "demand", "earliest", "latest", "service", "pickup", "delivery")
_ENDS = ("EOF", "EO")
_LAT = 1
_MINUTE = 60
_LONGEST = UNREACHABLE // _MINUTE


def read_sartori_buriol(path: str | Path) -> Instance:
    """Read a file of Sartori and Buriol (2020).

    Lines `KEY: value` come first, of which CAPACITY, SIZE and ROUTE-TIME (when vehicles are back)
    count. Under NODES every line is a node: index, latitude, longitude, demand, earliest and latest
    start of service, service time, and the indices of its pick-up and of its delivery, 0 where
    there is none. Under EDGES every line is a row of the matrix of travel times. All times are
    minutes, and become seconds. Node 0 is the depot, whose window is the shift. Vehicles are not
    limited: there are as many as requests.

    Raises
    ------
    DataError
        If a line is not of that form, or the parts do not fit together.
    """
    header, below_nodes, below_edges = _sections(read_lines(path))
    told = _header(header, str(path))
    nodes = rows_of(below_nodes)
    check_columns(nodes, _NODE, "a node")
    size = told.get("SIZE")
    if size is not None and size[1] != len(nodes):
        raise size[0].refuse(f"{len(nodes)} nodes stand below", "SIZE", size[1])
    for place, row in enumerate(nodes):
        if row.values[0] != place:
            raise row.refuse(f"node {place} is expected here", "node", row.values[0])
    depot, pairs = paired_tasks(nodes, "node")
    ends = np.array([[row.values for row in pair] for pair in pairs])
    windows = np.rint(_MINUTE * ends[:, :, EARLIEST:SERVICE]).astype(np.int64)
    requests = Requests(
        origin=ends[:, 0, 0].astype(np.int32),
        destination=ends[:, 1, 0].astype(np.int32),
        pickup_window=windows[:, 0],
        dropoff_window=windows[:, 1],
        riders=ends[:, 0, DEMAND].astype(np.int32),
        service=np.rint(_MINUTE * ends[:, :, SERVICE]).astype(np.int64),
    )
    opens, closes = depot.values[EARLIEST:SERVICE]
    if "ROUTE-TIME" in told:
        closes = min(closes, told["ROUTE-TIME"][1])
    shift = (round(_MINUTE * opens), round(_MINUTE * closes))
    fleet = Fleet.alike(
        vehicles=len(pairs),
        capacity=int(told["CAPACITY"][1]),
        depot=0,
        shift=shift,
        penalty=3 * shift[1],
    )
    return Instance(
        Path(path).name,
        "Sartori and Buriol",
        ServiceDay(requests, fleet, _matrix(below_edges, str(path), len(nodes))),
        np.array([row.values[_LAT:DEMAND] for row in nodes]),
        scale=_MINUTE,
        unit="min",
        geographic=True,
        notes=("The file does not limit vehicles: as many as requests are there.",),
    )


def _sections(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    # What stands above NODES, below it, and below EDGES.
    found: dict[str, int] = {}
    for place, line in enumerate(lines):
        if line.words[0] in ("NODES", "EDGES", *_ENDS) and len(line.words) == 1:
            found.setdefault(line.words[0], place)
    missing = [name for name in ("NODES", "EDGES") if name not in found]
    if missing:
        cause = (
            f"begins with words, and has no section {' and no '.join(missing)}, as Sartori and "
            f"Buriol's have; the formats read here are {FORMATS}"
        )
        raise DataError(Problem(lines[0].file, cause))
    nodes, edges = found["NODES"], found["EDGES"]
    end = min((found[name] for name in _ENDS if name in found), default=len(lines))
    if not nodes < edges < end:
        raise lines[edges].refuse("stands before NODES, or after the end", value="EDGES")
    if end + 1 < len(lines):
        raise lines[end + 1].refuse("stands after the end of the file")
    return [*lines[:nodes]], [*lines[nodes + 1 : edges]], [*lines[edges + 1 : end]]


def _header(lines: Sequence[Line], file: str) -> dict[str, tuple[Line, float]]:
    # The numbers of the header; what else it says is checked and not kept.
    numbers: dict[str, tuple[Line, float]] = {}
    problems, seen = [], set()
    for line in lines:
        key, colon, value = line.text.partition(":")
        key, value = key.strip(), value.strip()
        if not colon or key not in _KEYS or key in seen:
            cause = "stands in the file twice" if key in seen else f"is none of {', '.join(_KEYS)}"
            problems.append(line.problem(cause, value=key))
            continue
        seen.add(key)
        if key == "TYPE" and value != "PDPTW":
            problems.append(line.problem("only PDPTW is read, pick-up and delivery", key, value))
        elif key in ("SIZE", "ROUTE-TIME", "CAPACITY"):
            try:
                numbers[key] = line, float(value)
            except ValueError:
                numbers[key] = line, float("nan")
            if not 1 <= numbers[key][1] < _LONGEST or (key != "ROUTE-TIME" and numbers[key][1] % 1):
                problems.append(line.problem("is a whole number from 1", key, value))
    if "CAPACITY" not in seen:
        problems.append(Problem(file, "has no line CAPACITY: vehicles need one"))
    if problems:
        raise DataError(problems)
    return numbers


def _matrix(lines: Sequence[Line], file: str, size: int) -> npt.NDArray[np.int32]:
    # Line by line as an array: a published file holds up to 25 million travel times.
    if len(lines) != size:
        raise DataError(Problem(file, f"has {size} nodes, and {len(lines)} rows below EDGES"))
    minutes = np.empty((size, size))
    for place, line in enumerate(lines):
        if len(line.words) != size:
            raise line.refuse(f"{size} travel times are expected, and there are {len(line.words)}")
        try:
            minutes[place] = line.words
        except ValueError:
            minutes[place] = rows_of([line])[0].values
        wrong = ~((minutes[place] >= 0) & (minutes[place] <= _LONGEST))
        if wrong.any():
            column = int(wrong.argmax())
            cause = f"a travel time is from 0 to {_LONGEST:,} minutes"
            raise line.refuse(cause, f"to node {column}", line.words[column])
    return np.rint(_MINUTE * minutes).astype(np.int32)
