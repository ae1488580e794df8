"""How a CSV file is written: its encoding, its separator, and a first line that names it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark begins alike
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SEPARATORS = (",", ";", "\t", "|")
_NAMED = re.compile(r"\s*\"?sep=(.)\"?[^\S\r\n]*(\r\n|\r|\n|$)")
_LOOKED_AT = 400


@dataclass(frozen=True)
class CsvDialect:
    """What must be known to split a CSV file into cells.

    Parameters
    ----------
    encoding
        As Python names it; a byte order mark is no text.
    separator
        The character between cells.
    skipped
        Lines before the header: one where `sep=;` stands there, as Excel writes it.
    """

    encoding: str
    separator: str
    skipped: int


def encoding_of(begin: bytes) -> str:
    """Tell the encoding by the byte order mark, or by where the zeros of Latin letters lie."""
    for mark, encoding in _MARKS.items():
        if begin.startswith(mark):
            return encoding
    looked_at = begin[:_LOOKED_AT]
    even, odd = looked_at[::2].count(0), looked_at[1::2].count(0)
    if len(looked_at) > 3 and max(even, odd) > 0.7 * (len(looked_at) // 2) and not min(even, odd):
        return "utf-16-le" if odd else "utf-16-be"
    return "utf-8"


def dialect_of(begin: str, encoding: str) -> CsvDialect:
    """Tell the separator: the one that is named, else the one that makes the most columns."""
    if named := _NAMED.match(begin):
        return CsvDialect(encoding, named[1], skipped=1)
    columns = {separator: _columns(begin, separator) for separator in _SEPARATORS}
    return CsvDialect(encoding, max(_SEPARATORS, key=lambda one: columns[one]), skipped=0)


def _columns(begin: str, separator: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(begin, newline=""), delimiter=separator), ()))
    except csv.Error:
        return 0
