"""Valhalla's `sources_to_targets` service: its question, and its answer as JSON.

See https://valhalla.github.io/valhalla/api/matrix/api-reference/. The answer is a list of rows of
pairs or, asked with `"verbose": false`, an object of matrices.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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

NAME = "Valhalla"
PROFILE = "auto"
NO_WAY: frozenset[str | int] = frozenset({170, 442})
"""Codes of the errors that no source reaches any target."""
NO_STREET: frozenset[str | int] = frozenset({171})
"""Codes of the error that a place has no street near; it does not say which."""
TOO_BIG: frozenset[str | int] = frozenset({150})
"""Codes of the error that too many places were asked for."""
_KEY = "sources_to_targets"


def is_valhalla(told: Mapping[str, Any]) -> bool:
    """Whether an answer is Valhalla's, in its own format."""
    return _KEY in told or "error_code" in told


def read_valhalla(told: Mapping[str, Any]) -> Answer:
    """Read an answer of the `sources_to_targets` service.

    Raises
    ------
    RefusalError
        If it is an error.
    AnswerError
        If it holds no matrix of seconds.

    Examples
    --------
    >>> pairs = [[{"time": 0}, {"time": 131}], [{"time": None}, {"time": 0}]]
    >>> read_valhalla({"sources_to_targets": pairs}).seconds[0].tolist()
    [0, 131]
    """
    if _KEY not in told:
        raise RefusalError(NAME, told["error_code"], told.get("error"))
    inside = told[_KEY]
    if isinstance(inside, Mapping):
        if "durations" not in inside:
            raise AnswerError(Flaw("holds no durations", _KEY))
        key = f"{_KEY}.durations"
        seconds = read_matrix(inside["durations"], key)
    else:
        key = _KEY
        seconds = read_matrix(inside, key, _time_of, ".time")
    sources = told.get("sources")
    if isinstance(sources, list) and len(sources) == 1 and isinstance(sources[0], list):
        sources = sources[0]  # a list in a list, up to version 3.4
    return Answer(seconds, key, read_places(sources, len(seconds)))


def ask_valhalla(
    profile: str, sources: npt.NDArray[np.float64], targets: npt.NDArray[np.float64]
) -> Question:
    """Make the question for the times from sources [n, 2] to targets [m, 2] in degrees.

    Only where sources are targets it asks for all that Valhalla has to say, which is long: where it
    put them need be told but once.
    """
    asked = {
        "sources": _locations(sources),
        "targets": _locations(targets),
        "costing": profile,
        "verbose": np.array_equal(sources, targets),
    }
    return Question(_KEY, json.dumps(asked).encode())


def _time_of(cell: Any) -> Any:
    # What is not there is no null: it must not be taken for a pair without a way.
    return cell["time"] if isinstance(cell, Mapping) and "time" in cell else "no time"


def _locations(places: npt.NDArray[np.float64]) -> list[dict[str, float]]:
    return [{"lat": latitude, "lon": longitude} for latitude, longitude in places.tolist()]
