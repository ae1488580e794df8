"""Files as users save them: other separators, encodings and formats, and spoilt ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from rideflex.decisions import DecisionTable
from rideflex.errors import DataError
from rideflex.tables.columns import KEY
from rideflex.tables.csv_files import CsvFile
from tests.decisions.frames import frame, row

GOOD = frame(row("raar"), row("aaaa", 10, 20), row("rrrr", 0, 30))


def problems_of(path):
    """Every problem of a file of decisions."""
    with pytest.raises(DataError) as caught:
        DecisionTable.from_csv(path)
    return caught.value.problems


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_as_spreadsheets_save_them_make_the_same_table(
    tmp_path, separator, encoding, named, end
):
    """Separator, encoding, a first line `sep=;` and the line ends make no difference."""
    path = tmp_path / "decisions.csv"
    rows = GOOD.assign(trip_purpose="Müsli; a, b | c")
    text = rows.to_csv(index=False, sep=separator, lineterminator=end)
    text = f"sep={separator}{end}{text}" if named else text
    path.write_bytes(text.encode(encoding))
    table = DecisionTable.from_csv(path)
    assert dict(table.as_mapping()) == dict(DecisionTable.from_frame(rows).as_mapping())
    spoilt = text.replace(f"{separator}20{separator}", f"{separator}x{separator}")
    path.write_bytes(spoilt.encode(encoding))
    (problem,) = problems_of(path)
    assert (problem.row, problem.value) == (3 + named, "x")


def test_a_file_is_opened_once(tmp_path, monkeypatch):
    """The header, the first rows and all rows come from one open file, which is closed."""
    path = tmp_path / "decisions.csv"
    GOOD.to_csv(path, index=False)
    opened = []
    plain = Path.open

    def counted(self, *args, **kwargs):
        opened.append(plain(self, *args, **kwargs))
        return opened[-1]

    monkeypatch.setattr(Path, "open", counted)
    DecisionTable.from_csv(path)
    assert [file.closed for file in opened] == [True]


def test_each_distinct_cell_is_parsed_once(tmp_path, monkeypatch):
    """Checking and reading share what was parsed."""
    path = tmp_path / "decisions.csv"
    pd.concat([GOOD] * 5).to_csv(path, index=False)
    with CsvFile(path) as file:
        (rows,) = file.rows(KEY)
    seen = []

    def reader(cell):
        seen.append(cell)
        return int(cell)

    assert rows.problems({"pickup_shift_min": reader}) == []
    rows.read("pickup_shift_min", reader, np.int64)
    assert sorted(seen) == ["0", "10"]


@pytest.mark.parametrize("content", ["[{}]", ' {"traveler_id": 1}', "\ufeff[\n{}]"])
def test_json_is_called_json(tmp_path, content):
    """Not an empty file and not a missing column."""
    path = tmp_path / "decisions.csv"
    path.write_text(content, encoding="utf-8")
    (problem,) = problems_of(path)
    assert problem.cause.startswith("is JSON; save it as CSV or Parquet")


def test_blanks_around_the_names_of_columns_do_not_count(tmp_path):
    """The table is that of the names without blanks."""
    path = tmp_path / "decisions.csv"
    GOOD.rename(columns=" {}\t".format).to_csv(path, index=False)
    table = DecisionTable.from_csv(path)
    assert dict(table.as_mapping()) == dict(DecisionTable.from_frame(GOOD).as_mapping())


def test_names_in_another_case_are_answered_with_the_one_that_is_there(tmp_path):
    """Even all capitals are recognised."""
    path = tmp_path / "decisions.csv"
    GOOD.rename(columns=str.upper).to_csv(path, index=False)
    causes = [one.cause for one in problems_of(path)]
    assert causes == [f"is missing; did you mean {name.upper()!r}?" for name in KEY]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04" + bytes(100), "spreadsheet or a zip"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
        (b"\x1f\x8b" + bytes(100), "packed by gzip"),
        (b"PAR1" + bytes(100), "Parquet file"),
    ],
)
def test_files_of_another_kind_are_called_what_they_are(tmp_path, content, message):
    """A name that ends in .csv does not make a CSV file."""
    path = tmp_path / "decisions.csv"
    path.write_bytes(content)
    (problem,) = problems_of(path)
    assert message in problem.cause


@pytest.mark.parametrize("at", [3, 500])
def test_a_cell_that_is_not_utf8_is_named(tmp_path, at):
    """Among the first rows or far down: row, column and what to do."""
    path = tmp_path / "decisions.csv"
    many = pd.concat([GOOD] * 200, ignore_index=True)
    many.loc[at, "trip_purpose"] = "café"
    many.to_csv(path, index=False, encoding="latin-1")
    (problem,) = problems_of(path)
    assert (problem.row, problem.column) == (at + 2, "trip_purpose")
    assert problem.cause == "is not UTF-8 text; save it as UTF-8"


def test_a_cell_beyond_every_measure_is_an_error(tmp_path):
    """131,072 characters are more than Python's reader takes: the row is named."""
    path = tmp_path / "decisions.csv"
    rows = GOOD.astype(object)
    rows.loc[1, "trip_purpose"] = "x" * 140_000
    rows.to_csv(path, index=False)
    (problem,) = problems_of(path)
    assert problem.row == 3
    assert "quotation mark" in problem.cause


