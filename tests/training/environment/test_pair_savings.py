"""Gains of wider windows in pairs of trips, against a plain count."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rideflex.negotiation import area_fleet
from rideflex.training.environment.pair_savings import PairSavings

APART = 7200


def saving(city, fleet, one, other, pickup, dropoff):
    """Seconds saved by one vehicle for both trips; every order is driven stop by stop."""
    of, travel, depot = city.trips, city.travel_times.astype(int), fleet.vehicles[0].depot
    ends = {
        "a": (of.origin[one], of.pickup_window[one] + [60 * pickup, 0]),
        "b": (of.destination[one], of.dropoff_window[one] + [0, 60 * dropoff]),
        "c": (of.origin[other], of.pickup_window[other]),
        "d": (of.destination[other], of.dropoff_window[other]),
    }

    def driven(order):
        zones = [depot, *(ends[stop][0] for stop in order), depot]
        return sum(travel[x, y] for x, y in itertools.pairwise(zones))

    def holds(order):
        time, here = 0, None
        for stop in order:
            zone, (opens, closes) = ends[stop]
            time = opens if here is None else max(opens, time + 60 + travel[here, zone])
            if time > closes:
                return False
            here = zone
        return True

    orders = [o for o in itertools.permutations("abcd") if o.index("a") < o.index("b")]
    orders = [o for o in orders if o.index("c") < o.index("d") and holds(o)]
    apart = driven("ab") + driven("cd")
    return max([0, *(apart - driven(order) for order in orders)])


@pytest.fixture(scope="module")
def fleet(city):
    """The city's vehicles."""
    return area_fleet(city)


@pytest.fixture(scope="module")
def pairs(city, fleet):
    """The gains in pairs."""
    return PairSavings(city, fleet)


def test_gains_beside_booked_trips_are_those_of_a_plain_count(city, fleet, pairs):
    """The best and the sum over the trips that came, for every offer."""
    rng, offers = np.random.default_rng(0), city.table.offers
    asked = rng.integers(len(city.trips), size=5).astype(np.int32)
    came = rng.integers(len(city.trips), size=(5, 6)).astype(np.int32)
    gains = pairs.booked(asked, came)
    opens = city.trips.pickup_window[:, 0]
    for day in range(5):
        near = [o for o in came[day] if abs(opens[asked[day]] - opens[o]) <= APART]
        plain = np.array(
            [[saving(city, fleet, asked[day], o, p, d) for o in near] for p, d in offers]
        ).reshape(len(offers), len(near))
        added = plain - plain[[offers.no_shift]]
        best = plain.max(axis=1, initial=0)
        assert gains[day, :, 1] == pytest.approx(added.sum(axis=1))
        assert gains[day, :, 0] == pytest.approx(best - best[offers.no_shift])


def test_gains_beside_trips_to_come_are_means_over_a_travelers_trips(city, fleet, pairs):
    """Each waiting traveler counts with the mean over all their trips."""
    trip, offers = 11, city.table.offers
    day, due = np.array([[2, 3, 4]], dtype=np.int32), np.array([[True, False, True]])
    opens = city.trips.pickup_window[:, 0]
    expected = np.zeros(len(offers))
    for traveler in (2, 4):
        theirs = np.flatnonzero(city.trips.traveler == traveler)
        near = [o for o in theirs if abs(opens[trip] - opens[o]) <= APART]
        for other in near:
            plain = [saving(city, fleet, trip, other, p, d) for p, d in offers]
            expected += (np.array(plain) - plain[offers.no_shift]) / len(theirs)
    gains = pairs.to_come(np.array([trip], dtype=np.int32), day, due)
    assert gains[0] == pytest.approx(expected, rel=1e-5)


def test_a_wider_window_never_loses_a_pair(city, pairs):
    """Gains are never negative, and no shift gains nothing."""
    trips = np.arange(len(city.trips), dtype=np.int32)
    gains = pairs.booked(trips, np.tile(trips[::7], (len(trips), 1)))
    assert (gains >= 0).all()
    assert not gains[:, city.table.offers.no_shift].any()
