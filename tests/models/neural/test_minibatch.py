"""The mini-batch schedule, exactly as its formulas say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rideflex.embedding import EmbeddingFFN, likelihood_loss
from rideflex.models.neural import train_by_minibatch


def loss_by_hand(beta: np.ndarray, p: np.ndarray, indicators: np.ndarray) -> float:
    """The loss of a batch with plain loops: alpha_e = 0.5, alpha = 0.4, c_H = 0.05."""
    total = entropy = 0.0
    for row, ind in zip(p, indicators, strict=True):
        clamped = [min(max(float(value), 1e-4), 1 - 1e-4) for value in row]
        q = [value / sum(clamped) for value in clamped]
        agreeing = [a * b for a, b in zip(q, ind, strict=True)]
        adjustment = 1 - 0.5 * math.prod(ind)
        for value, weight in zip(q, agreeing, strict=True):
            total -= weight / max(sum(agreeing), 1e-9) * adjustment * math.log(value)
            entropy -= value * math.log(value)
    variances = [float(np.var(column)) for column in beta.T]
    mean = sum(variances) / len(variances)
    spread = sum((value / mean - 1) ** 2 for value in variances)
    return total + 0.4 * spread - 0.05 * entropy / len(p)


@given(st.integers(0, 10_000), st.integers(1, 70), st.integers(2, 6))
def test_loss_equals_the_formula(seed: int, n: int, n_types: int) -> None:
    """Also for outcomes that all types or none agree with, and probabilities of 0 and 1."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(n_types, 0.1), size=n)
    indicators = (rng.random((n, n_types)) < rng.choice([0.0, 0.5, 1.0], size=(n, 1))) * 1.0
    beta = rng.normal(size=(9, 5))
    found = likelihood_loss(torch.tensor(beta), torch.tensor(p), torch.tensor(indicators))
    assert float(found) == pytest.approx(loss_by_hand(beta, p, indicators), rel=1e-6, abs=1e-6)


def test_options_of_the_loss() -> None:
    """Each coefficient can be set by the name that training scripts use."""
    beta, p = torch.tensor([[0.0, 1.0], [2.0, 9.0]]), torch.tensor([[0.25, 0.75]])
    ind = torch.ones(1, 2)
    off = likelihood_loss(beta, p, ind, alpha_e=1.0, alpha=0.0, entropy_coef=0.0, eps=1e-9)
    assert float(off) == 0.0
    half = likelihood_loss(beta, p, ind, alpha_e=0.5, alpha=0.0, entropy_coef=0.0)
    full = likelihood_loss(beta, p, ind, alpha_e=0.0, alpha=0.0, entropy_coef=0.0)
    assert float(half) == pytest.approx(float(full) / 2)
    biased, unbiased = (
        likelihood_loss(beta, p, ind, entropy_coef=0.0, unbiased_var=flag) for flag in (False, True)
    )
    assert float(biased) == pytest.approx(float(unbiased))


def test_equal_embeddings_have_no_variance_term() -> None:
    """One traveler, or equal rows, give a loss that is a number."""
    p, ind = torch.tensor([[0.5, 0.5]]), torch.tensor([[1.0, 0.0]])
    assert torch.isfinite(likelihood_loss(torch.ones(3, 4), p, ind))
    assert torch.isfinite(likelihood_loss(torch.ones(1, 4), p, ind))


def test_schedule_equals_a_plain_loop() -> None:
    """Adam on shuffled batches with the gradient norm clipped at 1, epoch after epoch."""
    entities = torch.randint(9, (50,), generator=torch.Generator().manual_seed(1))
    indicators = (torch.rand(50, 4, generator=torch.Generator().manual_seed(2)) < 0.6).float()
    torch.manual_seed(0)
    fast, slow = EmbeddingFFN(9, 8, 16, 4), EmbeddingFFN(9, 8, 16, 4)
    slow.load_state_dict(fast.state_dict())
    train_by_minibatch(
        fast,
        entities,
        indicators,
        num_epochs=3,
        batch_size=16,
        lr=0.01,
        generator=torch.Generator().manual_seed(3),
    )
    shuffle, adam = torch.Generator().manual_seed(3), torch.optim.Adam(slow.parameters(), lr=0.01)
    for _ in range(3):
        order = torch.randperm(50, generator=shuffle)
        for start in range(0, 50, 16):
            rows = order[start : start + 16]
            adam.zero_grad()
            likelihood_loss(slow.get_embed(), slow(entities[rows]), indicators[rows]).backward()
            torch.nn.utils.clip_grad_norm_(slow.parameters(), 1.0)
            adam.step()
    for one, other in zip(fast.parameters(), slow.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_shape_of_the_network() -> None:
    """Embedding, linear, tanh, linear, tanh, linear, softmax: rows are probabilities."""
    network = EmbeddingFFN(5, 3, 7, 4)
    p = network(torch.arange(5))
    assert p.shape == (5, 4)
    torch.testing.assert_close(p.sum(dim=1), torch.ones(5))
    kinds = [type(layer).__name__ for layer in network.ffn]
    assert kinds == ["Linear", "Tanh", "Linear", "Tanh", "Linear", "Softmax"]
    torch.testing.assert_close(network.ffn(network.get_embed()), p)
