"""Column names of a service-area folder and of logs, and the words of an answer."""

from __future__ import annotations

CONTEXT = (
    "traveler_id",
    "trip_purpose",
    "departure_location",
    "arrival_location",
    "departure_time_window",
    "arrival_time_window",
)
TEXTS = CONTEXT[1:]
SHIFTS = ("pickup_shift_min", "dropoff_shift_min")
KEY = (*CONTEXT, *SHIFTS)
ACTION, ACCEPTED = "action", "accepted"
DECISIONS = {"accept": True, "reject": False}
"""What a type answers in a file of decisions; a log may say it in more words."""

_ANSWERS = {
    **dict.fromkeys(("accept", "true", "yes", "1", "1.0"), True),
    **dict.fromkeys(("reject", "false", "no", "0", "0.0"), False),
}


def read_answer(value: object) -> bool:
    """Read whether an offer was accepted; raises ValueError with the cause."""
    answer = _ANSWERS.get(str(value).strip().lower())
    if answer is None:
        raise ValueError("is neither accept nor reject, true nor false, 1 nor 0")
    return answer
