"""The square matrix of driving times between the zones of an area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.routing.problem import UNREACHABLE

DAY = 24 * 3600
_LISTED = 20


@dataclass(frozen=True)
class TravelTimes:
    """Driving times between the Z zones of an area.

    Parameters
    ----------
    file
        Where they were read from.
    zones
        Ids of the zones.
    seconds
        From zone (row) to zone (column), int32 [Z, Z]; UNREACHABLE where there is no way.
    rounded
        Cells of a table that held parts of a second, and were rounded to whole ones.
    guessed
        Pairs without a way for which an engine answered the straight line at some speed.
    """

    file: str
    zones: tuple[str, ...]
    seconds: npt.NDArray[np.int32]
    rounded: int = 0
    guessed: int = 0

    @property
    def reachable(self) -> npt.NDArray[np.bool_]:
        """Whether there is a way, bool [Z, Z]."""
        return self.seconds < UNREACHABLE

    @property
    def is_at_rest(self) -> bool:
        """Whether no pair of several zones takes any time."""
        return len(self.zones) > 1 and not self.seconds.any(where=self.reachable)

    def listed(self, pairs: npt.NDArray[np.bool_]) -> str:
        """The first pairs [Z, Z] of zones by name, such as "'A' to 'D', 'B' to 'D'"."""
        chosen = np.argwhere(pairs)
        shown = (f"{self.zones[a]!r} to {self.zones[b]!r}" for a, b in chosen[:_LISTED].tolist())
        return ", ".join(shown) + (", …" if len(chosen) > _LISTED else "")


def checked_seconds(value: float) -> float:
    """Return a driving time that can be one.

    Raises
    ------
    ValueError
        If it is negative or longer than a day.
    """
    if value < 0:
        raise ValueError("is negative; travel times are seconds from 0 up")
    if value > DAY:
        raise ValueError("is longer than a day; travel times are in seconds")
    return value
