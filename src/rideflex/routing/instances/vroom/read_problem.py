"""VROOM's problems of shipments, read into service days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rideflex.routing.instances.instance import Instance
from rideflex.routing.instances.vroom.json_fields import Fields, Unread
from rideflex.routing.instances.vroom.loads import read_loads
from rideflex.routing.instances.vroom.matrices import (
    Matrix,
    coordinates_of,
    read_matrix,
    read_places,
)
from rideflex.routing.instances.vroom.names import VroomName, VroomNames
from rideflex.routing.instances.vroom.shifts import SHIFT_KEYS, Shift, read_shift
from rideflex.routing.problem import Requests, ServiceDay
from rideflex.routing.vehicles import Fleet, Vehicle

_PER_TYPE = Unread("stops take as long for every vehicle here; write setup and service", ({},))
_STEP_UNREAD = {"setup_per_type": _PER_TYPE, "service_per_type": _PER_TYPE}
_STEP = (
    "id",
    "description",
    "location",
    "location_index",
    "setup",
    "service",
    "time_windows",
)
_SKILLS = Unread(
    "there are no skills here: every vehicle serves everybody that it has room for", ([],)
)
_SHIPMENT = ("pickup", "delivery", "amount", "priority")
_VEHICLE = (
    "id",
    "description",
    "profile",
    "start",
    "start_index",
    "end",
    "end_index",
    "capacity",
    "type",
    *SHIFT_KEYS,
)
_LIMIT = "no vehicle has such a limit here; leave it out, or give the vehicle a time_window"
_COSTS = {"fixed": 0, "per_hour": 3600, "per_km": 0, "per_task_hour": 0}
_VEHICLE_UNREAD = {
    "skills": _SKILLS,
    "speed_factor": Unread("all vehicles drive at one speed here", (1, 1.0)),
    "max_tasks": Unread(_LIMIT),
    "max_travel_time": Unread(_LIMIT),
    "max_distance": Unread(_LIMIT),
    "steps": Unread("routes to start from, or to keep, are not read", ([],)),
}
_JOBS = Unread("jobs are visits without a ride; only shipments are read here", ([],))


def read_vroom(path: str | Path) -> Instance:
    """Read a problem of VROOM's: shipments, vehicles, and a matrix of durations, in seconds.

    A vehicle without a start or an end starts or ends wherever it likes, at no cost. What has no
    time window has none that could be missed. `setup` is added to `service` where nobody else stops
    at the place, since every vehicle then comes from elsewhere. As VROOM serves as many as it can,
    a request that is left out costs more than all driving.

    Raises
    ------
    DataError
        If the file is not of that form, or holds what a service day can't express; it carries every
        problem, with its path in the file.
    """
    file = Fields.read(path)
    file.only(("shipments", "vehicles", "matrices", "matrix"), {"jobs": _JOBS})
    shipments = file.objects("shipments", needed=True)
    vehicles = file.objects("vehicles", needed=True)
    steps = [(one.object("pickup"), one.object("delivery")) for one in shipments]
    matrix = read_matrix(file, vehicles)
    for one in shipments:
        one.only(_SHIPMENT, {"skills": _SKILLS})
    _check_priorities(shipments)
    for ends in steps:
        for one in ends:
            one.only(_STEP, _STEP_UNREAD)
    for one in vehicles:
        one.only(_VEHICLE, _VEHICLE_UNREAD | {"costs": _costs(one)})
    stops = [tuple(_zone(end, "location_index", matrix) for end in ends) for ends in steps]
    starts = [_zone(one, "start_index", matrix, anywhere=matrix.nowhere) for one in vehicles]
    finish = [_zone(one, "end_index", matrix, anywhere=matrix.nowhere) for one in vehicles]
    service = _service(steps, stops, starts)
    windows = [tuple(end.one_window("time_windows") for end in ends) for ends in steps]
    shifts = [read_shift(one) for one in vehicles]
    names = VroomNames(
        pickups=_names([pickup for pickup, _ in steps]),
        deliveries=_names([delivery for _, delivery in steps]),
        vehicles=_names(vehicles),
        breaks=tuple(shift.name for shift in shifts),
    )
    riders, rooms = read_loads(shipments, vehicles)
    places = read_places(steps, vehicles)
    file.raise_problems()
    ever = _horizon(windows, shifts, service, matrix)
    vehicles_read = tuple(
        Vehicle(
            seats=seats,
            depot=start,
            end_depot=None if end == start else end,
            shift=shift.hours(ever),
            wheelchairs=chairs,
            rest=shift.rest(ever),
        )
        for (seats, chairs), start, end, shift in zip(rooms, starts, finish, shifts, strict=True)
    )
    penalty = 2 * (len(shipments) + len(vehicles)) * matrix.longest + 1
    day = ServiceDay(
        _requests(stops, _filled(windows, ever), riders, service),
        Fleet(vehicles_read, service_time=0, penalty=penalty),
        matrix.used(np.append(starts, finish)),
    )
    return Instance(
        Path(path).name,
        "VROOM",
        day,
        coordinates_of(places, len(day.travel_times)),
        scale=1,
        unit="s",
        geographic=True,
        notes=(*matrix.notes, *([_RESTS] if day.fleet.has_breaks else [])),
        names=names,
    )


_RESTS = (
    "Drivers rest here at a stop, with nobody on board; VROOM also lets them rest under way, and "
    "with as many on board as max_load says. Routes found here hold for VROOM."
)


def _requests(
    stops: Sequence[tuple[int, ...]],
    windows: Sequence[Sequence[tuple[int, int]]],
    riders: Sequence[tuple[int, int]],
    service: Sequence[tuple[int, ...]],
) -> Requests:
    at, held, loads = np.array(stops), np.array(windows), np.array(riders)
    return Requests(
        origin=at[:, 0],
        destination=at[:, 1],
        pickup_window=held[:, 0],
        dropoff_window=held[:, 1],
        riders=loads[:, 0],
        service=np.array(service),
        wheelchairs=loads[:, 1],
    )


def _costs(vehicle: Fields) -> Unread:
    told = vehicle.content.get("costs")
    plain = isinstance(told, dict) and all(_COSTS.get(key) == told[key] for key in told)
    cause = "routes are as cheap as they are short here; only the costs that VROOM assumes are read"
    return Unread(cause, (told,) if plain else ())


def _check_priorities(shipments: Sequence[Fields]) -> None:
    told = [one.whole("priority", 0, most=100) for one in shipments]
    for one, priority in zip(shipments, told, strict=True):
        if priority != told[0]:
            one.refuse(
                f"everybody is served alike here, and {shipments[0].path} has priority {told[0]}",
                "priority" if "priority" in one.content else None,
            )


def _zone(fields: Fields, key: str, matrix: Matrix, anywhere: int | None = None) -> int:
    if key not in fields.content and anywhere is not None:
        place = key.removesuffix("_index")
        if place in fields.content:
            fields.refuse(f"is needed beside {place}, which only says where that is", key)
        return anywhere
    zone = fields.whole(key)
    if matrix.size and key in fields.content and zone >= matrix.size:
        fields.refuse(f"is outside the matrix, which has {matrix.size} rows", key)
        return 0
    return zone


def _service(
    steps: Sequence[tuple[Fields, Fields]], stops: Sequence[tuple[int, ...]], starts: Sequence[int]
) -> list[tuple[int, ...]]:
    crowd = Counter([*starts, *(zone for ends in stops for zone in ends)])
    found = []
    for ends, zones in zip(steps, stops, strict=True):
        seconds = []
        for end, zone in zip(ends, zones, strict=True):
            setup = end.whole("setup", 0)
            if setup and crowd[zone] > 1:
                end.refuse(
                    "is spent by a vehicle that comes from elsewhere, and not by one that is there "
                    "already: here every stop takes as long, and others share this location_index",
                    "setup",
                )
            seconds.append(setup + end.whole("service", 0))
        found.append(tuple(seconds))
    return found


def _names(objects: Sequence[Fields]) -> tuple[VroomName, ...]:
    names, seen = [], dict[int, Fields]()
    for one in objects:
        name = VroomName(one.whole("id", most=(1 << 64) - 1), one.text("description"))
        if "id" in one.content and seen.setdefault(name.id, one) is not one:
            one.refuse(f"is the id of {seen[name.id].path} too", "id")
        names.append(name)
    return tuple(names)


def _horizon(
    windows: Sequence[tuple[tuple[int, int] | None, ...]],
    shifts: Sequence[Shift],
    service: Sequence[tuple[int, ...]],
    matrix: Matrix,
) -> int:
    # Later than anything could be begun if nobody idled after the last window opened.
    opens = [window[0] for ends in windows for window in ends if window is not None]
    opens += [shift.latest_start for shift in shifts]
    work = sum(map(sum, service)) + sum(shift.seconds for shift in shifts)
    return max(opens, default=0) + work + (2 * len(service) + 1) * matrix.longest


def _filled(
    windows: Sequence[tuple[tuple[int, int] | None, ...]], ever: int
) -> list[list[tuple[int, int]]]:
    return [[window or (0, ever) for window in ends] for ends in windows]
