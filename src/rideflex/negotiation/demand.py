"""Demand models: which trips may still be asked for on a day that is under way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rideflex.areas.bookings import UNTOLD
from rideflex.negotiation.days import place_of_own

NOBODY = -1
"""Stands in the futures of a day after the last request of each."""


class Calls(Protocol):
    """What a demand model may look at of B days: who asked so far, and who is known to ask."""

    @property
    def step(self) -> int:
        """How many requests came before on each day."""
        ...

    @property
    def trips(self) -> npt.NDArray[np.int32]:
        """Rows of the trips that are asked for now [B]."""
        ...

    @property
    def came(self) -> npt.NDArray[np.int32]:
        """Rows of the trips that came before [B, step]."""
        ...

    @property
    def waiting(self) -> npt.NDArray[np.bool_]:
        """Travelers [B, T] who are known to ask later; none where nobody is."""
        ...


class Demand(Protocol):
    """Draws what may still be asked for on days that are under way."""

    def draw(self, calls: Calls, samples: int, seed: int) -> npt.NDArray[np.int32]:
        """Draw `samples` futures of every day.

        Returns
        -------
        Rows of trips int32 [B, samples, R] in the order of request; where a future has fewer than R
        of them, NOBODY stands at its end. A day's futures are the same whatever days stand after
        it, and the same calls and seed give the same futures.
        """
        ...


@dataclass(frozen=True)
class EverybodyOnce:
    """Demand where it is known who asks: every waiting traveler once, for a trip of her own.

    Parameters
    ----------
    traveler
        The traveler of every trip [M].
    """

    traveler: npt.NDArray[np.int32]

    def draw(self, calls: Calls, samples: int, seed: int) -> npt.NDArray[np.int32]:
        """Draw a trip of each waiting traveler [B, samples, R], in some order.

        Order and trips are drawn from a stream each, day after day.
        """
        order, choice = (np.random.default_rng([seed, calls.step, stream]) for stream in (0, 1))
        waiting = calls.waiting
        n_days, n_left = len(waiting), int(waiting[0].sum())
        travelers = np.nonzero(waiting)[1].reshape(n_days, 1, n_left)
        travelers = order.permuted(np.repeat(travelers, samples, axis=1), axis=2)
        by_traveler = np.argsort(self.traveler, kind="stable").astype(np.int32)
        count = np.bincount(self.traveler, minlength=waiting.shape[1])
        start = np.cumsum(count) - count
        drawn = start[travelers] + choice.integers(count[travelers])
        return np.asarray(by_traveler[drawn])


@dataclass(frozen=True)
class BookedHistory:
    """Demand as it was on earlier dates: what was booked on one of them and would come later.

    Each future is one of the earlier dates, drawn with equal chance, thinned by what is known of
    the day: bookings that came earlier before their date than the present one came before its own
    would be there by now; and of each traveler's bookings of that date as many as she has made for
    this one are taken for the same. Of who is on the phone, all her other bookings are kept, since
    who books a way there books the way back in the same call.

    Parameters
    ----------
    traveler
        The traveler of every booking [M].
    booked_at
        When each was made, in seconds after the midnight that its date begins with [M]; see
        `Bookings`. Where it is UNTOLD of the present booking, or of some on an earlier date, places
        in the order of booking are compared instead.
    dates
        Rows of each earlier date's bookings, in the order of booking; at least one date.
    """

    traveler: npt.NDArray[np.int32]
    booked_at: npt.NDArray[np.int64]
    dates: tuple[npt.NDArray[np.int32], ...]

    def draw(self, calls: Calls, samples: int, seed: int) -> npt.NDArray[np.int32]:
        """Draw earlier dates [B, samples], and keep what would still come [B, samples, R]."""
        rng = np.random.default_rng([seed, calls.step])
        drawn = rng.integers(len(self.dates), size=(len(calls.trips), samples))
        left: dict[tuple[int, int], npt.NDArray[np.int32]] = {}
        for day, one in np.argwhere(drawn >= 0):
            date = int(drawn[day, one])
            if (day, date) not in left:
                came = np.append(calls.came[day], calls.trips[day])
                left[day, date] = self.still_to_come(date, came)
        most = max(map(len, left.values()))
        futures = np.full((*drawn.shape, most), NOBODY, dtype=np.int32)
        for (day, date), rows in left.items():
            futures[day, drawn[day] == date, : len(rows)] = rows
        return futures

    def still_to_come(self, date: int, came: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Rows of an earlier date that would still come after these bookings [n], the last now."""
        rows, now = self.dates[date], came[-1]
        booked = np.bincount(self.traveler[came], minlength=self.traveler.max() + 1)
        further = self._place_of_own[date] >= booked[self.traveler[rows]]
        if self.booked_at[now] == UNTOLD or (self.booked_at[rows] == UNTOLD).any():
            later = np.arange(len(rows)) >= len(came)
        else:
            later = self.booked_at[rows] >= self.booked_at[now]
        on_the_phone = self.traveler[rows] == self.traveler[now]
        kept: npt.NDArray[np.int32] = rows[further & (later | on_the_phone)]
        return kept

    @cached_property
    def _place_of_own(self) -> list[npt.NDArray[np.int64]]:
        """For each booking of each date, how many its traveler made for that date before."""
        return [place_of_own(self.traveler[rows]) for rows in self.dates]
