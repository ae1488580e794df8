"""Kernel arguments: the requests to quote, and the distinct shifts of an offer grid."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.offers import OfferGrid


class Asked(NamedTuple):
    """Requests [B] as they were asked for."""

    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    pickup_window: npt.NDArray[np.int64]  # [B, 2]
    dropoff_window: npt.NDArray[np.int64]  # [B, 2]
    riders: npt.NDArray[np.int32]
    service: npt.NDArray[np.int64]  # [B, 2]
    wheelchairs: npt.NDArray[np.int32]
    max_ride: npt.NDArray[np.int64]  # NEVER where a ride may take any time

    @classmethod
    def room(cls, n: int) -> Asked:
        """Make room for n requests."""
        return cls(
            origin=np.zeros(n, dtype=np.int32),
            destination=np.zeros(n, dtype=np.int32),
            pickup_window=np.zeros((n, 2), dtype=np.int64),
            dropoff_window=np.zeros((n, 2), dtype=np.int64),
            riders=np.zeros(n, dtype=np.int32),
            service=np.zeros((n, 2), dtype=np.int64),
            wheelchairs=np.zeros(n, dtype=np.int32),
            max_ride=np.zeros(n, dtype=np.int64),
        )


class Shifts(NamedTuple):
    """The offers of a grid as nested ones: of a lane, which opens windows, and a step.

    A lane opens the windows earlier, a step closes them later, and offers that move a trip to
    another time are quoted one after another, each with its own `moved`.
    """

    moved: npt.NDArray[np.int64]  # [G] seconds added to all four bounds
    opens: npt.NDArray[np.int64]  # [P, 2] of pick-up and drop-off; ascending: the widest first
    closes: npt.NDArray[np.int64]  # [D, 2] of pick-up and drop-off; ascending: the narrowest first
    group: npt.NDArray[np.int64]  # [A] index into moved
    lane: npt.NDArray[np.int64]  # [A] index into opens
    step: npt.NDArray[np.int64]  # [A] index into closes
    bounds: npt.NDArray[np.int64]  # [A, 4] seconds as in `OfferGrid.bounds`


@lru_cache(maxsize=64)
def shifts_of(offers: OfferGrid) -> Shifts:
    """Take a grid apart into the distinct shifts of its offers, in seconds."""
    bounds = 60 * offers.bounds.astype(np.int64)
    none = np.zeros(len(offers), dtype=np.int64)
    moved, group = np.zeros(1, dtype=np.int64), none
    nested = bounds
    if offers.means == "move":
        moved, group = np.unique(bounds[:, 0], return_inverse=True)
        nested = np.zeros_like(bounds)
    opens, lane = np.unique(nested[:, 0::2], axis=0, return_inverse=True)
    closes, step = np.unique(nested[:, 1::2], axis=0, return_inverse=True)
    return Shifts(
        moved,
        np.ascontiguousarray(opens),
        np.ascontiguousarray(closes),
        group.reshape(-1).astype(np.int64),
        lane.reshape(-1).astype(np.int64),
        step.reshape(-1).astype(np.int64),
        bounds,
    )


@compiled()
def signed(number: int) -> int:
    """Return a count as a signed number of 64 bits.

    All that a kernel calls is compiled anew for each type of its arguments, and the counter of a
    parallel loop is unsigned, and a number that is written out has a type of its own.
    """
    return np.int64(number)  # type: ignore[return-value]
