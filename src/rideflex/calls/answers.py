"""Answers of an evening: what was said to which offer, and the file that holds them."""

from __future__ import annotations

import csv
import io
import os
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rideflex.errors import DataError, Problem, UsageError
from rideflex.storage.atomic import replacing
from rideflex.tables.cells import name
from rideflex.tables.columns import ACCEPTED, CONTEXT, OUTCOME_ID, SHIFTS, answer_word, read_answer
from rideflex.tables.readers import shift
from rideflex.tables.table_files import open_table, read_rows

Word = Literal["yes", "no", "unreached"]
WORDS: tuple[Word, ...] = ("yes", "no", "unreached")
BOOKING, DATE = "booking_id", "date"
COLUMNS = (OUTCOME_ID, BOOKING, CONTEXT[0], DATE, *SHIFTS, ACCEPTED)


@dataclass(frozen=True)
class Answer:
    """What a traveler said.

    Parameters
    ----------
    booking
        The booking that was spoken of.
    word
        "yes", "no", or "unreached" where nobody was there to answer.
    offer
        Minutes, earlier below 0; None where what was asked is what the sheet says.
    row
        Of the file, counted as a spreadsheet does; None where it comes from no file.
    """

    booking: str
    word: Word
    offer: tuple[int, int] | None = None
    row: int | None = None


def read_word(value: Any) -> Word | None:
    """Read an answer; None where there is none yet.

    Raises
    ------
    ValueError
        If it is no answer, with the words there are.

    Examples
    --------
    >>> read_word("Yes"), read_word("declined"), read_word("unreached"), read_word(" ")
    ('yes', 'no', 'unreached', None)
    """
    word = answer_word(value)
    if not word:
        return None
    if word == "unreached":
        return "unreached"
    try:
        return "yes" if read_answer(word) else "no"
    except ValueError as error:
        raise ValueError(f"{error}, and unreached where nobody was there") from None


def read_evening(path: Path, date: str) -> list[Answer]:
    """Read the answers of an evening, in the order in which they were given.

    Parameters
    ----------
    path
        A file with `booking_id` and `accepted`, such as the sheet with its column `accepted` filled
        in, in part or whole; a blank is no answer yet. `pickup_shift_min` and `dropoff_shift_min`
        say what was asked. Without the file nobody has answered.
    date
        The date of the sheet: a row that names another is an error.

    Raises
    ------
    DataError
        If it can't be used; it carries every problem.
    """
    if not path.exists():
        return []
    with open_table(path) as file:
        names = file.header.names
        shifts = SHIFTS if set(SHIFTS) & set(names) else ()
        wanted = (BOOKING, ACCEPTED, *shifts, *(one for one in (DATE,) if one in names))
        file.header.require(wanted)
        if not file.header.has_rows:
            return []
        rows = read_rows(file, wanted).filled()
    words = rows.columns[ACCEPTED]
    rows = rows.where(np.array([bool(answer_word(word)) for word in words.values])[words.codes])
    readers: dict[str, Callable[[Any], Any]] = {
        BOOKING: name,
        ACCEPTED: read_word,
        **dict(zip(shifts, (shift, _later), strict=False)),
    }
    if DATE in wanted:
        readers[DATE] = _same(date)
    if problems := rows.problems(readers):
        raise DataError(problems)
    bookings, said = (rows.read(one, readers[one], object) for one in (BOOKING, ACCEPTED))
    minutes = [rows.read(one, shift, object) for one in shifts]
    offers: Iterable[tuple[int, int] | None] = [None] * len(rows)
    if shifts:
        offers = [(-abs(early), late) for early, late in zip(*minutes, strict=True)]
    return [
        Answer(str(booking), word, offer, int(row))
        for booking, word, offer, row in zip(bookings, said, offers, rows.numbers, strict=True)
    ]


class AnswerFile:
    """A file of answers that each one is on the disk of before it is acknowledged.

    Parameters
    ----------
    path
        The file; it is made with its header if it is not there.
    date
        Of the sheet.

    Raises
    ------
    UsageError
        If it is there and has other columns than those written here.
    """

    def __init__(self, path: Path, date: str) -> None:
        self._path, self._date = path, date
        head = _line(COLUMNS)
        held = path.read_bytes() if path.exists() else b""
        if not held:
            self._write(head.encode())
            return
        if held.partition(b"\n")[0].strip().removeprefix(BOM_UTF8) != head.strip().encode():
            raise UsageError(
                f"{path} has other columns than answers are kept in ({', '.join(COLUMNS)}): name "
                "another file, and --ask makes it"
            )
        lines, _, last = held.rpartition(b"\n")
        if last:  # cut short: what nobody acknowledged is asked again
            self._write(lines + b"\n" + _completed(last.decode(errors="replace")).encode())

    def append(self, answer: Answer, traveler: str) -> None:
        """Write an answer; on return it is on the disk."""
        with self._path.open("a", encoding="utf-8", newline="") as file:
            file.write(_row(answer, traveler, self._date))
            file.flush()
            os.fsync(file.fileno())

    def _write(self, content: bytes) -> None:
        with replacing(self._path) as beside:
            beside.write_bytes(content)


def write_log(path: Path, date: str, answers: Iterable[tuple[Answer, str]]) -> int:
    """Write answers with their travelers as a log for `rideflex fit`; returns how many.

    Nobody's answer is no outcome, and left out.
    """
    rows = [_row(answer, who, date) for answer, who in answers if answer.word != "unreached"]
    with replacing(path) as beside:
        beside.write_text("".join([_line(COLUMNS), *rows]), encoding="utf-8")
    return len(rows)


def no_such_booking(booking: str, cause: str, file: str | None, row: int | None) -> Exception:
    """An error about the booking of an answer, by file and row where it comes from one."""
    if file is None:
        return UsageError(f"booking {booking} {cause}")
    return DataError(Problem(file, cause, row, BOOKING, booking))


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _row(answer: Answer, traveler: str, date: str) -> str:
    early, late = answer.offer or (0, 0)
    outcome = f"{date}/{answer.booking}/{early}/{late}/{answer.word}"
    told = (outcome, answer.booking, traveler, date, early, late, answer.word)
    return _line(map(str, told))


def _completed(line: str) -> str:
    """The last line of a file that ends in the middle of it: whole, or nothing."""
    cells = next(csv.reader([line]), [])
    try:
        word = read_word(cells[-1]) if len(cells) == len(COLUMNS) else None
    except ValueError:
        word = None
    return "" if word is None else _line([*cells[:-1], word])


def _same(date: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        told = name(value)
        if told != date:
            raise ValueError(f"is not the date of the sheet, {date}")
        return told

    return read


def _later(value: Any) -> int:
    minutes = shift(value)
    if minutes < 0:
        raise ValueError("drops off earlier, which no offer asks for")
    return minutes
