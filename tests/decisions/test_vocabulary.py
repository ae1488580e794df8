"""Numbering whole columns of strings."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.decisions.vocabulary import _CHUNK_MASKS, Vocabulary, _chunk, _hash, _text_of
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


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 40])
def test_every_letter_of_a_word_counts(length):
    """A word is told from those that differ in one letter, or are one letter longer."""
    word = ("abcdefgh" * 5)[:length]
    others = [word[:at] + "X" + word[at + 1 :] for at in range(length)]
    longer = word + "a"
    vocabulary = Vocabulary([word])
    assert vocabulary.encode(pa.array([word, *others, longer, word])).tolist() == [
        *(0, *[-1] * length),
        *(-1, 0),
    ]
    everything = Vocabulary([word, *others, longer])
    asked = pa.array([longer, *others, word])
    assert everything.encode(asked).tolist() == [length + 1, *range(1, length + 1), 0]


def test_words_in_any_part_of_a_column_are_numbered():
    """Slices of a column begin and end within its bytes; an empty one holds nothing."""
    vocabulary = Vocabulary(["one", "twenty-two letters long", "three"])
    column = pa.array(["three", "one", "nothing", "twenty-two letters long", None, "one"])
    expected = [2, 0, -1, 1, -1, 0]
    for start in range(7):
        for end in range(start, 7):
            assert vocabulary.encode(column[start:end]).tolist() == expected[start:end]


def test_words_that_are_added_later_are_found():
    """The table for columns grows with the words; a word known already keeps its number."""
    vocabulary = Vocabulary(["one"])
    assert vocabulary.encode(pa.array(["one", "two"])).tolist() == [0, -1]
    assert (vocabulary.add("two"), vocabulary.add("one"), len(vocabulary)) == (1, 0, 2)
    assert vocabulary.encode(pa.array(["one", "two"])).tolist() == [0, 1]
    assert (vocabulary.number("two"), vocabulary.number("three")) == (1, -1)


@pytest.mark.parametrize("n_words", [0, 1, 2, 3, 4, 8, 100])
def test_words_fill_their_slots_by_half_at_most(n_words):
    """A power of two of slots, each word in one of them, and a free one where a search ends."""
    slots = Vocabulary([f"word {n}" for n in range(n_words)])._table.slots
    assert len(slots).bit_count() == 1
    assert 2 * n_words < len(slots) <= max(1, 4 * n_words)
    assert sorted(slots[slots >= 0].tolist()) == list(range(n_words))


def test_bytes_are_what_a_vocabulary_takes():
    """Within a tenth of what Python says was taken for it."""
    words = [f"a word of some length {n:06d}" for n in range(1000)]
    tracemalloc.start()
    vocabulary = Vocabulary("".join(list(word)) for word in words)
    vocabulary.encode(pa.array(words[:1]))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert vocabulary.nbytes == pytest.approx(taken, rel=0.1)


@pytest.mark.parametrize(
    "form",
    [
        "{:d}",
        "Zone {:03d}",
        "Zone number {:03d}",
        "{:03d} with something after the number",
        "something before a number {:03d}",
    ],
)
def test_words_are_spread_over_the_slots(form):
    """Words that differ in a few letters have slots of their own, as if thrown at random.

    Of 700 words thrown into 2,048 slots at random 593 slots are hit on average, give or take 8.
    """
    words = pa.array([form.format(n) for n in range(700)], pa.large_string())
    starts, chunks = _text_of(words)
    homes = set()
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        head = _chunk(chunks, _CHUNK_MASKS, start, end - start)
        tail = _chunk(chunks, _CHUNK_MASKS, start + 8, end - start - 8)
        homes.add(int(_hash(chunks, _CHUNK_MASKS, start, end - start, head, tail)) % 2048)
    assert len(homes) > 560


def test_words_that_differ_in_length_alone_are_spread_over_the_slots():
    """Zeros at the end are letters too: 200 lengths hit 191 of 2,048 slots on average."""
    chunks, nothing = np.zeros(300, dtype=np.uint64), np.uint64(0)
    homes = {
        int(_hash(chunks, _CHUNK_MASKS, 0, length, nothing, nothing)) % 2048
        for length in range(1, 201)
    }
    assert len(homes) > 170


def test_words_in_their_normal_form_need_no_second_look(monkeypatch):
    """Known words of any length are found by the compiled pass alone, in a slice too."""
    words = [letter * length for length in range(41) for letter in ("ab" if length else "a")]
    vocabulary = Vocabulary(words)
    monkeypatch.setattr(Vocabulary, "_encode_coded", None)
    assert vocabulary.encode(pa.array(words)).tolist() == list(range(81))
    assert vocabulary.encode(pa.array(words[::-1])[5:]).tolist() == list(range(75, -1, -1))
