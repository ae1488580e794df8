"""A decision table seen as a mapping, for code that wants to ask it like a dict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rideflex.decisions.table import DecisionTable

Question = tuple[int, str, str, str, str, str, int, int]
Answer = dict[str, str]


class QuestionMapping(Mapping[Question, Answer]):
    """Read-only view of a table: question (8-tuple) to {type: "accept" or "reject"}."""

    def __init__(self, table: DecisionTable) -> None:
        self._table = table

    def __getitem__(self, question: Question) -> Answer:
        answer = self._table.lookup(*question)
        if answer is None:
            raise KeyError(question)
        return answer

    def __iter__(self) -> Iterator[Question]:
        return self._table.questions()

    def __len__(self) -> int:
        return self._table.n_known
