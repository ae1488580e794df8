"""What `update_embedding_model` takes: where the network lives, arguments, sources of decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rideflex import UsageError
from rideflex.areas import ServiceArea
from rideflex.embedding import (
    EmbeddingFFN,
    OnlineTravelerDataset,
    flexibility_personalities,
    update_embedding_model,
)
from rideflex.models.neural.device import one_thread
from tests.embedding.updates import (
    ACTION_SPACE_MAP,
    N_TRAVELERS,
    Rows,
    csv_of,
    fresh,
    probabilities,
    updated,
)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("method", ["evidence", "minibatch"])
def test_a_network_of_another_precision_is_updated(
    area: ServiceArea, rows: Rows, method: str, dtype: torch.dtype
) -> None:
    """It keeps its precision, and comes out as the same network in float32 does."""
    options: dict[str, Any] = {"method": method, "num_epochs": 5, "decisions": area.table}
    plain, _ = updated(rows, generator=torch.Generator().manual_seed(1), **options)
    network = fresh().to(dtype)
    update_embedding_model(
        network,
        rows,
        flexibility_personalities,
        ACTION_SPACE_MAP,
        generator=torch.Generator().manual_seed(1),
        report=lambda line: None,
        **options,
    )
    assert network.get_embed().dtype == dtype
    found = probabilities(network).float()
    near = 0.3 if dtype == torch.bfloat16 else 0.05
    torch.testing.assert_close(found, probabilities(plain), atol=near, rtol=0)


@pytest.mark.parametrize("method", ["evidence", "minibatch"])
@pytest.mark.parametrize("training", [True, False])
def test_the_mode_of_the_network_is_left_alone(
    area: ServiceArea, rows: Rows, method: str, training: bool
) -> None:
    """Both methods leave `training` as they found it."""
    network = fresh().train(training)
    update_embedding_model(
        network,
        rows,
        flexibility_personalities,
        ACTION_SPACE_MAP,
        num_epochs=1,
        method=method,
        decisions=area.table,
        report=lambda line: None,
    )
    assert network.training is training


@pytest.mark.parametrize("method", ["evidence", "minibatch"])
def test_the_shares_are_those_of_the_last_update(
    area: ServiceArea, rows: Rows, method: str
) -> None:
    """A traveler outside the network is taken for one by π, which each update learns."""
    network, _ = updated(rows, method=method, num_epochs=2, decisions=area.table)
    shares = np.bincount(area.true_types, minlength=4)
    np.testing.assert_allclose(network.shares, (shares + 2) / (len(area.travelers) + 8), atol=0.02)


def test_minibatches_start_from_the_prior_as_it_is(area: ServiceArea, rows: Rows) -> None:
    """With features, too, the schedule alone moves the weights: no EM comes before it."""
    features = torch.eye(N_TRAVELERS)
    torch.manual_seed(0)
    network = EmbeddingFFN(N_TRAVELERS, 8, 8, 4, features)
    assert network.prior is not None
    before = network.prior.weight.detach().clone()
    update_embedding_model(
        network,
        rows,
        flexibility_personalities,
        ACTION_SPACE_MAP,
        num_epochs=1,
        lr=1e-9,
        method="minibatch",
        decisions=area.table,
        report=lambda line: None,
    )
    torch.testing.assert_close(network.prior.weight.detach(), before, atol=1e-6, rtol=0)


def test_arguments_without_sense_are_refused(area: ServiceArea, rows: Rows) -> None:
    """Before anything is read or printed."""
    for options, cause in (
        ({"num_epochs": 0}, "at least 1"),
        ({"batch_size": 0}, "at least 1"),
        ({"lr": float("nan")}, "positive"),
        ({"method": "evidense"}, "method is 'evidence' or 'minibatch'"),
    ):
        lines: list[str] = []
        with pytest.raises(UsageError, match=cause):
            updated(rows[:3], decisions=area.table, report=lines.append, **options)
        assert not lines
    with pytest.raises(UsageError, match="a list of dicts is expected, not"):
        updated(iter(rows))  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:No decisions found")
def test_every_kind_of_decisions_is_found(
    area: ServiceArea, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A saved table, a service-area folder, and an empty environment variable, which names none."""
    saved = tmp_path / "saved.rideflex"
    area.table.save(saved)
    by_table, _ = updated(rows, decisions=area.table)
    for decisions in (saved, str(area.folder), csv_of(area)):
        network, _ = updated(rows, decisions=decisions)
        assert torch.equal(probabilities(network), probabilities(by_table))
    monkeypatch.setenv("RIDEFLEX_DECISIONS", "")
    assert "No decisions found" in "".join(updated(rows)[1])
    with pytest.raises(UsageError, match=r"other offers than the update: offer 1 is \(-30, 10\)"):
        update_embedding_model(
            fresh(),
            rows,
            flexibility_personalities,
            [ACTION_SPACE_MAP[0], *ACTION_SPACE_MAP[2:], (-5, 0)],
            decisions=saved,
            report=lambda line: None,
        )


def test_a_dataset_takes_no_traveler_before_the_first(area: ServiceArea, rows: Rows) -> None:
    """An id below `first_id` would be an entity below 0."""
    with pytest.raises(UsageError, match="with first_id=5 its entities are the travelers 5 and up"):
        OnlineTravelerDataset(
            rows, flexibility_personalities, ACTION_SPACE_MAP, decisions=area.table, first_id=5
        )


def test_threads_are_put_back_by_the_last_to_leave() -> None:
    """However the blocks overlap, PyTorch ends with the threads it began with."""
    before = torch.get_num_threads()
    first, second = one_thread(), one_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert torch.get_num_threads() == 1
    second.__exit__(None, None, None)
    assert torch.get_num_threads() == before
