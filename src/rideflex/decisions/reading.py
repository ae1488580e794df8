"""Where rows of decisions come from, and what their columns mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions.vocabulary import Vocabulary
from rideflex.errors import DataError, Problem
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.tables.coded import Coded
from rideflex.tables.columns import CONTEXT, KEY, SHIFTS
from rideflex.tables.csv_files import (
    FIRST_ROW,
    HEAD_ROWS,
    Head,
    csv_head,
    csv_rows,
    parquet_head,
    parquet_rows,
)
from rideflex.tables.frames import column_of, names_of
from rideflex.tables.rows import Reader, Rows, shift, text, time_window, whole_number

TEXTS = CONTEXT[1:]
ANSWERS = {"accept": True, "reject": False}


@dataclass(frozen=True)
class Source:
    """Rows of decisions that can be read.

    Parameters
    ----------
    types
        The columns that hold answers.
    rows
        Reads the rows from the start, in batches.
    """

    types: tuple[str, ...]
    rows: Callable[[], Iterator[Rows]]

    def problems(self, rows: Rows) -> list[Problem]:
        """Every cell of a batch that can't be used."""
        return rows.problems({**_KEY_READERS, **dict.fromkeys(self.types, answer)})


def csv_source(path: Path, types: Sequence[str] | None) -> Source:
    """Take the rows of a CSV file.

    Without `types`, the columns that hold accepts and rejects in the first rows are the types.

    Raises
    ------
    DataError
        If the file is missing or empty, or lacks a column.
    """
    found = _types(csv_head(path), types)
    return Source(found, lambda: csv_rows(path, (*KEY, *found)))


def parquet_source(path: Path, types: Sequence[str] | None) -> Source:
    """Take the rows of a Parquet file; see `csv_source`."""
    found = _types(parquet_head(path), types)
    return Source(found, lambda: parquet_rows(path, (*KEY, *found)))


def frame_source(frame: Any, types: Sequence[str] | None) -> Source:
    """Take the rows of a frame that is in memory; see `csv_source`."""
    name, header = "the frame", names_of(frame)
    cells = {column: column_of(frame, column)[:HEAD_ROWS].to_pylist() for column in header}
    found = _types(Head(name, tuple(header), cells), types)
    columns = {column: Coded.of(column_of(frame, column)) for column in (*KEY, *found)}
    numbers = np.arange(FIRST_ROW, FIRST_ROW + len(columns[KEY[0]].codes))
    return Source(found, lambda: iter([Rows(name, numbers, columns)]))


def answer(value: Any) -> bool:
    """Read accept or reject, in any case; raises ValueError with the cause."""
    try:
        return ANSWERS[text(value).lower()]
    except (KeyError, ValueError):
        raise ValueError("is neither accept nor reject") from None


def travelers(rows: Rows) -> npt.NDArray[np.int64]:
    """Traveler ids int64 [n]."""
    return rows.read(CONTEXT[0], whole_number, np.int64)


def contexts(rows: Rows, vocabularies: Sequence[Vocabulary]) -> npt.NDArray[np.int32]:
    """Word numbers int32 [n, 5] of the five texts; words not seen before are taken in."""
    numbers = np.empty((len(rows), len(TEXTS)), dtype=np.int32)
    for field, (name, vocabulary) in enumerate(zip(TEXTS, vocabularies, strict=True)):
        numbers[:, field] = rows.read(name, vocabulary.add, np.int32)
    return numbers


def answer_masks(
    rows: Rows, types: Sequence[str], dtype: np.dtype[np.unsignedinteger[Any]]
) -> npt.NDArray[Any]:
    """Answers as bit masks [n]: bit l is set when type l accepts."""
    masks = np.zeros(len(rows), dtype=dtype)
    for kind, name in enumerate(types):
        masks |= rows.read(name, answer, dtype) << dtype.type(kind)
    return masks


def _types(head: Head, types: Sequence[str] | None) -> tuple[str, ...]:
    found = tuple(filter(lambda name: _is_type(head, name), head.names) if types is None else types)
    if not found:
        cause = "has no column of accepts and rejects; each flexibility type needs one"
        raise DataError(Problem(head.file, cause, row=1))
    head.require((*KEY, *found))
    return found


def _is_type(head: Head, name: str) -> bool:
    if name in KEY:
        return False
    cells = head.cells[name]
    return name in DEFAULT_TYPES or any(
        isinstance(cell, str) and cell.strip().lower() in ANSWERS for cell in cells
    )


_KEY_READERS: Mapping[str, Reader] = {
    CONTEXT[0]: whole_number,
    **dict.fromkeys(CONTEXT[1:4], text),
    **dict.fromkeys(CONTEXT[4:], time_window),
    **dict.fromkeys(SHIFTS, shift),
}
