"""Readers of single cells as operators write them: texts, dates, times of a day, yes and no."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from rideflex.tables.readers import Reader, number, text, whole_number
from rideflex.tables.time_windows import clock

_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_TWELVE = re.compile(r"(\d{1,2})(?:[:.]([0-5]\d))?\s*([ap])\.?\s?m\.?", re.ASCII | re.IGNORECASE)
_OTHER_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_NOON, _MONTHS = 12, 12
_YES = frozenset({"true", "yes", "y", "1", "x"})
_NO = frozenset({"false", "no", "n", "0"})


def plain_text(value: Any) -> str:
    """Read a name from a cell of any kind: 7 and 7.0 of a column of numbers are 7."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return text(value if isinstance(value, str) else str(value))


def name(value: Any) -> str:
    """Read a name that is not empty."""
    told = plain_text(value)
    if not told:
        raise ValueError("is empty")
    return told


def date(value: Any) -> dt.date:
    """Read a date YYYY-MM-DD, or one that is a date already."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    told = text(value if isinstance(value, str) else str(value))
    try:
        return dt.date.fromisoformat(told)
    except ValueError:
        raise ValueError(f"is not a date YYYY-MM-DD{_meant(told)}") from None


def time_of_day(value: Any) -> int:
    """Read a time HH:MM of a service day as seconds after its midnight; 25:30 is a time."""
    if isinstance(value, dt.time):
        return 3600 * value.hour + 60 * value.minute + value.second
    told = text(value if isinstance(value, str) else str(value))
    found = _TIME.fullmatch(told)
    if found is None:
        raise ValueError(f"is not a time HH:MM{_twelve(told)}")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds


def yes_or_no(value: Any) -> bool:
    """Read true or false, yes or no, 1 or 0."""
    told = str(value).strip().lower()
    if told in _YES or told in _NO:
        return told in _YES
    raise ValueError("is neither true nor false")


def at_least(least: float, unit: str, reader: Reader = number) -> Reader:
    """Make a reader of numbers from `least` up; `unit` is what they count."""

    def read(value: Any) -> float:
        told = float(reader(value))
        if told < least:
            raise ValueError(f"is below {least:g}; it counts {unit}")
        return told

    return read


def count(least: int, what: str) -> Reader:
    """Make a reader of whole numbers from `least` up; `what` is what they count."""
    return at_least(least, what, whole_number)


def degrees(most: float, what: str) -> Reader:
    """Make a reader of a latitude or a longitude, from -most to most."""

    def read(value: Any) -> float:
        told = number(value)
        if not -most <= told <= most:
            raise ValueError(f"is no {what} in degrees")
        return told

    return read


def one_of_words(words: Mapping[str, Any]) -> Reader:
    """Make a reader of words out of a list, in any case; it returns what each stands for."""

    def read(value: Any) -> Any:
        told = str(value).strip().lower()
        if told not in words:
            raise ValueError(f"is none of {', '.join(words)}")
        return words[told]

    return read


def blank_or(reader: Callable[[Any], Any], blank: Any) -> Reader:
    """Make a reader that takes a blank cell for `blank`."""

    def read(value: Any) -> Any:
        is_blank = value is None or (isinstance(value, str) and not value.strip())
        return blank if is_blank else reader(value)

    return read


def _meant(told: str) -> str:
    found = _OTHER_DATE.fullmatch(told)
    if found is None:
        return ""
    first, _, second, year = found.groups()
    days = [
        f"{year}-{int(month):02d}-{int(day):02d}"
        for day, month in ((first, second), (second, first))
        if 1 <= int(month) <= _MONTHS
    ]
    return f"; write {' or '.join(dict.fromkeys(days))}" if days else ""


def _twelve(told: str) -> str:
    found = _TWELVE.fullmatch(told)
    if found is None or not 1 <= int(found[1]) <= _NOON:
        return ""
    hour = int(found[1]) % _NOON + (_NOON if found[3].lower() == "p" else 0)
    return f"; write {clock(3600 * hour + 60 * int(found[2] or 0))}"
