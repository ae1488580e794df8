"""Columns of strings or numbers as small integers: each distinct value is looked at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rideflex.errors import UsageError

MISSING = -1


@dataclass(frozen=True)
class Coded:
    """A column as `values[codes]`; a code is -1 where the column holds nothing."""

    values: list[Any]
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> Coded:
        """Code an Arrow column in order of first appearance."""
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        if isinstance(column, pa.ChunkedArray):
            column = column.unify_dictionaries().combine_chunks()
        codes = column.indices
        if codes.null_count:
            codes = codes.fill_null(MISSING)
        values = column.dictionary.to_pylist()
        return cls(values, codes.to_numpy().astype(np.int32, copy=False))

    @classmethod
    def joined(cls, parts: Sequence[Coded]) -> Coded:
        """Put the parts of a column one after the other."""
        return parts[0] if len(parts) == 1 else cls.of(pa.chunked_array([p.arrow() for p in parts]))

    def arrow(self) -> pa.DictionaryArray:
        """View the column as Arrow does."""
        codes = pa.array(self.codes, mask=self.codes < 0 if self.has_missing else None)
        return pa.DictionaryArray.from_arrays(codes, self.values)

    @property
    def has_missing(self) -> bool:
        """Whether the column holds nothing in some row."""
        return bool(len(self.codes)) and int(self.codes.min()) < 0

    def through(self, mapped: Sequence[int], missing: int = MISSING) -> npt.NDArray[np.int32]:
        """Replace every value by its mapped integer, int32 [n]."""
        return np.array([*mapped, missing], dtype=np.int32)[self.codes]


class Vocabulary:
    """Strings, blanks around them left out, numbered in order of first appearance."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = list(words)
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    @property
    def nbytes(self) -> int:
        """Bytes of the words, their list and the dict that numbers them."""
        held = sys.getsizeof(self.words) + sys.getsizeof(self._numbers)
        return held + sum(sys.getsizeof(word) + sys.getsizeof(0) for word in self.words)

    def number(self, word: str) -> int:
        """Return the number of a word, -1 where it is unknown."""
        return self._numbers.get(word.strip(), MISSING)

    def add(self, word: str) -> int:
        """Return the number of a word, which is taken in if it is unknown."""
        word = word.strip()
        number = self._numbers.setdefault(word, len(self.words))
        if number == len(self.words):
            self.words.append(word)
        return number


def column_of(frame: Any, name: str) -> pa.Array | pa.ChunkedArray:
    """Take one column of a frame as an Arrow array, without a copy where the frame is Arrow.

    Parameters
    ----------
    frame
        A pandas or Polars frame, an Arrow table, a mapping of columns, or a list of dicts.

    Raises
    ------
    UsageError
        If the frame has no such column; it names the columns that are there.
    """
    try:
        if isinstance(frame, Sequence):
            return pa.array(list(map(itemgetter(name), frame)))
        column = frame[name]
    except (KeyError, LookupError, pa.ArrowInvalid) as error:
        raise UsageError(f"the outcomes lack {name!r}; they have {names_of(frame)}") from error
    if isinstance(column, pa.Array):
        return column
    if hasattr(column, "__arrow_c_stream__"):
        return pa.chunked_array(column)
    return pa.array(column)


def names_of(frame: Any) -> list[str]:
    """Names of the columns of a frame, a mapping of columns or a list of dicts."""
    if isinstance(frame, Sequence):
        return list(frame[0]) if frame else []
    if isinstance(frame, Mapping):
        return list(frame)
    if isinstance(frame, pa.Table):
        return list(frame.column_names)
    return list(frame.columns)


def integers_of(frame: Any, name: str) -> npt.NDArray[np.int64]:
    """Take one column of whole numbers, int64 [n].

    Raises
    ------
    UsageError
        If a value is not a whole number.
    """
    column = column_of(frame, name)
    try:
        return np.asarray(column.cast(pa.int64()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UsageError(f"column {name!r} must hold whole numbers: {error}") from None
