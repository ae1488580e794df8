"""Dates and times as people and spreadsheets write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from rideflex.tables.cells import plain_text

_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:\.\d+)?)?\s*([ap])?\.?\s?m?\.?", re.IGNORECASE
)
_FOUR = re.compile(r"(\d{1,2})(\d{2})")
_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")
_SERIAL_DAY_0 = dt.date(
    1899, 12, 30
)  # day 0 of spreadsheets, the leap-year mistake of 1900 included
_SERIAL_DAYS = (30_000, 80_000)  # from 1982 to 2119
_NOON, _MONTHS, _DAY_S, _MINUTES = 12, 12, 86_400, 60


def day_first(cells: Iterable[Any]) -> bool | None:
    """Tell from the dates of a column whether the day comes first; None where they don't say.

    Raises
    ------
    ValueError
        If some say one and some the other.
    """
    firsts, seconds = False, False
    for cell in cells:
        found = _DATE.fullmatch(plain_text(cell).split(" ")[0]) if cell is not None else None
        if found and len(found[1]) <= 2:
            firsts = firsts or int(found[1]) > _MONTHS or found[2] == "."
            seconds = seconds or int(found[3]) > _MONTHS
    if firsts and seconds:
        raise ValueError("holds dates with the day first and dates with the month first")
    return True if firsts else False if seconds else None


def read_date(cell: Any, *, first: bool | None) -> dt.date:
    """Read a date: 2026-03-02, 2.3.2026, 3/2/2026, a stamp, or the number of a spreadsheet.

    Raises
    ------
    ValueError
        If it is none, or could be two; it says why.
    """
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    told = plain_text(cell)
    serial = _number(told)
    if serial is not None and _SERIAL_DAYS[0] <= serial <= _SERIAL_DAYS[1]:
        return _SERIAL_DAY_0 + dt.timedelta(days=int(serial))
    found = _DATE.fullmatch(re.split(r"[ T]", told)[0])
    if found is None:
        raise ValueError("is not a date")
    one, _, two, three = found.groups()
    if len(one) == 4:
        year, month, day = int(one), int(two), int(three)
    else:
        year = int(three) + (2000 if len(three) == 2 else 0)
        day, month = (int(one), int(two)) if first else (int(two), int(one))
        if first is None:
            raise ValueError("may have the day or the month first; say day_first in the map")
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError("is not a date of the calendar") from None


def read_time(cell: Any, zone: ZoneInfo | None) -> tuple[int, dt.date | None]:
    """Read a time as seconds after midnight, and the date where it is a stamp.

    7:05, 7:05 AM, 0705, 24:15, 07.05, an ISO stamp (moved into `zone` where it has one of its
    own), or the fraction of a day that spreadsheets hold.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    if isinstance(cell, dt.datetime):
        return _of_stamp(cell, zone)
    if isinstance(cell, dt.time):
        return 3600 * cell.hour + 60 * cell.minute + cell.second, None
    told = plain_text(cell)
    number = _number(told)
    if number is not None and not told.isdigit() and 0 <= number < 1:
        return _whole_minutes(number * _DAY_S), None
    if number is not None and _SERIAL_DAYS[0] <= number <= _SERIAL_DAYS[1]:
        days = int(number)
        return _whole_minutes((number - days) * _DAY_S), _SERIAL_DAY_0 + dt.timedelta(days=days)
    try:
        if len(told) > len("2026-03-02"):
            return _of_stamp(dt.datetime.fromisoformat(told), zone)
    except ValueError:
        pass
    four = _FOUR.fullmatch(told)
    found = _CLOCK.fullmatch(told if four is None else f"{four[1]}:{four[2]}")
    if found is None or (found[2] is None and found[4] is None):
        raise ValueError("is not a time of day")
    hours, minutes, seconds = (int(found[at] or 0) for at in (1, 2, 3))
    if minutes >= _MINUTES or seconds >= _MINUTES or (found[4] and not 1 <= hours <= _NOON):
        raise ValueError("is not a time of day")
    if found[4]:
        hours = hours % _NOON + (_NOON if found[4].lower() == "p" else 0)
    return 3600 * hours + 60 * minutes + seconds, None


def _of_stamp(stamp: dt.datetime, zone: ZoneInfo | None) -> tuple[int, dt.date | None]:
    if stamp.tzinfo is not None:
        stamp = stamp.astimezone(zone or dt.UTC)
    return 3600 * stamp.hour + 60 * stamp.minute + stamp.second, stamp.date()


def _whole_minutes(seconds: float) -> int:
    # A spreadsheet's fraction is a minute but for what a float can't hold.
    return 60 * round(seconds / 60)


def _number(told: str) -> float | None:
    try:
        return float(told.replace(",", "."))
    except ValueError:
        return None
