"""Time windows `HH:MM-HH:MM` in seconds of the service day, which may go on past midnight."""

from __future__ import annotations

import re

# Trips of a late service belong to the day that began them: 25:30 is half past one.
LATEST_S = 30 * 3600
DAY_S = 24 * 3600
_WINDOW = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", re.ASCII)
_TIME = r"(\d{1,2})[:.h](\d\d)(?::00)?\s*(?:([ap])\.?m\.?)?"
_LOOSE = re.compile(rf"{_TIME}\s*[-–—]\s*{_TIME}", re.ASCII | re.IGNORECASE)
_FORM = "is not a time window of the form HH:MM-HH:MM"
_NOON = 12


def parse_window(text: str) -> tuple[int, int]:
    """Read `HH:MM-HH:MM` as (start, end) in seconds after midnight, 30:00 at the latest.

    Raises
    ------
    ValueError
        If the text is not of that form, or the window ends before it starts; it says what is
        wrong with the text, and how to write it where that is clear.

    Examples
    --------
    >>> parse_window("07:45-08:15"), parse_window("23:40-24:10")
    ((27900, 29700), (85200, 87000))
    """
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(_misread(text.strip()))
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    start, end = 60 * (60 * hours + minutes), 60 * (60 * end_hours + end_minutes)
    if max(start, end) > LATEST_S:
        raise ValueError(
            f"is a time window that goes on past {clock(LATEST_S)}, the end of the service day"
        )
    if end < start:
        raise ValueError(f"is a time window that ends before it starts{past_midnight(start, end)}")
    return start, end


def past_midnight(start: int, end: int) -> str:
    """Say how to write a window whose end lies on the next morning; "" if that can't be meant."""
    first, last = start, end + DAY_S
    if last > LATEST_S:
        return ""
    return f"; if it goes past midnight, write {clock(first)}-{clock(last)}"


def clock(seconds: int) -> str:
    """Write seconds after midnight as HH:MM."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def _misread(text: str) -> str:
    match = _LOOSE.fullmatch(text)
    if match is None:
        return _FORM
    parts = match.groups()
    start, end = _seconds(*parts[:3]), _seconds(*parts[3:])
    if start is None or end is None:
        return _FORM
    if end < start:
        end += DAY_S
    return _FORM if max(start, end) > LATEST_S else f"{_FORM}; write {clock(start)}-{clock(end)}"


def _seconds(hours: str, minutes: str, half: str | None) -> int | None:
    """Seconds after midnight of a time that may be of a twelve-hour clock."""
    hour, minute = int(hours), int(minutes)
    if minute >= 60 or (half and not 1 <= hour <= _NOON):
        return None
    if half:
        hour = hour % _NOON + (_NOON if half.lower() == "p" else 0)
    return 60 * (60 * hour + minute)
