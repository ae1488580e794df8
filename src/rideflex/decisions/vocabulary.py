"""The words of a column, numbered: a column of strings becomes numbers in one compiled pass."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rideflex._compiled import compiled
from rideflex.tables.coded import MISSING, Coded
from rideflex.tables.texts import normal_text

_CHUNK = 8
_PADDING = 2 * _CHUNK
_CHUNK_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_CHUNK + 1)], dtype=np.uint64)


Starts = npt.NDArray[np.int64]
Chunks = npt.NDArray[np.uint64]


class _Text(NamedTuple):
    """Strings one after the other: `chunks[p]` is the 8 bytes that start at byte p."""

    starts: Starts
    chunks: Chunks


class _WordTable(NamedTuple):
    """Open-addressing hash table of words; `heads` holds the first 16 bytes of each."""

    text: _Text
    heads: Chunks
    slots: npt.NDArray[np.int32]


class Vocabulary:
    """Words in their normal form (see `normal_text`), numbered in order of first appearance."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = list(words)
        # Files of release 0.1 hold words as they were written.
        self._numbers = {normal_text(word): number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    @property
    def nbytes(self) -> int:
        """Bytes of the words, the dict that numbers them and the table for whole columns."""
        objects = sum(sys.getsizeof(word) + sys.getsizeof(0) for word in self.words)
        table = self._table
        arrays = (table.slots, table.heads, table.text.starts, table.text.chunks)
        return (
            sys.getsizeof(self.words)
            + sys.getsizeof(self._numbers)
            + objects
            + sum(array.size * abs(array.strides[-1]) for array in arrays)
        )

    def add(self, word: str) -> int:
        """Return the number of a word, which is taken in if it is unknown."""
        word = normal_text(word)
        number = self._numbers.setdefault(word, len(self.words))
        if number == len(self.words):
            self.words.append(word)
            self.__dict__.pop("_table", None)
        return number

    def number(self, word: str) -> int:
        """Return the number of a word, -1 where it is unknown."""
        return self._numbers.get(normal_text(word), MISSING)

    def encode(self, column: pa.Array) -> npt.NDArray[np.int32]:
        """Return the number of each string of a column, int32 [n], -1 where it is unknown."""
        if pa.types.is_dictionary(column.type):
            return self._encode_coded(Coded.of(column))
        if not pa.types.is_large_string(column.type):
            column = column.cast(pa.large_string())
        numbers = np.empty(len(column), dtype=np.int32)
        text, table = _text_of(column), self._table
        missed = _number_words(*text, _CHUNK_MASKS, *table.text, table.heads, table.slots, numbers)
        if missed:
            # An unknown word may be a known one, written otherwise: the few misses are looked at.
            rows = np.flatnonzero(numbers == MISSING)
            numbers[rows] = self._encode_coded(Coded.of(column.take(pa.array(rows))))
        if column.null_count:
            numbers[column.is_null().to_numpy(zero_copy_only=False)] = MISSING
        return numbers

    def _encode_coded(self, coded: Coded) -> npt.NDArray[np.int32]:
        return coded.through(
            [MISSING if word is None else self.number(word) for word in coded.values]
        )

    @cached_property
    def _table(self) -> _WordTable:
        text = _text_of(pa.array(self.words, pa.large_string()))
        heads = np.empty((len(self.words), 2), dtype=np.uint64)
        slots = np.full(1 << (2 * len(self.words)).bit_length(), MISSING, dtype=np.int32)
        _enter_words(*text, _CHUNK_MASKS, heads, slots)
        return _WordTable(text, heads, slots)


def _text_of(column: pa.Array) -> _Text:
    """Copy the strings of a large_string column, padded so that 8-byte reads stay inside."""
    _, offsets, content = column.buffers()
    starts = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    if not len(starts):
        starts = np.zeros(1, dtype=np.int64)
    first, last = int(starts[0]), int(starts[-1])
    padded = np.zeros(last - first + _PADDING, dtype=np.uint8)
    if last > first:
        padded[: last - first] = np.frombuffer(content, np.uint8)[first:last]
    n_chunks = len(padded) - _CHUNK + 1
    return _Text(starts - first, np.ndarray((n_chunks,), np.uint64, padded, 0, (1,)))


@compiled()
def _chunk(chunks: Chunks, masks: Chunks, start: Any, left: Any) -> Any:
    """Read 8 bytes of a string with `left` bytes to go, zero where it has ended."""
    return chunks[np.uint64(start)] & masks[np.uint64(max(min(left, 8), 0))]


@compiled()
def _hash(chunks: Chunks, masks: Chunks, start: Any, length: Any, head: Any, tail: Any) -> Any:
    """Mix the first 16 bytes, the last 8 and the length: what words of a column differ in."""
    end = _chunk(chunks, masks, start + max(length - 8, 0), length)
    mixed = (head ^ np.uint64(length)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(32)) ^ tail) * np.uint64(0xD6E8FEB86659FD93)
    mixed = (mixed ^ (mixed >> np.uint64(29)) ^ end) * np.uint64(0x9E3779B97F4A7C15)
    # The last letters are the high bits of `end`: it takes another round to reach the low ones.
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return mixed ^ (mixed >> np.uint64(32))


@compiled()
def _enter_words(
    starts: Starts, chunks: Chunks, masks: Chunks, heads: Chunks, slots: npt.NDArray[np.int32]
) -> None:
    last = np.uint64(len(slots) - 1)
    for word in range(len(starts) - 1):
        start = starts[word]
        length = starts[word + 1] - start
        head = _chunk(chunks, masks, start, length)
        tail = _chunk(chunks, masks, start + 8, length - 8)
        heads[word, 0], heads[word, 1] = head, tail
        slot = _hash(chunks, masks, start, length, head, tail) & last
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & last
        slots[slot] = word


@compiled()
def _number_words(
    starts: Starts,
    chunks: Chunks,
    masks: Chunks,
    word_starts: Starts,
    word_chunks: Chunks,
    heads: Chunks,
    slots: npt.NDArray[np.int32],
    out: npt.NDArray[np.int32],
) -> int:
    """Write the number of each string; returns how many are unknown.

    Equal length and equal first 16 bytes decide for most words; longer ones are compared whole.
    """
    last = np.uint64(len(slots) - 1)
    missed = 0
    for row in range(len(out)):
        start = starts[row]
        length = starts[row + 1] - start
        head = _chunk(chunks, masks, start, length)
        tail = _chunk(chunks, masks, start + 8, length - 8)
        slot = _hash(chunks, masks, start, length, head, tail) & last
        while True:
            word = slots[slot]
            if word < 0:
                missed += 1
                break
            known = word_starts[word]
            if (
                (heads[word, 0] == head)
                & (heads[word, 1] == tail)
                & (word_starts[word + 1] - known == length)
            ):
                same = True
                for at in range(16, length, 8):
                    same &= _chunk(chunks, masks, start + at, length - at) == _chunk(
                        word_chunks, masks, known + at, length - at
                    )
                if same:
                    break
            slot = (slot + np.uint64(1)) & last
        out[row] = word
    return missed
