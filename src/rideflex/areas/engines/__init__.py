"""Routing engines: their answers, and, in `ask`, the questions to one that runs."""

from rideflex.areas.engines.answer import Answer, AnswerError, Flaw, RefusalError
from rideflex.areas.engines.formats import read_answer

__all__ = ["Answer", "AnswerError", "Flaw", "RefusalError", "read_answer"]
