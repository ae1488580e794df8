"""Files that are whole or not there, and the versioned array file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rideflex.errors import DataError, Problem
from rideflex.storage.array_file import (
    check_folder_writable,
    check_writable,
    load_arrays,
    replacing,
    save_arrays,
    write_json,
)

ARRAYS = {"odd": np.arange(7, dtype=np.uint8), "grid": np.eye(3), "none": np.empty((0, 4))}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A saved file of three arrays."""
    path = tmp_path / "some.file"
    save_arrays(path, "trial", 3, ARRAYS, {"names": ["é", "b"], "size": np.int64(5)})
    return path


def test_a_failed_write_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    """An error inside `replacing` keeps what was there and removes what was begun."""
    target = tmp_path / "result.json"
    write_json(target, {"whole": True})
    before = target.read_bytes()

    def fail_half_way() -> None:
        with replacing(target) as beside:
            beside.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        ("folder", "it is a folder"),
        ("file/result.json", "a file stands where"),
        ("/proc/nowhere/result.json", "No such file"),
        ("/dev/null", "a device"),
        ("n" * 300, "too long"),
    ],
)
def test_what_cannot_be_written_is_said_before_and_while_writing(
    tmp_path: Path, place: str, cause: str
) -> None:
    """A folder, a file as a folder, a device: one DataError, and nothing is left behind."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    for attempt in (check_writable, lambda path: write_json(path, {})):
        with pytest.raises(DataError, match=f"can't be written: .*{cause}"):
            attempt(tmp_path / place)
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("/dev/null").is_char_device()


def test_a_check_makes_nothing(tmp_path: Path) -> None:
    """Folders that are not there yet stay so; a file where a folder is wanted is refused."""
    check_writable(tmp_path / "a" / "b" / "result.json")
    check_folder_writable(tmp_path / "a" / "b")
    check_folder_writable(tmp_path)
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="can't be written: a file stands where"):
        check_folder_writable(tmp_path / "file")


def test_arrays_come_back_bit_for_bit_and_read_only(saved: Path) -> None:
    """Shapes, types, contents and meta survive; empty arrays too."""
    arrays, meta = load_arrays(saved, "trial", 3)
    assert meta == {"names": ["é", "b"], "size": 5}
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
        assert not arrays[name].flags.writeable


@pytest.mark.parametrize(
    ("kind", "version", "cause"),
    [("other", 3, "holds a trial"), ("trial", 4, "format version 3")],
)
def test_another_kind_or_version_is_refused_by_name(
    saved: Path, kind: str, version: int, cause: str
) -> None:
    """The error names the file and what it holds instead."""
    with pytest.raises(DataError, match=cause) as caught:
        load_arrays(saved, kind, version)
    assert saved.name in str(caught.value)


@pytest.mark.parametrize("kept", [0, 5, 12, 60, -1])
def test_a_file_cut_short_anywhere_is_refused(saved: Path, kept: int) -> None:
    """Truncation inside the magic word, the header or the arrays is an error, never data."""
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(DataError):
        load_arrays(saved, "trial", 3)


def test_a_foreign_or_missing_file_is_refused(tmp_path: Path) -> None:
    """A text file is not one of ours, and a missing one is said to be missing."""
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("traveler_id,age\n1,20\n")
    with pytest.raises(DataError, match="not a file that rideflex saved"):
        load_arrays(foreign, "trial", 3)
    with pytest.raises(DataError, match="no such file"):
        load_arrays(tmp_path / "absent", "trial", 3)


def test_problems_read_as_one_line_with_place_and_value() -> None:
    """A problem names file, row, column, value and cause; more problems are counted."""
    problem = Problem("trips.csv", "is not a window", row=3, column="departure", value="8-9")
    assert str(problem) == "trips.csv, row 3, column 'departure', value '8-9': is not a window"
    assert str(DataError([problem, problem])) == f"{problem} (and 1 more)"
    advised = DataError([problem, problem], "rideflex check city lists them")
    assert str(advised).endswith("(and 1 more; rideflex check city lists them)")
    assert str(DataError([problem], "rideflex check city lists them")) == str(problem)


def test_long_values_are_cut_in_messages() -> None:
    """A cell of thousands of characters shows its first 80; the problem itself keeps it whole."""
    problem = Problem("trips.csv", "is odd", value="x" * 5000)
    assert str(problem) == f"trips.csv, value '{'x' * 80}…': is odd"
    assert len(problem.value) == 5000
