"""OSRM's `table` service: its question, and its answer as JSON.

See https://project-osrm.org/docs/v5.24.0/api/#table-service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from rideflex.areas.engines.answer import (
    Answer,
    AnswerError,
    Flaw,
    RefusalError,
    read_matrix,
    read_places,
)
from rideflex.areas.engines.question import Question

NAME = "OSRM"
PROFILE = "driving"
NO_WAY: frozenset[str | int] = frozenset({"NoTable"})
"""Codes of the error that no source reaches any target."""
NO_STREET: frozenset[str | int] = frozenset({"NoSegment"})
"""Codes of the error that a place has no street near."""
TOO_BIG: frozenset[str | int] = frozenset({"TooBig"})
"""Codes of the error that too many places were asked for."""


def is_osrm(told: Mapping[str, Any]) -> bool:
    """Whether an answer is OSRM's: it always holds a `code`."""
    return isinstance(told.get("code"), str)


def read_osrm(told: Mapping[str, Any]) -> Answer:
    """Read an answer of the `table` service.

    Raises
    ------
    RefusalError
        If it is an error.
    AnswerError
        If it holds no matrix of seconds.

    Examples
    --------
    >>> read_osrm({"code": "Ok", "durations": [[0, 61.6], [59.1, 0]]}).seconds.tolist()
    [[0, 62], [59, 0]]
    """
    if told["code"] != "Ok":
        raise RefusalError(NAME, told["code"], told.get("message"))
    if "durations" not in told:
        if "distances" in told:
            cause = "holds distances and no durations: ask with annotations=duration"
        else:
            cause = "holds no durations: is it of another of OSRM's services than table?"
        raise AnswerError(Flaw(cause))
    seconds = read_matrix(told["durations"], "durations")
    guessed = told.get("fallback_speed_cells")
    return Answer(
        seconds,
        "durations",
        read_places(told.get("sources"), len(seconds)),
        guessed=len(guessed) if isinstance(guessed, list) else 0,
    )


def ask_osrm(
    profile: str, sources: npt.NDArray[np.float64], targets: npt.NDArray[np.float64]
) -> Question:
    """Make the question for the times from sources [n, 2] to targets [m, 2] in degrees."""
    places = np.concatenate([sources, targets])
    coordinates = ";".join(f"{longitude:.5f},{latitude:.5f}" for latitude, longitude in places)
    indices = [*map(str, range(len(places)))]
    n = len(sources)
    asked = f"sources={';'.join(indices[:n])}&destinations={';'.join(indices[n:])}"
    path = f"table/v1/{quote(profile, safe='')}/{coordinates}"
    return Question(f"{path}?{asked}&generate_hints=false")
