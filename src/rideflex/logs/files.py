"""Logged outcomes in files: streamed, checked cell by cell, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.errors import DataError, Problem, UsageError
from rideflex.logs.frames import id_name
from rideflex.outcomes import Counts, Outcomes
from rideflex.tables.columns import ACCEPTED, ACTION, CONTEXT, SHIFTS, read_answer
from rideflex.tables.head import Head
from rideflex.tables.ids import Id, other_spelling, traveler_id
from rideflex.tables.readers import CONTEXT_READERS, Reader, text, whole_number
from rideflex.tables.rows import Rows
from rideflex.tables.table_files import open_table
from rideflex.travelers import TravelerIndex


@dataclass(frozen=True)
class LogCounts:
    """What files of outcomes amount to.

    Parameters
    ----------
    counts
        All that a model needs of them.
    rows
        Outcomes read.
    fallbacks
        Outcomes that a rule answered: the decisions have no row for them.
    """

    counts: Counts
    rows: int
    fallbacks: int


def count_outcomes(
    files: Iterable[str | Path],
    table: DecisionTable,
    travelers: TravelerIndex,
    on_batch: Callable[[Path, int], object] | None = None,
    *,
    forget: float = 1.0,
) -> LogCounts:
    """Stream files of outcomes into counts; the memory needed doesn't grow with the files.

    Parameters
    ----------
    files
        CSV or Parquet files with the six context columns (`customer_id` may stand for
        `traveler_id`), the offer (both shift columns, or `action`), and `accepted`.
    table
        What the types would have answered.
    travelers
        The travelers and their entities.
    on_batch
        Called with the file and the rows of each batch once it is counted.
    forget
        What each file leaves of the weight of the files before it.

    Raises
    ------
    UsageError
        If `forget` is no weight.
    DataError
        If a cell can't be used; it names the file, the row, the column and the cause.
    """
    if not 0.0 <= forget <= 1.0:
        raise UsageError(f"forget is a weight from 0 to 1, not {forget}")
    counts = Counts.zeros(len(travelers), len(table.types))
    n_rows = fallbacks = 0
    for file in map(Path, files):
        counts = counts.scaled(forget)
        for rows in checked_rows(file, table, travelers):
            outcomes = encode(rows, table, travelers)
            counts.add(outcomes)
            n_rows += len(rows)
            fallbacks += table.fallbacks(outcomes.trips, outcomes.actions)
            if on_batch is not None:
                on_batch(file, len(rows))
    return LogCounts(counts, n_rows, fallbacks)


def checked_rows(path: Path, table: DecisionTable, travelers: TravelerIndex) -> Iterator[Rows]:
    """Read a file batch by batch; the first batch with a bad cell raises with all its problems."""
    known: set[Id] = set(travelers.ids.tolist())

    def traveler(value: Any) -> Id:
        one = traveler_id(value)
        if one not in known:
            cause = f"is not one of the {len(known)} travelers of the service area"
            raise ValueError(cause + other_spelling(one, known))
        return one

    def action(value: Any) -> int:
        number = whole_number(value)
        if not 0 <= number < len(table.offers):
            raise ValueError(f"is outside the grid of {len(table.offers)} offers")
        return number

    with open_table(path) as file:
        wanted = _wanted(file.head)
        readers: dict[str, Reader] = {
            id_name(wanted): traveler,
            **{name: CONTEXT_READERS[name] for name in CONTEXT[1:]},
            **({ACTION: action} if ACTION in wanted else dict.fromkeys(SHIFTS, whole_number)),
            ACCEPTED: read_answer,
        }
        for rows in file.rows(wanted):
            problems = rows.problems(readers) or _offers_outside(rows, table)
            if problems:
                raise DataError(problems)
            yield rows


def encode(rows: Rows, table: DecisionTable, travelers: TravelerIndex) -> Outcomes:
    """Encode rows whose cells have been checked."""
    ids = rows.ids(id_name(tuple(rows.columns)))
    context = {name: rows.coded(name, text).arrow() for name in CONTEXT[1:]}
    if ACTION in rows.columns:
        actions = rows.read(ACTION, whole_number, np.int32)
    else:
        actions = _shift_actions(rows, table)
    return table.outcomes(
        travelers.encode(ids),
        table.trip_ids({CONTEXT[0]: ids, **context}),
        actions,
        rows.read(ACCEPTED, read_answer, np.bool_),
    )


def _wanted(head: Head) -> tuple[str, ...]:
    offer = (ACTION,) if ACTION in head.names else SHIFTS
    wanted = (id_name(head.names), *CONTEXT[1:], *offer, ACCEPTED)
    head.require(wanted)
    return wanted


def _shift_actions(rows: Rows, table: DecisionTable) -> npt.NDArray[np.int32]:
    """Action of each row's pair of shifts, -1 outside the grid; each pair is looked up once."""
    pickup, dropoff = (rows.columns[name] for name in SHIFTS)
    width = len(dropoff.values)
    pairs, pair_of_row = np.unique(pickup.codes * width + dropoff.codes, return_inverse=True)
    actions = np.full(len(pairs), -1, dtype=np.int32)
    for at, pair in enumerate(pairs.tolist()):
        early, late = divmod(pair, width)
        shifts = ([whole_number(pickup.values[early])], [whole_number(dropoff.values[late])])
        try:
            actions[at] = table.actions(dict(zip(SHIFTS, shifts, strict=True)))[0]
        except UsageError:
            continue
    of_rows: npt.NDArray[np.int32] = actions[pair_of_row]
    return of_rows


def _offers_outside(rows: Rows, table: DecisionTable) -> list[Problem]:
    if ACTION in rows.columns:
        return []
    late = rows.columns[SHIFTS[1]]
    cause = "with {} {} makes an offer that is not in the grid of {} offers"
    return [
        rows.problem(
            cause.format(SHIFTS[1], late.values[late.codes[row]], len(table.offers)),
            int(row),
            SHIFTS[0],
        )
        for row in np.flatnonzero(_shift_actions(rows, table) < 0)
    ]
