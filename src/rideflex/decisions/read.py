"""Reading rows of decisions from CSV, Parquet or a frame, batch by batch, every cell checked."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from rideflex.columns import KEY, SHIFTS
from rideflex.decisions.batch import Batch
from rideflex.decisions.coding import Coded, column_of, names_of
from rideflex.errors import DataError, Problem
from rideflex.flexibility import DEFAULT_TYPES

ANSWERS = ("accept", "reject")
FIRST_ROW = 2
_SNIFFED_ROWS = 200
_CSV_BLOCK_BYTES = 1 << 24
_PARQUET_BATCH_ROWS = 1 << 18


@dataclass(frozen=True)
class Source:
    """Rows of decisions that can be read: where they come from and the types they answer for.

    Parameters
    ----------
    name
        The file, as errors name it.
    types
        The columns that hold answers.
    batches
        Reads the rows from the start.
    """

    name: str
    types: tuple[str, ...]
    batches: Callable[[], Iterator[Batch]]


def csv_source(path: Path, types: Sequence[str] | None) -> Source:
    """Open a CSV file; without `types`, the columns of accepts and rejects are the types.

    Raises
    ------
    DataError
        If the file is missing or empty, or a column is missing or stands there twice.
    """
    name = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = list(islice(csv.reader(file), 1 + _SNIFFED_ROWS))
    except OSError as error:
        raise DataError(Problem(name, f"can't be read: {error.strerror}")) from None
    except UnicodeDecodeError as error:
        raise DataError(Problem(name, f"is not UTF-8 text: {error}; save it as UTF-8")) from None
    if len(head) < FIRST_ROW:
        raise DataError(Problem(name, "is empty: it needs a header and at least one row"))
    header, rows = head[0], head[1:]
    firsts = {
        column: [row[at] for row in rows if at < len(row)] for at, column in enumerate(header)
    }
    found = _types(name, header, types, firsts)
    return Source(name, found, lambda: _csv_batches(name, path, found))


def parquet_source(path: Path, types: Sequence[str] | None) -> Source:
    """Open a Parquet file; without `types`, the columns of accepts and rejects are the types.

    Raises
    ------
    DataError
        If the file is missing, is no Parquet file, or lacks a column.
    """
    name = str(path)
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except OSError as error:
        raise DataError(Problem(name, f"can't be read: {error}")) from None
    except pa.ArrowInvalid as error:
        raise DataError(Problem(name, f"is not a Parquet file: {error}")) from None
    if file.metadata.num_rows == 0:
        raise DataError(Problem(name, "is empty: it needs at least one row"))
    head = next(file.iter_batches(batch_size=_SNIFFED_ROWS))
    firsts = {column: head[column].to_pylist() for column in head.schema.names}
    found = _types(name, head.schema.names, types, firsts)
    return Source(name, found, lambda: _parquet_batches(name, path, found))


def frame_source(frame: Any, types: Sequence[str] | None, name: str = "the frame") -> Source:
    """Take the rows of a frame that is in memory; see `csv_source`."""
    header = names_of(frame)
    firsts = {}
    for column in header:
        if column not in KEY:
            firsts[column] = column_of(frame, column)[:_SNIFFED_ROWS].to_pylist()
    found = _types(name, header, types, firsts)
    columns = {column: Coded.of(column_of(frame, column)) for column in (*KEY, *found)}
    numbers = np.arange(FIRST_ROW, FIRST_ROW + len(columns[KEY[0]].codes))
    return Source(name, found, lambda: iter([Batch(name, numbers, columns, found)]))


def _types(
    name: str,
    header: Sequence[str],
    types: Sequence[str] | None,
    firsts: dict[str, list[Any]],
) -> tuple[str, ...]:
    if types is None:
        found = tuple(
            column
            for column in header
            if column not in KEY
            and (
                column in DEFAULT_TYPES
                or any(isinstance(cell, str) and cell.strip() in ANSWERS for cell in firsts[column])
            )
        )
        if not found:
            cause = "has no column of accepts and rejects; each flexibility type needs one"
            raise DataError(Problem(name, cause, row=1))
    else:
        found = tuple(types)
    problems = []
    for column in (*KEY, *found):
        times = list(header).count(column)
        if times != 1:
            cause = "stands twice in the header" if times else _missing(column, header)
            problems.append(Problem(name, cause, row=1, column=column))
    if problems:
        raise DataError(problems)
    return found


def _missing(column: str, header: Sequence[str]) -> str:
    near = difflib.get_close_matches(column, header, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"the header has {', '.join(header)}"
    return f"is missing; {hint}"


def _csv_batches(name: str, path: Path, types: tuple[str, ...]) -> Iterator[Batch]:
    wanted = (*KEY, *types)
    odd: list[Problem] = []

    def set_aside(row: Any) -> str:
        cause = f"has {row.actual_columns} cells where the header has {row.expected_columns}"
        odd.append(Problem(name, cause, row.number, value=row.text[:80]))
        return "skip"

    coded = pa.dictionary(pa.int32(), pa.string())
    start = FIRST_ROW
    try:
        with pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=set_aside
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, coded)
            ),
        ) as reader:
            for arrow in reader:
                columns = {column: Coded.of(arrow[column]) for column in wanted}
                end = start + len(arrow) + len(odd)
                numbers = np.setdiff1d(np.arange(start, end), [problem.row for problem in odd])
                yield _without_blank_rows(Batch(name, numbers, columns, types, tuple(odd)))
                odd.clear()
                start = end
    except pa.ArrowInvalid as error:
        raise DataError(Problem(name, f"is not a readable CSV file: {error}")) from None


def _without_blank_rows(batch: Batch) -> Batch:
    if "" not in batch.columns[KEY[0]].values:
        return batch
    filled = np.zeros(len(batch), dtype=np.bool_)
    for coded in batch.columns.values():
        filled |= np.array([value != "" for value in coded.values])[coded.codes]
    columns = {
        name: Coded(coded.values, coded.codes[filled]) for name, coded in batch.columns.items()
    }
    return replace(batch, numbers=batch.numbers[filled], columns=columns)


def _parquet_batches(name: str, path: Path, types: tuple[str, ...]) -> Iterator[Batch]:
    wanted = [*KEY, *types]
    texts = [column for column in wanted if column not in (KEY[0], *SHIFTS)]
    start = FIRST_ROW
    file = pyarrow.parquet.ParquetFile(path, read_dictionary=texts)
    for arrow in file.iter_batches(batch_size=_PARQUET_BATCH_ROWS, columns=wanted):
        numbers = np.arange(start, start + len(arrow))
        yield Batch(name, numbers, {col: Coded.of(arrow[col]) for col in wanted}, types)
        start += len(arrow)
