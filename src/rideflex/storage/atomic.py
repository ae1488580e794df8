"""Files that are whole or not there: written beside, then renamed."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from rideflex.errors import DataError, Problem


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


def write_json(path: str | Path, content: Any, indent: int | None = 2) -> None:
    """Write `content` as JSON, indented if wanted; NumPy numbers are written as numbers."""
    with replacing(path) as beside:
        beside.write_text(
            json.dumps(content, indent=indent, default=plain, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )


def refusal(file: str | Path, cause: str) -> DataError:
    """An error that names the file."""
    return DataError(Problem(str(file), cause))


def plain(value: Any) -> Any:
    """What JSON can't hold as what it can: NumPy numbers and arrays."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} can't be written as JSON")


@contextmanager
def _refusing(target: Path) -> Iterator[None]:
    """Name the file where the system refuses to write it."""
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        cause = "can't be written: a file stands where a folder is wanted"
        raise refusal(target, cause) from None
    except OSError as error:
        raise refusal(target, f"can't be written: {error.strerror or error}") from None


def _check_kind(target: Path) -> None:
    if target.is_dir():
        raise refusal(target, "can't be written: it is a folder")
    if target.exists() and not target.is_file():
        raise refusal(target, "can't be written: it is a device or a pipe; name a file")


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}{target.suffix}")


def _probe(path: Path) -> None:
    """Make an empty file and remove it; folders that are not there yet are left to be made."""
    folder = next(parent for parent in path.parents if parent.exists())
    probe = folder / path.name
    probe.touch(exist_ok=False)
    probe.unlink()
