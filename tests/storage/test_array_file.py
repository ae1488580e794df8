"""The versioned array file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rideflex.errors import DataError
from rideflex.storage.array_file import load_arrays, save_arrays, saved_kind
from tests.storage.damage import flipped, in_release_0_1_layout

ARRAYS = {"odd": np.arange(7, dtype=np.uint8), "grid": np.eye(3), "none": np.empty((0, 4))}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A saved file of three arrays."""
    path = tmp_path / "some.file"
    save_arrays(path, "trial", 3, ARRAYS, {"names": ["é", "b"], "size": np.int64(5)})
    return path


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


def test_one_flipped_bit_never_makes_another_content(saved: Path) -> None:
    """Wherever it is, the file is refused by its name, or says what it said before."""
    whole, refused = saved.read_bytes(), 0
    for content in flipped(whole, bits=range(8 * len(whole))):
        saved.write_bytes(content)
        try:
            arrays, meta = load_arrays(saved, "trial", 3)
        except DataError as error:
            assert saved.name in str(error)
            refused += 1
            continue
        assert meta == {"names": ["é", "b"], "size": 5}
        assert arrays.keys() == ARRAYS.keys()
        assert all(np.array_equal(arrays[name], array) for name, array in ARRAYS.items())
    assert refused >= 8 * (len(whole) - 64)  # what pads the header tells nothing


def test_a_file_of_release_0_1_loads_without_checksums(saved: Path) -> None:
    """It has another magic word; its header is still checked to make sense."""
    saved.write_bytes(in_release_0_1_layout(saved))
    arrays, meta = load_arrays(saved, "trial", 3)
    assert meta == {"names": ["é", "b"], "size": 5}
    assert all(np.array_equal(arrays[name], array) for name, array in ARRAYS.items())
    del arrays  # mapped from the file that is written over below
    assert saved_kind(saved) == "trial"
    whole = saved.read_bytes()
    end = 16 + int.from_bytes(whole[8:16], "little")
    for content in flipped(whole, bits=range(8 * end)):
        saved.write_bytes(content)
        try:
            load_arrays(saved, "trial", 3)
        except DataError as error:
            assert saved.name in str(error)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{}",
        b'{"kind": 1, "version": 3, "meta": {}, "arrays": {}, "bytes": 0}',
        b'{"kind": "trial", "version": 3, "meta": {}, "arrays": [], "bytes": 0}',
        b'{"kind": "trial", "version": 3, "meta": {}, "arrays": {}, "bytes": -64}',
        b'{"kind": "trial", "version": 3, "meta": {}, "bytes": 0, "arrays": '
        b'{"a": {"dtype": "|O", "shape": [1], "offset": 0}}}',
        b'{"kind": "trial", "version": 3, "meta": {}, "bytes": 0, "arrays": '
        b'{"a": {"dtype": "<i8", "shape": [9], "offset": 0}}}',
        b'{"kind": "trial", "version": 3, "meta": {}, "bytes": 0, "arrays": '
        b'{"a": {"dtype": "zz", "shape": [0], "offset": 0}}}',
    ],
)
def test_a_header_without_sense_is_refused(tmp_path: Path, header: bytes) -> None:
    """Objects, arrays beyond the file, and what is no header at all."""
    path = tmp_path / "odd.file"
    content = b"RIDEFLEX" + len(header).to_bytes(8, "little") + header
    path.write_bytes(content.ljust(-(-len(content) // 64) * 64, b"\0"))
    with pytest.raises(DataError, match=r"odd\.file: has a header"):
        load_arrays(path, "trial", 3)
