"""Batches of service days: whose trip is asked for when, and what everybody would answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.areas.folder import TRAVEL_TIMES
from rideflex.areas.travel_times import travel_times_file
from rideflex.errors import DataError, Problem, UsageError
from rideflex.negotiation.world import TripWorld
from rideflex.routing import Fleet, default_fleet

DAY_SIZE = 200
"""Requests of a day at most, where nobody says otherwise."""


@dataclass(frozen=True)
class Days:
    """B service days of N requests each, in the order of request.

    Parameters
    ----------
    trips
        Rows of the world's trips, int32 [B, N].
    patience
        Common random numbers, one uniform draw per request [B, N]: an offer that is accepted with
        probability p is accepted when the request's draw is below p. Policies that face the same
        days so meet the same travelers in the same mood.
    phase
        Which of the world's answers hold (travelers may change half-way).
    is_announced
        Whether it is known beforehand who asks, each once, as on days drawn from an area. Of a date
        that happened nobody knows that before the last request came.
    drawn
        How likely each request's traveler, as drawn for that day from a fitted model, accepts each
        offer, float32 [B, N, A]; None where the world says how its travelers truly answer.
    """

    trips: npt.NDArray[np.int32]
    patience: npt.NDArray[np.float32]
    phase: int = 0
    is_announced: bool = True
    drawn: npt.NDArray[np.float32] | None = None

    @classmethod
    def sample(
        cls,
        area: ServiceArea,
        n_days: int,
        rng: np.random.Generator,
        phase: int = 0,
        requests: int = DAY_SIZE,
    ) -> Days:
        """Draw days from an area's trips (see `sample_days`), and, in a fitted world, travelers."""
        trips = sample_days(area.trips.traveler, n_days, rng, requests)
        patience = rng.random(trips.shape, dtype=np.float32)
        if area.world is None:
            return cls(trips, patience, phase)
        drawn = area.world.draw(trips.reshape(-1), rng)
        return cls(trips, patience, phase, drawn=drawn.reshape(*trips.shape, -1))

    def __len__(self) -> int:
        return len(self.trips)

    @property
    def n_requests(self) -> int:
        """Requests of a day."""
        return int(self.trips.shape[1])

    def __getitem__(self, rows: slice) -> Days:
        drawn = None if self.drawn is None else self.drawn[rows]
        return replace(self, trips=self.trips[rows], patience=self.patience[rows], drawn=drawn)

    def answers(self, area: TripWorld, step: int) -> npt.NDArray[np.bool_]:
        """What the travelers of request `step` would answer to every offer, bool [B, A]."""
        if self.drawn is not None:
            accepting = self.drawn[:, step]
        else:
            accepting = true_answers(area)[self.phase, self.trips[:, step]]
        answers: npt.NDArray[np.bool_] = self.patience[:, step, None] < accepting
        return answers


def place_of_own(travelers: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Count, for each request of a day, those of the same traveler before it.

    Examples
    --------
    >>> place_of_own(np.array([7, 3, 7, 7])).tolist()
    [0, 0, 1, 2]
    """
    order = np.argsort(travelers, kind="stable")
    ordered = travelers[order]
    place = np.empty(len(travelers), dtype=np.int64)
    place[order] = np.arange(len(travelers)) - np.searchsorted(ordered, ordered)
    return place


def true_answers(area: TripWorld) -> npt.NDArray[np.float32]:
    """Probability [P, M, A] that the traveler of each trip truly accepts each offer, by phase.

    Raises
    ------
    UsageError
        If the area doesn't say who its travelers are, so that nobody can play them.
    """
    if area.answers is None:
        raise UsageError(
            f"{area.folder} does not say how its travelers answer: a simulation needs the column "
            "'flexibility' in trips.csv, or travelers.csv, or a model that was fitted to answers "
            "(--world)"
        )
    return area.answers


def n_phases(area: ServiceArea) -> int:
    """Phases of the travelers' answers: more than one where they change half-way.

    Raises
    ------
    UsageError
        If the area doesn't say who its travelers are, and no fitted model stands in for them.
    """
    return 1 if area.world is not None else len(true_answers(area))


def expected_answers(
    area: ServiceArea, phase: int, trips: npt.NDArray[np.integer]
) -> npt.NDArray[np.float32]:
    """Probability [n, A] that the traveler of each trip row accepts each offer.

    Where travelers are drawn from a fitted model, it is the mean over the draws.
    """
    if area.world is not None:
        return area.world.mean(trips)
    truth: npt.NDArray[np.float32] = true_answers(area)[phase, trips]
    return truth


def day_size(travelers: npt.NDArray[np.int32], requests: int = DAY_SIZE) -> int:
    """Requests of a day: one per traveler with a trip, and at most so many.

    Parameters
    ----------
    travelers
        The traveler of every trip [M].
    requests
        The most that a day may have.

    Raises
    ------
    UsageError
        If there is no trip, or a day may have no request.
    """
    if len(travelers) == 0:
        raise UsageError("there is no trip to sample a day from")
    if requests < 1:
        raise UsageError(f"a day has at least 1 request, not {requests}")
    return min(len(np.unique(travelers)), requests)


def sample_days(
    travelers: npt.NDArray[np.int32],
    n_days: int,
    rng: np.random.Generator,
    requests: int = DAY_SIZE,
) -> npt.NDArray[np.int32]:
    """Draw days of one trip a traveler, in random order of request.

    Where more travelers than `requests` have a trip, a day is asked for by that many of them,
    drawn at random; the same generator gives a smaller day as the first requests of a larger one.

    Parameters
    ----------
    travelers
        The traveler of every trip [M].
    n_days
        How many days to draw; each is independent of the others.
    rng
        Where the randomness comes from.
    requests
        The most requests of a day.

    Returns
    -------
    Rows of trips, int32 [n_days, requests of a day]: row b is day b, first request first.

    Raises
    ------
    UsageError
        If there is no trip, or a day may have no request.

    Examples
    --------
    >>> travelers = np.array([0, 0, 1, 2, 2], dtype=np.int32)
    >>> days = sample_days(travelers, 4, np.random.default_rng(0), requests=2)
    >>> days.shape
    (4, 2)
    """
    size = day_size(travelers, requests)
    by_traveler = np.argsort(travelers, kind="stable").astype(np.int32)
    _, start, count = np.unique(travelers[by_traveler], return_index=True, return_counts=True)
    drawn = by_traveler[start + rng.integers(count, size=(n_days, len(count)))]
    return np.ascontiguousarray(rng.permuted(drawn, axis=1)[:, :size])


def area_fleet(area: ServiceArea, requests: int = DAY_SIZE) -> Fleet:
    """The default fleet for days of at most so many requests.

    Raises
    ------
    DataError
        If no trip needs any driving, so that there is nothing to save.
    """
    every = np.arange(len(area.trips), dtype=np.int32)
    size = day_size(area.trips.traveler, requests)
    fleet = default_fleet(area.requests(every), area.travel_times, size)
    ends = np.union1d(area.trips.origin, area.trips.destination)
    visited = np.union1d(ends, fleet.depots)
    if not area.travel_times[np.ix_(visited, visited)].any():
        cause = "all times between the zones of the trips are 0, so there is no driving to save"
        file = travel_times_file(area.folder) or area.folder / TRAVEL_TIMES
        raise DataError(Problem(str(file), cause))
    return fleet
