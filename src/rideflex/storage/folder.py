"""A folder that appears whole or not at all: written beside, then renamed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rideflex.errors import DataError, Problem
from rideflex.storage.lock import locked

_LOCK = ".lock"


@contextmanager
def appearing(path: str | Path) -> Iterator[Path]:
    """Give a folder to write to; it takes the place of `path` on success.

    It is `.NAME.writing` beside `path`. On an error nothing of it is left; a killed process leaves
    it behind, and the next one that writes to `path` removes it.

    Raises
    ------
    UsageError
        If another process is writing to `path`.
    DataError
        If it can't be written.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.writing")
    try:
        beside.mkdir(parents=True, exist_ok=True)
        with locked(beside / _LOCK, f"is writing {target}"):
            try:
                for left in beside.iterdir():
                    if left.name != _LOCK:
                        _remove(left)
                yield beside
                (beside / _LOCK).unlink()
                if target.exists():
                    target.rmdir()
                beside.rename(target)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        cause = f"can't be written: {error.strerror or error}"
        raise DataError(Problem(str(target), cause)) from None


def _remove(left: Path) -> None:
    if left.is_dir() and not left.is_symlink():
        shutil.rmtree(left)
    else:
        with suppress(FileNotFoundError):
            left.unlink()
