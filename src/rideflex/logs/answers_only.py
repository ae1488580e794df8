"""Logs of answers alone: travelers, offers in minutes, yes or no; no decision table is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, Problem
from rideflex.logs.answers import NoAnswers
from rideflex.logs.checked import has_outcomes
from rideflex.logs.columns import id_name
from rideflex.logs.counter_offers import (
    CounterOffers,
    counter_columns,
    read_counter_offers,
)
from rideflex.logs.outcome_ids import OutcomeIds
from rideflex.logs.row_hashes import scrambled, text_hashes
from rideflex.logs.same_files import refuse_same
from rideflex.logs.trip_context import TripContext
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.tables.coded import Coded
from rideflex.tables.columns import ACCEPTED, ACTION, OUTCOME_ID, SHIFTS, read_answer
from rideflex.tables.head import Head
from rideflex.tables.ids import Id, id_array, other_spelling, traveler_id
from rideflex.tables.readers import Reader, shift, whole_number
from rideflex.tables.rows import Rows
from rideflex.tables.table_files import open_table, read_rows
from rideflex.travelers import TravelerIndex

Offer = tuple[int, int]


@dataclass(frozen=True)
class AnswerLog:
    """Answers of one or more files, oldest first.

    Parameters
    ----------
    travelers
        Travelers and their entities.
    offers
        The offers that were made, and no shift.
    outcomes
        Trips are context levels: 0, or 0 and 1.
    ends
        Rows up to the end of each file.
    context
        What makes level 1, where levels are told apart.
    left_out
        Rows without an answer, by the word that says so.
    volunteered
        Which outcomes are acceptances that a counter-offer named, [n]: they answer no question.
    repeated
        Rows left out because their `outcome_id` was read before.
    """

    travelers: TravelerIndex
    offers: OfferGrid
    outcomes: Outcomes
    ends: tuple[int, ...]
    context: TripContext | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    volunteered: npt.NDArray[np.bool_] | None = None
    repeated: int = 0

    @property
    def counter_offers(self) -> int:
        """Refusals that name what would be accepted."""
        return 0 if self.volunteered is None else int(self.volunteered.sum())

    @property
    def trip_levels(self) -> npt.NDArray[np.uint8] | None:
        """Context level of each "trip"; None where all are alike."""
        return None if self.context is None else np.arange(2, dtype=np.uint8)

    def by_file(self) -> list[Outcomes]:
        """The outcomes of each file."""
        return [self.outcomes[first:end] for first, end in pairwise((0, *self.ends))]


def read_answers(
    files: Iterable[str | Path],
    *,
    travelers: TravelerIndex | None = None,
    offers: OfferGrid | None = None,
    context: TripContext | None = None,
    no_answer: Iterable[str] = (),
    on_file: Callable[[Path, int], object] | None = None,
) -> AnswerLog:
    """Read logs that hold `traveler_id` (or `customer_id`), the offer, and `accepted`.

    The offer is told by both shifts in minutes, or by its index (`action`) in a grid.

    Parameters
    ----------
    files
        CSV or Parquet files, oldest first.
    travelers
        The travelers that there are; without it all those in the logs.
    offers
        The grid that actions are indices of; the default grid without it. Shifts may make offers
        that are not in it.
    context
        What makes context level 1; the logs have its column.
    no_answer
        Words in `accepted` that say that nobody answered; such rows are left out.
    on_file
        Called with each file and its rows.

    Raises
    ------
    DataError
        If a cell can't be used; it names the file, the row, the column and the cause.
    UsageError
        If the context has more than two values and none was named.
    """
    grid = offers or OfferGrid.default()
    known = None if travelers is None else set(travelers.ids.tolist())
    parts = []
    paths, no_answers, outcome_ids = list(map(Path, files)), NoAnswers(no_answer), OutcomeIds()
    refuse_same(paths, has_outcomes)
    rules = _Rules(grid, known, context, no_answers, outcome_ids)
    for path in paths:
        part = _read(path, rules)
        parts.append(part)
        if on_file is not None:
            on_file(path, len(part.accepted))
    no_answers.check()
    if not any(len(part.accepted) for part in parts):
        raise DataError([Problem(str(path), "no outcome to learn from") for path in paths])
    if travelers is None:
        travelers = TravelerIndex.from_ids(id_array([one for part in parts for one in part.ids]))
    told = {pair for part in parts for pair in (*part.pairs, *part.counters.pairs)}
    made = offers or OfferGrid(tuple(sorted({*told, (0, 0)})))
    if not told <= set(made.pairs):
        made = OfferGrid((*made.pairs, *sorted(told - set(made.pairs))))
    if context is not None:
        context = context.of_column(value for part in parts for value in part.context.values)
    read = [_encoded(part, travelers, made, context) for part in parts]
    columns = [outcomes.arrays() for outcomes, _ in read]
    arrays = {name: np.concatenate([column[name] for column in columns]) for name in columns[0]}
    return AnswerLog(
        travelers,
        made,
        Outcomes(**arrays, decisions=None),
        tuple(np.cumsum([len(outcomes) for outcomes, _ in read]).tolist()),
        context,
        dict(no_answers.left_out),
        np.concatenate([volunteered for _, volunteered in read]),
        outcome_ids.repeated,
    )


def _encoded(
    part: _Part, travelers: TravelerIndex, offers: OfferGrid, context: TripContext | None
) -> tuple[Outcomes, npt.NDArray[np.bool_]]:
    outcomes = Outcomes(
        travelers.encode(id_array(part.ids))[part.id_codes],
        _levels(part.context, context),
        _actions(part, offers),
        part.accepted,
    )
    return part.counters.added_to(outcomes, offers)


@dataclass(frozen=True)
class _Part:
    """One file: distinct ids and offers, with the code of each row."""

    ids: list[Id]
    id_codes: npt.NDArray[np.int32]
    pairs: list[Offer]
    pair_codes: npt.NDArray[np.intp]
    accepted: npt.NDArray[np.bool_]
    context: Coded
    counters: CounterOffers


_NO_CODES = np.zeros(0, dtype=np.int32)
_NO_ROWS = np.zeros(0, dtype=np.intp)
_NOTHING = _Part(
    [],
    _NO_CODES,
    [],
    _NO_ROWS,
    np.zeros(0, dtype=np.bool_),
    Coded([], _NO_CODES),
    CounterOffers(_NO_ROWS, ()),
)


@dataclass(frozen=True)
class _Rules:
    """How files are read: what is known beforehand, and what is remembered across them."""

    grid: OfferGrid
    known: set[Id] | None
    context: TripContext | None
    no_answers: NoAnswers
    outcome_ids: OutcomeIds


def _read(path: Path, rules: _Rules) -> _Part:
    context = rules.context
    with open_table(path) as file:
        who, offer = id_name(file.header.names), _offer_columns(file.header)
        column = () if context is None else (context.column,)
        counter = counter_columns(file.header.names)
        once = tuple(name for name in (OUTCOME_ID,) if name in file.header.names)
        wanted = tuple(dict.fromkeys((who, *offer, ACCEPTED, *column, *counter, *once)))
        file.header.require(wanted)
        if not file.header.has_rows:
            return _NOTHING
        rows = rules.no_answers.without(read_rows(file, wanted))
    readers: dict[str, Reader] = {
        who: _traveler(rules.known),
        **({ACTION: _action(rules.grid)} if offer == (ACTION,) else dict.fromkeys(SHIFTS, shift)),
        ACCEPTED: read_answer,
        **dict.fromkeys(column, _any),
        **dict.fromkeys(once, _not_blank),
    }
    if problems := rows.problems(readers):
        raise DataError(problems)
    if once:
        said = np.zeros(len(rows), dtype=np.uint64)
        for name in (who, *offer, ACCEPTED):
            said = scrambled(said + text_hashes(rows, name))
        rows = rows.where(rules.outcome_ids.fresh(text_hashes(rows, OUTCOME_ID), said))
    if offer == (ACTION,):
        actions = rows.read(ACTION, readers[ACTION], np.intp)
        met, codes = np.unique(actions, return_inverse=True)
        pairs = [rules.grid[action] for action in met.tolist()]
    else:
        pairs, codes = _pairs(rows)
    ids = rows.coded(who, readers[who])
    accepted = rows.read(ACCEPTED, read_answer, np.bool_)
    return _Part(
        ids.values,
        ids.codes,
        pairs,
        codes,
        accepted,
        rows.coded(context.column, _any) if context else Coded([], np.zeros(len(rows), np.int32)),
        read_counter_offers(rows, accepted),
    )


def _offer_columns(head: Head) -> tuple[str, ...]:
    return (ACTION,) if ACTION in head.names and not set(SHIFTS) <= set(head.names) else SHIFTS


def _pairs(rows: Rows) -> tuple[list[Offer], npt.NDArray[np.intp]]:
    """Distinct offers, earlier below 0 and later above, and that of each row."""
    both = np.stack([rows.read(name, shift, np.int64) for name in SHIFTS], axis=1)
    if (both < 0).any():
        wrong = [
            rows.problem(cause, int(row), SHIFTS[side])
            for side, sign, cause in (
                (0, 1, "picks up later; in a log with signs a pick-up shift is 0 or less"),
                (1, -1, "drops off earlier; in a log with signs a drop-off shift is 0 or more"),
            )
            for row in np.flatnonzero(both[:, side] * sign > 0)
        ]
        if wrong:
            raise DataError(sorted(wrong, key=lambda problem: problem.row or 0))
    else:
        both[:, 0] *= -1
    met, codes = np.unique(both, axis=0, return_inverse=True)
    return [(int(early), int(late)) for early, late in met], codes.reshape(-1)


def _actions(part: _Part, offers: OfferGrid) -> npt.NDArray[np.int32]:
    places = {pair: place for place, pair in enumerate(offers.pairs)}
    return np.array([places[pair] for pair in part.pairs], dtype=np.int32)[part.pair_codes]


def _levels(column: Coded, context: TripContext | None) -> npt.NDArray[np.int32]:
    if context is None:
        return np.zeros(len(column.codes), dtype=np.int32)
    return context.levels(column.values).astype(np.int32)[column.codes]


def _traveler(known: set[Id] | None) -> Reader:
    def read(value: Any) -> Id:
        one = traveler_id(value)
        if known is not None and one not in known:
            cause = f"is not one of the {len(known)} travelers of the service area"
            raise ValueError(cause + other_spelling(one, known))
        return one

    return read


def _action(grid: OfferGrid) -> Reader:
    def read(value: Any) -> int:
        number = whole_number(value)
        if not 0 <= number < len(grid):
            raise ValueError(f"is outside the grid of {len(grid)} offers")
        return number

    return read


def _any(value: Any) -> Any:
    return value


def _not_blank(value: Any) -> str:
    if not (told := str(value).strip()):
        raise ValueError("is empty")
    return told
