"""The whole matrix of many places, asked of an engine block by block."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rideflex.areas.engines.asked import AskedTimes
from rideflex.areas.engines.engine import Engine, NoStreetError
from rideflex.areas.engines.http import EngineError
from rideflex.areas.estimated_times import great_circle_km
from rideflex.areas.time_matrix import TravelTimes
from rideflex.areas.zones import Zones
from rideflex.routing.problem import UNREACHABLE

_LISTED = 5
_FAR_KM = 20.0


def n_questions(n: int, block: int) -> int:
    """How many questions n places take, so many asked from, and to, at once."""
    return (-(-n // block)) ** 2


def ask_times(
    engine: Engine, zones: Zones, block: int, on_answer: Callable[[], object] = lambda: None
) -> AskedTimes:
    """Ask an engine for the times between all zones.

    Parameters
    ----------
    engine
        Which is asked.
    zones
        With the place of each.
    block
        Places that are asked from, and to, in one question; engines refuse too many.
    on_answer
        Told of each answer.

    Raises
    ------
    EngineError
        If it can't be reached or answers nothing that can be used, if a zone has no street near,
        or if the engine's map does not cover a zone.
    """
    assert zones.places is not None
    places, n = zones.places, len(zones)
    seconds = np.full((n, n), UNREACHABLE, dtype=np.int32)
    put = np.full((n, 2), np.nan)
    parts = [slice(at, min(at + block, n)) for at in range(0, n, block)]
    # Every place is in some question that asks from it to itself: what is wrong with any shows
    # before the many others are asked.
    pairs = [(part, part) for part in parts]
    pairs += [(a, b) for a in parts for b in parts if a != b]
    guessed = 0
    for sources, targets in pairs:
        try:
            answer = engine.times(places[sources], places[targets])
        except NoStreetError as error:
            raise EngineError(_without_street(engine, zones, sources, str(error))) from None
        seconds[sources, targets] = answer.seconds
        guessed += answer.guessed
        if sources == targets:
            put[sources] = answer.places
            _refuse_far(engine, zones, sources, answer.places)
        on_answer()
    np.fill_diagonal(seconds, 0)
    to_street = 1000 * great_circle_km(places, put)
    times = TravelTimes(engine.url, zones.names, seconds, guessed=guessed)
    return AskedTimes(engine, times, to_street, len(pairs))


def _without_street(engine: Engine, zones: Zones, block: slice, refused: str) -> str:
    """Say which zones of a block have no street, asking for each alone."""
    assert zones.places is not None
    bad = []
    for zone in range(block.start, block.stop):
        try:
            engine.times(zones.places[zone : zone + 1], zones.places[zone : zone + 1])
        except NoStreetError:
            bad.append(zone)
    if not bad:
        return refused
    return f"{refused}; no street is near {_listed(zones, bad)}: {_MAP}"


def _refuse_far(engine: Engine, zones: Zones, block: slice, put: npt.NDArray[np.float64]) -> None:
    assert zones.places is not None
    km = great_circle_km(zones.places[block], put)
    bad = (np.flatnonzero(km > _FAR_KM) + block.start).tolist()
    if bad:
        raise EngineError(
            f"{engine.kind.name} at {engine.url} knows no street nearer than "
            f"{km[bad[0] - block.start]:,.0f} km to {_listed(zones, bad)}: {_MAP}"
        )


_MAP = "does its map cover the area, and are the degrees right?"


def _listed(zones: Zones, chosen: list[int]) -> str:
    assert zones.places is not None
    shown = []
    for zone in chosen[:_LISTED]:
        latitude, longitude = zones.places[zone].tolist()
        shown.append(f"{zones.names[zone]!r} (latitude {latitude:g}, longitude {longitude:g})")
    return ", ".join(shown) + (", …" if len(chosen) > _LISTED else "")
