"""The loss of the mini-batch schedule."""

from __future__ import annotations

import torch


def likelihood_loss(
    beta_matrix: torch.Tensor,
    P_z_given_d: torch.Tensor,
    ind_matrix: torch.Tensor,
    alpha_e: float = 0.5,
    alpha: float = 0.4,
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
        α_e, α and c_H.
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
