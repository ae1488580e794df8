"""Reading chosen columns of a CSV or Parquet file, batch by batch, nothing guessed."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from rideflex.errors import DataError, Problem
from rideflex.tables.coded import Coded
from rideflex.tables.rows import Rows

FIRST_ROW = 2
HEAD_ROWS = 200
_CSV_BLOCK_BYTES = 1 << 24
_PARQUET_BATCH_ROWS = 1 << 18
_SEPARATORS = {";": "';'", "\t": "tabs", "|": "'|'"}
_KINDS = {
    b"PK\x03\x04": "is a spreadsheet or a zip archive; save it as CSV, UTF-8",
    b"\xd0\xcf\x11\xe0": "is an old Excel file; save it as CSV, UTF-8",
    b"\x1f\x8b": "is packed by gzip; unpack it",
    b"\x28\xb5\x2f\xfd": "is packed by Zstandard; unpack it",
    b"PAR1": "is a Parquet file, though its name says CSV; name it .parquet, or save it as CSV",
    b"ARROW1": "is an Arrow file, though its name says CSV; save it as CSV",
}
_SAVE_AS_UTF8 = "is not UTF-8 text; save it as UTF-8"
_UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)


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
        plain = {str(name).casefold(): name for name in self.names}
        near = difflib.get_close_matches(column.casefold(), plain, n=1)
        if near:
            return f"is missing; did you mean {plain[near[0]]!r}?"
        return f"is missing; the header has {', '.join(map(str, self.names))}"


def csv_head(path: Path) -> Head:
    """Read the header and the first rows of a CSV file; blanks around its names do not count.

    Raises
    ------
    DataError
        If the file is missing, empty, or not UTF-8 text with commas between its cells.
    """
    head = csv_cells(path, 1 + HEAD_ROWS)
    if not any(any(row) for row in head[1:]):
        raise DataError(Problem(str(path), "is empty: it needs a header and at least one row"))
    names = tuple(name.strip() for name in head[0])
    cells = {name: [row[at] for row in head[1:] if at < len(row)] for at, name in enumerate(names)}
    return Head(str(path), names, cells)


def csv_cells(path: Path, n: int | None = None) -> list[list[str]]:
    """Read the first n rows of a CSV file, or all, header included, as lists of cells.

    Raises
    ------
    DataError
        If the file is missing, or not UTF-8 text with commas between its cells.
    """
    rows: list[list[str]] = []
    try:
        with path.open("rb") as file:
            _refuse_kind(path, file.read(8))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows.extend(islice(csv.reader(file), n))
    except OSError as error:
        raise DataError(Problem(str(path), f"can't be read: {error.strerror}")) from None
    except UnicodeDecodeError:
        raise DataError(_not_utf8(path)) from None
    except csv.Error as error:
        cause = f"can't be split into cells ({error}); is a quotation mark left open before it?"
        raise DataError(Problem(str(path), cause, len(rows) + 1)) from None
    if rows:
        _refuse_separator(path, rows[0])
    return rows


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
    written = {name.strip(): name for name in csv_cells(path, 1)[0]}
    names = [written[column] for column in wanted]
    start = FIRST_ROW
    try:
        with pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=set_aside
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=names, column_types=dict.fromkeys(names, text)
            ),
        ) as reader:
            for batch in reader:
                end = start + len(batch) + len(odd)
                numbers = np.arange(start, end)
                if odd:
                    numbers = np.setdiff1d(numbers, [problem.row for problem in odd])
                columns = {
                    column: Coded.of(batch[name])
                    for column, name in zip(wanted, names, strict=True)
                }
                yield Rows(str(path), numbers, columns, tuple(odd)).without_blank()
                odd.clear()
                start = end
    except pa.ArrowInvalid as error:
        if "invalid UTF8" in str(error):
            raise DataError([*odd, _not_utf8(path)]) from None
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
        raise DataError(Problem(str(path), f"can't be read: {_line(error)}")) from None
    except pa.ArrowInvalid as error:
        raise DataError(Problem(str(path), f"is not a Parquet file: {_line(error)}")) from None
    with file:
        if file.metadata.num_rows == 0:
            raise DataError(Problem(str(path), "is empty: it needs at least one row"))
        try:
            batch = next(file.iter_batches(batch_size=HEAD_ROWS))
            cells = {name: batch[name].to_pylist() for name in batch.schema.names}
        except _UNREADABLE as error:
            raise DataError(_spoilt(path, FIRST_ROW, error)) from None
    return Head(str(path), tuple(batch.schema.names), cells)


def parquet_rows(path: Path, wanted: Sequence[str]) -> Iterator[Rows]:
    """Read columns of a Parquet file.

    Raises
    ------
    DataError
        If a column holds lists or records, or the file is spoilt.
    """
    with pyarrow.parquet.ParquetFile(path) as file:
        kinds = {name: file.schema_arrow.field(name).type for name in wanted}
    if nested := [name for name in wanted if pa.types.is_nested(kinds[name])]:
        cause = "holds {}, where one text or number a row is wanted"
        raise DataError(
            [Problem(str(path), cause.format(kinds[name]), column=name) for name in nested]
        )
    texts = [name for name in wanted if pa.types.is_string(kinds[name])]
    start = FIRST_ROW
    try:
        with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as file:
            for batch in file.iter_batches(batch_size=_PARQUET_BATCH_ROWS, columns=list(wanted)):
                numbers = np.arange(start, start + len(batch))
                columns = {column: Coded.of(batch[column]) for column in wanted}
                yield Rows(str(path), numbers, columns)
                start += len(batch)
    except _UNREADABLE as error:
        raise DataError(_spoilt(path, start, error)) from None


def _refuse_kind(path: Path, begin: bytes) -> None:
    for magic, cause in _KINDS.items():
        if begin.startswith(magic):
            raise DataError(Problem(str(path), cause))


def _refuse_separator(path: Path, header: Sequence[str]) -> None:
    """Refuse a header in which another separator stands more often than commas do."""
    for separator, shown in _SEPARATORS.items():
        if ",".join(name.strip() for name in header).count(separator) >= max(len(header), 2):
            cause = f"is separated by {shown}; save it with commas between the cells"
            raise DataError(Problem(str(path), cause, 1))


def _not_utf8(path: Path) -> Problem:
    """Name the first cell of a file that is not UTF-8."""
    names: list[str] = []
    with (
        suppress(csv.Error),
        path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file,
    ):
        for number, row in enumerate(csv.reader(file), 1):
            names = names or row
            for at, cell in enumerate(row):
                shown = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                if shown != cell:
                    column = names[at] if number > 1 and at < len(names) else None
                    return Problem(str(path), _SAVE_AS_UTF8, number, column, shown)
    return Problem(str(path), _SAVE_AS_UTF8)


def _spoilt(path: Path, row: int, error: Exception) -> Problem:
    return Problem(str(path), f"can't be read from row {row} on: {_line(error)}; write it again")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
