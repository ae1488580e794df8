"""Columns of the frames that users hand over: pandas, Polars, Arrow, mappings, lists of dicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rideflex.errors import UsageError
from rideflex.tables.ids import Ids, as_ids

_REFUSED = (ValueError, OverflowError, pa.ArrowException)


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
        kinds = ", ".join(sorted({type(value).__name__ for value in column}))
        raise UsageError(f"column {name!r} can't hold such values ({kinds}): {error}") from None


def array_of(frame: Any, name: str) -> npt.NDArray[Any]:
    """Take one column of a frame as a NumPy array [n] of whatever it holds; see `column_of`."""
    column = _native(frame, name)
    if isinstance(column, pa.Array | pa.ChunkedArray):
        values: npt.NDArray[Any] = _arrow(column).to_numpy(zero_copy_only=False)
        return values
    try:
        values = np.asarray(column)
    except ValueError:  # values of unlike shapes
        values = np.empty(0)
    return values if values.ndim == 1 and len(values) == len(column) else _objects(column)


def integers_of(frame: Any, name: str) -> npt.NDArray[np.int64]:
    """Take one column of whole numbers, int64 [n]; see `column_of`.

    Raises
    ------
    UsageError
        If there is no such column, or a value is not a whole number.
    """
    values = array_of(frame, name)
    if values.dtype == np.int64:
        return values
    try:
        numbers: npt.NDArray[np.int64] = pa.array(values).cast(pa.int64()).to_numpy()
    except _REFUSED:
        row, value = next(_not_whole(values))
        raise UsageError(
            f"column {name!r} must hold whole numbers, not {value!r} (position {row})"
        ) from None
    return numbers


def ids_of(frame: Any, name: str) -> Ids:
    """Take one column of traveler ids [n]; see `column_of` and `as_ids`.

    Raises
    ------
    UsageError
        If there is no such column, or a value is no id.
    """
    return as_ids(array_of(frame, name), name)


def names_of(frame: Any) -> list[str]:
    """Names of the columns of a frame, a mapping of columns or a list of dicts.

    Raises
    ------
    UsageError
        If it is nothing of the kind.
    """
    if isinstance(frame, Sequence) and not isinstance(frame, str):
        if frame and not isinstance(frame[0], Mapping):
            raise UsageError(f"a list of dicts is expected, not of {type(frame[0]).__name__}")
        return list(frame[0]) if frame else []
    if isinstance(frame, Mapping):
        return list(frame)
    if isinstance(frame, pa.Table):
        return list(frame.column_names)
    if not hasattr(frame, "columns"):
        raise UsageError(f"a frame or a list of dicts is expected, not a {type(frame).__name__}")
    return list(frame.columns)


def _arrow(column: Any) -> pa.Array:
    if not isinstance(column, pa.Array | pa.ChunkedArray):
        column = column.to_arrow() if hasattr(column, "to_arrow") else pa.array(column)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _objects(column: Sequence[Any]) -> npt.NDArray[Any]:
    values = np.empty(len(column), dtype=object)
    values[:] = [*column, None][:-1]
    return values


def _not_whole(values: npt.NDArray[Any]) -> Iterator[tuple[int, Any]]:
    """Values that no whole number can be made of, each with its position."""
    for row, value in enumerate(values.tolist()):
        try:
            whole = pa.scalar(value).cast(pa.int64()).is_valid
        except _REFUSED:
            whole = False
        if not whole:
            yield row, value


def _native(frame: Any, name: str) -> Any:
    try:
        return list(map(itemgetter(name), frame)) if isinstance(frame, Sequence) else frame[name]
    except (LookupError, TypeError) as error:
        names = names_of(frame)
        if name in names and isinstance(frame, Sequence):
            row = next(at for at, outcome in enumerate(frame) if name not in outcome)
            raise UsageError(f"{name!r} is missing in the dict at position {row}") from None
        raise UsageError(f"the column {name!r} is missing; there are {names}") from error
