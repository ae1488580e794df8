"""The decision table: conflicts, ids, magnitudes, fall-backs, and where results are written."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rideflex.decisions import DecisionTable
from rideflex.decisions.report import CompileReport
from rideflex.errors import DataError, UsageError
from rideflex.flexibility import DEFAULT_TYPES, FlexibilityRule
from rideflex.offers import OfferGrid
from rideflex.tables.columns import KEY
from tests.decisions.frames import WINDOWS, frame, plain_answer, row, tables

CONTEXT = (1, "work", "home", "office", WINDOWS[0], WINDOWS[1])
NO_SHIFT = OfferGrid.default().no_shift


@pytest.mark.parametrize(
    ("on_conflict", "answers"), [("first", "raar"), ("last", "arra"), ("majority", "aaar")]
)
def test_a_key_that_stands_in_several_rows(on_conflict, answers):
    """First, last or the majority of each type answers; a tie goes to the first row."""
    rows = frame(row("raar"), row("aaar"), row("aarr"), row("arra"))
    table = DecisionTable.from_frame(rows, on_conflict=on_conflict)
    expected = [letter == "a" for letter in answers]
    assert table.accepts([0], [NO_SHIFT])[0].tolist() == expected
    assert (table.report.rows, table.report.keys) == (4, 1)
    assert (table.report.duplicate_rows, table.report.conflicting_keys) == (3, 1)


def test_a_disagreement_can_be_an_error():
    """The error names the row and the type whose answer differs; agreeing repeats are fine."""
    agreeing = frame(row("raar"), row("raar"))
    assert DecisionTable.from_frame(agreeing, on_conflict="error").report.duplicate_rows == 1
    with pytest.raises(DataError, match=r"row 4.*inflexible for any.*'reject'.*on_conflict"):
        DecisionTable.from_frame(frame(row("raar"), row("raar"), row("rarr")), on_conflict="error")


@given(tables(), st.sampled_from(["first", "last", "majority"]))
def test_every_conflict_policy_equals_going_through_the_rows(drawn, on_conflict):
    """The mapping over the index is what the plain way gives, key by key."""
    rows, _, types = drawn
    table = DecisionTable.from_frame(rows, types, on_conflict=on_conflict)
    assert dict(table.as_mapping()) == plain_answer(rows, types, on_conflict)
    assert table.report.keys == len(table.as_mapping()) + table.report.keys_outside_grid


def test_traveler_ids_may_be_any_integer():
    """Ids need not start at 0 or 1, and the table never shifts them."""
    rows = frame(*(row("aaaa", traveler=traveler) for traveler in (-3, 0, 5, 10**9, -(2**63))))
    table = DecisionTable.from_frame(rows)
    assert table.trip_travelers.tolist() == [-3, 0, 5, 10**9, -(2**63)]
    assert table.trip_ids(rows).tolist() == [0, 1, 2, 3, 4]
    assert table.trip_ids(frame(row("aaaa", traveler=1))).tolist() == [-1]


def test_no_row_for_a_context_or_an_offer_is_counted_and_logged(caplog):
    """The rule answers, the log and the result say how often, and strict raises instead."""
    table = DecisionTable.from_frame(frame(row("rrrr"), row("rrrr", 10, 0)))
    trips, actions = [0, -1, 0], [NO_SHIFT, NO_SHIFT, table.offers.action_of(-20, 0)]
    with caplog.at_level(logging.INFO):
        got = table.answers(trips, actions, [True, True, True])
    assert got.fallbacks == table.fallbacks(trips, actions) == 2
    assert "the rule answered 2 of 3" in caplog.text
    expected = [[False] * 4, [True] * 4, [False, True, False, True]]
    assert got.accepts.tolist() == expected
    with pytest.raises(UsageError, match=r"2 of 3 questions.*position 1.*unknown"):
        table.accepts(trips, actions, strict=True)
    with pytest.raises(UsageError, match=r"no row for the offer \(-20, 0\)"):
        table.indicators([0], actions[2:], [True], strict=True)
    assert table.accepts([0], [NO_SHIFT], strict=True).tolist() == [[False] * 4]


def test_a_report_counts_what_was_found():
    """By hand: 3 contexts; offers (0, 0), (-10, 0) and, outside the grid, (60, 0)."""
    rows = frame(
        *(row("aaaa"), row("aaaa"), row("rrrr"), row("aaaa", 60, 0), row("raaa", 60, 0)),
        *(row("aaaa", 10, 0, traveler=2), row("aaaa", 0, 0, purpose="leisure")),
    )
    table = DecisionTable.from_frame(rows, offers=[(0, 0), (-10, 0)])
    assert table.report == CompileReport(
        rows=7,
        keys=4,
        trips=3,
        duplicate_rows=3,
        conflicting_keys=2,
        missing_cells=3,
        keys_outside_grid=1,
    )
    assert table.n_known == 3
    assert table.known.tolist() == [[True, False], [False, True], [True, False]]


@pytest.mark.parametrize("n_trips", [0, 1, 2, 3, 4, 7, 8, 9, 40])
def test_contexts_fill_their_slots_by_half_at_most(n_trips):
    """A power of two of slots, each context in one of them, and a free one where a search ends."""
    rows = [row("aaaa", traveler=traveler) for traveler in range(n_trips)]
    table = DecisionTable.from_frame(frame(*rows)) if rows else DecisionTable.empty()
    slots = table.contexts.slots
    assert len(slots).bit_count() == 1
    assert 2 * n_trips < len(slots) <= max(1, 4 * n_trips)
    assert sorted(slots[slots >= 0].tolist()) == list(range(n_trips))


def test_an_error_names_a_type_that_disagrees():
    """Of 9 types the first two disagree, then the last one alone: the last of them is named."""
    types = tuple(f"type {number}" for number in range(9))
    for answers, named in (("rr" + "a" * 7, "type 1"), ("a" * 8 + "r", "type 8")):
        rows = frame(row("a" * 9), row(answers), types=types)
        with pytest.raises(DataError, match=f"row 3.*{named}"):
            DecisionTable.from_frame(rows, on_conflict="error")


def test_a_table_of_no_types_is_refused():
    """One type is the least."""
    assert DecisionTable.empty(["easy"]).types == ("easy",)
    with pytest.raises(UsageError, match="1 to 64 types, not 0"):
        DecisionTable.empty([])


def test_an_offer_of_minus_20_meets_the_magnitude_20():
    """Magnitudes in the file, signs in the question: both find the row."""
    table = DecisionTable.from_frame(frame(row("raar", 20, 10)))
    expected = dict(zip(DEFAULT_TYPES, ("reject", "accept", "accept", "reject"), strict=True))
    assert not table.signed
    assert table.lookup(*CONTEXT, -20, 10) == table.lookup(*CONTEXT, 20, 10) == expected
    asked = {name: [value] for name, value in zip(KEY, (*CONTEXT, -20, 10), strict=True)}
    assert table.offers[table.actions(asked)[0]] == (-20, 10)


def test_a_file_with_a_negative_shift_is_read_as_signed():
    """In a signed file -20 is found as it stands, and 20 is another offer."""
    rows = frame(row("aaaa", -20, 0), row("rrrr", -25, 10), row("aaaa", 0, 0))
    table = DecisionTable.from_frame(rows)
    assert table.signed
    assert tuple(table.offers) == ((-25, 10), (-20, 0), (0, 0))
    assert set(table.lookup(*CONTEXT, -20, 0).values()) == {"accept"}
    assert table.lookup(*CONTEXT, 20, 0) is None


def test_any_grid_and_what_lies_outside_it():
    """A grid that is given decides the actions; keys outside it are counted."""
    rows = frame(row("aaaa", 0, 0), row("raar", 5, 0), row("aaaa", 60, 60))
    grid = OfferGrid.from_steps(pickup=(0, -5), dropoff=(0,))
    table = DecisionTable.from_frame(rows, offers=grid)
    assert table.report.keys_outside_grid == 1
    assert table.accepts([0, 0], [0, 1]).tolist() == [[True] * 4, [False, True, True, False]]
    assert table.lookup(*CONTEXT, 60, 60) is None
    own = DecisionTable.from_frame(rows)
    assert tuple(own.offers) == ((-60, 60), (-5, 0), (0, 0))
    with pytest.raises(UsageError, match=r"\(60, 60\) at position 2"):
        table.actions(rows)


@pytest.mark.parametrize("n_types", [1, 3, 8, 9, 33, 64])
def test_up_to_64_types(n_types):
    """Masks of every width give each type its own answer, and so do the matrices."""
    types = tuple(f"type {number}" for number in range(n_types))
    answers = np.random.default_rng(n_types).random((2, n_types)) < 0.5
    letters = ["".join("ra"[answer] for answer in one) for one in answers.astype(int)]
    rows = frame(row(letters[0]), row(letters[1], 10, 0), types=types)
    table = DecisionTable.from_frame(rows)
    actions = table.actions(rows)
    got = table.answers([0, 0], actions, [True, False])
    np.testing.assert_array_equal(got.accepts, answers)
    np.testing.assert_array_equal(got.indicators, answers == [[True], [False]])
    for kind in range(n_types):
        assert table.masks([0], [kind])[0, actions].tolist() == answers[:, kind].tolist()


def test_more_than_64_types_are_refused():
    """Bit masks end at 64 bits."""
    types = tuple(f"type {number}" for number in range(65))
    with pytest.raises(DataError, match="the frame, row 1: has 65 columns of accepts"):
        DecisionTable.from_frame(frame(row("a" * 65), types=types))
    with pytest.raises(UsageError, match="1 to 64 types, not 65"):
        DecisionTable.empty(types)


def test_indicators_are_answers_compared_with_what_was_observed():
    """Type l's indicator is 1 where it would have answered as the traveler did."""
    table = DecisionTable.from_frame(frame(row("raar")))
    accepted = table.indicators([0, 0], [NO_SHIFT] * 2, [True, False])
    assert accepted.tolist() == [[False, True, True, False], [True, False, False, True]]
    outcomes = table.outcomes([0, 0], [0, 0], [NO_SHIFT] * 2, [True, False])
    assert outcomes.agreement().tolist() == [0b0110, 0b1001]


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.float32, np.float64, np.int64])
def test_matrices_are_written_where_the_caller_wants(dtype):
    """Out may be NumPy of any number type, in any layout, or torch, which shares its memory."""
    table = DecisionTable.from_frame(frame(row("raar"), row("aara", 10, 0)))
    trips, actions = [0, 0, -1], [NO_SHIFT, table.offers.action_of(-10, 0), 0]
    expected = table.accepts(trips, actions)
    plain, strided = np.empty((3, 4), dtype), np.empty((3, 8), dtype)[:, ::2]
    assert table.accepts(trips, actions, out=plain) is plain
    table.accepts(trips, actions, out=strided)
    np.testing.assert_array_equal(plain, expected)
    np.testing.assert_array_equal(strided, expected)
    tensor = torch.empty(3, 4)
    table.indicators(trips, actions, [True] * 3, out=tensor)
    np.testing.assert_array_equal(tensor.numpy(), expected)
    with pytest.raises(UsageError, match=r"\(2, 4\).*\(3, 4\)"):
        table.accepts(trips, actions, out=np.empty((2, 4)))


