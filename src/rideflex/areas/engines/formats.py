"""Telling the engines' answers apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rideflex.areas.engines.answer import Answer, AnswerError, Flaw
from rideflex.areas.engines.openrouteservice import is_openrouteservice, read_openrouteservice
from rideflex.areas.engines.osrm import is_osrm, read_osrm
from rideflex.areas.engines.valhalla import is_valhalla, read_valhalla

_FORMATS = (
    (is_valhalla, read_valhalla),
    (is_osrm, read_osrm),
    (is_openrouteservice, read_openrouteservice),
)


def read_answer(told: Any) -> Answer:
    """Read the answer of whichever engine it is.

    Parameters
    ----------
    told
        What the JSON holds.

    Raises
    ------
    AnswerError
        If it is no engine's, an error, or no matrix of seconds.

    Examples
    --------
    >>> read_answer({"sources_to_targets": {"durations": [[0, 119], [131, 0]]}}).seconds.tolist()
    [[0, 119], [131, 0]]
    """
    if isinstance(told, Mapping):
        for is_like, read in _FORMATS:
            if is_like(told):
                return read(told)
    raise AnswerError(
        Flaw(
            "is no answer of OSRM's table, Valhalla's sources_to_targets or openrouteservice's "
            "matrix: it has neither code, sources_to_targets nor durations"
        )
    )
