"""A batch of rows of decisions: checked cell by distinct cell, then turned into integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.columns import CONTEXT, SHIFTS, parse_window
from rideflex.decisions.coding import Coded, Vocabulary
from rideflex.errors import Problem

TEXTS = CONTEXT[1:]
_ANSWERS = {"accept": True, "reject": False}
_INT64 = np.iinfo(np.int64)


@dataclass(frozen=True)
class Batch:
    """Rows of decisions, coded column by column.

    Parameters
    ----------
    file
        Where the rows come from, as errors name it.
    numbers
        The row of each in the file, counted as a spreadsheet does, int64 [n].
    columns
        The eight key columns and one a type.
    types
        The columns that hold answers.
    odd
        Rows that were left out because they could not be split into cells.
    """

    file: str
    numbers: npt.NDArray[np.int64]
    columns: Mapping[str, Coded]
    types: tuple[str, ...]
    odd: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def problems(self) -> list[Problem]:
        """Every row and cell that can't be used, row by row."""
        found = list(self.odd)
        for name, coded in self.columns.items():
            reader = _READERS.get(name, _answer)
            causes = [_cause(reader, value) for value in coded.values]
            if not any(causes) and not coded.has_missing:
                continue
            bad = np.array([cause is not None for cause in [*causes, "is empty"]])
            for row in np.flatnonzero(bad[coded.codes]):
                code = coded.codes[row]
                value, cause = (
                    (None, "is empty") if code < 0 else (coded.values[code], causes[code])
                )
                number = int(self.numbers[row])
                found.append(Problem(self.file, str(cause), number, name, value))
        return sorted(found, key=lambda problem: problem.row or 0)

    def cell(self, column: str, row: int) -> Any:
        """Return what stands in one cell."""
        coded = self.columns[column]
        return coded.values[coded.codes[row]]

    def travelers(self) -> npt.NDArray[np.int64]:
        """Traveler ids int64 [n]."""
        coded = self.columns[CONTEXT[0]]
        return np.array([_whole(value) for value in coded.values], dtype=np.int64)[coded.codes]

    def contexts(self, vocabularies: Sequence[Vocabulary]) -> npt.NDArray[np.int32]:
        """Word numbers int32 [n, 5] of the five texts; words not seen before are taken in."""
        contexts = np.empty((len(self), len(TEXTS)), dtype=np.int32)
        for field, (name, vocabulary) in enumerate(zip(TEXTS, vocabularies, strict=True)):
            coded = self.columns[name]
            contexts[:, field] = coded.through([vocabulary.add(value) for value in coded.values])
        return contexts

    def pairs(self, numbers: dict[tuple[int, int], int]) -> npt.NDArray[np.int32]:
        """Number of each row's pair of shifts, int32 [n]; pairs not seen before are taken in."""
        pickup, dropoff = (self.columns[name] for name in SHIFTS)
        combined = pickup.codes * np.int32(len(dropoff.values)) + dropoff.codes
        present = np.bincount(combined, minlength=len(pickup.values) * len(dropoff.values)) > 0
        lookup = np.full(len(present), -1, dtype=np.int32)
        for code in np.flatnonzero(present):
            early, late = divmod(int(code), len(dropoff.values))
            pair = (_whole(pickup.values[early]), _whole(dropoff.values[late]))
            lookup[code] = numbers.setdefault(pair, len(numbers))
        return lookup[combined]

    def masks(self, dtype: np.dtype[np.unsignedinteger[Any]]) -> npt.NDArray[Any]:
        """Answers as bit masks [n]: bit l is set when type l accepts."""
        masks = np.zeros(len(self), dtype=dtype)
        for kind, name in enumerate(self.types):
            coded = self.columns[name]
            bits = np.array([_answer(value) for value in coded.values], dtype=dtype)
            masks |= (bits << dtype.type(kind))[coded.codes]
        return masks


def _whole(value: str | float) -> int:
    number = int(value)
    if isinstance(value, str):
        if "_" in value:
            raise ValueError("is not a whole number")
    elif number != value:
        raise ValueError("is not a whole number")
    if not _INT64.min <= number <= _INT64.max:
        raise ValueError("is too large")
    return number


def _answer(value: str) -> bool:
    return _ANSWERS[value.strip()]


def _cause(reader: Callable[[Any], Any], value: Any) -> str | None:
    try:
        reader(value)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return _CAUSES[reader]
    return None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    CONTEXT[0]: _whole,
    **dict.fromkeys(TEXTS, str.strip),
    **dict.fromkeys(CONTEXT[4:], parse_window),
    **dict.fromkeys(SHIFTS, _whole),
}
_CAUSES: Mapping[Callable[[Any], Any], str] = {
    _whole: "is not a whole number",
    str.strip: "is not text",
    parse_window: "is not a time window of the form HH:MM-HH:MM that ends after it starts",
    _answer: "is neither accept nor reject",
}