def frames_of(rows: pd.DataFrame) -> dict[str, object]:
    """The same rows in every form that is taken."""
    return {
        "pandas": rows,
        "pandas object": rows.astype(object).astype({"traveler_id": np.int64}),
        "pandas categorical": rows.astype(dict.fromkeys(KEY[1:6], "category")),
        "polars": pl.from_pandas(rows),
        "arrow": pa.Table.from_pandas(rows),
        "columns": {name: rows[name].tolist() for name in rows},
        "dicts": rows.to_dict("records"),
    }


@given(tables())
def test_frames_columns_and_dicts_are_encoded_alike(drawn):
    """Every form of the same outcomes gives the same trips and actions."""
    rows, outcomes, types = drawn
    table = DecisionTable.from_frame(rows, types, offers=OfferGrid.default())
    known = {context: trip for trip, context in enumerate(table.contexts)}
    stripped = outcomes.map(lambda value: value.strip() if isinstance(value, str) else value)
    expected = [known.get(one[:6], -1) for one in stripped.itertuples(index=False, name=None)]
    for form, asked in frames_of(outcomes).items():
        if len(outcomes) or form not in ("columns", "dicts"):
            assert table.trip_ids(asked).tolist() == expected, form
            np.testing.assert_array_equal(table.actions(asked), table.actions(outcomes))


