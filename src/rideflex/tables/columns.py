"""The column names of a service-area folder, and the reading of its time windows."""

from __future__ import annotations

import re

CONTEXT = (
    "traveler_id",
    "trip_purpose",
    "departure_location",
    "arrival_location",
    "departure_time_window",
    "arrival_time_window",
)
SHIFTS = ("pickup_shift_min", "dropoff_shift_min")
KEY = (*CONTEXT, *SHIFTS)
ACTION, ACCEPTED = "action", "accepted"

_ANSWERS = {
    **dict.fromkeys(("accept", "true", "yes", "1", "1.0"), True),
    **dict.fromkeys(("reject", "false", "no", "0", "0.0"), False),
}
_WINDOW = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_LOOSE = re.compile(
    r"(\d{1,2})[:.h](\d\d)(?::00)?\s*[-–—]\s*(\d{1,2})[:.h](\d\d)(?::00)?", re.ASCII
)
_FORM = "is not a time window of the form HH:MM-HH:MM"
_MIDNIGHT = "windows past midnight are not supported"


def read_answer(value: object) -> bool:
    """Read whether an offer was accepted; raises ValueError with the cause."""
    answer = _ANSWERS.get(str(value).strip().lower())
    if answer is None:
        raise ValueError("is neither accept nor reject, true nor false, 1 nor 0")
    return answer


def parse_window(text: str) -> tuple[int, int]:
    """Read `HH:MM-HH:MM` as (start, end) in seconds after midnight.

    Raises
    ------
    ValueError
        If the text is not of that form, or the window ends before it starts; it says what is
        wrong with the text, and how to write it where that is clear.
    """
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(_misread(text.strip()))
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    start, end = 60 * (60 * hours + minutes), 60 * (60 * end_hours + end_minutes)
    if end < start:
        raise ValueError(f"is a time window that ends before it starts; {_MIDNIGHT}")
    return start, end


def clock(seconds: int) -> str:
    """Write seconds after midnight as HH:MM."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def _misread(text: str) -> str:
    match = _LOOSE.fullmatch(text)
    if match is None:
        return _FORM
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    meant = f"{hours:02d}:{minutes:02d}-{end_hours:02d}:{end_minutes:02d}"
    if _WINDOW.fullmatch(meant):
        return f"{_FORM}; write {meant}"
    if max(hours, end_hours) >= 24 and max(minutes, end_minutes) < 60:
        return f"{_FORM}: it goes on past 23:59, and {_MIDNIGHT}"
    return _FORM
