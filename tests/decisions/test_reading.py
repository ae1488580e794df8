"""Reading decisions: CSV and Parquet alike, every error named."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given

from rideflex.decisions import DecisionTable
from rideflex.errors import DataError
from rideflex.tables import csv_files, parquet_files
from tests.decisions.frames import frame, row, tables

GOOD = frame(row("raar"), row("aaaa", 10, 20), row("rrrr", 0, 30))


def problems_of(path):
    """(row, column, value) of every problem found in a file, and the causes."""
    with pytest.raises(DataError) as caught:
        DecisionTable.from_csv(path)
    found = caught.value.problems
    assert all(problem.file == str(path) for problem in found)
    return [(one.row, one.column, one.value) for one in found], [one.cause for one in found]


def test_all_bad_cells_are_found_not_only_the_first(tmp_path):
    """Each kind of bad cell is named with its row, column and value, in the order of the file."""
    path = tmp_path / "decisions.csv"
    rows = GOOD.astype(object)
    rows.loc[0, "traveler_id"] = ""
    rows.loc[0, GOOD.columns[8]] = "maybe"
    rows.loc[1, "departure_time_window"] = "8:00-8:30"
    rows.loc[1, "pickup_shift_min"] = "ten"
    rows.loc[2, "arrival_time_window"] = "09:00-08:00"
    rows.loc[2, GOOD.columns[9]] = ""
    rows.to_csv(path, index=False)
    places, causes = problems_of(path)
    assert places == [
        (2, "traveler_id", ""),
        (2, GOOD.columns[8], "maybe"),
        (3, "departure_time_window", "8:00-8:30"),
        (3, "pickup_shift_min", "ten"),
        (4, "arrival_time_window", "09:00-08:00"),
        (4, GOOD.columns[9], ""),
    ]
    assert causes[0] == "is empty"
    assert "neither accept nor reject" in causes[1]
    assert "HH:MM-HH:MM" in causes[2]


@pytest.mark.parametrize("value", ["1_0", "1e3", "9" * 20, "0x1", "01", "1.00", "+1", "C-1042"])
def test_ids_that_are_not_written_as_a_whole_number_are_names(tmp_path, value):
    """What Python or a spreadsheet might read as a number is another traveler."""
    path = tmp_path / "decisions.csv"
    GOOD.astype({"traveler_id": object}).assign(traveler_id=["1", value, "2"]).to_csv(
        path, index=False
    )
    table = DecisionTable.from_csv(path)
    assert table.trip_travelers.tolist() == [1, value, 2]
    assert {question[0] for question in table.as_mapping()} == {1, value, 2}


@pytest.mark.parametrize(("column", "value"), [("trip_purpose", "wo\0rk"), ("traveler_id", "A\0")])
def test_nul_characters_are_refused_by_row(tmp_path, column, value):
    """A text with a NUL in it meets no other, so it is named and not read."""
    path = tmp_path / "decisions.csv"
    rows = GOOD.astype(object)
    rows.loc[1, column] = value
    rows.to_csv(path, index=False)
    places, causes = problems_of(path)
    assert [place[:2] for place in places] == [(3, column)]
    assert "NUL" in causes[0]


def test_letters_composed_and_decomposed_meet(tmp_path):
    """However a file, a frame or a question writes them: one context, and one traveler."""
    composed, decomposed = "Caf\u00e9 du\u00a0Port", "Cafe\u0301 du Port"
    rows = GOOD.astype(object).assign(departure_location=composed, traveler_id="Jos\u00e9")
    rows.loc[1, ["departure_location", "traveler_id"]] = [decomposed, "Jose\u0301"]
    rows.to_csv(tmp_path / "d.csv", index=False)
    table = DecisionTable.from_csv(tmp_path / "d.csv")
    assert table.n_trips == 1
    for text in (composed, decomposed):
        asked = rows.assign(departure_location=text)
        for one in (asked, asked.to_dict("records"), pa.Table.from_pandas(asked)):
            assert table.trip_ids(one).tolist() == [0, 0, 0]
        assert table.lookup("Jose\u0301", *asked.iloc[0, 1:6], 0, 0) is not None


def test_missing_columns_are_named_with_the_likely_one(tmp_path):
    """A misspelt header is answered with the column that was meant."""
    path = tmp_path / "decisions.csv"
    GOOD.rename(columns={"trip_purpose": "trip purpose"}).drop(columns="traveler_id").to_csv(
        path, index=False
    )
    places, causes = problems_of(path)
    assert places == [(1, "traveler_id", None), (1, "trip_purpose", None)]
    assert "did you mean 'trip purpose'" in causes[1]
    with pytest.raises(DataError, match="'punctual'"):
        DecisionTable.from_frame(GOOD, types=["punctual"])
    with pytest.raises(DataError, match="no column of accepts and rejects"):
        DecisionTable.from_frame(GOOD.iloc[:, :8])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"traveler_id,trip_purpose\n", "empty"),
        (b"traveler_id\n\n\n", "empty"),
        (b"traveler_id\n\xff\xfe1\n", "UTF-8"),
    ],
)
def test_files_without_rows_or_text(tmp_path, content, message):
    """An empty file and a file that is no text are refused as such."""
    path = tmp_path / "decisions.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        DecisionTable.from_csv(path)


def test_rows_of_another_length_keep_the_row_numbers_right(tmp_path):
    """A short row is named, blank lines are no rows, and later errors keep their own number."""
    path = tmp_path / "decisions.csv"
    lines = GOOD.to_csv(index=False).splitlines()
    lines[2] = "1,work,home"
    lines[3] = lines[3].replace("reject", "rejected", 1)
    path.write_text("\ufeff" + "\n".join([lines[0], "", *lines[1:], "", ""]), encoding="utf-8")
    places, causes = problems_of(path)
    assert places == [(4, None, "1,work,home"), (5, GOOD.columns[8], "rejected")]
    assert "has 3 cells where the header has 12" in causes[0]
    lines[2:] = GOOD.to_csv(index=False).splitlines()[2:]
    path.write_text("\n".join([lines[0], "", *lines[1:], "", ""]), encoding="utf-8")
    assert DecisionTable.from_csv(path).report.rows == 3


def test_columns_in_any_order_among_others(tmp_path):
    """More columns may be there, types are found by their cells, and order does not matter."""
    path = tmp_path / "decisions.csv"
    wide = GOOD.assign(age="18-25", note="say accept", gps="[1, 2]")
    wide[wide.columns[::-1]].to_csv(path, index=False)
    table = DecisionTable.from_csv(path)
    assert table.types == tuple(GOOD.columns[8:][::-1])
    expected = DecisionTable.from_frame(GOOD).as_mapping()
    assert dict(table.as_mapping()) == dict(expected)


@given(drawn=tables())
def test_csv_and_parquet_in_small_batches_give_the_same_table(tmp_path_factory, drawn):
    """Read from a frame, a CSV or Parquet, whole or a few rows at a time: the same answers."""
    rows, _, types = drawn
    folder = tmp_path_factory.mktemp("formats")
    rows.to_csv(folder / "t.csv", index=False)
    rows.to_parquet(folder / "t.parquet")
    for on_conflict in ("first", "last", "majority"):
        expected = DecisionTable.from_frame(rows, types, on_conflict=on_conflict)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_files, "_BLOCK_BYTES", 2500)
            patch.setattr(parquet_files, "_BATCH_ROWS", 2)
            for got in (
                DecisionTable.from_csv(folder / "t.csv", types, on_conflict=on_conflict),
                DecisionTable.from_parquet(folder / "t.parquet", types, on_conflict=on_conflict),
            ):
                assert got.report == expected.report
                assert got.offers == expected.offers
                assert dict(got.as_mapping()) == dict(expected.as_mapping())


def test_bad_cells_of_parquet_are_named_too(tmp_path):
    """Nothing in a cell, and a number with a fraction, are found in Parquet."""
    path = tmp_path / "decisions.parquet"
    rows = GOOD.astype({"traveler_id": float})
    rows.loc[1, "traveler_id"] = 1.5
    rows.loc[2, GOOD.columns[8]] = None
    rows.to_parquet(path)
    with pytest.raises(DataError) as caught:
        DecisionTable.from_parquet(path)
    assert [(one.row, one.value) for one in caught.value.problems] == [(3, 1.5), (4, "")]
    path.write_bytes(b"not parquet")
    with pytest.raises(DataError, match="not a Parquet file"):
        DecisionTable.from_parquet(path)
    with pytest.raises(DataError, match="can't be read"):
        DecisionTable.from_parquet(tmp_path / "absent.parquet")
