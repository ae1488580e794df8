"""Service days as problems of VROOM's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Literal, get_args

from rideflex.errors import UsageError
from rideflex.routing.instances.vroom.json_fields import LARGEST
from rideflex.routing.instances.vroom.loads import loads_of
from rideflex.routing.instances.vroom.names import VroomName, VroomNames
from rideflex.routing.picture import Map
from rideflex.routing.problem import ServiceDay
from rideflex.routing.solution import window_of, zone_of

Rule = Literal["longest-ride", "longest-route"]
RULES: tuple[Rule, ...] = get_args(Rule)
_PROFILE = "car"
_SHOWN = 5


def vroom_problem(
    day: ServiceDay,
    names: VroomNames | None = None,
    zones: Map | None = None,
    without: Collection[Rule] = (),
) -> dict[str, Any]:
    """Write a service day with its fleet as a problem that VROOM solves.

    Requests become shipments, with seats and wheelchair places as amounts; vehicles have their
    depots, shifts and breaks, which VROOM takes with nobody on board; travel times become the
    matrix of the profile "car". Windows are cut to times from 0, before which nobody drives.

    Parameters
    ----------
    day
        The day.
    names
        Ids and descriptions; numbers from 0 where not given.
    zones
        Where the zones lie; written as locations if they are latitudes and longitudes.
    without
        Rules that VROOM does not know, and that are to be left out: its routes may break them.

    Raises
    ------
    UsageError
        If the day has a rule that VROOM does not know and `without` does not name, or a time that
        it can't read; it names all of them.

    Examples
    --------
    >>> from rideflex.routing import Fleet, Requests
    >>> requests = Requests([1], [2], [[0, 1800]], [[0, 7200]])
    >>> day = ServiceDay(requests, Fleet.alike(1, 4, 0), [[0, 6, 9], [6, 0, 6], [9, 6, 0]])
    >>> vroom_problem(day)["shipments"][0]["pickup"]
    {'id': 0, 'location_index': 1, 'service': 60, 'time_windows': [[0, 1800]]}
    """
    names = names or VroomNames.of(day)
    found = [*_inexpressible(day, names, without)]
    if found:
        raise UsageError(f"the day can't be written for VROOM: {'; '.join(found)}")
    amounts, capacities = loads_of(day)
    return {
        "vehicles": [
            {
                **names.vehicles[k].as_json(),
                "profile": _PROFILE,
                "start_index": one.depot,
                **location(zones, one.depot, "start"),
                "end_index": one.end,
                **location(zones, one.end, "end"),
                "capacity": capacities[k],
                "time_window": list(one.shift),
                **_breaks(day, names, k, len(capacities[k])),
            }
            for k, one in enumerate(day.fleet.vehicles)
        ],
        "shipments": [
            {
                "amount": amount,
                "pickup": _step(day, names, zones, 2 * request),
                "delivery": _step(day, names, zones, 2 * request + 1),
            }
            for request, amount in enumerate(amounts)
        ],
        "matrices": {_PROFILE: {"durations": day.travel_times.tolist()}},
    }


def location(zones: Map | None, zone: int, key: str = "location") -> dict[str, Any]:
    """Return a zone's longitude and latitude under a key, where they are known."""
    if zones is None or not zones.geographic:
        return {}
    return {key: [float(degrees) for degrees in zones.places[zone, ::-1]]}


def _step(day: ServiceDay, names: VroomNames, zones: Map | None, stop: int) -> dict[str, Any]:
    opens, closes = window_of(day, stop)
    zone = zone_of(day, stop)
    return {
        **names.stop(stop).as_json(),
        "location_index": zone,
        **location(zones, zone),
        "service": int(day.service[stop // 2, stop % 2]),
        "time_windows": [[max(opens, 0), closes]],
    }


def _breaks(day: ServiceDay, names: VroomNames, vehicle: int, metrics: int) -> dict[str, Any]:
    rest, name = day.fleet.vehicles[vehicle].rest, names.breaks[vehicle]
    if rest is None or name is None:
        return {}
    begins = [max(rest.opens, 0), rest.closes - rest.seconds]
    empty = [0] * metrics
    told = {"time_windows": [begins], "service": rest.seconds, "max_load": empty}
    return {"breaks": [{**name.as_json(), **told}]}


def _inexpressible(day: ServiceDay, names: VroomNames, without: Collection[Rule]) -> Iterator[str]:
    unknown = sorted(set(without) - set(RULES))
    if unknown:
        yield f"{unknown[0]!r} is no rule that can be left out; those are {', '.join(RULES)}"
    if not len(day.requests):
        yield "it has no requests"
        return
    yield from _unknown_rules(day, names, without)
    for stop in range(2 * len(day.requests)):
        closes = window_of(day, stop)[1]
        if not 0 <= closes <= LARGEST:
            what = "drop-off" if stop % 2 else "pick-up"
            yield f"the {what} of {_listed(names, [stop // 2])} ends at {closes:,} s, {_TIMES}"
    for name, one in zip(names.vehicles, day.fleet.vehicles, strict=True):
        start, end = one.shift
        if start < 0 or end > LARGEST:
            yield f"the shift of vehicle {_told(name)} is from {start:,} to {end:,} s, {_TIMES}"
        if one.rest is not None and one.rest.closes > LARGEST:
            yield f"the break of vehicle {_told(name)} closes at {one.rest.closes:,} s, {_TIMES}"
    for what, numbers in _numbers(day).items():
        if max(numbers) > LARGEST:
            yield f"{what} of {max(numbers):,} is more than VROOM reads ({LARGEST:,})"


def _unknown_rules(day: ServiceDay, names: VroomNames, without: Collection[Rule]) -> Iterator[str]:
    held = [request for request in range(len(day.requests)) if _binds(day, request)]
    if held and "longest-ride" not in without:
        yield (
            f"VROOM knows no longest ride, which limits {_listed(names, held)}; 'longest-ride' can "
            "be left out by name (--vroom-without)"
        )
    longest = day.fleet.max_duration
    shifts = [end - start for start, end in (one.shift for one in day.fleet.vehicles)]
    if longest is not None and max(shifts) > longest and "longest-route" not in without:
        yield (
            f"VROOM knows no longest route, which here is {longest:,} s where a shift is "
            f"{max(shifts):,} s; 'longest-route' can be left out by name "
            "(--vroom-without)"
        )


_TIMES = f"and times in VROOM are from 0 to {LARGEST:,} s"


def _numbers(day: ServiceDay) -> dict[str, list[int]]:
    amounts, capacities = loads_of(day)
    return {
        "a service time": day.service.ravel().tolist(),
        "an amount": [one for amount in amounts for one in amount],
        "a capacity": [one for capacity in capacities for one in capacity],
    }


def _binds(day: ServiceDay, request: int) -> bool:
    # Whether a ride within its windows and the shifts could be longer than is allowed.
    longest = day.longest_ride(request)
    if longest is None:
        return False
    start, end = day.fleet.hours
    opens = max(window_of(day, 2 * request)[0], start)
    closes = min(window_of(day, 2 * request + 1)[1], end)
    return closes - opens - int(day.service[request, 0]) > longest


def _listed(names: VroomNames, requests: Sequence[int]) -> str:
    told = [_told(names.pickups[request]) for request in requests[:_SHOWN]]
    more = f" and {len(requests) - _SHOWN} more" if len(requests) > _SHOWN else ""
    return f"request{'s' * (len(requests) > 1)} {', '.join(told)}{more}"


def _told(name: VroomName) -> str:
    return name.description or str(name.id)
