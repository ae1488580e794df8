"""The mini-batch schedule, kept for comparison with training by evidence."""

from __future__ import annotations

from collections.abc import Callable

import torch

from rideflex.models.neural.likelihood import likelihood_loss
from rideflex.models.neural.network import EmbeddingFFN
from rideflex.models.neural.threads import one_thread

_MAX_GRADIENT_NORM = 1.0


@one_thread()
def train_by_minibatch(
    network: EmbeddingFFN,
    entities: torch.Tensor,
    indicators: torch.Tensor,
    *,
    num_epochs: int = 50,
    batch_size: int = 64,
    lr: float = 1e-3,
    generator: torch.Generator | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> float:
    """Train on shuffled batches of outcomes with Adam; returns the last epoch's mean loss.

    Parameters
    ----------
    network
        Trained in place.
    entities, indicators
        Outcomes: entities int64 [n] and indicators float32 [n, L].
    num_epochs, batch_size, lr
        The schedule.
    generator
        Shuffles the outcomes; without one, PyTorch's global generator does.
    on_epoch
        Called with the epoch, counted from 1, and its mean loss.
    """
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    mean = float("nan")
    was_training = network.training
    network.train()
    for epoch in range(1, num_epochs + 1):
        losses = []
        for batch in torch.split(torch.randperm(len(entities), generator=generator), batch_size):
            optimizer.zero_grad()
            loss = likelihood_loss(network.get_embed(), network(entities[batch]), indicators[batch])
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT_NORM)
            optimizer.step()
            losses.append(loss.detach())
        mean = float(torch.stack(losses).mean())
        if on_epoch is not None:
            on_epoch(epoch, mean)
    network.train(was_training)
    return mean
