"""What asking an engine for a matrix amounted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas.engines.engine import Engine
from rideflex.areas.time_matrix import TravelTimes

MOVED_M = 500
"""Meters from a place to its street above which it is told."""


@dataclass(frozen=True)
class AskedTimes:
    """The times between Z zones, as an engine answered them.

    Parameters
    ----------
    engine
        Which one.
    times
        The matrix.
    to_street
        Meters from each zone's place to where the engine put it, [Z]; NaN where it does not say so.
    questions
        How many it took.
    """

    engine: Engine
    times: TravelTimes
    to_street: npt.NDArray[np.float64]
    questions: int

    @property
    def moved(self) -> list[tuple[str, float]]:
        """Zones that lie more than MOVED_M from the nearest street, with the meters; most first."""
        far = np.flatnonzero(self.to_street > MOVED_M)
        far = far[np.argsort(-self.to_street[far], kind="stable")]
        return [(self.times.zones[zone], float(self.to_street[zone])) for zone in far.tolist()]

    def as_json(self) -> dict[str, Any]:
        """The engine, and counts and sizes of the matrix; None where no two zones have a way."""
        times = self.times
        apart = times.reachable & ~np.eye(len(times.zones), dtype=np.bool_)
        between = times.seconds[apart]
        return {
            "engine": self.engine.kind.name,
            "url": self.engine.url,
            "profile": self.engine.profile,
            "places": len(times.zones),
            "questions": self.questions,
            "pairs_without_a_way": int(np.count_nonzero(~times.reachable)),
            "median_seconds": float(np.median(between)) if len(between) else None,
            "longest_seconds": int(between.max()) if len(between) else None,
            "moved_to_street": [{"zone": zone, "meters": meters} for zone, meters in self.moved],
        }
