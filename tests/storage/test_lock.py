"""Locks that end with the process that holds them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from rideflex.errors import UsageError
from rideflex.storage.lock import locked

_HOLD = """
import sys, time
from pathlib import Path
from rideflex.storage.lock import locked
with locked(Path(sys.argv[1]), "is here"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock on a file."""
    file = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", _HOLD, file], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield file, process
        process.kill()


def test_a_lock_names_the_process_that_holds_it(holder):
    """The second is refused, with the number of the first and what it does."""
    file, process = holder
    cause = rf"another process \({process.pid}\) is here; wait for it, or stop it"
    with pytest.raises(UsageError, match=cause), locked(file, "is here"):
        pytest.fail("the lock was given twice")


def test_a_killed_process_lets_go_of_its_lock(holder):
    """The file is left behind, and locks nothing."""
    file, process = holder
    process.send_signal(signal.SIGKILL)
    process.wait()
    for _ in range(2):
        with locked(file, "is here"):
            assert file.read_text() == str(os.getpid())
