"""An engine that can be asked: OSRM or Valhalla, at an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas.engines import osrm, valhalla
from rideflex.areas.engines.answer import Answer, AnswerError, RefusalError
from rideflex.areas.engines.http import EngineError, checked_url, fetch_json
from rideflex.areas.engines.question import Question
from rideflex.routing.problem import UNREACHABLE

_Places = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EngineKind:
    """What is peculiar to an engine.

    Parameters
    ----------
    name
        Its name.
    profile
        The profile that is asked for by default.
    ask, is_like, read
        How it is asked, and its answers are known and read.
    no_way, no_street, too_big
        Codes of the errors that no source reaches any target, that a place has no street near, and
        that too many places were asked for.
    """

    name: str
    profile: str
    ask: Callable[[str, _Places, _Places], Question]
    is_like: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Mapping[str, Any]], Answer]
    no_way: frozenset[str | int]
    no_street: frozenset[str | int]
    too_big: frozenset[str | int]


OSRM = EngineKind(
    osrm.NAME,
    osrm.PROFILE,
    osrm.ask_osrm,
    osrm.is_osrm,
    osrm.read_osrm,
    osrm.NO_WAY,
    osrm.NO_STREET,
    osrm.TOO_BIG,
)
VALHALLA = EngineKind(
    valhalla.NAME,
    valhalla.PROFILE,
    valhalla.ask_valhalla,
    valhalla.is_valhalla,
    valhalla.read_valhalla,
    valhalla.NO_WAY,
    valhalla.NO_STREET,
    valhalla.TOO_BIG,
)


class NoStreetError(EngineError):
    """Some place has no street near, and the engine does not say which."""


@dataclass(frozen=True)
class Engine:
    """An engine at an address.

    Parameters
    ----------
    kind
        Which one.
    url
        Its address.
    profile
        How it is to drive.
    timeout
        Seconds to wait for an answer.
    """

    kind: EngineKind
    url: str
    profile: str
    timeout: float = 60.0

    @classmethod
    def at(cls, kind: EngineKind, url: str, profile: str | None, timeout: float) -> Engine:
        """Make an engine of what a user says; no profile is its default one.

        Raises
        ------
        UsageError
            If the address is none.
        """
        return cls(kind, checked_url(url), profile or kind.profile, timeout)

    def times(self, sources: _Places, targets: _Places) -> Answer:
        """Ask for the times from sources [n, 2] to targets [m, 2] in degrees.

        Raises
        ------
        EngineError
            If it can't be reached, or answers no such times; NoStreetError if that is for a place
            without a street.
        """
        question = self.kind.ask(self.profile, sources, targets)
        told = fetch_json(self.kind.name, self.url, question, self.timeout)
        wanted = len(sources), len(targets)
        if not isinstance(told, Mapping) or not self.kind.is_like(told):
            raise EngineError(
                f"{self.url} does not answer as {self.kind.name} does ({str(told)[:80]!r}): is it "
                "another engine?"
            )
        try:
            answer = self.kind.read(told)
        except RefusalError as error:
            if error.code in self.kind.no_way:
                return Answer(
                    np.full(wanted, UNREACHABLE, np.int32), "", np.full((wanted[0], 2), np.nan)
                )
            if error.code in self.kind.no_street:
                raise NoStreetError(self._refused(error)) from None
            advice = "; ask for fewer with --block" if error.code in self.kind.too_big else ""
            raise EngineError(self._refused(error) + advice) from None
        except AnswerError as error:
            flaw = error.flaws[0]
            at = f"{flaw.place}, value {flaw.value!r}: " if flaw.place else ""
            raise EngineError(
                f"{self.kind.name} at {self.url} answered: {at}{flaw.cause}"
            ) from None
        if answer.seconds.shape != wanted:
            n, m = answer.seconds.shape
            raise EngineError(
                f"{self.kind.name} at {self.url} was asked from {wanted[0]} places to {wanted[1]}, "
                f"and answered from {n} to {m}"
            )
        return answer

    def _refused(self, error: RefusalError) -> str:
        return f"{self.kind.name} at {self.url} refused: {error.told}"
