"""Numbering whole columns of strings."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.decisions.vocabulary import Vocabulary
from rideflex.tables.texts import normal_text

texts = st.text(max_size=40) | st.sampled_from(
    ["", "a", "same first sixteen 1", "same first sixteen 2", "\x00", "\x00\x00", "ä" * 9]
)


@pytest.mark.parametrize("arrow_type", [pa.string(), pa.large_string(), pa.string_view()])
@given(known=st.lists(texts, max_size=30), asked=st.lists(st.none() | texts, max_size=30))
def test_a_column_is_numbered_as_a_dict_would(arrow_type, known, asked):
    """Any strings in their normal form; nothing and unknown words give -1."""
    vocabulary, numbers = Vocabulary(), {}
    for word in known:
        numbers.setdefault(normal_text(word), len(numbers))
        assert vocabulary.add(word) == numbers[normal_text(word)]
    assert vocabulary.words == list(numbers)
    wanted = [*asked, *known]
    expected = [-1 if word is None else numbers.get(normal_text(word), -1) for word in wanted]
    column = pa.array(wanted, arrow_type)
    assert vocabulary.encode(column).tolist() == expected
    assert vocabulary.encode(column[3:]).tolist() == expected[3:]
    assert (
        vocabulary.encode(column.cast(pa.large_string()).dictionary_encode()).tolist() == expected
    )


def test_words_that_differ_only_in_the_middle_are_told_apart():
    """Words alike in their first 16 and last 8 bytes and in length still have their own numbers."""
    words = [f"{'x' * 20}{number:04d}{'y' * 20}" for number in range(500)]
    vocabulary = Vocabulary(words)
    assert vocabulary.encode(pa.array(words)).tolist() == list(range(500))
