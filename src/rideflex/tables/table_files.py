"""Opening a file of rows by its name: Parquet, or else CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rideflex.tables.coded import Coded
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.head import TableFile
from rideflex.tables.parquet_files import ParquetFile
from rideflex.tables.rows import Rows

_PARQUET = (".parquet", ".pq")
_PARQUET_MAGIC = b"PAR1"


def open_by_content(path: str | Path) -> CsvFile | ParquetFile:
    """Open a file of rows, whatever its name: Parquet where its first bytes say so, else CSV.

    Raises
    ------
    DataError
        If the file is missing or of another kind.
    """
    file = Path(path)
    begin = b""
    if file.is_file():
        with file.open("rb") as content:
            begin = content.read(len(_PARQUET_MAGIC))
    return ParquetFile(path) if begin == _PARQUET_MAGIC or is_parquet(path) else CsvFile(path)


def open_table(path: str | Path) -> CsvFile | ParquetFile:
    """Open a file of rows; `.parquet` and `.pq`, in any case, are Parquet.

    Raises
    ------
    DataError
        If the file is missing or of another kind.
    """
    return ParquetFile(path) if is_parquet(path) else CsvFile(path)


def is_parquet(path: str | Path) -> bool:
    """Whether the name of a file says that it is Parquet."""
    return Path(path).suffix.lower() in _PARQUET


def read_rows(file: TableFile, wanted: Sequence[str]) -> Rows:
    """Read columns of a file whole.

    Raises
    ------
    DataError
        If the file is empty, lacks a column, or can't be split into rows.
    """
    batches = list(file.rows(wanted))
    return Rows(
        file.head.file,
        np.concatenate([batch.numbers for batch in batches]),
        {name: Coded.joined([batch.columns[name] for batch in batches]) for name in wanted},
        tuple(problem for batch in batches for problem in batch.odd),
    )
