"""Batches of service days: whose trip is asked for when, and what everybody would answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.data import ServiceArea
from rideflex.errors import UsageError
from rideflex.routing import Requests, sample_days


@dataclass(frozen=True)
class Days:
    """B days of N requests each, one trip a traveler, in the order of request.

    Parameters
    ----------
    trips
        Rows of the area's trips, int32 [B, N].
    patience
        Uniform draws [B, N] that settle the answers: an offer that is accepted with probability p
        is accepted when the request's draw is below p. Policies that face the same days so meet
        the same travelers in the same mood.
    phase
        Which of the area's answers hold (travelers may change half-way).
    """

    trips: npt.NDArray[np.int32]
    patience: npt.NDArray[np.float32]
    phase: int = 0

    @classmethod
    def sample(
        cls, area: ServiceArea, n_days: int, rng: np.random.Generator, phase: int = 0
    ) -> Days:
        """Draw days from an area's trips."""
        trips = sample_days(area.trips.traveler, n_days, rng)
        return cls(trips, rng.random(trips.shape, dtype=np.float32), phase)

    def __len__(self) -> int:
        return len(self.trips)

    @property
    def n_requests(self) -> int:
        """Requests of a day."""
        return int(self.trips.shape[1])

    def __getitem__(self, rows: slice) -> Days:
        return Days(self.trips[rows], self.patience[rows], self.phase)

    def answers(self, area: ServiceArea, step: int) -> npt.NDArray[np.bool_]:
        """What the travelers of request `step` would answer to every offer, bool [B, A]."""
        accepting = true_answers(area)[self.phase, self.trips[:, step]]
        answers: npt.NDArray[np.bool_] = self.patience[:, step, None] < accepting
        return answers


def requests_of(area: ServiceArea, trips: npt.NDArray[np.int32]) -> Requests:
    """Requests for rows of the area's trips, in the shape of `trips`."""
    of = area.trips
    return Requests(
        of.origin[trips],
        of.destination[trips],
        of.pickup_window[trips].astype(np.int64),
        of.dropoff_window[trips].astype(np.int64),
    )


def true_answers(area: ServiceArea) -> npt.NDArray[np.float32]:
    """Probability [P, M, A] that the traveler of each trip truly accepts each offer, by phase.

    Raises
    ------
    UsageError
        If the area doesn't say who its travelers are, so that nobody can play them.
    """
    if area.answers is None:
        raise UsageError(
            f"{area.folder} does not say how its travelers answer: a simulation needs the column "
            "'flexibility' in trips.csv, or travelers.csv"
        )
    return area.answers
