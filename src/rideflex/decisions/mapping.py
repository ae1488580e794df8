"""A decision table seen as a mapping, for code that wants to ask it like a dict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np

from rideflex.tables.ids import Id, traveler_id

_BEYOND = 1 << 63
Question = tuple[Id, str, str, str, str, str, int, int]
Answer = dict[str, str]


class Lookup(Protocol):
    """What a mapping asks of a decision table."""

    @property
    def types(self) -> tuple[str, ...]:
        """Names of the L flexibility types."""
        ...

    @property
    def n_known(self) -> int:
        """Questions that the source answers."""
        ...

    def lookup(
        self,
        traveler_id: Id,
        trip_purpose: str,
        departure_location: str,
        arrival_location: str,
        departure_time_window: str,
        arrival_time_window: str,
        pickup_shift: int,
        dropoff_shift: int,
    ) -> Answer | None:
        """Answer one question."""
        ...

    def questions(self) -> Iterator[Question]:
        """Go through the questions that the source answers."""
        ...


class QuestionMapping(Mapping[Question, Answer]):
    """Read-only view of a table: question (8-tuple) to {type: "accept" or "reject"}."""

    def __init__(self, table: Lookup) -> None:
        self._table = table

    def __getitem__(self, question: Question) -> Answer:
        answer = self._table.lookup(*question) if _is_question(question) else None
        if answer is None:
            raise KeyError(question)
        return answer

    def __repr__(self) -> str:
        return f"<{len(self)} answers of {len(self._table.types)} flexibility types, read-only>"

    def __iter__(self) -> Iterator[Question]:
        return self._table.questions()

    def __len__(self) -> int:
        return self._table.n_known


def _is_question(key: object) -> bool:
    """Whether a key is an 8-tuple of an id, five texts and two whole numbers."""
    if not isinstance(key, tuple) or len(key) != 8 or not _is_id(key[0]):
        return False
    whole = all(isinstance(n, int | np.integer) and -_BEYOND <= n < _BEYOND for n in key[6:])
    return whole and all(isinstance(text, str) for text in key[1:6])


def _is_id(key: object) -> bool:
    """Whether a key is a traveler id in the form that the table holds: 7, not "7"."""
    if not isinstance(key, int | np.integer | str):
        return False
    try:
        return traveler_id(key) == key
    except ValueError:
        return False
