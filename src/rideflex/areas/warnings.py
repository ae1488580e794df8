"""What in a service-area folder can be used, but is hardly meant: warnings, not errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from rideflex.areas.area import DECISIONS, ServiceArea
from rideflex.areas.behaviour import FILE as PEOPLE
from rideflex.areas.travel_times import FILE as TIMES
from rideflex.areas.travel_times import TravelTimes
from rideflex.areas.trips import FEATURES, TYPE, TripRows
from rideflex.decisions.table import DecisionTable
from rideflex.errors import Problem
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.tables.columns import CONTEXT, KEY
from rideflex.tables.csv_files import HEAD_ROWS, csv_head
from rideflex.tables.rows import text, whole_number

_LIKE_ANSWERS = frozenset({"yes", "no", "y", "n", "true", "false", "accepted", "rejected"})
_RARE_SHARE = 0.01
_LISTED_OFFERS = 5
_QUICK_S = 30


def answer_like_columns(folder: Path) -> list[Problem]:
    """Columns of decisions that look like a type's answers, but hold neither accept nor reject."""
    head = csv_head(folder / DECISIONS)
    found = []
    for name in dict.fromkeys(head.names):
        words = {cell.strip().lower() for cell in head.cells[name]} - {""}
        if words and words <= _LIKE_ANSWERS and name not in (*KEY, *DEFAULT_TYPES):
            cause = (
                f"holds only {' and '.join(sorted(words))} in the first {HEAD_ROWS} rows; write "
                "accept or reject if it is a flexibility type"
            )
            found.append(Problem(head.file, cause, column=name))
    return found


def rare_offers(folder: Path, table: DecisionTable) -> list[Problem]:
    """Offers that hardly any trip context has a row for."""
    rows = table.trips_by_offer
    rare = np.flatnonzero(rows < _RARE_SHARE * table.n_trips).tolist()
    if not rare:
        return []
    listed = ", ".join(f"{table.offers[offer]} in {rows[offer]}" for offer in rare[:_LISTED_OFFERS])
    more = ", …" if len(rare) > _LISTED_OFFERS else ""
    cause = (
        f"{len(rare)} of {len(table.offers)} offers are in fewer than one trip context in a "
        f"hundred, of {table.n_trips:,}: {listed}{more}; are these shifts meant? Where there is no "
        "row the types' rules answer"
    )
    return [Problem(str(folder / DECISIONS), cause)]


def quick_drives(folder: Path, times: TravelTimes) -> list[Problem]:
    """Travel times that are too short for seconds."""
    between = times.seconds[~np.eye(len(times.zones), dtype=np.bool_)]
    if not len(between) or (median := float(np.median(between))) >= _QUICK_S:
        return []
    cause = f"half of the travel times are at most {median:g} s; are they minutes? Write seconds"
    return [Problem(str(folder / TIMES), cause)]


def missing_types(folder: Path, trips: TripRows) -> list[Problem]:
    """Trips that do not say the travelers' true types."""
    if TYPE in trips.optional or (folder / PEOPLE).exists():
        return []
    cause = f"has no column {TYPE}, the traveler's true type; training needs it"
    return [Problem(trips.rows.file, cause, row=1)]


def changing_features(trips: TripRows) -> list[Problem]:
    """Features that rows of one traveler do not agree on; the cells have been checked."""
    travelers = trips.rows.read(CONTEXT[0], whole_number, np.int64)
    _, first, entity = np.unique(travelers, return_index=True, return_inverse=True)
    found = []
    for name in FEATURES:
        if name in trips.optional:
            values = trips.rows.columns[name].codes
            other = values != values[first][entity]
            if n := len(np.unique(entity[other])):
                cause = (
                    f"differs from an earlier row of this traveler, and so for {n:,} of "
                    f"{len(first):,} travelers; the first row of each counts"
                )
                found.append(trips.rows.problem(cause, int(np.argmax(other)), name))
    return found


def unknown_contexts(area: ServiceArea, trips: TripRows) -> list[Problem]:
    """Trips without decisions, where that is more than half of them."""
    unknown = area.trips.trip_id < 0
    if 2 * np.count_nonzero(unknown) <= len(unknown):
        return []
    row = int(np.argmax(unknown))
    columns = (trips.rows.columns[name] for name in CONTEXT)
    traveler, *texts = (column.values[column.codes[row]] for column in columns)
    asked = (whole_number(traveler), *(text(cell) for cell in texts))
    cause = (
        f"{np.count_nonzero(unknown):,} of {len(unknown):,} trips have no row of decisions; the "
        f"first is {asked}; {_nearest(area.table, asked)}"
    )
    return [Problem(trips.rows.file, cause, int(trips.rows.numbers[row]))]


def _nearest(table: DecisionTable, asked: tuple[Any, ...]) -> str:
    """Say in what the context that has most in common with the one asked for is another."""
    contexts = table.contexts
    words = zip(contexts.vocabularies, asked[1:], strict=True)
    numbers = [vocabulary.number(word) for vocabulary, word in words]
    alike = (contexts.words == numbers).sum(axis=1) + (contexts.travelers == asked[0])
    nearest = contexts[int(np.argmax(alike))]
    others = [
        f"{name} {known!r} instead of {wanted!r}"
        for name, known, wanted in zip(CONTEXT, nearest, asked, strict=True)
        if known != wanted
    ]
    return f"the nearest context in {DECISIONS} has {', '.join(others)}"
