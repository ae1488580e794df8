"""What a quote is asked for: one request a day, and the shifts of an offer grid."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex.offers import OfferGrid


class Asked(NamedTuple):
    """One request a day [B]."""

    origin: npt.NDArray[np.int32]
    destination: npt.NDArray[np.int32]
    pickup_window: npt.NDArray[np.int64]  # [B, 2]
    dropoff_window: npt.NDArray[np.int64]  # [B, 2]
    riders: npt.NDArray[np.int32]
    service: npt.NDArray[np.int64]  # [B, 2]


class Shifts(NamedTuple):
    """The distinct shifts of a grid in seconds, and which of them each offer [A] has."""

    early: npt.NDArray[np.int64]  # [P] ascending: the widest first
    late: npt.NDArray[np.int64]  # [D] ascending: the narrowest first
    lane: npt.NDArray[np.int64]  # [A] index into early
    step: npt.NDArray[np.int64]  # [A] index into late


@lru_cache(maxsize=64)
def shifts_of(offers: OfferGrid) -> Shifts:
    """Take a grid apart into the distinct shifts of its offers, in seconds."""
    early, lane = np.unique(60 * offers.pickup.astype(np.int64), return_inverse=True)
    late, step = np.unique(60 * offers.dropoff.astype(np.int64), return_inverse=True)
    return Shifts(early, late, lane.astype(np.int64), step.astype(np.int64))