def test_lookup_strips_blanks_and_knows_what_is_missing():
    """One question at a time: an answer by type, or None."""
    table = DecisionTable.from_frame(frame(row("raar")))
    assert table.lookup(1, " work", "home\t", "office", f"{WINDOWS[0]} ", WINDOWS[1], 0, 0)
    assert table.lookup(2, *CONTEXT[1:], 0, 0) is None
    assert table.lookup(*CONTEXT, 10, 0) is None
    assert table.lookup(*CONTEXT, 11, 0) is None
    with pytest.raises(KeyError):
        table.as_mapping()[(*CONTEXT, 30, 30)]


@pytest.mark.parametrize("traveler", [1.7, None, float("nan"), True, "", 1e300, [1]])
def test_lookup_refuses_what_is_no_id(traveler):
    """1.7 is nobody, and is not cut to 1; a whole number of any kind is taken."""
    table = DecisionTable.from_frame(frame(row("raar")))
    with pytest.raises(UsageError, match="the traveler id "):
        table.lookup(traveler, *CONTEXT[1:], 0, 0)
    assert table.lookup("one", *CONTEXT[1:], 0, 0) is None
    for one in (1, np.int64(1), np.uint8(1), 1.0, "1"):
        assert table.lookup(one, *CONTEXT[1:], 0, 0) == table.lookup(*CONTEXT, 0, 0)


