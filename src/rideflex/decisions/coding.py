"""Columns of strings or numbers as small integers: each distinct value is looked at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rideflex.errors import UsageError

MISSING = -1

_REFUSED = (ValueError, OverflowError, pa.ArrowException)


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
        return cls(values, codes.to_numpy().astype(np.int32, copy=False)).compact()

    @classmethod
    def joined(cls, parts: Sequence[Coded]) -> Coded:
        """Put the parts of a column one after the other."""
        return parts[0] if len(parts) == 1 else cls.of(pa.chunked_array([p.arrow() for p in parts]))

    def compact(self) -> Coded:
        """Leave out values that no row holds: filters and batches leave such behind."""
        held = np.bincount(self.codes + 1, minlength=len(self.values) + 1)[1:] > 0
        if held.all():
            return self
        places = np.cumsum(held, dtype=np.int32) - 1
        values = [value for value, is_held in zip(self.values, held, strict=True) if is_held]
        return Coded(values, self.through(places))

    def arrow(self) -> pa.DictionaryArray:
        """View the column as Arrow does."""
        codes = pa.array(self.codes, mask=self.codes < 0 if self.has_missing else None)
        return pa.DictionaryArray.from_arrays(codes, self.values)

    @property
    def has_missing(self) -> bool:
        """Whether the column holds nothing in some row."""
        return bool(len(self.codes)) and int(self.codes.min()) < 0

    def through(
        self, mapped: Sequence[int] | npt.NDArray[np.int32], missing: int = MISSING
    ) -> npt.NDArray[np.int32]:
        """Replace every value by its mapped integer, int32 [n]."""
        return np.append(np.asarray(mapped, dtype=np.int32), np.int32(missing))[self.codes]


def column_of(frame: Any, name: str) -> pa.Array:
    """Take one column of a frame as an Arrow array, without a copy where the frame is Arrow.

    Parameters
    ----------
    frame
        A pandas or Polars frame, an Arrow table, a mapping of columns, or a list of dicts.

    Raises
    ------
    UsageError
        If there is no such column (it names the columns that are there), or its values are not
        all of one kind.
    """
    column = _native(frame, name)
    try:
        return _arrow(column)
    except _REFUSED as error:
        kinds = " and ".join(sorted({type(value).__name__ for value in column}))
        raise UsageError(f"column {name!r} can't hold both {kinds} values: {error}") from None


def integers_of(frame: Any, name: str) -> npt.NDArray[np.int64]:
    """Take one column of whole numbers, int64 [n]; see `column_of`.

    Raises
    ------
    UsageError
        If there is no such column, or a value is not a whole number.
    """
    column = _native(frame, name)
    try:
        if not isinstance(column, pa.Array | pa.ChunkedArray):
            values: npt.NDArray[Any] = np.asarray(column)
            if values.dtype == np.int64:
                return values
        numbers: npt.NDArray[np.int64] = _arrow(column).cast(pa.int64()).to_numpy()
    except _REFUSED:
        row, value = next(_not_whole(column))
        raise UsageError(
            f"column {name!r} must hold whole numbers, not {value!r} (position {row})"
        ) from None
    return numbers


def names_of(frame: Any) -> list[str]:
    """Names of the columns of a frame, a mapping of columns or a list of dicts."""
    if isinstance(frame, Sequence):
        return list(frame[0]) if frame else []
    if isinstance(frame, Mapping):
        return list(frame)
    if isinstance(frame, pa.Table):
        return list(frame.column_names)
    return list(frame.columns)


def _arrow(column: Any) -> pa.Array:
    if not isinstance(column, pa.Array | pa.ChunkedArray):
        column = column.to_arrow() if hasattr(column, "to_arrow") else pa.array(column)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _not_whole(column: Any) -> Iterator[tuple[int, Any]]:
    """Values that no whole number can be made of, each with its position."""
    values = column.to_pylist() if isinstance(column, pa.Array | pa.ChunkedArray) else column
    for row, value in enumerate(values):
        try:
            whole = pa.scalar(value).cast(pa.int64()).is_valid
        except _REFUSED:
            whole = False
        if not whole:
            yield row, value


def _native(frame: Any, name: str) -> Any:
    try:
        return list(map(itemgetter(name), frame)) if isinstance(frame, Sequence) else frame[name]
    except LookupError as error:
        raise UsageError(f"the column {name!r} is missing; there are {names_of(frame)}") from error
