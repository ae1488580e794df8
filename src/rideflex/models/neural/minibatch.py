"""The mini-batch schedule and its loss, kept for comparison with training by evidence."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from rideflex.models.neural.device import one_thread

_MAX_GRADIENT_NORM = 1.0


@one_thread()
def train_by_minibatch(
    network: nn.Module,
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
        Maps entities to probabilities [n, L]; trained in place. The embedding whose dimensions are
        to vary alike is what its `get_embed()` returns, or the weight of its first
        `nn.Embedding`; without either that term of the loss is left out.
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
            loss = likelihood_loss(
                embedding_of(network), network(entities[batch]), indicators[batch]
            )
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRADIENT_NORM)
            optimizer.step()
            losses.append(loss.detach())
        mean = float(torch.stack(losses).mean())
        if on_epoch is not None:
            on_epoch(epoch, mean)
    network.train(was_training)
    return mean


def embedding_of(network: nn.Module) -> torch.Tensor:
    """The embedding weights [T, embed_dim] of any network; [1, 1] of one that has none."""
    get_embed: Callable[[], torch.Tensor] | None = getattr(network, "get_embed", None)
    if get_embed is not None:
        return get_embed()
    tables = (part.weight for part in network.modules() if isinstance(part, nn.Embedding))
    return next(tables, torch.zeros(1, 1))


def likelihood_loss(
    beta_matrix: torch.Tensor,
    P_z_given_d: torch.Tensor,
    ind_matrix: torch.Tensor,
    alpha_e: float = 0.5,
    alpha: float = 0.4,
    *,
    entropy_coef: float = 0.05,
    eps: float = 1e-9,
    unbiased_var: bool = False,
) -> torch.Tensor:
    """Return the loss of a batch: −Σ w·log p + α·Σ_m (var β_m / mean var − 1)² − c_H·H(p).

    p is clamped to [1e-4, 1 − 1e-4] and renormalised; w = p∘I / Σ_l p∘I, times
    (1 − α_e·Π_l I), so that an outcome every type agrees with weighs less; H is the mean entropy.

    Parameters
    ----------
    beta_matrix
        Embedding weights [T, embed_dim].
    P_z_given_d
        Predicted probabilities [n, L].
    ind_matrix
        Indicators [n, L]: 1 where the type would have answered as observed.
    alpha_e, alpha, entropy_coef
        α_e, α and c_H. From the sixth on parameters are named: published scripts disagree about
        what stands there, and a c_H of 1e-9 or a denominator of 0.05 would go unnoticed.
    eps
        Least denominator of w.
    unbiased_var
        Whether the variances have Bessel's correction.
    """
    p = P_z_given_d.clamp(1e-4, 1.0 - 1e-4)
    p = p / p.sum(dim=1, keepdim=True)
    log_p = p.log()
    agreeing = p * ind_matrix
    weights = agreeing / agreeing.sum(dim=1, keepdim=True).clamp(min=eps)
    weights = weights * (1.0 - alpha_e * ind_matrix.prod(dim=1, keepdim=True))
    entropy = -(p * log_p).sum(dim=1).mean()
    return (
        -(weights * log_p).sum()
        + alpha * _unevenness(beta_matrix, unbiased_var)
        - entropy_coef * entropy
    )


def _unevenness(beta_matrix: torch.Tensor, unbiased: bool) -> torch.Tensor:
    variances = beta_matrix.var(dim=0, unbiased=unbiased)
    mean = variances.mean()
    if not mean > 0:  # one traveler, or equal rows: no dimension varies more than another
        return torch.zeros((), dtype=variances.dtype)
    return ((variances / mean - 1.0) ** 2).sum()
