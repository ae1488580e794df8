"""Small tables of decisions for the tests, and the plain way to answer them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from rideflex.flexibility import DEFAULT_TYPES
from rideflex.tables.columns import KEY

WINDOWS = ("08:00-08:30", "09:15-09:45", "22:30-23:00")
SHIFTS = (0, 10, 20, 30)


def frame(*rows: tuple[Any, ...], types: tuple[str, ...] = DEFAULT_TYPES) -> pd.DataFrame:
    """Rows of context (6 values), pick-up shift, drop-off shift, and an answer a type."""
    return pd.DataFrame(rows, columns=[*KEY, *types])


def row(
    answers: str, pickup: int = 0, dropoff: int = 0, traveler: int = 1, purpose: str = "work"
) -> tuple[Any, ...]:
    """One row; `answers` has an `a` or an `r` a type."""
    words = {"a": "accept", "r": "reject"}
    context = (traveler, purpose, "home", "office", WINDOWS[0], WINDOWS[1])
    return (*context, pickup, dropoff, *(words[letter] for letter in answers))


def plain_answer(
    rows: pd.DataFrame, types: tuple[str, ...], on_conflict: str
) -> dict[tuple[Any, ...], dict[str, str]]:
    """Answer every key by going through the rows one at a time."""
    found: dict[tuple[Any, ...], list[tuple[str, ...]]] = {}
    for values in rows.itertuples(index=False, name=None):
        question = tuple(v.strip() if isinstance(v, str) else int(v) for v in values[: len(KEY)])
        found.setdefault(question, []).append(tuple(v.strip() for v in values[len(KEY) :]))
    settled = {}
    for question, answers in found.items():
        if on_conflict == "majority":
            votes = [Counter(column) for column in zip(*answers, strict=True)]
            chosen = tuple(
                first if vote["accept"] == vote["reject"] else vote.most_common(1)[0][0]
                for vote, first in zip(votes, answers[0], strict=True)
            )
        else:
            chosen = answers[0] if on_conflict == "first" else answers[-1]
        settled[question] = dict(zip(types, chosen, strict=True))
    return settled


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Zs", "Cc"]), max_size=24)
blanks = st.text(" \t\u00a0\u3000", max_size=2)


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Rows of decisions, outcomes that ask about them and beyond them, and the types.

    Keys repeat and disagree, offers and contexts are missing, ids run from -3 to 10⁹, strings have
    blanks around them and letters of any script.
    """
    n_types = draw(st.integers(1, 9))
    types = tuple(
        draw(
            st.lists(
                words.map("type {}".format), min_size=n_types, max_size=n_types, unique_by=str.strip
            )
        )
    )
    types = tuple(kind.strip() for kind in types)
    if draw(st.booleans()):
        types = (*DEFAULT_TYPES, *types)[:n_types]
    travelers = st.sampled_from([-3, 0, 1, 7, 10**9]) | st.integers(-3, 10**9)
    places = draw(st.lists(words, min_size=1, max_size=3))
    contexts = st.tuples(travelers, *[st.sampled_from(places)] * 3, *[st.sampled_from(WINDOWS)] * 2)
    known = draw(st.lists(contexts, min_size=1, max_size=4))
    asked = [*known, *draw(st.lists(contexts, max_size=2))]
    shift = st.sampled_from(SHIFTS)

    def padded(context: tuple[Any, ...]) -> tuple[Any, ...]:
        return (
            context[0],
            *(draw(blanks) + text + draw(blanks) for text in context[1:]),
        )

    answers = st.tuples(*[st.sampled_from(["accept", "reject", " accept", "reject "])] * n_types)
    rows = [
        (*padded(draw(st.sampled_from(known))), draw(shift), draw(shift), *draw(answers))
        for _ in range(draw(st.integers(1, 25)))
    ]
    outcomes = [
        (
            *padded(draw(st.sampled_from(asked))),
            draw(st.sampled_from([-1, 1])) * draw(shift),
            draw(shift),
            draw(st.booleans()),
        )
        for _ in range(draw(st.integers(0, 12)))
    ]
    return (
        pd.DataFrame(rows, columns=[*KEY, *types]),
        pd.DataFrame(outcomes, columns=[*KEY, "accepted"]).astype({"traveler_id": np.int64}),
        types,
    )
