"""Actions of pairs of shifts, by a dense array over the minutes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.decisions import kernels
from rideflex.errors import UsageError
from rideflex.offers import OfferGrid


class OfferCodes:
    """The actions of an offer grid, found by their shifts.

    Parameters
    ----------
    offers
        The offer grid.
    signed
        Whether shifts are written with their signs; else 10 and -10 are both ten minutes.
    """

    def __init__(self, offers: OfferGrid, signed: bool) -> None:
        self._signed = signed
        self._n_offers = len(offers)
        early, late = -offers.pickup, offers.dropoff
        self._by_minutes = np.full((early.max() + 1, late.max() + 1), -1, dtype=np.int32)
        self._by_minutes[early, late] = np.arange(len(offers), dtype=np.int32)

    def written(self, offer: tuple[int, int]) -> tuple[int, int]:
        """Give an offer as the source writes it."""
        return offer if self._signed else (abs(offer[0]), abs(offer[1]))

    def action(self, pickup: int, dropoff: int) -> int:
        """Return the action of one pair of shifts, -1 outside the grid."""
        early, late = (-pickup, dropoff) if self._signed else (abs(pickup), abs(dropoff))
        rows, columns = self._by_minutes.shape
        inside = 0 <= early < rows and 0 <= late < columns
        return int(self._by_minutes[early, late]) if inside else -1

    def actions(
        self, pickup: npt.NDArray[np.int64], dropoff: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int32]:
        """Return the actions [n] of pairs of shifts.

        Raises
        ------
        UsageError
            If a pair is not in the grid; it names the first.
        """
        found = np.empty(len(pickup), dtype=np.int32)
        kernels.find_actions(pickup, dropoff, self._by_minutes, self._signed, found)
        if len(found) and found.min() < 0:
            row = int(np.argmin(found))
            raise UsageError(
                f"the offer ({pickup[row]}, {dropoff[row]}) at position {row} is not in the grid "
                f"of {self._n_offers} offers"
            )
        return found
