"""Turning exports into a folder of bookings, with a report of all that was cleaned."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rideflex.areas.booking_rows import BOOKINGS
from rideflex.areas.exports.clean import Cleaned, Cleaner, columns_of
from rideflex.areas.exports.mapping import ColumnMap, proposed, read_map
from rideflex.errors import DataError, Problem, UsageError
from rideflex.storage.atomic import check_folder_writable
from rideflex.storage.folder import appearing
from rideflex.tables.table_files import open_by_content, read_rows

REPORT = "cleaning.csv"
_REMARK = ("file", "row", "action", "column", "value", "became", "reason")


@dataclass(frozen=True)
class Imported:
    """What was imported.

    Parameters
    ----------
    columns
        What each column of bookings was read from.
    cleaned
        The bookings, and everything that was changed or left out.
    unused
        Columns of the export that nothing was read from.
    """

    columns: ColumnMap
    cleaned: Cleaned
    unused: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Counts of rows, and of reasons."""
        of = self.cleaned
        reasons = {"left out": of.reasons("left out"), "changed": of.reasons("changed")}
        return {
            "rows": of.rows,
            "kept": len(of.bookings),
            "changed": of.changed,
            "left_out": of.left_out,
            "reasons": {action: dict(found.most_common()) for action, found in reasons.items()},
            "columns": dict(self.columns.columns),
            "unused": list(self.unused),
        }


def import_bookings(
    files: Sequence[Path], out: Path, told: Path | None = None, time_zone: str = "UTC"
) -> Imported:
    """Read exports of one form, and write a folder with `bookings.csv` and `cleaning.csv`.

    Every row of the exports is in `bookings.csv` or, with the reason, in `cleaning.csv`. The
    folder appears whole or not at all.

    Parameters
    ----------
    files
        CSV or Parquet files with the same columns.
    out
        The folder to make.
    told
        A file that says what the columns are (`read_map`), beyond what their names do.
    time_zone
        Of the service, for stamps that have a zone of their own.

    Raises
    ------
    DataError
        If a file can't be read, or lacks what bookings can't do without.
    UsageError
        If the folder is there already and not empty, or there is no such time zone.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists already; name a folder that is not there or empty")
    check_folder_writable(out)
    cleaner: Cleaner | None = None
    names: tuple[str, ...] = ()
    for path in files:
        with open_by_content(path) as file:
            if cleaner is None:
                names = file.head.names
                columns = column_map(path, told)
                cleaner = Cleaner(columns, _zone(time_zone))
            try:
                cleaner.add(read_rows(file, list(dict.fromkeys(columns.columns.values()))))
            except ValueError as error:
                raise DataError(
                    Problem(str(path), f"{error}; say day_first in the map", 1)
                ) from None
    if cleaner is None:
        raise UsageError("there is no file to import")
    with appearing(out) as beside:
        _write(beside / BOOKINGS[0], cleaner.cleaned.bookings)
        _write_rows(
            beside / REPORT,
            _REMARK,
            ({key: getattr(one, key) for key in _REMARK} for one in cleaner.cleaned.remarks),
        )
    used = set(cleaner.map.columns.values())
    unused = tuple(name for name in names if name not in used)
    return Imported(cleaner.map, cleaner.cleaned, unused)


def column_map(path: Path, told: Path | None = None) -> ColumnMap:
    """Propose what the columns of an export are, or read it from a file.

    Raises
    ------
    DataError
        If a file can't be read, or the columns lack what bookings can't do without.
    """
    with open_by_content(path) as file:
        cells = file.head.cells
    columns = proposed(cells) if told is None else read_map(told, cells)
    missing, names = columns.missing(), [*cells]
    if missing:
        cause = (
            f"has no column known for {'; '.join(missing)}. Its columns are {', '.join(names)}. "
            'Say which is which in a file for --map, such as: [columns] traveler_id = "Client"'
        )
        raise DataError(Problem(str(path), cause, 1))
    return columns


def _zone(name: str) -> ZoneInfo | None:
    if name == "UTC":
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise UsageError(f"{name!r} is no time zone such as Europe/Berlin") from None


def _write(path: Path, bookings: Sequence[Mapping[str, str]]) -> None:
    _write_rows(path, list(columns_of(bookings)) or ["booking_id"], bookings)


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
