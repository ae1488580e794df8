"""What is a question to the mapping, and what is no key of it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from rideflex.decisions.mapping import QuestionMapping

GOOD = (7, "work", "home", "office", "08:00-08:30", "08:20-08:50", -20, 10)


def with_part(at, value):
    """The good question with another part."""
    return (*GOOD[:at], value, *GOOD[at + 1 :])


@pytest.fixture
def asked():
    """A mapping that answers every question, and the questions that reach its table."""
    reached = []

    def lookup(*question):
        reached.append(question)
        return {"easy": "accept"}

    table = SimpleNamespace(
        lookup=lookup, types=("easy",), n_known=3, questions=lambda: iter([GOOD])
    )
    return QuestionMapping(table), reached


@pytest.mark.parametrize(
    "question",
    [
        GOOD,
        with_part(0, "C-7"),
        with_part(0, np.int64(7)),
        with_part(6, np.int32(-20)),
        with_part(6, -(2**63)),
        with_part(7, 2**63 - 1),
    ],
)
def test_a_question_reaches_the_table(asked, question):
    """An id, five texts and two whole numbers of 64 bits."""
    mapping, reached = asked
    assert mapping[question] == {"easy": "accept"}
    assert reached == [question]


@pytest.mark.parametrize(
    "key",
    [
        list(GOOD),
        "question",
        GOOD[:7],
        (*GOOD, 0),
        *(with_part(at, 5) for at in range(1, 6)),
        *(with_part(0, value) for value in ("7", 7.0, None, " C-7", "")),
        *(with_part(at, value) for at in (6, 7) for value in ("20", 20.0, None)),
        *(with_part(at, value) for at in (6, 7) for value in (2**63, -(2**63) - 1)),
    ],
)
def test_what_is_no_question_is_no_key(asked, key):
    """The table is not asked, and nothing but a KeyError comes of it."""
    mapping, reached = asked
    with pytest.raises(KeyError):
        mapping[key]
    assert reached == []


def test_a_mapping_counts_and_goes_through_the_questions(asked):
    """Its size is what the source answers; it is told in a line."""
    mapping, _ = asked
    assert len(mapping) == 3
    assert list(mapping) == [GOOD]
    assert repr(mapping) == "<3 answers of 1 flexibility types, read-only>"
