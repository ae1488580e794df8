"""Files that are whole or not there: written beside, then renamed; arrays without pickle."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, Problem

_MAGIC = b"RIDEFLEX"
_ALIGNMENT = 64
_HEADER = {"kind", "version", "meta", "arrays", "bytes"}


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; it takes the place of `path` on success.

    On an error nothing is left behind and an older file stays as it was.

    Raises
    ------
    DataError
        If the file can't be written.
    """
    target = Path(path)
    with _refusing(target):
        _check_kind(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = _beside(target)
        try:
            yield beside
            with beside.open("rb+") as written:
                os.fsync(written.fileno())
            beside.replace(target)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """Check that a file can be written, before the work that it is to hold.

    Raises
    ------
    DataError
        If it is a folder or a device, or its folder can't be written to.
    """
    target = Path(path)
    with _refusing(target):
        _check_kind(target)
        _probe(_beside(target))


def check_folder_writable(path: str | Path) -> None:
    """Check that files can be written to a folder, which need not be there yet.

    Raises
    ------
    DataError
        If it is a file, or can't be written to or made.
    """
    target = Path(path)
    with _refusing(target):
        _probe(target / f".{secrets.token_hex(4)}")


def write_json(path: str | Path, content: Any) -> None:
    """Write `content` as indented JSON; NumPy numbers are written as numbers."""
    with replacing(path) as beside:
        beside.write_text(
            json.dumps(content, indent=2, default=_plain, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )


def save_arrays(
    path: str | Path,
    kind: str,
    version: int,
    arrays: Mapping[str, npt.NDArray[Any]],
    meta: Mapping[str, Any],
) -> None:
    """Write named arrays and a JSON-able `meta` to one versioned file.

    Layout: the magic word, the header's length (8 bytes, little endian), a JSON header, then the
    arrays, each at a multiple of 64 bytes so that they can be mapped into memory.
    """
    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    table: dict[str, dict[str, Any]] = {}
    offset = 0
    for name, array in contiguous.items():
        table[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        offset += _padded(array.nbytes)
    header = json.dumps(
        {"kind": kind, "version": version, "meta": meta, "arrays": table, "bytes": offset},
        default=_plain,
    ).encode()
    start = _padded(len(_MAGIC) + 8 + len(header))
    with replacing(path) as beside, beside.open("wb") as file:
        file.write(_MAGIC + len(header).to_bytes(8, "little") + header)
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
        return content.read(len(_MAGIC)) == _MAGIC


def saved_kind(path: str | Path) -> str:
    """The kind of a file that `save_arrays` wrote.

    Raises
    ------
    DataError
        If the file is missing, not one of ours, or cut short.
    """
    return str(_read_header(Path(path))[0]["kind"])


def load_arrays(
    path: str | Path, kind: str, version: int
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Map the arrays of a file that `save_arrays` wrote; returns (arrays, meta).

    The arrays are read-only views of the mapped file.

    Raises
    ------
    DataError
        If the file is missing, is not one of ours, holds another kind, comes from another
        version, or is cut short.
    """
    header, content = _read_header(Path(path))
    if header["kind"] != kind:
        raise _refusal(path, f"holds a {header['kind']}, not a {kind}")
    if header["version"] != version:
        raise _refusal(
            path,
            f"has format version {header['version']}, and this release reads version {version}; "
            "make the file again",
        )
    arrays = {
        name: np.ndarray(
            tuple(entry["shape"]),
            dtype=np.dtype(entry["dtype"]),
            buffer=content,
            offset=entry["offset"],
        )
        for name, entry in header["arrays"].items()
    }
    return arrays, header["meta"]


def _read_header(file: Path) -> tuple[dict[str, Any], npt.NDArray[np.uint8]]:
    """Map a file; returns its header and the bytes of its arrays."""
    try:
        content = np.memmap(file, dtype=np.uint8, mode="r")
    except FileNotFoundError:
        raise _refusal(file, "there is no such file") from None
    except (OSError, ValueError) as error:
        raise _refusal(file, f"can't be mapped into memory ({error})") from None
    prefix = len(_MAGIC) + 8
    if bytes(content[: len(_MAGIC)]) != _MAGIC:
        raise _refusal(file, "is not a file that rideflex saved")
    length = int.from_bytes(bytes(content[len(_MAGIC) : prefix]), "little")
    try:
        header = json.loads(bytes(content[prefix : prefix + length]))
    except ValueError:
        raise _refusal(file, "is cut short inside its header") from None
    if not isinstance(header, dict) or not header.keys() >= _HEADER:
        raise _refusal(file, "has a header that rideflex did not write")
    whole = _padded(prefix + length) + header["bytes"]
    if len(content) != whole:
        raise _refusal(file, f"is cut short: {len(content)} of {whole} bytes are there")
    return header, content[whole - header["bytes"] :]


@contextmanager
def _refusing(target: Path) -> Iterator[None]:
    """Name the file where the system refuses to write it."""
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        cause = "can't be written: a file stands where a folder is wanted"
        raise _refusal(target, cause) from None
    except OSError as error:
        raise _refusal(target, f"can't be written: {error.strerror or error}") from None


def _check_kind(target: Path) -> None:
    if target.is_dir():
        raise _refusal(target, "can't be written: it is a folder")
    if target.exists() and not target.is_file():
        raise _refusal(target, "can't be written: it is a device or a pipe; name a file")


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}{target.suffix}")


def _probe(path: Path) -> None:
    """Make an empty file and remove it; folders that are not there yet are left to be made."""
    folder = next(parent for parent in path.parents if parent.exists())
    probe = folder / path.name
    probe.touch(exist_ok=False)
    probe.unlink()


def _refusal(file: str | Path, cause: str) -> DataError:
    return DataError(Problem(str(file), cause))


def _padded(n_bytes: int) -> int:
    return -(-n_bytes // _ALIGNMENT) * _ALIGNMENT


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} can't be written as JSON")
