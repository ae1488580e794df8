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
        If the text is not of that form, or the window ends before it starts.
    """
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time window of the form HH:MM-HH:MM")
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    start, end = 60 * (60 * hours + minutes), 60 * (60 * end_hours + end_minutes)
    if end < start:
        raise ValueError(f"{text!r} ends before it starts")
    return start, end
