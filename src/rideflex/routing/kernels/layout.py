"""Kernel arguments: the requests to quote, and the distinct shifts of an offer grid.

Kernels take few arrays of many columns: an array costs a call as much as eight numbers do, and a
quote is a chain of calls of a few hundred nanoseconds each.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex._compiled import compiled
from rideflex.offers import OfferGrid

# Columns of a table of requests [B, 11] as they were asked for.
ORIGIN, DESTINATION = 0, 1
PICKUP_OPENS, PICKUP_CLOSES, DROPOFF_OPENS, DROPOFF_CLOSES = 2, 3, 4, 5
SEATS, CHAIRS = 6, 7  # seats and wheelchair places that are needed
BOARD, ALIGHT = 8, 9  # seconds
MAX_RIDE = 10  # NEVER where a ride may take any time
ASKED_COLUMNS = 11

IMPOSSIBLE = -1
"""The group of an offer that means nothing."""

Asked = npt.NDArray[np.int64]


class Shifts(NamedTuple):
    """The offers of a grid as nested ones: of a lane, which opens windows, and a step.

    A lane opens the windows earlier, a step closes them later, and offers that move a trip to
    another time are quoted one after another, each with its own `moved`.
    """

    moved: npt.NDArray[np.int64]  # [G] seconds added to all four bounds
    opens: npt.NDArray[np.int64]  # [P, 2] of pick-up and drop-off; ascending: the widest first
    closes: npt.NDArray[np.int64]  # [D, 2] of pick-up and drop-off; ascending: the narrowest first
    at: npt.NDArray[np.int64]  # [A, 3] indices into moved, opens and closes
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
        group = np.where(offers.possible, group, IMPOSSIBLE)
        nested = np.zeros_like(bounds)
    opens, lane = np.unique(nested[:, 0::2], axis=0, return_inverse=True)
    closes, step = np.unique(nested[:, 1::2], axis=0, return_inverse=True)
    return Shifts(
        moved,
        np.ascontiguousarray(opens),
        np.ascontiguousarray(closes),
        np.stack([group, lane.reshape(-1), step.reshape(-1)], axis=1).astype(np.int64),
        bounds,
    )


@compiled()
def signed(number: int) -> int:
    """Return a count as a signed number of 64 bits.

    All that a kernel calls is compiled anew for each type of its arguments, and the counter of a
    parallel loop is unsigned, and a number that is written out has a type of its own.
    """
    return np.int64(number)  # type: ignore[return-value]
