"""Rows of a logged file, checked cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rideflex.decisions import DecisionTable
from rideflex.errors import DataError, Problem
from rideflex.logs.answers import NoAnswers
from rideflex.logs.columns import LogColumns, id_name
from rideflex.logs.counter_offers import counter_columns
from rideflex.logs.told_offers import Signs, contradictions, outside, with_shifts
from rideflex.tables.columns import ACCEPTED, ACTION, CONTEXT, OUTCOME_ID, SHIFTS, read_answer
from rideflex.tables.head import Head
from rideflex.tables.ids import Id, other_spelling, traveler_id
from rideflex.tables.readers import CONTEXT_READERS, Reader, text, whole_number
from rideflex.tables.rows import Rows
from rideflex.tables.table_files import open_table
from rideflex.travelers import TravelerIndex


def has_outcomes(path: Path) -> bool:
    """Whether any row stands below the header of a file."""
    with open_table(path) as file:
        return file.header.has_rows


def checked_rows(
    path: Path, table: DecisionTable, travelers: TravelerIndex, no_answers: NoAnswers
) -> Iterator[Rows]:
    """Read a file batch by batch; the first batch with a bad cell raises with all its problems.

    Rows without an answer are left out, and counted in `no_answers`. A file of a header alone has
    no batch.
    """
    with open_table(path) as file:
        wanted = _wanted(file.header)
        readers = _readers(wanted, table, travelers)
        signs = Signs(table)
        for batch in file.rows(wanted) if file.header.has_rows else ():
            rows = no_answers.without(batch)
            if problems := rows.problems(readers) or _wrong_offers(rows, table, signs):
                raise DataError(problems)
            yield rows


def columns_of(rows: Rows) -> LogColumns:
    """Columns of rows whose cells have been checked."""
    by_action = ACTION in rows.columns
    pickup, dropoff = SHIFTS
    return LogColumns(
        ids=rows.ids(id_name(tuple(rows.columns))),
        context={name: rows.coded(name, text).arrow() for name in CONTEXT[1:]},
        with_context=None,
        actions=rows.read(ACTION, whole_number, np.int64) if by_action else None,
        shifts=None
        if by_action
        else (
            rows.read(pickup, whole_number, np.int64),
            rows.read(dropoff, whole_number, np.int64),
        ),
        accepted=rows.read(ACCEPTED, read_answer, np.bool_),
    )


def _wanted(header: Head) -> tuple[str, ...]:
    """Columns to read: the offer as actions, as shifts or as both, and ids of outcomes if any."""
    both = all(name in header.names for name in SHIFTS)
    offer = (ACTION,) if ACTION in header.names else SHIFTS
    wanted = [id_name(header.names), *CONTEXT[1:], *offer, ACCEPTED]
    if both and offer != SHIFTS:
        wanted += SHIFTS
    if OUTCOME_ID in header.names:
        wanted.append(OUTCOME_ID)
    wanted += counter_columns(header.names)
    header.require(wanted)
    return tuple(wanted)


def _readers(
    wanted: tuple[str, ...], table: DecisionTable, travelers: TravelerIndex
) -> dict[str, Reader]:
    readers: dict[str, Reader] = {
        id_name(wanted): _known_traveler(travelers),
        **{name: CONTEXT_READERS[name] for name in CONTEXT[1:]},
        ACCEPTED: read_answer,
    }
    if ACTION in wanted:
        readers[ACTION] = _known_action(len(table.offers))
    else:
        readers |= dict.fromkeys(SHIFTS, whole_number)
    if OUTCOME_ID in wanted:
        readers[OUTCOME_ID] = _not_blank
    return readers


def _known_traveler(travelers: TravelerIndex) -> Callable[[Any], Id]:
    known: set[Id] = set(travelers.ids.tolist())

    def read(value: Any) -> Id:
        one = traveler_id(value)
        if one not in known:
            cause = f"is not one of the {len(known)} travelers of the service area"
            raise ValueError(cause + other_spelling(one, known))
        return one

    return read


def _known_action(n_offers: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = whole_number(value)
        if not 0 <= number < n_offers:
            raise ValueError(f"is outside the grid of {n_offers} offers")
        return number

    return read


def _not_blank(value: Any) -> str:
    if not (told := str(value).strip()):
        raise ValueError("is empty")
    return told


def _wrong_offers(rows: Rows, table: DecisionTable, signs: Signs) -> list[Problem]:
    if ACTION not in rows.columns:
        return signs.problems(rows) or outside(rows, table)
    if SHIFTS[0] not in rows.columns:
        return []
    told = with_shifts(rows)
    return told.problems(dict.fromkeys(SHIFTS, whole_number)) or contradictions(told, table)
