"""Outcomes of a service area whose travelers answer as they truly would, with noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.errors import DataError, Problem
from rideflex.outcomes import Outcomes
from rideflex.tables.columns import CONTEXT

Trips = npt.NDArray[np.intp]


def ask(area: ServiceArea, trips: Trips, noise: float, rng: np.random.Generator) -> Outcomes:
    """Ask about trips of the area, each with a random offer of the grid.

    Parameters
    ----------
    area
        Says how the traveler of a trip truly answers.
    trips
        Rows of the area's trips [n].
    noise
        Share of answers that are turned round.
    rng
        Draws offers and noise.

    Raises
    ------
    DataError
        If the area's files don't say how travelers answer, or lack a trip's decisions.
    """
    if area.answers is None:
        cause = "does not say how travelers truly answer: trips.csv needs the column flexibility"
        raise DataError(Problem(str(area.folder), cause))
    if (area.trips.trip_id[trips] < 0).any():
        cause = "has trips that decisions.csv does not know: no type's answer can be looked up"
        raise DataError(Problem(str(area.folder), cause))
    actions = rng.integers(len(area.table.offers), size=len(trips)).astype(np.int32)
    accepted = rng.random(len(trips)) < area.answers[0, trips, actions]
    accepted ^= rng.random(len(trips)) < noise
    known = area.trips
    return area.table.outcomes(known.traveler[trips], known.trip_id[trips], actions, accepted)


def as_dicts(area: ServiceArea, outcomes: Outcomes) -> list[dict[str, Any]]:
    """Write outcomes as the list of dicts that a training script holds."""
    names = ("customer_id", *CONTEXT[1:])
    contexts = list(area.table.contexts)
    return [
        {**dict(zip(names, contexts[trip], strict=True)), "action": action, "accepted": accepted}
        for trip, action, accepted in zip(
            outcomes.trips.tolist(),
            outcomes.actions.tolist(),
            outcomes.accepted.tolist(),
            strict=True,
        )
    ]
