"""Checksums, and sealed files of bytes."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

from rideflex.errors import DataError
from rideflex.storage.checksum import checksum, read_sealed, write_sealed
from tests.storage.damage import flipped


def test_an_array_has_the_checksum_of_its_bytes() -> None:
    """Whatever its type and shape; of nothing it is that of no bytes."""
    for array in (np.eye(3), np.arange(5, dtype=np.uint8), np.empty((0, 3)), np.array(["é", "ab"])):
        assert checksum(array) == zlib.crc32(array.tobytes()) == checksum(array.tobytes())


def test_a_sealed_file_gives_its_content_or_an_error(tmp_path: Path) -> None:
    """One flipped bit in the content or its checksum is found; a file without a seal is read."""
    path = tmp_path / "sealed.bin"
    write_sealed(path, b"some weights")
    assert read_sealed(path) == b"some weights"
    whole, n_bits = path.read_bytes(), 8 * len(b"some weights")
    for content in flipped(whole, [*range(n_bits), *range(8 * len(whole) - 32, 8 * len(whole))]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"sealed\.bin: is damaged"):
            read_sealed(path)
    path.write_bytes(b"older weights")
    assert read_sealed(path) == b"older weights"
    with pytest.raises(DataError, match="no such file"):
        read_sealed(tmp_path / "absent")
    with pytest.raises(DataError, match="can't be read"):
        read_sealed(tmp_path)
