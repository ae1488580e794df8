"""Logs of answers alone: any offers, any travelers, a context of two levels."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rideflex.errors import DataError, UsageError
from rideflex.logs.answers_only import read_answers
from rideflex.logs.trip_context import TripContext, saved_context
from rideflex.offers import OfferGrid
from rideflex.travelers import TravelerIndex


def written(path, text):
    """A file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def test_offers_are_those_of_the_log(tmp_path):
    """Any minutes, and no shift; magnitudes mean earlier and later; travelers are the log's."""
    log = read_answers(
        [
            written(
                tmp_path / "a.csv",
                "traveler_id,pickup_shift_min,dropoff_shift_min,accepted\n"
                "007,12,0,yes\n7,0,45,no\nA-17,12,45,accept\n007,0,0,1\n",
            )
        ]
    )
    assert log.offers.pairs == ((-12, 0), (-12, 45), (0, 0), (0, 45))
    assert log.travelers.ids.tolist() == [7, "007", "A-17"]
    assert log.outcomes.travelers.tolist() == [1, 0, 2, 1]
    assert [log.offers[a] for a in log.outcomes.actions] == [(-12, 0), (0, 45), (-12, 45), (0, 0)]
    assert log.outcomes.accepted.tolist() == [True, False, True, True]
    assert log.outcomes.trips.tolist() == [0] * 4
    assert (log.ends, log.trip_levels, log.context) == ((4,), None, None)


def test_files_come_one_after_the_other(tmp_path):
    """CSV and Parquet, signed and unsigned, `customer_id` too; the end of each is known."""
    first = tmp_path / "a.parquet"
    pl.DataFrame(
        {
            "customer_id": [3, 1],
            "pickup_shift_min": [-10, 0],
            "dropoff_shift_min": [0, 30],
            "accepted": [True, False],
        }
    ).write_parquet(first)
    second = written(tmp_path / "b.csv", "traveler_id,action,accepted\n2,4,0\n")
    seen = []
    log = read_answers([first, second], on_file=lambda file, rows: seen.append((file.name, rows)))
    assert seen == [("a.parquet", 2), ("b.csv", 1)]
    assert log.ends == (2, 3)
    assert [len(part) for part in log.by_file()] == [2, 1]
    assert [log.offers[action] for action in log.outcomes.actions] == [(-10, 0), (0, 30), (-20, 0)]
    assert log.travelers.ids.tolist() == [1, 2, 3]


def test_known_travelers_and_offers_are_kept(tmp_path):
    """Entities and actions are those that were given; other offers are added behind."""
    file = written(
        tmp_path / "a.csv",
        "traveler_id,pickup_shift_min,dropoff_shift_min,accepted\n5,5,0,1\n9,20,0,1\n",
    )
    log = read_answers([file], travelers=TravelerIndex([9, 7, 5]), offers=OfferGrid.default())
    assert log.outcomes.travelers.tolist() == [2, 0]
    assert log.offers.pairs[:16] == OfferGrid.default().pairs
    assert log.offers.pairs[16:] == ((-5, 0),)
    assert log.outcomes.actions.tolist() == [16, 4]
    with pytest.raises(
        DataError, match=r"row 3, column 'traveler_id', value '?9'?: is not one of the 1 travelers"
    ):
        read_answers([file], travelers=TravelerIndex([5]))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("1,10,0,perhaps\n", r"a\.csv, row 2, column 'accepted', value 'perhaps'"),
        ("1,10,,1\n", r"row 2, column 'dropoff_shift_min', value ''"),
        ("1,-10,0,1\n2,10,0,1\n", "row 3, column 'pickup_shift_min', value '10': picks up later"),
        ("1,0,-10,1\n", "row 2, column 'dropoff_shift_min', value '-10': drops off earlier"),
        ("1,3000,0,1\n", "beyond a day"),
    ],
)
def test_bad_cells_are_named(tmp_path, rows, told):
    """File, row, column, value and cause."""
    header = "traveler_id,pickup_shift_min,dropoff_shift_min,accepted\n"
    with pytest.raises(DataError, match=told):
        read_answers([written(tmp_path / "a.csv", header + rows)])


def test_an_action_outside_the_grid_is_named(tmp_path):
    """Actions are indices of the default grid where no other is told."""
    file = written(tmp_path / "a.csv", "traveler_id,action,accepted\n1,16,1\n")
    with pytest.raises(DataError, match="'action', value '16': is outside the grid of 16 offers"):
        read_answers([file])
    with pytest.raises(DataError, match="'action', value '2': is outside the grid of 2 offers"):
        file.write_text("traveler_id,action,accepted\n1,2,1\n", encoding="utf-8")
        read_answers([file], offers=OfferGrid(((0, 0), (0, 5))))


def test_a_missing_column_is_named(tmp_path):
    """What the log lacks is told, of the context too."""
    file = written(tmp_path / "a.csv", "traveler_id,action\n1,1\n")
    with pytest.raises(DataError, match="'accepted': is missing"):
        read_answers([file])
    file.write_text("traveler_id,action,accepted\n1,1,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="'duty': is missing"):
        read_answers([file], context=TripContext.parse("duty"))


def test_levels_are_those_of_the_context(tmp_path):
    """A named column, of two values or with values named, makes two levels."""
    file = written(
        tmp_path / "a.csv",
        "traveler_id,action,accepted,duty,trip_purpose\n"
        "1,1,1,no,play\n1,1,1,yes,work\n1,1,1,yes,school\n",
    )
    log = read_answers([file], context=TripContext.parse("duty"))
    assert log.outcomes.trips.tolist() == [0, 1, 1]
    assert log.context == TripContext("duty", ("yes",))
    assert np.array_equal(log.trip_levels, [0, 1])
    log = read_answers([file], context=TripContext.parse("trip_purpose=school"))
    assert log.outcomes.trips.tolist() == [0, 0, 1]
    with pytest.raises(UsageError, match=r"has 3 values \(play, school, work, …\)"):
        read_answers([file], context=TripContext.parse("trip_purpose"))


@pytest.mark.parametrize("told", ["", "=work", "duty=", "duty=a,,b"])
def test_half_a_context_is_refused(told):
    """A column and its values are both told."""
    with pytest.raises(UsageError, match="a context is a column"):
        TripContext.parse(told)


def test_a_context_says_what_it_is():
    """As it was told, and restored from its fields."""
    told = TripContext.parse(" trip_purpose=work, school")
    assert str(told) == "trip_purpose=school,work"
    assert saved_context({"column": "trip_purpose", "values": ["school", "work"]}) == told
    assert saved_context(None) is None
    assert str(TripContext.parse("duty")) == "duty"
    assert TripContext("late").of_column([True, False]).values == ("True",)
    assert TripContext("late").of_column(["0", "0"]).values == ()
