"""PyTorch's threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0
_threads = 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch work on one thread: waking a second costs more than a small matrix.

    The setting is the process's, so the last to leave puts it back.
    """
    global _inside, _threads
    with _lock:
        if _inside == 0:
            _threads = torch.get_num_threads()
            torch.set_num_threads(1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                torch.set_num_threads(_threads)
