"""Cleaning an export row by row: what is kept, what is changed, and what is left out and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rideflex.areas.exports.mapping import ColumnMap
from rideflex.areas.exports.moments import day_first, read_date, read_time
from rideflex.tables.cells import at_least, count, degrees, name, plain_text, yes_or_no
from rideflex.tables.rows import Rows
from rideflex.tables.time_windows import clock

_STATUS = {
    "performed": (
        "performed", "completed", "complete", "done", "finished", "served", "ok", "closed",
    ),
    "cancelled": (
        "cancelled", "canceled", "cancel", "late_cancel", "late_cancelled", "advance_cancel",
        "same_day_cancel", "cancelled_at_door", "cx",
    ),
    "no_show": ("no_show", "noshow", "ns", "no_show_at_door"),
}  # fmt: skip
_LATEST_S = 48 * 3600
_DAY_S = 24 * 3600


@dataclass(frozen=True)
class Remark:
    """One thing that was changed, or the reason why a row was left out.

    Parameters
    ----------
    file, row
        Where the row stands.
    action
        "changed" or "left out".
    column
        Of the export; "" where the whole row is meant.
    value, became
        What stood there, and what is written instead.
    reason
        Why.
    """

    file: str
    row: int
    action: str
    column: str
    value: str
    became: str
    reason: str


@dataclass
class Cleaned:
    """What came of an export.

    Parameters
    ----------
    bookings
        The rows that were kept, a text by column of bookings.
    remarks
        Everything that was changed or left out.
    rows
        How many rows there were.
    """

    bookings: list[dict[str, str]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    rows: int = 0

    @property
    def changed(self) -> int:
        """Kept rows in which something was changed."""
        return len(self._rows("changed"))

    @property
    def left_out(self) -> int:
        """Rows that were left out."""
        return len(self._rows("left out"))

    def reasons(self, action: str) -> Counter[str]:
        """How many rows were changed or left out, by reason."""
        held = {(one.file, one.row, one.reason) for one in self.remarks if one.action == action}
        return Counter(reason for _, _, reason in held)

    def _rows(self, action: str) -> set[tuple[str, int]]:
        return {(one.file, one.row) for one in self.remarks if one.action == action}


class _LeftOut(Exception):  # noqa: N818  # ends a row, and is no error
    def __init__(self, column: str, value: str, reason: str) -> None:
        self.column, self.value, self.reason = column, value, reason


class Cleaner:
    """Cleans the rows of exports that share a map; the ids of bookings are unique across files.

    Parameters
    ----------
    columns
        What each column of bookings is read from.
    zone
        Into whose time stamps with a zone of their own are moved; UTC where not given.
    """

    def __init__(self, columns: ColumnMap, zone: ZoneInfo | None = None) -> None:
        self.map, self.zone = columns, zone
        self.cleaned = Cleaned()
        self._seen: dict[str, tuple[str, int]] = {}

    def add(self, rows: Rows) -> None:
        """Clean the rows of a file."""
        cells = {target: self._cells(rows, column) for target, column in self.map.columns.items()}
        first = self.map.day_first
        if first is None and "date" in cells:
            first = day_first(dict.fromkeys(cells["date"]))
        self.cleaned.rows += len(rows) + len(rows.odd)
        for odd in rows.odd:
            self._remark(rows.file, odd.row or 0, "left out", "", str(odd.value), "", odd.cause)
        for at in range(len(rows)):
            number = int(rows.numbers[at])
            row = _Row(
                rows.file, number, {target: column[at] for target, column in cells.items()},
                self, first,
            )  # fmt: skip
            before = len(self.cleaned.remarks)
            try:
                booking = row.booking()
                self._once(booking["booking_id"], rows.file, number)
            except _LeftOut as out:
                del self.cleaned.remarks[before:]  # what was changed in it is not written
                self._remark(rows.file, number, "left out", out.column, out.value, "", out.reason)
            else:
                self.cleaned.bookings.append(booking)

    def _once(self, booking_id: str, file: str, row: int) -> None:
        column = self.map.columns.get("booking_id", "")
        if booking_id in self._seen:
            raise _LeftOut(column, booking_id, "repeats the booking of an earlier row")
        self._seen[booking_id] = (file, row)

    def _remark(self, file: str, row: int, *told: str) -> None:
        self.cleaned.remarks.append(Remark(file, row, *told))

    @staticmethod
    def _cells(rows: Rows, column: str) -> list[Any]:
        coded = rows.columns[column]
        return [coded.values[code] if code >= 0 else None for code in coded.codes]


@dataclass(frozen=True)
class _Row:
    file: str
    number: int
    cells: Mapping[str, Any]
    cleaner: Cleaner
    day_first: bool | None

    def booking(self) -> dict[str, str]:
        """The row as a booking; raises _LeftOut where it can be none."""
        date, times = self._when()
        booking = {
            "booking_id": self._text("booking_id") or f"{Path(self.file).stem}-{self.number}",
            "traveler_id": self._needed("traveler_id", name),
            "date": date.isoformat(),
            **times,
            **self._where(),
            "status": self._status(),
        }
        for target, reader in _OPTIONAL.items():
            if self._text(target):
                told = self._read(target, reader)
                booking[target] = _written(told)
        if self._text("booked_at"):
            seconds, day = self._read("booked_at", lambda cell: read_time(cell, self.cleaner.zone))
            booking["booked_at"] = f"{day or date}T{clock(seconds)}"
        if self._text("trip_purpose"):
            booking["trip_purpose"] = self._text("trip_purpose")
        if booking.get("seats") == "0" and booking.get("wheelchairs", "0") == "0":
            raise _LeftOut(self._column("seats"), "0", "carries nobody")
        return booking

    def _when(self) -> tuple[dt.date, dict[str, str]]:
        told: dict[str, tuple[int, dt.date | None]] = {}
        for target in ("leave_at", "arrive_by"):
            if self._text(target):
                told[target] = self._read(target, lambda cell: read_time(cell, self.cleaner.zone))
        if not told:
            raise _LeftOut(self._column("leave_at"), "", "has no time to leave or to arrive by")
        stamped = next((day for _, day in told.values() if day is not None), None)
        if self._text("date"):
            date = self._read("date", lambda cell: read_date(cell, first=self.day_first))
        elif stamped is not None:
            date = stamped
        else:
            raise _LeftOut(self._column("date"), "", "has no date")
        times = {}
        for target, (seconds, day) in told.items():
            late = seconds + (0 if day is None else (day - date).days * _DAY_S)
            if not 0 <= late < _LATEST_S:
                raise _LeftOut(
                    self._column(target),
                    self._text(target),
                    "is a time of another day than its date",
                )
            times[target] = clock(late)
            self._changed(target, times[target], "time written as HH:MM")
        self._changed("date", date.isoformat(), "date written as YYYY-MM-DD")
        if len(times) > 1:
            self._changed("leave_at", "", "both times stood: the arrival counts")
            del times["leave_at"]
        return date, times

    def _where(self) -> dict[str, str]:
        if self.cleaner.map.has_places:
            readers = {"lat": degrees(90, "latitude"), "lon": degrees(180, "longitude")}
            places = {
                f"{end}_{side}": float(self._needed(f"{end}_{side}", reader))
                for end in ("origin", "destination")
                for side, reader in readers.items()
            }
            for end in ("origin", "destination"):
                if places[f"{end}_lat"] == places[f"{end}_lon"] == 0:
                    raise _LeftOut(self._column(f"{end}_lat"), "0", "lies at 0, 0: not geocoded")
            return {key: f"{value:.6f}" for key, value in places.items()}
        return {end: self._needed(end, name) for end in ("origin", "destination")}

    def _status(self) -> str:
        told = self._text("status")
        if not told:
            return ""
        plain = told.lower().replace("-", "_").replace(" ", "_")
        mapped = self.cleaner.map.values.get("status", {}).get(plain)
        status = mapped or next((to for to, words in _STATUS.items() if plain in words), None)
        if status not in _STATUS:
            raise _LeftOut(
                self._column("status"), told, "has a status that is not known; say it in the map"
            )
        self._changed("status", status, "status in the words of bookings")
        return status

    def _needed(self, target: str, reader: Callable[[Any], Any]) -> str:
        if not self._text(target):
            raise _LeftOut(self._column(target), "", f"has no {target}")
        return str(self._read(target, reader))

    def _read(self, target: str, reader: Callable[[Any], Any]) -> Any:
        try:
            return reader(self.cells[target])
        except ValueError as error:
            raise _LeftOut(self._column(target), self._text(target), str(error)) from None

    def _changed(self, target: str, became: str, reason: str) -> None:
        told = self._text(target)
        if told and told != became:
            self.cleaner._remark(
                self.file, self.number, "changed", self._column(target), told, became, reason
            )

    def _column(self, target: str) -> str:
        return self.cleaner.map.columns.get(target, "")

    def _text(self, target: str) -> str:
        cell = self.cells.get(target)
        return "" if cell is None or cell != cell else plain_text(cell)


def _written(told: Any) -> str:
    if isinstance(told, bool):
        return "true" if told else "false"
    return f"{told:g}" if isinstance(told, float) else str(told)


def _wheelchairs(cell: Any) -> float:
    # A number, or yes and no.
    try:
        return float(count(0, "wheelchairs")(cell))
    except ValueError:
        return float(yes_or_no(cell))


_OPTIONAL: Mapping[str, Callable[[Any], Any]] = {
    "seats": count(0, "seats"),
    "wheelchairs": _wheelchairs,
    "appointment": yes_or_no,
    "boarding_min": at_least(0, "minutes"),
    "max_ride_min": at_least(1, "minutes"),
}


def columns_of(bookings: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Columns of bookings that any row fills, in the order of the file."""
    for column in _ORDER:
        if any(booking.get(column) for booking in bookings):
            yield column


_ORDER = (
    "booking_id", "traveler_id", "date", "leave_at", "arrive_by", "origin", "destination",
    "origin_lat", "origin_lon", "destination_lat", "destination_lon", "appointment", "seats",
    "wheelchairs", "boarding_min", "max_ride_min", "booked_at", "trip_purpose", "status",
)  # fmt: skip
