"""The same file given twice, under one name or two."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from rideflex.errors import DataError, Problem


def refuse_same(files: Sequence[Path], has_rows: Callable[[Path], bool]) -> None:
    """Check that no file is given twice, and that no two files hold the same bytes.

    Files without rows may well be equal: each stands for a time in which nobody was asked. Only
    files of one size are read for it.

    Raises
    ------
    DataError
        If there are such files; it names both of each pair.
    """
    problems, by_path, by_size = [], dict[Path, Path](), dict[int, list[Path]]()
    for file in files:
        if not file.is_file():
            continue
        place = file.resolve()
        if (first := by_path.setdefault(place, file)) is not file:
            problems.append(_twice(file, f"is the file {first}"))
        else:
            by_size.setdefault(file.stat().st_size, []).append(file)
    for alike in by_size.values():
        by_digest: dict[bytes, Path] = {}
        problems += [
            _twice(file, f"holds the same as {first}")
            for file in (alike if len(alike) > 1 else ())
            if (first := by_digest.setdefault(_digest(file), file)) is not file and has_rows(file)
        ]
    if problems:
        raise DataError(problems)


def _twice(file: Path, cause: str) -> Problem:
    return Problem(str(file), f"{cause}, which is given too: its outcomes would count twice")


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").digest()
