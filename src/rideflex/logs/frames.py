"""Outcomes as they are logged in memory: a frame or a list of dicts, read column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rideflex.errors import UsageError
from rideflex.logs.answers import unknown_words
from rideflex.logs.columns import LogColumns, ToldTwice, id_name
from rideflex.tables.arrays import truths
from rideflex.tables.columns import (
    ACCEPTED,
    ACTION,
    CONTEXT,
    SHIFTS,
    answer_word,
    is_answer,
    read_answer,
)
from rideflex.tables.frames import array_of, column_of, ids_of, integers_of, names_of


def read_frame(frame: Any) -> LogColumns:
    """Read n logged outcomes; see `encode_outcomes` for the columns.

    Raises
    ------
    UsageError
        If a column is missing or a value can't be read; it names the value and its position.
    """
    names = names_of(frame)
    has_shifts = all(name in names for name in SHIFTS)
    by_shifts = has_shifts and ACTION not in names
    context, with_context = _context(frame)
    return LogColumns(
        ids=ids_of(frame, id_name(names)),
        context=context,
        with_context=with_context,
        actions=None if by_shifts else integers_of(frame, ACTION),
        shifts=(integers_of(frame, SHIFTS[0]), integers_of(frame, SHIFTS[1]))
        if by_shifts
        else None,
        accepted=_answers(frame),
        told_twice=_told_twice(frame) if has_shifts and not by_shifts else None,
    )


def _told_twice(frame: Any) -> ToldTwice:
    """Read the shifts beside the actions, of the outcomes that have both."""
    if isinstance(frame, Sequence):
        frame = {name: [outcome.get(name) for outcome in frame] for name in SHIFTS}
    columns = [column_of(frame, name) for name in SHIFTS]
    positions = np.flatnonzero(
        np.logical_and(*(column.is_valid().to_numpy(zero_copy_only=False) for column in columns))
    )
    told = {name: column.take(positions) for name, column in zip(SHIFTS, columns, strict=True)}
    return ToldTwice(positions, (integers_of(told, SHIFTS[0]), integers_of(told, SHIFTS[1])))


def _answers(frame: Any) -> npt.NDArray[np.bool_]:
    """Take the observed answers, bool [n], from `accepted`."""
    values = array_of(frame, ACCEPTED)
    if values.dtype.kind not in "OUT":
        return truths(values)
    words, word_of_row = np.unique(values.astype(np.str_), return_inverse=True)
    wrong = np.array([not is_answer(answer_word(word)) for word in words])
    if wrong.any():
        times = Counter(answer_word(word) for word in values[wrong[word_of_row]])
        row = int(wrong[word_of_row].argmax())
        raise UsageError(
            f"accepted: {unknown_words(times)} (the first is {values[row]!r} at position {row})"
        )
    accepted = np.array([read_answer(word) for word in words.tolist()], dtype=np.bool_)
    read: npt.NDArray[np.bool_] = accepted[word_of_row]
    return read


def _context(frame: Any) -> tuple[Mapping[str, pa.Array], npt.NDArray[np.intp] | None]:
    """The context columns, and the outcomes that have them; None where all do.

    Raises
    ------
    UsageError
        If some context columns are there and others in no record at all: a name is misspelt.
    """
    try:
        return {name: column_of(frame, name) for name in CONTEXT[1:]}, None
    except UsageError:
        whole = _records_with_context(frame)
        if whole is None:
            raise
    records = [frame[row] for row in whole.tolist()]
    columns = {name: column_of(records, name) for name in CONTEXT[1:]} if records else {}
    return columns, whole


def _records_with_context(frame: Any) -> npt.NDArray[np.intp] | None:
    """Records that have every context field; None where lacking fields are not what is wrong."""
    if isinstance(frame, Sequence):
        has = np.array([[name in record for name in CONTEXT[1:]] for record in frame])
    else:
        names = names_of(frame)
        has = np.array([[name in names for name in CONTEXT[1:]]])
    somewhere = has.any(axis=0)
    if has.all() or (somewhere.any() and not somewhere.all()):
        return None
    return np.flatnonzero(has.all(axis=1))
