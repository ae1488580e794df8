"""Training by evidence: to the exact posterior, from any start."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from rideflex.embedding import EmbeddingFFN
from rideflex.errors import UsageError
from rideflex.models.mixture import fit_mixture
from rideflex.models.neural import EvidenceFit, train_by_evidence
from rideflex.outcomes import Counts
from rideflex.testing.worlds import draw_world


def train(network: EmbeddingFFN, counts: Counts, **options: object) -> EvidenceFit:
    """Train a network on counts under the shares and noise that EM learned."""
    mixture = fit_mixture(counts)
    return train_by_evidence(
        network, mixture.log_likelihood(counts), np.log(mixture.shares), **options
    )


def gap(network: EmbeddingFFN, counts: Counts) -> float:
    """Largest difference between the network and the exact posterior."""
    with torch.no_grad():
        found = network(torch.arange(network.num_entities)).numpy()
    return float(np.abs(found - fit_mixture(counts).probabilities(counts)).max())


@pytest.mark.parametrize("each", [1, 3, 10, 100, 1000])
@pytest.mark.parametrize(("n", "embed_dim", "hidden_dim"), [(30, 64, 128), (700, 32, 64)])
def test_the_optimum_is_the_posterior(n: int, embed_dim: int, hidden_dim: int, each: int) -> None:
    """From fresh weights every probability is exact within 1e-4, inside the default 50 passes."""
    torch.manual_seed(0)
    network = EmbeddingFFN(n, embed_dim, hidden_dim, 4)
    counts = draw_world(n, min(each, 50)).counts.scaled(max(1.0, each / 50))
    fit = train(network, counts)
    assert fit.converged
    assert fit.passes <= 50
    assert gap(network, counts) < 2e-4


def test_the_loss_is_minus_the_evidence() -> None:
    """At the optimum it equals minus the log evidence a traveler, as the bound says."""
    counts = draw_world(30, 8).counts
    mixture = fit_mixture(counts)
    joint = mixture.log_likelihood(counts) + np.log(mixture.shares)
    fit = train(EmbeddingFFN(30, 16, 32, 4), counts)
    assert fit.loss == pytest.approx(-np.logaddexp.reduce(joint, axis=1).mean(), abs=1e-5)


def test_a_warm_start_needs_one_pass() -> None:
    """Trained again on the same counts there is nothing to do."""
    network, counts = EmbeddingFFN(30, 64, 128, 4), draw_world(30, 20).counts
    assert train(network, counts).passes > 1
    before = network.get_embed().clone()
    assert train(network, counts).passes == 1
    assert torch.equal(network.get_embed(), before)


def test_travelers_who_all_change_are_followed() -> None:
    """A network that is sure of the wrong types turns round: no gradient has vanished."""
    torch.manual_seed(0)
    network = EmbeddingFFN(30, 64, 128, 4)
    for seed in range(12):
        counts = draw_world(30, 400 if seed % 2 else 5, seed=seed).counts
        assert train(network, counts).converged
        assert gap(network, counts) < 2e-4


def test_many_updates_do_not_drive_the_weights_away() -> None:
    """After a hundred updates on unlike outcomes embeddings are about as long as fresh ones."""
    torch.manual_seed(0)
    network = EmbeddingFFN(30, 64, 128, 4)
    for seed in range(100):
        assert train(network, draw_world(30, 6, seed=seed).counts).converged
    assert float(network.get_embed().detach().norm(dim=1).mean()) < 1.5 * 64**0.5


def test_too_few_passes_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """When the bound ends the training early the log says how far it got."""
    with caplog.at_level(logging.WARNING):
        fit = train(EmbeddingFFN(30, 1, 4, 4), draw_world(30, 50).counts, max_passes=1)
    assert not fit.converged
    assert fit.passes == 1
    assert "from the posterior after all 1 passes" in caplog.text


def test_passes_are_reported() -> None:
    """Each pass is told with its loss, which ends lower than it began."""
    told: list[tuple[int, float]] = []
    train(
        EmbeddingFFN(30, 64, 128, 4),
        draw_world(30, 20).counts,
        on_pass=lambda step, loss: told.append((step, loss)),
    )
    assert [step for step, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][1] < told[0][1]


def test_sizes_without_sense_are_refused() -> None:
    """A network has positive sizes, two types, and features for each traveler."""
    with pytest.raises(UsageError, match="positive sizes"):
        EmbeddingFFN(0, 4, 4, 4)
    with pytest.raises(UsageError, match="two types"):
        EmbeddingFFN(3, 4, 4, 1)
    with pytest.raises(UsageError, match=r"features of shape \(2, 5\)"):
        EmbeddingFFN(3, 4, 4, 4, features=torch.zeros(2, 5))
