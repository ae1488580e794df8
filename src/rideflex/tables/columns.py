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
COUNTER = ("counter_pickup_shift_min", "counter_dropoff_shift_min")
"""What a refusal names instead, where a log has it."""
KEY = (*CONTEXT, *SHIFTS)
ACTION, ACCEPTED, OUTCOME_ID = "action", "accepted", "outcome_id"
DECISIONS_FILE = "decisions.csv"
DECISIONS = {"accept": True, "reject": False}
"""What a type answers in a file of decisions; a log may say it in more words."""

ACCEPTS = ("accept", "accepted", "yes", "y", "true", "1")
REJECTS = ("reject", "rejected", "declined", "no", "n", "false", "0")
KNOWN_ANSWERS = f"known are {', '.join(ACCEPTS)} and {', '.join(REJECTS)}"
_ANSWERS = dict.fromkeys((*ACCEPTS, "1.0"), True) | dict.fromkeys((*REJECTS, "0.0"), False)


def answer_word(value: object) -> str:
    """Take a cell of an answer as a word: in small letters, and empty where there is none."""
    return "" if value is None else str(value).strip().lower()


def is_answer(word: str) -> bool:
    """Whether a word (see `answer_word`) is an answer."""
    return word in _ANSWERS


def read_answer(value: object) -> bool:
    """Read whether an offer was accepted; raises ValueError with the cause."""
    answer = _ANSWERS.get(answer_word(value))
    if answer is None:
        raise ValueError(f"is neither accept nor reject; {KNOWN_ANSWERS}")
    return answer
