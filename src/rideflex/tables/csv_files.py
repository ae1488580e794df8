"""Reading chosen columns of a CSV file as text, batch by batch; no type is guessed."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from rideflex.errors import DataError, Problem
from rideflex.tables.coded import Coded
from rideflex.tables.csv_dialect import dialect_of, encoding_of
from rideflex.tables.head import FIRST_ROW, HEAD_ROWS, Head
from rideflex.tables.rows import Rows
from rideflex.tables.texts import normal_text

_SNIFFED_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 24
_KINDS = {
    b"PK\x03\x04": "is a spreadsheet or a zip archive; save it as CSV, UTF-8",
    b"\xd0\xcf\x11\xe0": "is an old Excel file; save it as CSV, UTF-8",
    b"\x1f\x8b": "is packed by gzip; unpack it",
    b"\x28\xb5\x2f\xfd": "is packed by Zstandard; unpack it",
    b"PAR1": "is a Parquet file, though its name says CSV; name it .parquet, or save it as CSV",
    b"ARROW1": "is an Arrow file, though its name says CSV; save it as CSV",
}
_JSON = "is JSON; save it as CSV or Parquet, one row a record with a header of its names"
_SAVE_AS_UTF8 = "is not UTF-8 text; save it as UTF-8"
_NO_HEADER = "has no header: the names of its columns stand in the first row"
_NO_ROWS = "is empty: it needs a header and at least one row"


class CsvFile:
    """A CSV file, opened and sniffed once; see `TableFile`.

    UTF-8 and UTF-16, with or without a byte order mark; commas, semicolons, tabs or bars between
    the cells; any line ends.

    Raises
    ------
    DataError
        If the file is missing or no such text.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._file = str(path)
        try:
            self._content = self._path.open("rb")
            begin = self._content.read(_SNIFFED_BYTES)
        except OSError as error:
            raise DataError(Problem(self._file, f"can't be read: {error.strerror}")) from None
        self._is_whole = len(begin) < _SNIFFED_BYTES
        try:
            _refuse_kind(self._file, begin)
            self._encoding = encoding_of(begin)
            text = self._decoded(begin, self._is_whole)
            self._dialect = dialect_of(text, self._encoding)
            self._first = self._split(text, 1 + HEAD_ROWS)
        except DataError:
            self._content.close()
            raise

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._content.close()

    @property
    def header(self) -> Head:
        """The header and the first rows, if there are any.

        Raises
        ------
        DataError
            If there is no header.
        """
        if not self._first or not any(self._first[0]):
            raise DataError(Problem(self._file, _NO_HEADER, row=1))
        names = tuple(map(normal_text, self._first[0]))
        below = [row for row in self._first[1:] if any(row)]
        cells = {name: [row[at] for row in below if at < len(row)] for at, name in enumerate(names)}
        return Head(self._file, names, cells)

    @property
    def head(self) -> Head:
        """The header and the first rows.

        Raises
        ------
        DataError
            If there is no header, or no row below it.
        """
        if not any(any(row) for row in self._first[1:]):
            raise DataError(Problem(self._file, _NO_ROWS))
        return self.header

    @property
    def first_row(self) -> int:
        """The row of the file that stands below the header."""
        return FIRST_ROW + self._dialect.skipped

    def cells(self) -> list[list[str]]:
        """Read all rows, the header first, as lists of cells."""
        if self._is_whole and len(self._first) <= HEAD_ROWS:
            return self._first
        self._content.seek(0)
        return self._split(self._decoded(self._content.read(), is_whole=True), None)

    def rows(self, wanted: Sequence[str]) -> Iterator[Rows]:
        """Read columns as text; rows of another length are set aside as problems.

        Raises
        ------
        DataError
            If a column is missing, or the file can't be split into rows at all.
        """
        self.head.require(wanted)
        odd: list[Problem] = []

        def set_aside(row: Any) -> str:
            cause = f"has {row.actual_columns} cells where the header has {row.expected_columns}"
            odd.append(Problem(self._file, cause, row.number, value=row.text[:80]))
            return "skip"

        text = pa.dictionary(pa.int32(), pa.string())
        written = {normal_text(name): name for name in self._first[0]}
        names = [written[column] for column in wanted]
        start = self.first_row
        self._content.seek(0)
        try:
            with pyarrow.csv.open_csv(
                self._content,
                read_options=pyarrow.csv.ReadOptions(
                    use_threads=False,
                    block_size=_BLOCK_BYTES,
                    skip_rows=self._dialect.skipped,
                    encoding="utf8" if self._encoding == "utf-8" else self._encoding,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self._dialect.separator,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=set_aside,
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
                    yield Rows(self._file, numbers, columns, tuple(odd)).without_blank()
                    odd.clear()
                    start = end
        except (pa.ArrowInvalid, UnicodeError) as error:
            if isinstance(error, UnicodeError) or "invalid UTF8" in str(error):
                raise DataError([*odd, self._undecodable()]) from None
            cause = f"is not a readable CSV file: {error}"
            raise DataError([*odd, Problem(self._file, cause)]) from None

    def _decoded(self, content: bytes, is_whole: bool) -> str:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        try:
            return decoder.decode(content, final=is_whole).removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise DataError(self._undecodable()) from None

    def _split(self, text: str, n: int | None) -> list[list[str]]:
        """Split the beginning of the file, or all of it, into rows of cells."""
        lines = io.StringIO(text, newline="")
        for _ in range(self._dialect.skipped):
            lines.readline()
        rows: list[list[str]] = []
        try:
            rows.extend(islice(csv.reader(lines, delimiter=self._dialect.separator), n))
        except csv.Error as error:
            cause = f"can't be split into cells ({error}); is a quotation mark left open before it?"
            row = len(rows) + 1 + self._dialect.skipped
            raise DataError(Problem(self._file, cause, row)) from None
        if n is not None and not self._is_whole and not lines.read(1):
            rows.pop()  # cut off where the beginning ends
        return rows

    def _undecodable(self) -> Problem:
        """Name the first cell of a file that is not of the encoding that it seems to be."""
        if self._encoding != "utf-8":
            return Problem(self._file, f"is not whole {self._encoding.upper()} text; save it again")
        names: list[str] = []
        with (
            suppress(csv.Error),
            self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file,
        ):
            begin = file.read(_SNIFFED_BYTES)
            file.seek(0)
            separator = dialect_of(begin, self._encoding).separator
            for number, row in enumerate(csv.reader(file, delimiter=separator), 1):
                names = names or row
                for at, cell in enumerate(row):
                    shown = cell.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                    if shown != cell:
                        column = names[at] if number > 1 and at < len(names) else None
                        return Problem(self._file, _SAVE_AS_UTF8, number, column, shown)
        return Problem(self._file, _SAVE_AS_UTF8)


def _refuse_kind(file: str, begin: bytes) -> None:
    for magic, cause in _KINDS.items():
        if begin.startswith(magic):
            raise DataError(Problem(file, cause))
    if begin.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{"):
        raise DataError(Problem(file, _JSON))
