"""openrouteservice's `matrix` service: its answer as JSON.

See https://giscience.github.io/openrouteservice/api-reference/endpoints/matrix/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rideflex.areas.engines.answer import (
    Answer,
    AnswerError,
    Flaw,
    RefusalError,
    read_matrix,
    read_places,
)

NAME = "openrouteservice"
_SIGNS = frozenset({"durations", "distances", "metadata", "error"})


def is_openrouteservice(told: Mapping[str, Any]) -> bool:
    """Whether an answer is openrouteservice's, none of the other engines' signs being there."""
    return not _SIGNS.isdisjoint(told)


def read_openrouteservice(told: Mapping[str, Any]) -> Answer:
    """Read an answer of the `matrix` service.

    Raises
    ------
    RefusalError
        If it is an error.
    AnswerError
        If it holds no matrix of seconds.

    Examples
    --------
    >>> answer = {"durations": [[0.0, 212.67], [None, 0.0]], "metadata": {"service": "matrix"}}
    >>> read_openrouteservice(answer).seconds[0].tolist()
    [0, 213]
    """
    error = told.get("error")
    if isinstance(error, Mapping):
        raise RefusalError(NAME, error.get("code"), error.get("message"))
    if error is not None:
        raise RefusalError(NAME, error, told.get("message"))
    if "durations" not in told:
        if "distances" in told:
            cause = 'holds distances and no durations: ask with "metrics": ["duration"]'
        else:
            cause = "holds no durations: is it of another service than matrix?"
        raise AnswerError(Flaw(cause))
    seconds = read_matrix(told["durations"], "durations")
    return Answer(seconds, "durations", read_places(told.get("sources"), len(seconds)))
