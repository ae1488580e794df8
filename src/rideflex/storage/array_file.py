"""Versioned files of named arrays, checked by checksums and mapped into memory, without pickle.

Not `safetensors`, whose layout is nearly this one: it knows no checksum, no kind and version of
its own, and its metadata are texts alone, so all of that would stand here as it does now.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError
from rideflex.storage.atomic import plain, refusal, replacing
from rideflex.storage.checksum import checksum

_MAGIC = b"RIDEFLX2"
_MAGIC_WITHOUT_CHECKSUMS = b"RIDEFLEX"  # as release 0.1 wrote them
_MAGIC_BYTES = 8
_ALIGNMENT = 64
_DAMAGED = "is damaged: its content does not match its checksum; restore it or make it again"


@dataclass(frozen=True)
class _Entry:
    """Where an array stands, as the header says."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    offset: int

    @property
    def n_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True)
class _Header:
    """What a file says of itself, checked to make sense."""

    kind: str
    version: int
    meta: dict[str, Any]
    arrays: dict[str, _Entry]
    n_bytes: int
    crc32: int | None


def save_arrays(
    path: str | Path,
    kind: str,
    version: int,
    arrays: Mapping[str, npt.NDArray[Any]],
    meta: Mapping[str, Any],
) -> None:
    """Write named arrays and a JSON-able `meta` to one versioned file.

    Layout: the magic word, the header's length (8 bytes, little endian), the checksum of the length
    and the header (4 bytes), a JSON header with the checksum of what follows, then the arrays, each
    at a multiple of 64 bytes so that they can be mapped into memory.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "squares.file"
    >>> save_arrays(path, "squares", 1, {"square": np.array([0, 1, 4])}, {"of": "numbers"})
    >>> arrays, meta = load_arrays(path, "squares", 1)
    >>> arrays["square"].tolist(), meta["of"]
    ([0, 1, 4], 'numbers')
    """
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    table: dict[str, dict[str, Any]] = {}
    offset = crc32 = 0
    for name, array in contiguous.items():
        table[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        crc32 = checksum(bytes(-array.nbytes % _ALIGNMENT), checksum(array, crc32))
        offset += _padded(array.nbytes)
    header = json.dumps(
        {
            "kind": kind,
            "version": version,
            "meta": meta,
            "arrays": table,
            "bytes": offset,
            "crc32": crc32,
        },
        default=plain,
    ).encode()
    length = len(header).to_bytes(8, "little")
    head = _MAGIC + length + checksum(length + header).to_bytes(4, "little") + header
    start = _padded(len(head))
    with replacing(path) as beside, beside.open("wb") as file:
        file.write(head)
        for name, array in contiguous.items():
            file.seek(start + table[name]["offset"])
            file.write(array.tobytes())
        file.truncate(start + offset)


def is_saved(path: str | Path) -> bool:
    """Whether a file was written by `save_arrays`."""
    file = Path(path)
    if not file.is_file():
        return False
    with file.open("rb") as content:
        return content.read(_MAGIC_BYTES) in (_MAGIC, _MAGIC_WITHOUT_CHECKSUMS)


def saved_kind(path: str | Path) -> str:
    """The kind of a file that `save_arrays` wrote.

    Raises
    ------
    DataError
        If the file is missing, not one of ours, damaged in its header, or cut short.
    """
    return _read_header(Path(path))[0].kind


def load_arrays(
    path: str | Path, kind: str, version: int
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Map the arrays of a file that `save_arrays` wrote; returns (arrays, meta).

    The arrays are read-only views of the mapped file. Checking them reads them once, at memory
    speed; files of release 0.1 have no checksums and are mapped unread.

    Raises
    ------
    DataError
        If the file is missing, is not one of ours, holds another kind, comes from another
        version, is damaged or cut short.
    """
    header, content = _read_header(Path(path))
    if header.kind != kind:
        raise refusal(path, f"holds a {header.kind}, not a {kind}")
    if header.version != version:
        raise refusal(
            path,
            f"has format version {header.version}, and this release reads version {version}; "
            "make the file again",
        )
    if header.crc32 is not None and checksum(content) != header.crc32:
        raise refusal(path, _DAMAGED)
    arrays = {
        name: np.ndarray(entry.shape, dtype=entry.dtype, buffer=content, offset=entry.offset)
        for name, entry in header.arrays.items()
    }
    return arrays, header.meta


@contextmanager
def refusing_damage(path: str | Path) -> Iterator[None]:
    """Name the file where what was read from it makes no sense.

    Files without checksums can be damaged in ways that show only in what is made of them.

    Raises
    ------
    DataError
        For any error inside.
    """
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # damage can trip its reader in any way
        cause = f"is damaged, or not what it says it is ({type(error).__name__}: {error})"
        raise refusal(path, cause) from None


def _read_header(file: Path) -> tuple[_Header, npt.NDArray[np.uint8]]:
    """Map a file; returns its header and the bytes of its arrays."""
    try:
        with file.open("rb") as opened:
            content = np.frombuffer(mmap(opened.fileno(), 0, access=ACCESS_READ), dtype=np.uint8)
    except FileNotFoundError:
        raise refusal(file, "there is no such file") from None
    except (OSError, ValueError) as error:
        raise refusal(file, f"can't be mapped into memory ({error})") from None
    magic = content[:_MAGIC_BYTES].tobytes()
    if magic not in (_MAGIC, _MAGIC_WITHOUT_CHECKSUMS):
        raise refusal(file, "is not a file that rideflex saved")
    length = content[_MAGIC_BYTES : _MAGIC_BYTES + 8].tobytes()
    start = _MAGIC_BYTES + 8 + (4 if magic == _MAGIC else 0)
    end = start + int.from_bytes(length, "little")
    if end > len(content):
        raise refusal(file, "is cut short inside its header")
    raw = content[start:end].tobytes()
    if magic == _MAGIC:
        kept = int.from_bytes(content[start - 4 : start].tobytes(), "little")
        if checksum(length + raw) != kept:
            raise refusal(file, _DAMAGED)
    try:
        header = _parsed(raw)
    except Exception:  # damage trips the readers of JSON and of types in any way
        raise refusal(file, "has a header that rideflex did not write, or is damaged") from None
    whole = _padded(end) + header.n_bytes
    if len(content) != whole:
        raise refusal(file, f"is cut short: {len(content)} of {whole} bytes are there")
    return header, content[_padded(end) :]


def _parsed(raw: bytes) -> _Header:
    """Read a header; any error says that it makes no sense."""
    fields = json.loads(raw)
    entries = {
        name: _Entry(
            np.dtype(entry["dtype"]),
            tuple(map(_count, entry["shape"])),
            _count(entry["offset"]),
        )
        for name, entry in fields["arrays"].items()
    }
    header = _Header(
        fields["kind"],
        fields["version"],
        fields["meta"],
        entries,
        _count(fields["bytes"]),
        fields.get("crc32"),
    )
    sensible = isinstance(header.kind, str) and isinstance(header.meta, dict)
    for entry in entries.values():
        sensible &= not entry.dtype.hasobject
        sensible &= entry.offset + entry.n_bytes <= header.n_bytes
    if not sensible:
        raise ValueError
    return header


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError
    return value


def _padded(n_bytes: int) -> int:
    return -(-n_bytes // _ALIGNMENT) * _ALIGNMENT
