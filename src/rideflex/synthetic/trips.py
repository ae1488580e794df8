"""The trips of made-up travelers: from home to places and back, by habit and time of day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.synthetic.city import City
from rideflex.synthetic.population import OCCUPATIONS, Population

SLOT_MIN = 30
REPEATED_SHARE = 0.174
_FIRST_SLOT, _LAST_SLOT = 12, 44
_BETWEEN_SHARE, _RETURN_SHARE = 0.12, 0.22
_TOP_LIMIT_SHARE, _MIDDLE_LIMIT_SHARE = 0.9, 0.08


@dataclass(frozen=True)
class Purpose:
    """A reason to travel: the places it leads to, and when people set out (hour, spread)."""

    name: str
    places: tuple[str, ...]
    hour: float
    spread: float
    weight: float


PURPOSES = (
    Purpose("work", ("workplace",), 8.0, 1.2, 8.0),
    Purpose("school", ("university", "evening college"), 9.5, 2.0, 1.2),
    Purpose("medical", ("clinic", "hospital", "dentist"), 10.5, 1.5, 0.7),
    Purpose("shopping", ("Riverside Mall", "Market Hall", "farmers market", "outlet"), 14, 2.5, 2),
    Purpose("recreation", ("City Park", "gym", "lake shore", "stadium", "theater"), 15, 3.0, 2),
    Purpose("hiking", ("Hill Trail", "North Woods"), 9.0, 1.0, 0.8),
    Purpose("dining", ("Old Town", "Harbor Street", "food court"), 18.5, 1.0, 0.8),
    Purpose("social_visit", ("friend's place", "family home"), 17.0, 2.5, 0.9),
    Purpose("errand", ("library", "post office", "town hall"), 11.5, 2.0, 0.6),
)
# Places that everyone has an own one of; the others stand once in the city.
_OWN_PLACES = ("workplace", "friend's place", "family home")
_WITHOUT_WORK = {OCCUPATIONS.index(name) for name in ("student", "unemployed", "retired")}
_STUDENT = OCCUPATIONS.index("student")


@dataclass(frozen=True)
class Schedule:
    """M trips, ordered by traveler.

    Parameters
    ----------
    traveler
        Entity of each trip, int64 [M].
    context
        Number of each trip's context; trips that repeat one share it, int64 [M].
    purpose, departure, arrival
        Names [M].
    origin, destination
        Zones, int64 [M].
    slot
        Start of the departure window in half hours after midnight, int64 [M].
    limits
        Minutes that this trip could start earlier and end later at most, for someone who is
        flexible on that side, int64 [M, 2].
    """

    traveler: npt.NDArray[np.int64]
    context: npt.NDArray[np.int64]
    purpose: list[str]
    departure: list[str]
    arrival: list[str]
    origin: npt.NDArray[np.int64]
    destination: npt.NDArray[np.int64]
    slot: npt.NDArray[np.int64]
    limits: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.traveler)


_Context = tuple[str, str, str, int, int, int]


def draw_schedule(
    population: Population, city: City, trips_each: int, rng: np.random.Generator
) -> Schedule:
    """Draw trips, `trips_each` a traveler on average; some repeat a context, with other limits."""
    n = len(population.homes)
    public = {
        place: int(zone)
        for purpose in PURPOSES
        for place in purpose.places
        for zone in rng.choice(len(city.zones), 1, p=city.attraction)
    }
    counts = _trip_counts(n, trips_each, rng)
    contexts: list[_Context] = []
    picked: list[npt.NDArray[np.int64]] = []
    for entity in range(n):
        own = rng.choice(len(city.zones), len(_OWN_PLACES), p=city.attraction).tolist()
        zones = {**public, **dict(zip(_OWN_PLACES, own, strict=True))}
        zones["home"] = int(population.homes[entity])
        distinct = max(1, round(int(counts[entity]) * (1 - REPEATED_SHARE)))
        habits = _draw_contexts(int(population.occupations[entity]), zones, distinct, rng)
        repeats = rng.integers(0, distinct, int(counts[entity]) - distinct)
        order = rng.permutation(np.concatenate([np.arange(distinct), repeats]))
        picked.append(len(contexts) + order)
        contexts += habits
    context = np.concatenate(picked)
    purpose, departure, arrival, origin, destination, slot = zip(
        *(contexts[number] for number in context), strict=True
    )
    return Schedule(
        np.repeat(np.arange(n), counts),
        context,
        list(purpose),
        list(departure),
        list(arrival),
        np.array(origin),
        np.array(destination),
        np.array(slot),
        _draw_limits(len(context), rng),
    )


def _trip_counts(n: int, trips_each: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Trips of each traveler, within a third of the mean, n · trips_each in all."""
    room = trips_each // 3
    moved = rng.integers(0, room + 1, n // 2)
    counts = np.full(n, trips_each, dtype=np.int64)
    counts[: n // 2] += moved
    counts[n - n // 2 :] -= moved
    return rng.permutation(counts)


def _draw_contexts(
    occupation: int, zones: dict[str, int], n: int, rng: np.random.Generator
) -> list[_Context]:
    weights = np.array([purpose.weight for purpose in PURPOSES])
    if occupation in _WITHOUT_WORK:
        weights[0] = 0
    weights[1] *= 4 if occupation == _STUDENT else 0.3
    weights *= rng.gamma(2.0, size=len(weights))
    shares = weights / weights.sum()
    contexts: dict[_Context, None] = {}
    while len(contexts) < n:
        purpose = PURPOSES[int(rng.choice(len(PURPOSES), p=shares))]
        place = str(rng.choice(purpose.places))
        hour, leg = rng.normal(purpose.hour, purpose.spread), rng.random()
        start, end, name = "home", place, purpose.name
        if leg < _RETURN_SHARE:
            start, end, name, hour = place, "home", "return_home", hour + rng.uniform(1.5, 8)
        elif leg < _RETURN_SHARE + _BETWEEN_SHARE:
            start = str(rng.choice(PURPOSES[int(rng.choice(len(PURPOSES), p=shares))].places))
        slot = round(hour * 60 / SLOT_MIN)
        if start != end and _FIRST_SLOT <= slot <= _LAST_SLOT:
            contexts[name, start, end, zones[start], zones[end], slot] = None
    return list(contexts)


def _draw_limits(n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    drawn = rng.random((n, 2))
    top = rng.choice([30, 35, 40, 45], (n, 2), p=[0.7, 0.1, 0.1, 0.1])
    middle = rng.choice([20, 25], (n, 2))
    low = rng.choice([10, 15], (n, 2))
    reached = np.where(drawn < _TOP_LIMIT_SHARE + _MIDDLE_LIMIT_SHARE, middle, low)
    return np.where(drawn < _TOP_LIMIT_SHARE, top, reached)
