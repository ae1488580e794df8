"""Days drawn by Hypothesis: crooked travel times, tight and loose windows, few seats."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from rideflex.routing import Fleet, Requests


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
    )


@st.composite
def settings_of_a_day(draw: st.DrawFn) -> tuple[Fleet, np.ndarray, Requests]:
    """Draw a fleet, travel times that break the triangle inequality, and requests to come."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    zones = draw(st.integers(1, 6))
    travel = rng.integers(0, draw(st.sampled_from([200, 600, 1500])) + 1, size=(zones, zones))
    if draw(st.booleans()):
        np.fill_diagonal(travel, 0)
    horizon = draw(st.sampled_from([600, 3600, 15000]))
    fleet = Fleet(
        vehicles=draw(st.integers(1, 2)),
        capacity=draw(st.integers(1, 4)),
        depot=int(rng.integers(zones)),
        shift=(0, horizon + draw(st.integers(2000, 9000))),
        max_ride=draw(st.one_of(st.none(), st.integers(300, 3000))),
        max_duration=draw(st.one_of(st.none(), st.integers(1500, 12000))),
    )
    requests = random_requests(rng, draw(st.integers(1, 7)), zones, horizon)
    return fleet, travel.astype(np.int32), requests
