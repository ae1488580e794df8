"""Logged outcomes, encoded in bulk."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from rideflex import (
    FlexibilityPosterior,
    OutcomeBuffer,
    Outcomes,
    ServiceArea,
    UsageError,
    encode_outcomes,
    read_area,
)
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.tables.columns import ACTION, CONTEXT, SHIFTS

N = 300
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small generated city."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=6, trips=5, zones=5, seed=8))
    return read_area(folder)


def drawn(area: ServiceArea) -> tuple[Outcomes, Rows]:
    """The same outcomes encoded, and as a log holds them."""
    rng = np.random.default_rng(0)
    trips = rng.integers(len(area.trips), size=N)
    actions = rng.integers(16, size=N).astype(np.int32)
    accepted = rng.random(N) < 0.5
    outcomes = area.table.outcomes(
        area.trips.traveler[trips], area.trips.trip_id[trips], actions, accepted
    )
    contexts = list(area.table.contexts)
    rows = [
        dict(zip(CONTEXT, contexts[trip], strict=True)) | {ACTION: action, "accepted": answer}
        for trip, action, answer in zip(
            outcomes.trips.tolist(), actions.tolist(), accepted.tolist(), strict=True
        )
    ]
    return outcomes, rows


def same(one: Outcomes, other: Outcomes) -> bool:
    """Whether every array is equal."""
    others = other.arrays()
    return all(np.array_equal(array, others[name]) for name, array in one.arrays().items())


@pytest.mark.parametrize("form", [list, pd.DataFrame, pl.DataFrame, pa.Table.from_pylist])
def test_every_form_of_a_log_is_read(area: ServiceArea, form: Callable[[Rows], Any]) -> None:
    """Dicts and frames give what the arrays give, and the posterior learns from them."""
    outcomes, rows = drawn(area)
    found = encode_outcomes(form(rows), area.table, area.travelers)
    assert same(found, outcomes)
    posterior = FlexibilityPosterior(6, area.table.types)
    posterior.update(found)
    assert posterior.counts.total.sum() == N


def test_the_offer_may_be_given_by_its_shifts(area: ServiceArea) -> None:
    """Both shift columns say what the action says, and `customer_id` what `traveler_id` says."""
    outcomes, rows = drawn(area)
    grid = area.table.offers
    renamed = [
        {
            "customer_id": row["traveler_id"],
            **{name: row[name] for name in (*CONTEXT[1:], "accepted")},
            SHIFTS[0]: -int(grid.pickup[row[ACTION]]),
            SHIFTS[1]: int(grid.dropoff[row[ACTION]]),
        }
        for row in rows
    ]
    assert same(encode_outcomes(renamed, area.table, area.travelers), outcomes)


def test_answers_of_the_rules_are_told(area: ServiceArea, caplog: pytest.LogCaptureFixture) -> None:
    """An outcome without a row of decisions is answered by the rules, and the log counts it."""
    _, rows = drawn(area)
    with caplog.at_level(logging.WARNING):
        encode_outcomes(rows, area.table, area.travelers)
        assert not caplog.text
        unknown = [{**rows[0], "trip_purpose": "moonwalk"}, *rows[1:]]
        assert encode_outcomes(unknown, area.table, area.travelers).trips[0] == -1
    assert "no row for 1 of 300 outcomes" in caplog.text


def test_bad_outcomes_are_named(area: ServiceArea) -> None:
    """A stranger, an answer that is none, an offer outside the grid, a missing column."""
    _, rows = drawn(area)
    for change, cause in (
        ({"traveler_id": 99}, "traveler 99 is not one of the 6"),
        ({"traveler_id": "x"}, "traveler x is not one of the 6"),
        ({"accepted": "perhaps"}, r"1 row holds no answer: 'perhaps' \(1\).* at position 3"),
        ({"accepted": 2}, r"accepted is true or false, not 2 \(position 3\)"),
        ({"accepted": None}, r"1 row holds no answer: '' \(1\).* at position 3"),
        ({"trip_purpose": 7}, r"'trip_purpose' can't hold such values \(int, str\)"),
        ({ACTION: 16}, "action 16 at position 3 is outside the grid"),
    ):
        bad = [*rows[:3], {**rows[3], **change}, *rows[4:]]
        with pytest.raises(UsageError, match=cause):
            encode_outcomes(bad, area.table, area.travelers)
    lacking = {name: value for name, value in rows[3].items() if name != "accepted"}
    with pytest.raises(UsageError, match="'accepted' is missing in the dict at position 3"):
        encode_outcomes([*rows[:3], lacking, *rows[4:]], area.table, area.travelers)
    misspelt = [{name.replace("purpose", "use"): row[name] for name in row} for row in rows]
    for form in (misspelt, pd.DataFrame(misspelt)):
        with pytest.raises(UsageError, match="the column 'trip_purpose' is missing; there are"):
            encode_outcomes(form, area.table, area.travelers)
    for what in (iter(rows), [tuple(row.values()) for row in rows], 7):
        with pytest.raises(UsageError, match="dicts is expected, not"):
            encode_outcomes(what, area.table, area.travelers)


@pytest.mark.parametrize("first", [0, 50])
@pytest.mark.parametrize("form", [list, pd.DataFrame])
def test_records_without_context_are_answered_by_the_rules(
    area: ServiceArea, form: Callable[[Rows], Any], first: int, caplog: pytest.LogCaptureFixture
) -> None:
    """They have no trip, wherever they stand and whatever they lack, and they are counted."""
    outcomes, rows = drawn(area)
    for row in (first, first + 3):
        rows[row] = {name: rows[row][name] for name in (CONTEXT[0], ACTION, "accepted")}
    del rows[first + 7]["trip_purpose"]
    rows[first + 9]["arrival_location"] = None
    with caplog.at_level(logging.WARNING):
        found = encode_outcomes(form(rows), area.table, area.travelers)
    expected = outcomes.trips.copy()
    expected[[first, first + 3, first + 7, first + 9]] = -1
    assert np.array_equal(found.trips, expected)
    assert np.array_equal(found.travelers, outcomes.travelers)
    assert "no row for 4 of 300 outcomes" in caplog.text
    bare = [{name: row[name] for name in (CONTEXT[0], ACTION, "accepted")} for row in rows]
    assert (encode_outcomes(form(bare), area.table, area.travelers).trips == -1).all()


def test_answers_may_be_words_or_numbers(area: ServiceArea) -> None:
    """Words as files hold them, numbers, and both mixed with booleans say the same."""
    outcomes, rows = drawn(area)
    for yes, no in (("accept", "reject"), ("TRUE ", "False"), (1, 0), (1.0, 0.0), ("1.0", "0.0")):
        said = [{**row, "accepted": yes if row["accepted"] else no} for row in rows]
        assert same(encode_outcomes(said, area.table, area.travelers), outcomes)
    mixed = [{**row, "accepted": int(row["accepted"])} for row in rows[:9]] + rows[9:]
    assert same(encode_outcomes(mixed, area.table, area.travelers), outcomes)


def test_outcomes_that_are_not_encoded_are_refused(area: ServiceArea) -> None:
    """A list of dicts in their place is told how it becomes outcomes."""
    _, rows = drawn(area)
    posterior, buffer = FlexibilityPosterior(6, area.table.types), OutcomeBuffer(100, 6, 4)
    for learn in (posterior.update, buffer.append):
        with pytest.raises(UsageError, match=r"a list was given .* rideflex\.encode_outcomes"):
            learn(rows)
