"""What a routing engine answers when it is asked for the times between places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas.time_matrix import checked_seconds
from rideflex.routing.problem import UNREACHABLE

_SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Answer:
    """Driving times from n sources to m targets, as an engine gave them.

    Parameters
    ----------
    seconds
        Whole seconds, int32 [n, m]; UNREACHABLE where the engine found no way.
    key
        Where the rows stand in the JSON.
    places
        Where on its streets the engine put each source: latitude and longitude [n, 2], NaN where
        it does not say so.
    guessed
        Pairs without a way for which the engine took the straight line at some speed.
    """

    seconds: npt.NDArray[np.int32]
    key: str
    places: npt.NDArray[np.float64]
    guessed: int = 0


@dataclass(frozen=True)
class Flaw:
    """One thing that keeps an answer from being used; `place` is where it stands in the JSON."""

    cause: str
    place: str | None = None
    value: Any = None


class AnswerError(ValueError):
    """An answer that can't be used; carries every flaw found."""

    def __init__(self, *flaws: Flaw) -> None:
        self.flaws = flaws
        super().__init__(flaws[0].cause)


class RefusalError(AnswerError):
    """An engine's answer that it can't answer.

    Parameters
    ----------
    engine
        Which one.
    code
        What the engine calls the error.
    message
        What it says about it.
    """

    def __init__(self, engine: str, code: Any, message: Any) -> None:
        self.code = code
        self.told = f"{code}" + (f": {str(message)[:_SHOWN_CHARACTERS]}" if message else "")
        cause = f"is an error that {engine} answered, no travel times ({self.told})"
        super().__init__(Flaw(cause))


def read_matrix(
    rows: Any, key: str, cell_of: Callable[[Any], Any] = lambda cell: cell, suffix: str = ""
) -> npt.NDArray[np.int32]:
    """Read rows of seconds, null where there is no way, as whole seconds int32 [n, m].

    Parameters
    ----------
    rows
        What stands in the JSON.
    key
        Where it stands there.
    cell_of, suffix
        How a cell's seconds are found in it, and where they stand in it.

    Raises
    ------
    AnswerError
        If they are no such rows; it carries every flaw of shape, or every cell that is wrong.
    """
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise AnswerError(Flaw("is no list of rows of seconds", key, _short(rows)))
    width = len(rows[0])
    flaws = [
        Flaw(f"has {len(row)} times, and the first row {width}", f"{key}[{number}]")
        for number, row in enumerate(rows)
        if len(row) != width
    ]
    if flaws:
        raise AnswerError(*flaws)
    seconds = np.empty((len(rows), width), dtype=np.int32)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            told = cell_of(cell)
            try:
                seconds[i, j] = UNREACHABLE if told is None else round(_seconds(told))
            except ValueError as error:
                cause = f"{error}; null stands for a pair without a way"
                flaws.append(Flaw(cause, f"{key}[{i}][{j}]{suffix}", _short(told)))
    if flaws:
        raise AnswerError(*flaws)
    return seconds


def read_places(waypoints: Any, n: int) -> npt.NDArray[np.float64]:
    """Read where the engine put n sources, [n, 2]; NaN where it does not say so.

    A waypoint has a `location` of longitude and latitude, or `lat` and `lon`.
    """
    places = np.full((n, 2), np.nan)
    told: Sequence[Any] = waypoints if isinstance(waypoints, list) else ()
    for place, waypoint in zip(places, told, strict=False):
        if not isinstance(waypoint, Mapping):
            continue
        pair = waypoint.get("location")
        if not isinstance(pair, list):
            pair = [waypoint.get("lon"), waypoint.get("lat")]
        if len(pair) == len(place) and all(_is_number(one) for one in pair):
            place[:] = pair[::-1]
    return places


def _seconds(told: Any) -> float:
    if not _is_number(told):
        raise ValueError("is not a number of seconds")
    return checked_seconds(told)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _short(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else type(value).__name__
