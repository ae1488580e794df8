"""Reading decisions: rows of a file or a frame, parsed and checked batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from rideflex.decisions.masks import Masks, mask_dtype
from rideflex.errors import DataError, Problem
from rideflex.flexibility import DEFAULT_TYPES, MAX_TYPES
from rideflex.tables.coded import Coded
from rideflex.tables.columns import CONTEXT, DECISIONS, KEY, SHIFTS, TEXTS
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.frames import column_of, names_of
from rideflex.tables.head import FIRST_ROW, HEAD_ROWS, Head
from rideflex.tables.ids import traveler_id
from rideflex.tables.parquet_files import ParquetFile
from rideflex.tables.readers import CONTEXT_READERS, Reader, shift, text
from rideflex.tables.rows import Rows


@dataclass(frozen=True)
class Batch:
    """Some rows of decisions, parsed: each distinct cell once.

    Parameters
    ----------
    rows
        The rows as they stand in the source, for errors.
    travelers
        Traveler ids.
    texts
        The five texts of the context.
    shifts
        Pick-up and drop-off shift in minutes, as they are written.
    masks
        Unsigned [n]: bit l is set when type l accepts.
    """

    rows: Rows
    travelers: Coded
    texts: tuple[Coded, ...]
    shifts: tuple[Coded, Coded]
    masks: Masks

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Source:
    """Decisions that are read once, from the first row to the last.

    Parameters
    ----------
    types
        The columns that hold answers.
    rows
        The rows, in batches.
    """

    types: tuple[str, ...]
    rows: Iterator[Rows]

    def problems(self, rows: Rows) -> list[Problem]:
        """Every cell of some rows that can't be used."""
        return rows.problems({**_KEY_READERS, **dict.fromkeys(self.types, decision)})

    def parsed(self, rows: Rows) -> Batch:
        """Parse rows that have no problems."""
        dtype = mask_dtype(len(self.types))
        masks = np.zeros(len(rows), dtype=dtype)
        for kind, name in enumerate(self.types):
            masks |= rows.read(name, decision, dtype) << dtype.type(kind)
        pickup, dropoff = (rows.coded(name, shift) for name in SHIFTS)
        return Batch(
            rows,
            travelers=rows.coded(CONTEXT[0], traveler_id),
            texts=tuple(rows.coded(name, text) for name in TEXTS),
            shifts=(pickup, dropoff),
            masks=masks,
        )


@contextmanager
def file_source(file: CsvFile | ParquetFile, types: Sequence[str] | None) -> Iterator[Source]:
    """Take the rows of a file, which is closed in the end.

    Without `types`, the columns that hold accepts and rejects in the first rows are the types.

    Raises
    ------
    DataError
        If the file is empty or lacks a column.
    """
    with file:
        found = _types(file.head, types)
        yield Source(found, file.rows((*KEY, *found)))


def frame_source(frame: Any, types: Sequence[str] | None) -> Source:
    """Take the rows of a frame that is in memory; see `file_source`."""
    name, header = "the frame", names_of(frame)
    cells = {column: column_of(frame, column)[:HEAD_ROWS].to_pylist() for column in header}
    found = _types(Head(name, tuple(header), cells), types)
    columns = {column: Coded.of(column_of(frame, column)) for column in (*KEY, *found)}
    numbers = np.arange(FIRST_ROW, FIRST_ROW + len(columns[KEY[0]].codes))
    return Source(found, iter([Rows(name, numbers, columns)]))


def decision(value: Any) -> bool:
    """Read accept or reject, in any case; raises ValueError with the cause."""
    try:
        return DECISIONS[text(value).lower()]
    except (KeyError, ValueError):
        raise ValueError("is neither accept nor reject") from None


def _types(head: Head, types: Sequence[str] | None) -> tuple[str, ...]:
    found = tuple(filter(lambda name: _is_type(head, name), head.names) if types is None else types)
    if not found:
        cause = "has no column of accepts and rejects; each flexibility type needs one"
        raise DataError(Problem(head.file, cause, row=1))
    head.require((*KEY, *found))
    if len(found) > MAX_TYPES:
        cause = f"has {len(found)} columns of accepts and rejects; a table holds {MAX_TYPES} types"
        raise DataError(Problem(head.file, f"{cause} at most", row=1))
    return found


def _is_type(head: Head, name: str) -> bool:
    if name in KEY:
        return False
    cells = head.cells[name]
    return name in DEFAULT_TYPES or any(
        isinstance(cell, str) and cell.strip().lower() in DECISIONS for cell in cells
    )


_KEY_READERS: Mapping[str, Reader] = {**CONTEXT_READERS, **dict.fromkeys(SHIFTS, shift)}
