"""Where a network is trained: on the CPU in float32, on one thread where it is small."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


@contextmanager
def on_cpu(network: Network) -> Iterator[Network]:
    """Run on the CPU in float32, and copy the weights back.

    A network that lives there as it is is given as it is.
    """
    if all(w.device.type == "cpu" and w.dtype == torch.float32 for w in network.parameters()):
        yield network
        return
    here = copy.deepcopy(network).to("cpu", torch.float32)
    yield here
    network.load_state_dict(here.state_dict())


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch work on one thread: waking a second costs more than a small matrix.

    The setting is the process's, so the last to leave puts it back. `threadpoolctl` would hold
    the same pool, but it looks through every loaded library each time, for a third of what a whole
    update takes.
    """
    with _limit.lock:
        if _limit.inside == 0:
            _limit.before = torch.get_num_threads()
            torch.set_num_threads(1)
        _limit.inside += 1
    try:
        yield
    finally:
        with _limit.lock:
            _limit.inside -= 1
            if _limit.inside == 0:
                torch.set_num_threads(_limit.before)


@dataclass
class _Limit:
    """How many are inside, and the threads there were before the first came."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0
    before: int = 1


_limit = _Limit()
