"""Days drawn by Hypothesis: crooked travel times, tight and loose windows, few seats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from rideflex.routing import Break, Fleet, Requests, Vehicle

NEVER = 1 << 40


def random_requests(rng: np.random.Generator, n: int, zones: int, horizon: int) -> Requests:
    """Draw n requests whose windows are now and then too tight to keep."""
    start = rng.integers(0, horizon, size=n)
    later = rng.integers(0, 1800, size=n)
    widths = rng.integers(0, 4000, size=(2, n))
    return Requests(
        origin=rng.integers(zones, size=n),
        destination=rng.integers(zones, size=n),
        pickup_window=np.stack([start, start + widths[0]], axis=1),
        dropoff_window=np.stack([start + later, start + later + widths[1]], axis=1),
        riders=rng.integers(1, 3, size=n),
        service=rng.integers(0, 120, size=(n, 2)),
        wheelchairs=np.zeros(n, dtype=np.int32),
        max_ride=np.full(n, NEVER),
    )


def limited(rng: np.random.Generator, requests: Requests) -> Requests:
    """Let some of the requests need wheelchair places, some without a seat, and hurry some."""
    n = len(requests)
    wheelchairs = rng.integers(0, 2, size=n)
    riders = np.where(wheelchairs > 0, rng.integers(0, 3, size=n), requests.riders)
    hurry = np.where(rng.random(n) < 0.5, rng.integers(300, 3000, size=n), NEVER)
    return replace(requests, riders=riders, wheelchairs=wheelchairs, max_ride=hurry)


def mixed_fleet(
    rng: np.random.Generator, vehicles: int, zones: int, end: int, **limits: int | None
) -> Fleet:
    """Draw vehicles that differ in everything, two of them sometimes alike."""
    drawn = []
    for _ in range(vehicles):
        start = int(rng.integers(0, end // 3 + 1))
        back = int(rng.integers(max(start + 1200, 2 * end // 3), max(start + 1200, end) + 1))
        opens = int(rng.integers(start, back - 600))
        rest = Break(opens, int(rng.integers(opens + 601, back + 600)), 300)
        drawn.append(
            Vehicle(
                seats=int(rng.integers(1, 5)),
                depot=int(rng.integers(zones)),
                end_depot=int(rng.integers(zones)),
                shift=(start, back),
                wheelchairs=int(rng.integers(0, 3)),
                seats_per_wheelchair=int(rng.integers(0, 3)),
                rest=rest if rng.random() < 0.6 else None,
            )
        )
    if vehicles > 1 and rng.random() < 0.3:
        drawn[1] = drawn[0]
    return Fleet(tuple(drawn), **limits)


@st.composite
def settings_of_a_day(draw: st.DrawFn) -> tuple[Fleet, np.ndarray, Requests]:
    """Draw a fleet, travel times that break the triangle inequality, and requests to come."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    zones = draw(st.integers(1, 6))
    travel = rng.integers(0, draw(st.sampled_from([200, 600, 1500])) + 1, size=(zones, zones))
    if draw(st.booleans()):
        np.fill_diagonal(travel, 0)
    horizon = draw(st.sampled_from([600, 3600, 15000]))
    max_ride = draw(st.one_of(st.none(), st.integers(300, 3000)))
    max_duration = draw(st.one_of(st.none(), st.integers(1500, 12000)))
    fleet = Fleet.alike(
        vehicles=draw(st.integers(1, 2)),
        capacity=draw(st.integers(1, 4)),
        depot=int(rng.integers(zones)),
        shift=(0, horizon + draw(st.integers(2000, 9000))),
        max_ride=max_ride,
        max_duration=max_duration,
    )
    requests = random_requests(rng, draw(st.integers(1, 7)), zones, horizon)
    if draw(st.booleans()):
        requests = limited(rng, requests)
        fleet = mixed_fleet(
            rng, draw(st.integers(1, 3)), zones, fleet.hours[1], max_duration=max_duration
        )
    else:
        requests = replace(requests, max_ride=None)
    return fleet, travel.astype(np.int32), requests
