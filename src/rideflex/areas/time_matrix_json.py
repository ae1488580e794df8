"""Travel times as a routing engine's answer: `travel_times.json`.

The answer has no ids, so they stand beside it, in the order of its rows: in a key `zones` of the
same JSON, or else in `places.csv`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from rideflex.areas.engines import Answer, AnswerError, read_answer
from rideflex.areas.estimated_times import great_circle_km
from rideflex.areas.folder import ZONE_PLACES
from rideflex.areas.time_matrix import TravelTimes
from rideflex.areas.zone_places import ZonePlaces, read_zone_places
from rideflex.areas.zones import Zones, zones_of
from rideflex.errors import DataError, Problem
from rideflex.routing.problem import UNREACHABLE
from rideflex.tables.cells import name

_ZONES = "zones"
# Engines move a place to a street. A place this far from where the engine put it, with another one
# nearer, is hardly the one that was asked for; so is one that is this far beyond all.
_OTHER_KM, _FAR_KM = 1.0, 20.0
_STAY_S = 60


def read_saved_answer(path: Path) -> TravelTimes:
    """Read an engine's answer that was saved as a file; its times are rounded to whole seconds.

    Raises
    ------
    DataError
        If it can't be used; it carries every problem found.
    """
    file = str(path)
    told = _loaded(path)
    try:
        answer = read_answer(told)
    except AnswerError as error:
        raise DataError(
            [Problem(file, f.cause, None, f.place, f.value) for f in error.flaws]
        ) from None
    listed = read_zone_places(path.parent)
    zones, source = _zones(file, told, listed)
    problems = _shape_problems(file, answer, zones, source)
    problems = problems or _order_problems(file, answer, zones_of(zones, listed))
    if problems:
        raise DataError(problems)
    seconds = answer.seconds
    stays = np.diagonal(seconds)
    np.fill_diagonal(seconds, np.where(stays == UNREACHABLE, 0, stays))
    return TravelTimes(file, zones, seconds, guessed=answer.guessed)


def _loaded(path: Path) -> Any:
    def refused(word: str) -> NoReturn:
        raise ValueError(f"{word} is no JSON; null stands for a pair without a way")

    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=refused)
    except OSError as error:
        raise DataError(Problem(str(path), f"can't be read: {error.strerror}")) from None
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        cause = f"is no JSON ({error}); was the engine's answer cut, or is it a page of HTML?"
        raise DataError(Problem(str(path), cause)) from None


def _zones(
    file: str, told: dict[str, Any], listed: ZonePlaces | None
) -> tuple[tuple[str, ...], str]:
    """The ids of the zones, and where they stand."""
    if _ZONES not in told:
        if listed is None:
            cause = (
                "does not say which zones its rows are: add a key zones, a list of their ids in "
                f"that order, or put {ZONE_PLACES} beside it, one row a zone"
            )
            raise DataError(Problem(file, cause))
        return listed.names, ZONE_PLACES
    ids = told[_ZONES]
    if not isinstance(ids, list) or not all(type(one) in (str, int) for one in ids):
        raise DataError(Problem(file, "is a list of the zones' ids", None, _ZONES))
    zones: list[str] = []
    for number, one in enumerate(ids):
        try:
            zone = name(one)
        except ValueError as error:
            cause = str(error)
        else:
            cause = "is a zone that stands in the list already" if zone in zones else ""
            zones.append(zone)
        if cause:
            raise DataError(Problem(file, cause, None, f"{_ZONES}[{number}]", one))
    return tuple(zones), f"the key {_ZONES}"


def _shape_problems(
    file: str, answer: Answer, zones: tuple[str, ...], source: str
) -> list[Problem]:
    n, m = answer.seconds.shape
    if n != m:
        cause = (
            f"has times from {n} places to {m}; every zone is wanted as a source and as a target, "
            "in one order"
        )
        return [Problem(file, cause, None, answer.key)]
    if n != len(zones):
        cause = f"has times of {n} places, and {source} names {len(zones)} zones"
        return [Problem(file, cause, None, answer.key)]
    stays = np.where(np.diagonal(answer.seconds) == UNREACHABLE, 0, np.diagonal(answer.seconds))
    if stays.max() > _STAY_S:
        zone = int(stays.argmax())
        cause = (
            f"takes that many seconds from {zones[zone]!r} to itself: are sources and targets the "
            "same places in one order?"
        )
        key = f"{answer.key}[{zone}][{zone}]"
        return [Problem(file, cause, None, key, int(stays[zone]))]
    return []


def _order_problems(file: str, answer: Answer, zones: Zones) -> list[Problem]:
    """Zones that the engine put at the place of another, where both say their places."""
    if zones.places is None:
        return []
    km = great_circle_km(answer.places[:, None], zones.places[None])
    apart = np.where(np.isfinite(km), km, np.inf)
    found = []
    for number in np.flatnonzero(np.isfinite(np.diagonal(km))).tolist():
        own, nearest = float(km[number, number]), int(apart[number].argmin())
        if own > _FAR_KM or (own > _OTHER_KM and nearest != number):
            names = zones.names
            cause = (
                f"lies {own:,.1f} km from {names[number]!r}, nearest to {names[nearest]!r}: are "
                "the rows in the order of the zones, and was longitude asked before latitude?"
            )
            value = [round(one, 5) for one in answer.places[number].tolist()]
            found.append(Problem(file, cause, None, f"sources[{number}]", value))
    return found
