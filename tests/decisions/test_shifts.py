"""Shifts as a source writes them: magnitudes, signs, and what is neither."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.decisions import DecisionTable
from rideflex.decisions.shifts import ShiftPairs
from rideflex.errors import DataError
from rideflex.tables import csv_files
from rideflex.tables.coded import Coded
from rideflex.tables.rows import Rows
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


def added(pairs, first_row, pickup, dropoff):
    """The numbers of rows that hold these shifts, from a row of the file on."""
    coded = []
    for shifts in (pickup, dropoff):
        values = sorted(set(shifts), reverse=True)
        codes = np.array([values.index(one) for one in shifts], dtype=np.int32)
        coded.append(Coded(codes=codes, values=values))
    rows = np.arange(first_row, first_row + len(pickup))
    return pairs.add(Rows("d.csv", rows, {}), tuple(coded)).tolist()


def test_pairs_keep_their_numbers_from_batch_to_batch():
    """Numbers count up over all batches; each row has that of its pair."""
    pairs = ShiftPairs()
    first = added(pairs, 2, [0, -10, 0, -10], [20, 0, 20, 20])
    assert sorted(set(first)) == [0, 1, 2]
    assert first[0] == first[2]
    known = list(pairs)
    assert [known[number] for number in first] == [(0, 20), (-10, 0), (0, 20), (-10, 20)]
    second = added(pairs, 6, [5, 0, -10], [0, 20, 0])
    assert second == [3, first[0], first[1]]
    assert list(pairs) == [*known, (5, 0)]
    assert len(pairs) == 4


@pytest.mark.parametrize(
    ("pair", "signed"), [((0, 0), False), ((10, 0), False), ((0, -1), True), ((-1, 5), True)]
)
def test_one_shift_below_0_is_a_sign(pair, signed):
    """On either side; 0 is no sign."""
    pairs = ShiftPairs()
    added(pairs, 2, [0, pair[0]], [10, pair[1]])
    assert pairs.signed == signed


def test_the_first_row_of_a_pair_is_named_and_all_its_rows_are_counted():
    """Shifts to the wrong side by row, over two batches; 0 is of neither sign, and never wrong."""
    pairs = ShiftPairs()
    added(pairs, 2, [0, -5, 0, 20, 20], [0, 0, -10, 0, 0])
    added(pairs, 7, [20, 30, 0], [0, 0, -10])
    found = pairs.problems()
    assert [(one.row, one.column, one.value) for one in found] == [
        (4, "dropoff_shift_min", -10),
        (5, "pickup_shift_min", 20),
        (8, "pickup_shift_min", 30),
    ]
    assert (
        "2 negative and 0 positive shifts); in a file with signs it is 0 or more" in found[0].cause
    )
    assert (
        "1 negative and 4 positive shifts); in a file with signs it is 0 or less" in found[1].cause
    )


def test_without_signs_nothing_is_on_the_wrong_side():
    """Magnitudes are never negative."""
    pairs = ShiftPairs()
    added(pairs, 2, [0, 20], [30, 0])
    assert pairs.problems() == []
