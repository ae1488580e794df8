"""What rideflex replaces: the scan of a frame, and the dict of decisions.

Both are written as training scripts have them: a loop over rows, a question for each type.
`decision_matrix` and `indicator_matrix` ask either of them: `Scan(…).get`, or the `.get` of the
dict that `build_dict` makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rideflex.flexibility import DEFAULT_RULES, RIGID, FlexibilityRule
from rideflex.tables.columns import KEY

Question = tuple[int, str, str, str, str, str, int, int]
Ask = Callable[[Question], Mapping[str, str] | None]
Rules = Mapping[str, FlexibilityRule]
Matrix = npt.NDArray[np.float32]


class Scan:
    """Answers a question by a mask over the eight key columns; the first match answers.

    Parameters
    ----------
    decisions
        Rows of decisions, shifts as magnitudes.
    types
        The columns that hold answers.
    """

    def __init__(self, decisions: pd.DataFrame, types: Sequence[str]) -> None:
        self._decisions = tidy(decisions[[*KEY, *types]])
        self._types = list(types)

    def get(self, question: Question) -> Mapping[str, str] | None:
        """Look through all rows for one question."""
        frame = self._decisions
        mask = frame["traveler_id"] == question[0]
        for column, value in zip(KEY[1:], question[1:], strict=True):
            mask &= frame[column] == value
        found = frame.loc[mask, self._types]
        return None if found.empty else dict(zip(self._types, found.iloc[0], strict=True))


def build_dict(decisions: pd.DataFrame, types: Sequence[str]) -> dict[Question, dict[str, str]]:
    """Make the dict from question to {type: decision} in one pass; the last row of a key stays."""
    cache = {}
    for _, row in decisions.iterrows():
        cache[question_of(row)] = {kind: str(row[kind]).strip() for kind in types}
    return cache


def decision_matrix(
    ask: Ask, outcomes: pd.DataFrame, types: Sequence[str], rules: Rules = DEFAULT_RULES
) -> tuple[Matrix, int]:
    """Whether each type would accept, float32 [n, L], and how many outcomes the rule answered."""
    matrix = np.zeros((len(outcomes), len(types)), dtype=np.float32)
    fallbacks = 0
    for at, (_, row) in enumerate(outcomes.iterrows()):
        accepts, known = _answers(ask, question_of(row), types, rules)
        matrix[at] = accepts
        fallbacks += not known
    return matrix, fallbacks


def indicator_matrix(
    ask: Ask, outcomes: pd.DataFrame, types: Sequence[str], rules: Rules = DEFAULT_RULES
) -> tuple[Matrix, int]:
    """Whether each type would have answered as observed (column `accepted`), float32 [n, L]."""
    matrix = np.zeros((len(outcomes), len(types)), dtype=np.float32)
    fallbacks = 0
    for at, (_, row) in enumerate(outcomes.iterrows()):
        accepts, known = _answers(ask, question_of(row), types, rules)
        observed = bool(row["accepted"])
        matrix[at] = [accept == observed for accept in accepts]
        fallbacks += not known
    return matrix, fallbacks


def _answers(
    ask: Ask, question: Question, types: Sequence[str], rules: Rules
) -> tuple[list[bool], bool]:
    """Ask about every type; the rule answers where nothing is known."""
    accepts, known = [], True
    for kind in types:
        decisions = ask(question)
        if decisions is None:
            known = False
            accepts.append(rule_accepts(rules, kind, question))
        else:
            accepts.append(decisions[kind] == "accept")
    return accepts, known


def question_of(row: Any) -> Question:
    """Make the 8-tuple of one row; blanks around strings are stripped, shifts are magnitudes."""
    return (
        int(row["traveler_id"]),
        str(row["trip_purpose"]).strip(),
        str(row["departure_location"]).strip(),
        str(row["arrival_location"]).strip(),
        str(row["departure_time_window"]).strip(),
        str(row["arrival_time_window"]).strip(),
        abs(int(row["pickup_shift_min"])),
        abs(int(row["dropoff_shift_min"])),
    )


def rule_accepts(rules: Rules, kind: str, question: Question) -> bool:
    """Answer by the rule of a type, where nothing else is known."""
    rule = rules.get(kind, RIGID)
    early_ok = rule.early is None or question[6] <= rule.early
    late_ok = rule.late is None or question[7] <= rule.late
    return early_ok and late_ok


def tidy(decisions: pd.DataFrame) -> pd.DataFrame:
    """Strip the blanks around every string of a frame."""
    texts = [name for name in decisions if not pd.api.types.is_numeric_dtype(decisions[name])]
    frame = decisions.copy()
    for name in texts:
        frame[name] = frame[name].map(str.strip)
    return frame