def test_whole_numbers_may_be_written_as_pandas_writes_columns_with_gaps(tmp_path):
    """1.0 is 1, in CSV and in Parquet; 1.5 is not."""
    floats = GOOD.astype({"traveler_id": float, "pickup_shift_min": float})
    floats.to_csv(tmp_path / "d.csv", index=False)
    floats.to_parquet(tmp_path / "d.parquet")
    expected = dict(DecisionTable.from_frame(GOOD).as_mapping())
    assert dict(DecisionTable.from_csv(tmp_path / "d.csv").as_mapping()) == expected
    assert dict(DecisionTable.from_parquet(tmp_path / "d.parquet").as_mapping()) == expected
    floats.loc[1, "traveler_id"] = np.nan
    floats.to_parquet(tmp_path / "d.parquet")
    with pytest.raises(DataError, match=r"row 3, column 'traveler_id'.*is empty"):
        DecisionTable.from_parquet(tmp_path / "d.parquet")


def test_columns_of_lists_in_parquet_are_refused_by_name(tmp_path):
    """Lists and records are neither text nor numbers."""
    path = tmp_path / "decisions.parquet"
    table = pa.Table.from_pandas(GOOD)
    lists = pa.array([[word] for word in GOOD["trip_purpose"]])
    pa.parquet.write_table(table.set_column(1, "trip_purpose", lists), path)
    with pytest.raises(DataError, match="'trip_purpose': holds list<"):
        DecisionTable.from_parquet(path)


def test_spoilt_pages_of_parquet_are_an_error(tmp_path):
    """A file whose end is fine but whose rows are not is said to be unreadable."""
    path = tmp_path / "decisions.parquet"
    pd.concat([GOOD] * 100).to_parquet(path)
    content = bytearray(path.read_bytes())
    content[10:300] = b"z" * 290
    path.write_bytes(content)
    with pytest.raises(DataError, match="can't be read from row 2 on") as caught:
        DecisionTable.from_parquet(path)
    assert "\n" not in str(caught.value)


def test_answers_in_any_case_are_answers(tmp_path):
    """Accept, ACCEPT and blanks around them are accept; such columns are found as types."""
    path = tmp_path / "decisions.csv"
    loud = GOOD.replace({"accept": " ACCEPT ", "reject": "Reject"}).rename(
        columns={GOOD.columns[8]: "late"}
    )
    loud.to_csv(path, index=False)
    table = DecisionTable.from_csv(path)
    assert table.types == ("late", *GOOD.columns[9:])
    expected = DecisionTable.from_frame(GOOD)
    np.testing.assert_array_equal(
        table.accepts([0] * 3, table.actions(GOOD)), expected.accepts([0] * 3, table.actions(GOOD))
    )


@pytest.mark.parametrize(
    ("window", "cause"),
    [
        ("8:00-8:30", "HH:MM-HH:MM; write 08:00-08:30"),
        ("08:00 – 08:30", "HH:MM-HH:MM; write 08:00-08:30"),
        ("23:45-00:15", "ends before it starts; if it goes past midnight, write 23:45-24:15"),
        ("23:30-30:01", "goes on past 30:00, the end of the service day"),
        ("morning", "HH:MM-HH:MM$"),
        ("08:70-08:90", "HH:MM-HH:MM$"),
    ],
)
def test_windows_are_told_how_to_be_written(tmp_path, window, cause):
    """What is clear is spelt out; what goes past midnight is said to."""
    path = tmp_path / "decisions.csv"
    rows = GOOD.copy()
    rows.loc[1, "arrival_time_window"] = window
    rows.to_csv(path, index=False)
    with pytest.raises(DataError, match=f"row 3, column 'arrival_time_window'.*{cause}"):
        DecisionTable.from_csv(path)
