"""Reading chosen columns of a Parquet file, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from rideflex.errors import DataError, Problem
from rideflex.tables.coded import Coded
from rideflex.tables.head import FIRST_ROW, HEAD_ROWS, Head
from rideflex.tables.rows import Rows

_BATCH_ROWS = 1 << 18
_UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)


class ParquetFile:
    """A Parquet file that is open; see `TableFile`.

    Raises
    ------
    DataError
        If the file is missing or no Parquet file.
    """

    def __init__(self, path: str | Path) -> None:
        self._path, self._file = Path(path), str(path)
        self._content = self._open()

    def __enter__(self) -> ParquetFile:
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
            If the file is spoilt.
        """
        names = tuple(self._content.schema_arrow.names)
        try:
            batch = next(self._content.iter_batches(batch_size=HEAD_ROWS), None)
            cells = {name: [] if batch is None else batch[name].to_pylist() for name in names}
        except _UNREADABLE as error:
            raise DataError(self._spoilt(FIRST_ROW, error)) from None
        return Head(self._file, names, cells)

    @property
    def head(self) -> Head:
        """The header and the first rows.

        Raises
        ------
        DataError
            If the file has no row, or is spoilt.
        """
        if self._content.metadata.num_rows == 0:
            raise DataError(Problem(self._file, "is empty: it needs at least one row"))
        return self.header

    def rows(self, wanted: Sequence[str]) -> Iterator[Rows]:
        """Read columns as they are.

        Raises
        ------
        DataError
            If a column is missing or holds lists, records or spans of time, or the file is spoilt.
        """
        self.head.require(wanted)
        kinds = {name: self._content.schema_arrow.field(name).type for name in wanted}
        cause = "holds {}, where one text or number a row is wanted"
        if nested := [
            Problem(self._file, cause.format(kind), column=name)
            for name, kind in kinds.items()
            if pa.types.is_nested(kind) or pa.types.is_temporal(kind)
        ]:
            raise DataError(nested)
        texts = [name for name, kind in kinds.items() if pa.types.is_string(kind)]
        start = FIRST_ROW
        try:
            # Only a file that is opened for it keeps texts as the dictionaries they are stored in.
            with self._open(texts) as file:
                for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=list(wanted)):
                    numbers = np.arange(start, start + len(batch))
                    columns = {column: Coded.of(batch[column]) for column in wanted}
                    yield Rows(self._file, numbers, columns)
                    start += len(batch)
        except _UNREADABLE as error:
            raise DataError(self._spoilt(start, error)) from None

    def _open(self, texts: Sequence[str] = ()) -> pyarrow.parquet.ParquetFile:
        try:
            return pyarrow.parquet.ParquetFile(self._path, read_dictionary=list(texts))
        except OSError as error:
            raise DataError(Problem(self._file, f"can't be read: {_line(error)}")) from None
        except pa.ArrowInvalid as error:
            raise DataError(Problem(self._file, f"is not a Parquet file: {_line(error)}")) from None

    def _spoilt(self, row: int, error: Exception) -> Problem:
        cause = f"can't be read from row {row} on: {_line(error)}; write it again"
        return Problem(self._file, cause)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
