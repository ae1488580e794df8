"""The zones of a service, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rideflex.tables.cells import name
from rideflex.tables.readers import Reader

_LISTED = 5


@dataclass(frozen=True)
class Zones:
    """Names of Z zones, in the order of the travel times."""

    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Number of each zone."""
        return {zone: number for number, zone in enumerate(self.names)}

    def reader(self) -> Reader:
        """Make a reader of a cell that holds a zone; it returns the zone's number."""
        return self._read

    def _read(self, value: Any) -> int:
        zone = name(value)
        if zone not in self.numbers:
            listed = ", ".join(map(repr, self.names[:_LISTED]))
            more = ", …" if len(self.names) > _LISTED else ""
            raise ValueError(f"is a zone that the travel times lack; they have {listed}{more}")
        return self.numbers[zone]
