"""Shifts as a source writes them: magnitudes, signs, and what is neither."""

from __future__ import annotations

import pytest

from rideflex.decisions import DecisionTable
from rideflex.errors import DataError
from rideflex.tables import csv_files
from tests.decisions.frames import frame, row


def test_shifts_to_the_wrong_side_are_named_where_they_first_stand(tmp_path, monkeypatch):
    """In a file with signs a pick-up above 0 and a drop-off below 0 are errors, with counts."""
    path = tmp_path / "decisions.csv"
    rows = [row("aaaa", 20, 0), row("aaaa", 20, 0), *[row("aaaa", -10, 10)] * 30]
    frame(*rows, row("aaaa", -10, -30)).to_csv(path, index=False)
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 500)
    with pytest.raises(DataError) as caught:
        DecisionTable.from_csv(path)
    found = caught.value.problems
    assert [(one.row, one.column, one.value) for one in found] == [
        (2, "pickup_shift_min", 20),
        (34, "dropoff_shift_min", -30),
    ]
    assert "31 negative and 2 positive" in found[0].cause
    assert "0 or less (earlier)" in found[0].cause
    assert "1 negative and 30 positive" in found[1].cause


@pytest.mark.parametrize("value", ["3000000000", "1441", "-1441"])
def test_shifts_beyond_a_day_are_refused(tmp_path, value):
    """Seconds for minutes, or a slip of the hand: the cell is named."""
    path = tmp_path / "decisions.csv"
    frame(row("aaaa"), row("aaaa", value, 0)).to_csv(path, index=False)
    with pytest.raises(DataError, match=f"row 3.*pickup_shift_min.*'{value}'.*beyond a day"):
        DecisionTable.from_csv(path)


def test_a_shift_of_a_day_is_the_most_there_is():
    """1,440 minutes are read."""
    table = DecisionTable.from_frame(frame(row("aaaa", 1440, 0)))
    assert (-1440, 0) in table.offers


def test_rows_are_counted_by_offer():
    """How many contexts know each offer; repeats count once."""
    rows = frame(row("aaaa"), row("aaaa"), row("aaaa", traveler=2), row("aaaa", 10, 0))
    table = DecisionTable.from_frame(rows)
    assert table.trips_by_offer[table.offers.no_shift] == 2
    assert table.trips_by_offer[table.offers.action_of(-10, 0)] == 1
    assert table.trips_by_offer.sum() == 3