def test_rules_of_ones_own_and_types_without_one(caplog):
    """A type without a rule accepts no shift where nothing is known; the log says so once."""
    rows = frame(row("aa"), types=("punctual", "easy"))
    with caplog.at_level(logging.WARNING):
        table = DecisionTable.from_frame(rows)
        table.accepts([-1, -1], [0, NO_SHIFT])
    assert caplog.text.count("no rule is given for 'punctual', 'easy'") == 1
    assert table.accepts([-1, -1], [0, NO_SHIFT]).tolist() == [[False] * 2, [True] * 2]
    table = DecisionTable.from_frame(rows, rules={"easy": FlexibilityRule(None, None)})
    assert table.accepts([-1], [0]).tolist() == [[False, True]]


@pytest.mark.parametrize(
    ("ids", "actions", "message"),
    [
        ([0, 1], [0, 0], "trip id 1 at position 1"),
        ([-2], [0], "trip id -2"),
        ([0], [16], "action 16 at position 0 is outside the grid of 16"),
        ([0], [-1], "action -1"),
        ([0, 0], [0], "do not go with"),
        ([0.5], [0], "whole numbers"),
        ([2**40], [0], "32 bits"),
    ],
)
def test_ids_outside_the_table_are_refused(ids, actions, message):
    """Nothing is read beyond the table: the first bad id or action is named."""
    table = DecisionTable.from_frame(frame(row("raar")))
    with pytest.raises(UsageError, match=message):
        table.accepts(ids, actions)


def test_masks_ask_one_type_a_trip():
    """Row i holds what type types[i] accepts on trip i; unknown trips get the rule."""
    table = DecisionTable.from_frame(frame(row("raar"), row("aaaa", 30, 30)))
    masks = table.masks([0, 0, -1], [0, 1, 2])
    assert masks.shape == (3, 16)
    assert masks[:, NO_SHIFT].tolist() == [False, True, True]
    assert masks[:, table.offers.action_of(-30, 30)].tolist() == [True, True, False]
    for bad in ([4], [-1]):
        with pytest.raises(UsageError, match=f"type {bad[0]}"):
            table.masks([0], bad)


def test_columns_that_are_missing_are_named():
    """A frame without a context column is refused by the column's name."""
    table = DecisionTable.from_frame(frame(row("raar")))
    with pytest.raises(UsageError, match="'arrival_location' is missing"):
        table.trip_ids(frame(row("raar")).drop(columns="arrival_location"))
    with pytest.raises(UsageError, match=r"traveler_id 1\.5 at position 0: is neither"):
        table.trip_ids(frame(row("raar")).assign(traveler_id=1.5))
