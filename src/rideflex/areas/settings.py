"""The settings of a service: `service.toml`, every key of which has a default."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, Problem, UsageError
from rideflex.offers import MEANINGS, Meaning, OfferGrid

SERVICE = "service.toml"


@dataclass(frozen=True)
class Promise:
    """The window that a traveler is promised around the time asked for, in minutes.

    Parameters
    ----------
    earlier, later
        Before and after the time at which a traveler wants to leave.
    before_arrival
        Before the time by which a traveler wants to be there; nobody arrives after it.
    """

    earlier: float = 15
    later: float = 15
    before_arrival: float = 30


@dataclass(frozen=True)
class RideRule:
    """The longest ride: the larger of some minutes and a multiple of the direct drive."""

    longest: float = 45
    times_direct: float = 1.5

    def seconds(self, direct: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Longest rides [n] for direct drives [n], all in seconds; none is below the drive."""
        multiple = np.rint(max(self.times_direct, 1) * direct.astype(np.float64))
        return np.maximum(round(60 * self.longest), multiple).astype(np.int64)


@dataclass(frozen=True)
class Offers:
    """What travelers may be asked for: shifts in minutes, and what an accepted offer does."""

    pickup: tuple[int, ...] = (-30, -20, -10, 0)
    dropoff: tuple[int, ...] = (0, 10, 20, 30)
    means: Meaning = "trip"

    @property
    def grid(self) -> OfferGrid:
        """The offers; of a trip that moves, those that are earlier or later, not both."""
        every = OfferGrid.from_steps(self.pickup, self.dropoff).pairs
        one_way = tuple(pair for pair in every if self.means != "move" or not all(pair))
        return OfferGrid(one_way, self.means)


@dataclass(frozen=True)
class Goodwill:
    """Driving seconds that a shifted minute, and a question, are worth avoiding."""

    minute: float = 5.0
    question: float = 0.0


@dataclass(frozen=True)
class ServiceDays:
    """When a service day ends, in hours after its midnight, and where; 26 is two at night."""

    ends: float = 30
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Driving:
    """How driving is estimated from places where there are no travel times."""

    detour: float = 1.3
    speed_kmh: float = 30


@dataclass(frozen=True)
class ServiceSettings:
    """The rules of a service.

    Parameters
    ----------
    promise, ride, offers, goodwill, day, driving
        See the class of each.
    boarding
        Minutes that a stop takes, where a booking does not say it itself.
    penalty
        Vehicle minutes charged for a request that no vehicle takes.
    """

    promise: Promise = Promise()
    ride: RideRule = RideRule()
    offers: Offers = Offers()
    goodwill: Goodwill = Goodwill()
    day: ServiceDays = ServiceDays()
    driving: Driving = Driving()
    boarding: float = 1
    penalty: float = 120

    def in_force(self) -> list[tuple[str, Any]]:
        """Every key of `service.toml` with its value, in the order of the file."""
        return [*_flat(self)]


def read_settings(folder: Path) -> ServiceSettings:
    """Read `service.toml` of a folder; the defaults where it is not there.

    Raises
    ------
    DataError
        If the file can't be read, or a key or value makes no sense; it carries every problem.
    """
    path = folder / SERVICE
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ServiceSettings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(Problem(str(path), f"can't be read as TOML ({error})")) from None
    problems: list[Problem] = []
    settings: ServiceSettings = _filled(ServiceSettings(), told, "", str(path), problems)
    problems += [] if problems else _senseless(settings, str(path))
    if problems:
        raise DataError(problems)
    return settings


def _filled(default: Any, told: Any, under: str, file: str, problems: list[Problem]) -> Any:
    if not isinstance(told, Mapping):
        problems.append(Problem(file, "is a section of keys", column=under, value=told))
        return default
    names = [field.name for field in fields(default)]
    for key in told:
        if key not in names:
            cause = f"is no key of {under or 'a service'}; known are {', '.join(names)}"
            problems.append(Problem(file, cause, column=_key(under, key)))
    values = {}
    for name in names:
        value, key = getattr(default, name), _key(under, name)
        if name not in told:
            values[name] = value
        elif hasattr(value, "__dataclass_fields__"):
            values[name] = _filled(value, told[name], key, file, problems)
        else:
            values[name] = _of_kind(value, told[name], key, file, problems)
    return type(default)(**values)


def _of_kind(default: Any, told: Any, key: str, file: str, problems: list[Problem]) -> Any:
    def refused(cause: str) -> Any:
        problems.append(Problem(file, cause, column=key, value=told))
        return default

    if isinstance(default, tuple):
        whole = isinstance(told, list) and all(type(one) is int for one in told)
        return tuple(told) if whole and told else refused("is a list of whole minutes")
    if isinstance(default, str):
        return told if isinstance(told, str) else refused("is a text")
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < 1e6:
        return refused("is a number from 0 to a million")
    return told


def _senseless(settings: ServiceSettings, file: str) -> Iterator[Problem]:
    day, offers = settings.day, settings.offers
    if not 24 <= day.ends <= 48:
        yield Problem(file, "is from 24 to 48 hours", column="day.ends", value=day.ends)
    try:
        _ = day.time_zone == "UTC" or ZoneInfo(day.time_zone)
    except (KeyError, OSError, ValueError):
        cause = "is no time zone such as Europe/Berlin or America/New_York"
        yield Problem(file, cause, column="day.time_zone", value=day.time_zone)
    if offers.means not in MEANINGS:
        cause = f"is one of {', '.join(MEANINGS)}"
        yield Problem(file, cause, column="offers.means", value=offers.means)
        return
    try:
        _ = offers.grid
    except UsageError as error:
        yield Problem(file, str(error), column="offers")
    if settings.driving.speed_kmh <= 0:
        yield Problem(file, "is above 0", column="driving.speed_kmh", value=0)
    if settings.driving.detour < 1:
        cause = "is at least 1: no way is shorter than the straight line"
        yield Problem(file, cause, column="driving.detour", value=settings.driving.detour)


def _key(under: str, name: str) -> str:
    return f"{under}.{name}" if under else name


def _flat(settings: Any, under: str = "") -> Iterator[tuple[str, Any]]:
    for field in fields(settings):
        value, key = getattr(settings, field.name), _key(under, field.name)
        if hasattr(value, "__dataclass_fields__"):
            yield from _flat(value, key)
        else:
            yield key, list(value) if isinstance(value, tuple) else value
