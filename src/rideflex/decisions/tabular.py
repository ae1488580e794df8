"""Reading chosen columns of a CSV or Parquet file, batch by batch, nothing guessed."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from rideflex.decisions.coding import Coded
from rideflex.decisions.rows import Rows
from rideflex.errors import DataError, Problem

FIRST_ROW = 2
HEAD_ROWS = 200
_CSV_BLOCK_BYTES = 1 << 24
_PARQUET_BATCH_ROWS = 1 << 18


@dataclass(frozen=True)
class Head:
    """The header of a file, and the first rows of every column."""

    file: str
    names: tuple[str, ...]
    cells: dict[str, list[Any]]

    def require(self, wanted: Sequence[str]) -> None:
        """Check that every wanted column stands in the header once.

        Raises
        ------
        DataError
            If one is missing or stands there twice; it carries all such columns.
        """
        problems = []
        for column in wanted:
            times = self.names.count(column)
            if times != 1:
                cause = "stands twice in the header" if times else self._missing(column)
                problems.append(Problem(self.file, cause, row=1, column=column))
        if problems:
            raise DataError(problems)

    def _missing(self, column: str) -> str:
        near = difflib.get_close_matches(column, self.names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"the header has {', '.join(self.names)}"
        return f"is missing; {hint}"


def csv_head(path: Path) -> Head:
    """Read the header and the first rows of a CSV file.

    Raises
    ------
    DataError
        If the file is missing, empty or not UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = list(islice(csv.reader(file), 1 + HEAD_ROWS))
    except OSError as error:
        raise DataError(Problem(str(path), f"can't be read: {error.strerror}")) from None
    except UnicodeDecodeError as error:
        cause = f"is not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8"
        raise DataError(Problem(str(path), cause)) from None
    if not any(any(row) for row in head[1:]):
        raise DataError(Problem(str(path), "is empty: it needs a header and at least one row"))
    cells = {
        name: [row[at] for row in head[1:] if at < len(row)] for at, name in enumerate(head[0])
    }
    return Head(str(path), tuple(head[0]), cells)


def csv_rows(path: Path, wanted: Sequence[str]) -> Iterator[Rows]:
    """Read columns of a CSV file as text; rows of another length are set aside as problems.

    Raises
    ------
    DataError
        If the file can't be split into rows at all.
    """
    odd: list[Problem] = []

    def set_aside(row: Any) -> str:
        cause = f"has {row.actual_columns} cells where the header has {row.expected_columns}"
        odd.append(Problem(str(path), cause, row.number, value=row.text[:80]))
        return "skip"

    text = pa.dictionary(pa.int32(), pa.string())
    start = FIRST_ROW
    try:
        with pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=set_aside
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, text)
            ),
        ) as reader:
            for batch in reader:
                end = start + len(batch) + len(odd)
                numbers = np.arange(start, end)
                if odd:
                    numbers = np.setdiff1d(numbers, [problem.row for problem in odd])
                columns = {column: Coded.of(batch[column]) for column in wanted}
                yield Rows(str(path), numbers, columns, tuple(odd)).without_blank()
                odd.clear()
                start = end
    except pa.ArrowInvalid as error:
        cause = f"is not a readable CSV file: {error}"
        raise DataError([*odd, Problem(str(path), cause)]) from None


def read_csv(path: Path, wanted: Sequence[str]) -> Rows:
    """Read columns of a CSV file whole; see `csv_rows`.

    Raises
    ------
    DataError
        If the file is missing or empty, lacks a column, or can't be split into rows.
    """
    csv_head(path).require(wanted)
    batches = list(csv_rows(path, wanted))
    return Rows(
        str(path),
        np.concatenate([batch.numbers for batch in batches]),
        {name: Coded.joined([batch.columns[name] for batch in batches]) for name in wanted},
        tuple(problem for batch in batches for problem in batch.odd),
    )


def parquet_head(path: Path) -> Head:
    """Read the column names and the first rows of a Parquet file.

    Raises
    ------
    DataError
        If the file is missing, empty or no Parquet file.
    """
    try:
        file = pyarrow.parquet.ParquetFile(path)
    except OSError as error:
        raise DataError(Problem(str(path), f"can't be read: {error}")) from None
    except pa.ArrowInvalid as error:
        raise DataError(Problem(str(path), f"is not a Parquet file: {error}")) from None
    with file:
        if file.metadata.num_rows == 0:
            raise DataError(Problem(str(path), "is empty: it needs at least one row"))
        batch = next(file.iter_batches(batch_size=HEAD_ROWS))
    cells = {name: batch[name].to_pylist() for name in batch.schema.names}
    return Head(str(path), tuple(batch.schema.names), cells)


def parquet_rows(path: Path, wanted: Sequence[str]) -> Iterator[Rows]:
    """Read columns of a Parquet file."""
    with pyarrow.parquet.ParquetFile(path) as file:
        texts = [name for name in wanted if pa.types.is_string(file.schema_arrow.field(name).type)]
    start = FIRST_ROW
    with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(batch_size=_PARQUET_BATCH_ROWS, columns=list(wanted)):
            numbers = np.arange(start, start + len(batch))
            columns = {column: Coded.of(batch[column]) for column in wanted}
            yield Rows(str(path), numbers, columns)
            start += len(batch)
