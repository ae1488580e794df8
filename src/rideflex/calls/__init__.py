"""Tomorrow's calls: whom to call the evening before, what for, and what comes of the answers."""

from rideflex.calls.answers import Answer, AnswerFile, read_evening, write_log
from rideflex.calls.evening import Evening, EveningSettings
from rideflex.calls.planning import Effort
from rideflex.calls.sheet import Call, CallSheet, sheet_of

__all__ = [
    "Answer",
    "AnswerFile",
    "Call",
    "CallSheet",
    "Effort",
    "Evening",
    "EveningSettings",
    "read_evening",
    "sheet_of",
    "write_log",
]
