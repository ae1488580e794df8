"""Saved tables, and the table kept beside a CSV."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given

from rideflex.decisions import DecisionTable
from rideflex.decisions.saved import KIND, VERSION
from rideflex.errors import DataError, UsageError
from rideflex.storage.array_file import save_arrays
from tests.decisions.frames import frame, row, tables


@given(drawn=tables())
def test_a_loaded_table_answers_as_the_saved_one(tmp_path_factory, drawn):
    """Types, offers, report, contexts and answers survive, mapped from the file."""
    rows, outcomes, types = drawn
    table = DecisionTable.from_frame(rows, types)
    path = tmp_path_factory.mktemp("saved") / "table.rideflex"
    table.save(path)
    loaded = DecisionTable.load(path)
    assert (loaded.types, loaded.offers, loaded.report, loaded.signed) == (
        table.types,
        table.offers,
        table.report,
        table.signed,
    )
    assert dict(loaded.as_mapping()) == dict(table.as_mapping())
    np.testing.assert_array_equal(loaded.trip_ids(outcomes), table.trip_ids(outcomes))
    trips = np.arange(-1, table.n_trips, dtype=np.int32)
    for action in range(len(table.offers)):
        actions = np.full(len(trips), action)
        np.testing.assert_array_equal(loaded.accepts(trips, actions), table.accepts(trips, actions))
    assert not loaded.trip_travelers.flags.writeable


def test_files_that_are_not_a_whole_table_are_refused_by_name(tmp_path):
    """Truncated, foreign, of another kind or version, or absent: each says what is wrong."""
    table = DecisionTable.from_frame(frame(row("raar")))
    path = tmp_path / "table.rideflex"
    table.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(DataError, match=r"table\.rideflex.*cut short"):
        DecisionTable.load(path)
    path.write_bytes(b"traveler_id,trip_purpose\n")
    with pytest.raises(DataError, match="not a file that rideflex saved"):
        DecisionTable.load(path)
    save_arrays(path, "posterior", VERSION, {}, {})
    with pytest.raises(DataError, match="posterior"):
        DecisionTable.load(path)
    save_arrays(path, KIND, VERSION + 1, {}, {})
    with pytest.raises(DataError, match=f"version {VERSION + 1}"):
        DecisionTable.load(path)
    with pytest.raises(DataError, match="no such file"):
        DecisionTable.load(tmp_path / "absent")


def test_the_table_kept_beside_a_csv_notices_that_the_csv_changed(tmp_path, caplog):
    """It is used while nothing changed; one letter, or another setting, and it is made again."""
    path = tmp_path / "decisions.csv"
    frame(row("raar"), row("aaaa")).to_csv(path, index=False)
    kept = tmp_path / "decisions.csv.rideflex"
    DecisionTable.from_csv(path)
    assert not kept.exists()
    table = DecisionTable.from_csv(path, cache=True)
    made = kept.stat().st_mtime_ns
    again = DecisionTable.from_csv(path, cache=True)
    assert kept.stat().st_mtime_ns == made
    assert dict(again.as_mapping()) == dict(table.as_mapping())
    last = DecisionTable.from_csv(path, on_conflict="last", cache=True)
    assert last.accepts([0], [12]).all()
    path.write_text(path.read_text().replace("accept", "reject"))
    with caplog.at_level(logging.INFO):
        changed = DecisionTable.from_csv(path, on_conflict="last", cache=True)
    assert "has changed" in caplog.text
    assert not changed.accepts([0], [12]).any()


def test_a_spoilt_kept_table_is_made_again(tmp_path, caplog):
    """What can't be read is replaced, with a warning."""
    path = tmp_path / "decisions.csv"
    frame(row("raar")).to_csv(path, index=False)
    DecisionTable.from_csv(path, cache=True)
    kept = tmp_path / "decisions.csv.rideflex"
    kept.write_bytes(kept.read_bytes()[:100])
    with caplog.at_level(logging.WARNING):
        assert DecisionTable.from_csv(path, cache=True).report.rows == 1
    assert "compiling" in caplog.text
    assert DecisionTable.load(kept).report.rows == 1


def test_a_table_that_cannot_be_kept_is_used_all_the_same(tmp_path, caplog):
    """Where nothing can be written beside the CSV there is a warning, and the table."""
    path = tmp_path / "decisions.csv"
    frame(row("raar")).to_csv(path, index=False)
    (tmp_path / "decisions.csv.rideflex").mkdir()
    with caplog.at_level(logging.WARNING):
        assert DecisionTable.from_csv(path, cache=True).report.rows == 1
    assert "can't be kept" in caplog.text


def test_an_absent_csv_is_an_error_with_or_without_keeping(tmp_path):
    """The error is the same as without a kept table, and nothing is left behind."""
    with pytest.raises(DataError, match="absent"):
        DecisionTable.from_csv(tmp_path / "absent.csv", cache=True)
    assert not list(tmp_path.iterdir())


def test_decisions_are_read_from_whatever_holds_them(tmp_path):
    """A folder, a CSV, a Parquet file of any name and a saved table hold one and the same."""
    told = frame(row("raar"), row("aaaa"))
    told.to_csv(tmp_path / "decisions.csv", index=False)
    told.to_parquet(tmp_path / "table")
    table = DecisionTable.read(tmp_path)
    table.save(tmp_path / "saved")
    for name in ("decisions.csv", "table", "saved"):
        other = DecisionTable.read(tmp_path / name)
        assert dict(other.as_mapping()) == dict(table.as_mapping()), name
    last = DecisionTable.read(tmp_path / "table", on_conflict="last")
    assert dict(last.as_mapping()) != dict(table.as_mapping())
    with pytest.raises(UsageError, match="saved table, compiled with"):
        DecisionTable.read(tmp_path / "saved", on_conflict="last")
    with pytest.raises(DataError, match=r"absent\.csv: can't be read: No such file"):
        DecisionTable.read(tmp_path / "absent.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty/decisions\.csv: can't be read"):
        DecisionTable.read(tmp_path / "empty")
