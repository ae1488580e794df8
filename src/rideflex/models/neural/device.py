"""Where a network is trained: on the CPU in float32, wherever it lives."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from rideflex.models.neural.network import EmbeddingFFN


@contextmanager
def on_cpu(network: EmbeddingFFN) -> Iterator[EmbeddingFFN]:
    """Give the network, in float32 on the CPU.

    A network that lives elsewhere, or in another precision, is copied and written back at the end.
    """
    weight = network.embedding.weight
    if weight.device.type == "cpu" and weight.dtype == torch.float32:
        yield network
        return
    here = copy.deepcopy(network).to("cpu", torch.float32)
    yield here
    network.load_state_dict(here.state_dict())
    network.shares = here.shares
