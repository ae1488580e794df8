"""Locks on files, which the system lets go of when a process ends, however it does."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rideflex.errors import UsageError


@contextmanager
def locked(file: Path, use: str) -> Iterator[None]:
    """Hold the lock on a file, which is made if need be, while the block runs.

    Parameters
    ----------
    file
        Its content is the number of the process that holds or held it.
    use
        What the lock keeps from happening twice, such as "writes cities/demo".

    Raises
    ------
    UsageError
        If another process holds it; it names that process.
    """
    with file.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            number = lock.read().strip()
            holder = f"another process ({number})" if number else "another process"
            raise UsageError(f"{holder} {use}; wait for it, or stop it") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
