"""The ride-time test against shortest paths in the graph of all constraints."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rideflex.routing.kernels.ride_time import earliest_schedule


def plain_schedule(opens, closes, gap, since, within):
    """Least times by Floyd and Warshall, or None where the constraints contradict each other."""
    n = len(opens)
    least = np.full((n + 1, n + 1), -np.inf)  # least[a, b]: time b is at least time a plus this
    np.fill_diagonal(least, 0)
    for k in range(n):
        least[n, k], least[k, n] = opens[k], -closes[k]
        if k:
            least[k - 1, k] = max(least[k - 1, k], gap[k])
        if since[k] >= 0:
            least[k, since[k]] = max(least[k, since[k]], -within[k])
    for via in range(n + 1):
        least = np.maximum(least, least[:, via, None] + least[None, via])
    return None if (np.diag(least) > 0).any() else least[n, :n]


@settings(max_examples=300)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.booleans())
def test_the_schedule_is_the_least_that_all_constraints_allow(seed, rides, whole_route):
    """Feasible exactly where no constraints contradict, and then with the same earliest times."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.repeat(np.arange(rides), 2))
    n = 2 * rides + 2
    since = np.full(n, -1)
    for ride in range(rides):
        boarded, left = np.flatnonzero(order == ride) + 1
        since[left] = boarded
    if whole_route:
        since[-1] = 0
    gap = rng.integers(0, 50, size=n)
    opens = np.cumsum(gap) + rng.integers(-60, 60, size=n)
    closes = opens + rng.integers(0, 150, size=n)
    within = rng.integers(20, 160, size=n)
    within[-1] *= 4
    start = np.zeros(n, dtype=np.int64)
    arrays = tuple(a.astype(np.int64) for a in (opens, closes, gap, since, within))
    holds = earliest_schedule(*arrays, start)
    expected = plain_schedule(opens, closes, gap, since, within)
    assert holds == (expected is not None)
    if expected is not None:
        assert start.tolist() == expected.tolist()


def test_waiting_before_a_pick_up_saves_the_ride():
    """Boarding at once would mean a ride of 100; boarding at 70 keeps it to 30."""
    start = np.zeros(4, dtype=np.int64)
    arrays = ([0, 0, 100, 0], [500] * 4, [0, 0, 10, 0], [-1, -1, 1, -1], [0, 0, 30, 0])
    assert earliest_schedule(*(np.array(a, dtype=np.int64) for a in arrays), start)
    assert start.tolist() == [0, 70, 100, 100]
