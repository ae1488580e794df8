"""Warnings about a service-area folder: what can be used, but is hardly meant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from rideflex.areas.area import ServiceArea
from rideflex.areas.folder import DECISIONS, TRAVELERS
from rideflex.areas.places import PLACES, doubt
from rideflex.areas.trips import FEATURES, TYPE, TripRows, first_rows
from rideflex.decisions.table import DecisionTable
from rideflex.errors import Problem
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.tables.columns import CONTEXT, KEY
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.head import HEAD_ROWS
from rideflex.tables.ids import id_array, traveler_id
from rideflex.tables.readers import text

_LIKE_ANSWERS = frozenset({"yes", "no", "y", "n", "true", "false", "accepted", "rejected"})
_RARE_SHARE = 0.01
_LISTED_OFFERS = 5
_WITHIN_SHARE = 0.25
_UNKNOWN_SHARE = 0.05
_UNUSED = (
    (
        re.compile(
            r"(^|_)(passengers?|riders?|seats?|wheelchairs?|party|companions?|attendants?|escorts?"
            r"|loads?|persons|people|pax)(_|$)",
            re.IGNORECASE,
        ),
        "every trip is one rider on one seat",
    ),
    (
        re.compile(r"max_?(ride|duration)|(^|_)(boarding|dwell|service_time)", re.IGNORECASE),
        "no trip has a longest ride or a boarding time of its own",
    ),
    (
        re.compile(r"(^|_)(date|day|weekday)(_|$)", re.IGNORECASE),
        "a day is drawn from all trips, whatever their dates",
    ),
)


def answer_like_columns(folder: Path) -> list[Problem]:
    """Columns of decisions that look like a type's answers, but hold neither accept nor reject."""
    with CsvFile(folder / DECISIONS) as file:
        head = file.head
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


def doubtful_places(trips: TripRows, zones: tuple[str, ...]) -> list[Problem]:
    """Places at 0, 0, with degrees exchanged, or far from the others of their zone, by row."""
    places, zone = trips.places(), trips.ends(zones)
    if places is None:
        return []
    doubts = doubt(places, zone, len(zones))
    found = []
    for place in np.flatnonzero(doubts.any).tolist():
        side, row = divmod(place, len(trips.rows))
        if doubts.null[place]:
            cause = "lies at 0, 0, where geocoders put what they can't find; left out of the map"
        elif doubts.exchanged[place]:
            cause = "lies far from all others, unless latitude and longitude are exchanged"
        else:
            cause = (
                f"lies {doubts.km[place]:,.0f} km from the middle of its zone, far from the others "
                "there; left out of the map"
            )
        found.append(trips.rows.problem(cause, row, PLACES[side]))
    return sorted(found, key=lambda problem: problem.row or 0)


def unused_columns(trips: TripRows) -> list[Problem]:
    """Columns of trips that speak of load, limits or dates, which nothing reads."""
    found = []
    for name in trips.unused:
        cause = next((told for pattern, told in _UNUSED if pattern.search(name)), None)
        if cause is not None:
            found.append(Problem(trips.rows.file, f"is not used: {cause}", row=1, column=name))
    return found


def trips_within_zones(area: ServiceArea, trips: TripRows) -> list[Problem]:
    """Trips that end in the zone where they begin, where they are many."""
    within = area.trips.origin == area.trips.destination
    n = int(np.count_nonzero(within))
    if n <= _WITHIN_SHARE * len(within):
        return []
    cause = (
        f"{n:,} of {len(within):,} trips end in the zone where they begin, so no shift of theirs "
        "saves much; are the zones too large?"
    )
    return [Problem(trips.rows.file, cause, int(trips.rows.numbers[int(np.argmax(within))]))]


def answers_that_tell_nothing(folder: Path, table: DecisionTable) -> list[Problem]:
    """Types that answer alike in every row, and rows that reject no shift."""
    known = table.known
    trips, actions = np.nonzero(known)
    answers = table.accepts(trips.astype(np.int32), actions.astype(np.int32))
    file, found = str(folder / DECISIONS), []
    alike = [
        f"{one!r} and {other!r}"
        for at, one in enumerate(table.types)
        for number, other in enumerate(table.types[:at])
        if (answers[:, at] == answers[:, number]).all()
    ]
    if alike and len(answers):
        listed = ", ".join(alike[:_LISTED_OFFERS]) + (", …" if len(alike) > _LISTED_OFFERS else "")
        cause = f"types answer alike in every row, so no outcome tells them apart: {listed}"
        found.append(Problem(file, cause))
    refused = ~answers[actions == table.offers.no_shift]
    if n := int(np.count_nonzero(refused.any(axis=1))):
        kinds = ", ".join(repr(table.types[kind]) for kind in np.flatnonzero(refused.any(axis=0)))
        cause = (
            f"{n:,} rows reject the trip as it was asked for, without any shift ({kinds}); are the "
            "shifts and the answers in the right columns?"
        )
        found.append(Problem(file, cause))
    return found


def missing_types(folder: Path, trips: TripRows) -> list[Problem]:
    """Trips that do not say the travelers' true types."""
    if TYPE in trips.optional or (folder / TRAVELERS).exists():
        return []
    cause = f"has no column {TYPE}, the traveler's true type; training needs it"
    return [Problem(trips.rows.file, cause, row=1)]


def changing_features(trips: TripRows) -> list[Problem]:
    """Features that rows of one traveler do not agree on; the cells have been checked."""
    first, entity = first_rows(trips.rows)
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
    """Trips without decisions, where they are more than a few."""
    unknown = area.trips.trip_id < 0
    if np.count_nonzero(unknown) <= _UNKNOWN_SHARE * len(unknown):
        return []
    row = int(np.argmax(unknown))
    columns = (trips.rows.columns[name] for name in CONTEXT)
    traveler, *texts = (column.values[column.codes[row]] for column in columns)
    asked = (traveler_id(traveler), *(text(cell) for cell in texts))
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
    code = contexts.ids.encode(id_array([asked[0]]))
    alike = (contexts.words == numbers).sum(axis=1) + (contexts.travelers == code)
    nearest = contexts[int(np.argmax(alike))]
    others = [
        f"{name} {known!r} instead of {wanted!r}"
        for name, known, wanted in zip(CONTEXT, nearest, asked, strict=True)
        if known != wanted
    ]
    return f"the nearest context in {DECISIONS} has {', '.join(others)}"
