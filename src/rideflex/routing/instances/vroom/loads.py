"""Seats and wheelchair places as the numbers that VROOM compares: amounts and capacities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rideflex.routing.instances.vroom.json_fields import LARGEST, Fields
from rideflex.routing.problem import ServiceDay

Loads = list[list[int]]
_METRICS = 2  # seats, wheelchair places
_MOST = int(np.iinfo(np.int32).max)


def loads_of(day: ServiceDay) -> tuple[Loads, Loads]:
    """Return amounts [n, M] and capacities [V, M] that admit what the fleet's rules admit.

    Seats come first, then wheelchair places, if there are any. A wheelchair counts as the seats
    that it takes away; where vehicles differ in that, each number of seats is a metric of its own,
    on which the other vehicles have room for everybody.
    """
    vehicles, chairs, riders = day.fleet.vehicles, day.wheelchairs, day.riders
    if not chairs.any() and not any(one.wheelchairs for one in vehicles):
        return [[int(one)] for one in riders], [[one.seats] for one in vehicles]
    taken = sorted({one.seats_per_wheelchair for one in vehicles if one.wheelchairs}) or [0]
    amounts = np.stack([*(riders + seats * chairs for seats in taken), chairs], axis=1)
    everybody = amounts.sum(axis=0)
    capacities = [
        [
            *(
                one.seats if not one.wheelchairs or one.seats_per_wheelchair == seats else int(all_)
                for seats, all_ in zip(taken, everybody, strict=False)
            ),
            one.wheelchairs,
        ]
        for one in vehicles
    ]
    return amounts.tolist(), capacities


def read_loads(
    shipments: Sequence[Fields], vehicles: Sequence[Fields]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Read riders and wheelchairs of each shipment, and seats and places of each vehicle.

    Up to two metrics can be expressed; without any, everybody fits into every vehicle.
    """
    amounts = [one.wholes("amount", _MOST) for one in shipments]
    capacities = [one.wholes("capacity", LARGEST) for one in vehicles]
    metrics = max((len(one) for one in (*amounts, *capacities) if one is not None), default=0)
    if not metrics:
        return [(1, 0)] * len(shipments), [(max(1, len(shipments)), 0)] * len(vehicles)
    loads = [
        _two(fields, "amount", amount, metrics, "carries nobody: an amount is 1 at least")
        for fields, amount in zip(shipments, amounts, strict=True)
    ]
    rooms = [
        _two(fields, "capacity", capacity, metrics, "has room for nobody: leave the vehicle out")
        for fields, capacity in zip(vehicles, capacities, strict=True)
    ]
    return loads, rooms


def _two(
    fields: Fields, key: str, told: tuple[int, ...] | None, metrics: int, nothing: str
) -> tuple[int, int]:
    if key in fields.content and told is None:
        return 1, 0  # which is told already
    told = told or ()
    if metrics > _METRICS:
        if len(told) > _METRICS:
            fields.refuse(
                "holds more than two numbers: seats and wheelchair places are all that a vehicle "
                "has here",
                key,
            )
    elif told and len(told) != metrics:
        fields.refuse(f"holds {len(told)} numbers, and others hold {metrics}", key)
    elif not any(told):
        fields.refuse(nothing, key if key in fields.content else None)
    seats, places = (*told, 0, 0)[:_METRICS]
    return (seats, places) if seats + places else (1, 0)
