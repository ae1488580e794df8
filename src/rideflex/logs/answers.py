"""Words in a column of answers that are no answer: left out as told, or refused in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from rideflex.errors import DataError, Problem, UsageError
from rideflex.tables.columns import ACCEPTED, KNOWN_ANSWERS, answer_word, is_answer
from rideflex.tables.rows import Rows


class NoAnswers:
    """Rows of logs that hold no answer, counted by word.

    Parameters
    ----------
    words
        Words that say that nobody answered, in any case; a blank is the empty word.

    Raises
    ------
    UsageError
        If one of the words is an answer.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = frozenset(map(answer_word, words))
        for word in sorted(self.words):
            if is_answer(word):
                raise UsageError(f"{word!r} is an answer, and can't be left out as none")
        self.left_out: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._first: Problem | None = None

    def without(self, rows: Rows) -> Rows:
        """Leave out the rows without an answer."""
        column = rows.columns[ACCEPTED]
        words = [answer_word(value) for value in (*column.values, None)]
        no_answer = np.array([not is_answer(word) for word in words])[column.codes]
        if not no_answer.any():
            return rows
        times = np.bincount(column.codes % len(words), minlength=len(words))
        for code, word in enumerate(words):
            if times[code] and not is_answer(word):
                counter = self.left_out if word in self.words else self._unknown
                counter[word] += int(times[code])
        if self._unknown and self._first is None:
            unknown = np.array([word in self._unknown for word in words])[column.codes]
            self._first = rows.problem("", int(unknown.argmax()), ACCEPTED)
        return rows.where(~no_answer)

    def check(self) -> None:
        """Refuse the words that are neither an answer nor left out.

        Raises
        ------
        DataError
            If there are any; it names each with its rows, the first row, and the known words.
        """
        if (first := self._first) is None:
            return
        cause = (
            f"{unknown_words(self._unknown)}; --no-answer WORD,… leaves such rows out (a blank is "
            "the empty word)"
        )
        raise DataError(Problem(first.file, cause, first.row, first.column, first.value))


def unknown_words(times: Mapping[str, int]) -> str:
    """Name words that are no answer, each with the rows that hold it, and those that are known."""
    named = ", ".join(f"{word!r} ({n:,})" for word, n in times.items())
    rows = sum(times.values())
    return (
        f"{rows:,} {'row holds' if rows == 1 else 'rows hold'} no answer: {named}; {KNOWN_ANSWERS}"
    )
