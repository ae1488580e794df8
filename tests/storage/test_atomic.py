"""Files that are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rideflex.errors import DataError
from rideflex.storage.atomic import (
    check_folder_writable,
    check_writable,
    replacing,
    write_json,
)


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
