"""Training scripts that change their import line and nothing else."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import rideflex.embedding
from rideflex import DecisionTable, UsageError
from rideflex.areas import ServiceArea
from rideflex.embedding import (
    EmbeddingFFN,
    OnlineTravelerDataset,
    binary_classification_metrics,
    flexibility_personalities,
    likelihood_loss,
    update_embedding_model,
)
from rideflex.embedding.reporting import log_line
from rideflex.errors import DataError
from tests.embedding.updates import (
    ACTION_SPACE_MAP,
    N_TRAVELERS,
    Rows,
    csv_of,
    fresh,
    probabilities,
    updated,
)

SCRIPT = """
import json, os
from rideflex.embedding import EmbeddingFFN, flexibility_personalities, update_embedding_model

here = os.path.dirname(os.path.abspath(__file__))
online_data = json.load(open(os.path.join(here, "log.json")))
action_space_map = [(p, d) for p in (-30, -20, -10, 0) for d in (0, 10, 20, 30)]
model = EmbeddingFFN(num_entities=12, embed_dim=16, hidden_dim=16, output_dim=4)
for _ in range(2):
    model = update_embedding_model(
        embedding_model=model,
        online_data=online_data,
        flexibility_personalities=flexibility_personalities,
        action_space_map=action_space_map,
    )
"""


def started(folder: Path, rows: Rows) -> subprocess.CompletedProcess[str]:
    """What a script in `folder`/src says, started from the folder as `python src/train.py`."""
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "train.py").write_text(SCRIPT)
    (folder / "src" / "log.json").write_text(json.dumps(rows))
    return subprocess.run(
        [sys.executable, "src/train.py"], cwd=folder, check=True, capture_output=True, text=True
    )


def test_the_decisions_beside_the_started_script_are_found(
    area: ServiceArea, rows: Rows, tmp_path: Path
) -> None:
    """The working directory is one up; the lines show on standard output without any set-up."""
    (tmp_path / "src").mkdir()
    beside = tmp_path / "src" / "traveler_decisions_augmented.csv"
    beside.write_bytes(csv_of(area).read_bytes())
    ended = started(tmp_path, rows)
    keys = area.table.report.keys
    assert "[Embedding Update] Training on 600 samples from 12 customers" in ended.stdout
    assert ended.stdout.count("Built lookup cache") == 1
    assert ended.stdout.count(f"Reusing lookup cache: {keys} unique keys") == 1
    assert "WARNING" not in ended.stdout
    assert "Warning" not in ended.stderr


def test_rules_for_every_outcome_are_impossible_to_overlook(rows: Rows, tmp_path: Path) -> None:
    """Each update's log says so, with the number; the first time it is a warning of the script."""
    ended = started(tmp_path, rows)
    assert ended.stdout.count("the types' rules answer all 600 outcomes") == 2
    assert ended.stderr.count("UserWarning: No decisions found") == 1
    assert "train.py:" in ended.stderr


def test_decisions_that_answer_nothing_are_warned_of(area: ServiceArea, rows: Rows) -> None:
    """A table of other contexts is no better than none."""
    strange = [{**row, "trip_purpose": "moon"} for row in rows]
    with pytest.warns(UserWarning, match="no row for any outcome"):
        _, lines = updated(strange, decisions=area.table)
    assert any("rules answer all 600 outcomes" in line for line in lines)


def test_records_without_metadata_are_answered_by_the_rule(area: ServiceArea, rows: Rows) -> None:
    """As scripts append them where a trip says nothing: counted, and the others go by the table."""
    bare = [
        {name: row[name] for name in ("customer_id", "action", "accepted")} if at % 10 == 0 else row
        for at, row in enumerate(rows)
    ]
    _, lines = updated(bare, decisions=area.table)
    assert any("No row for 60 of 600 outcomes" in line for line in lines)
    dataset = OnlineTravelerDataset(
        bare, flexibility_personalities, decisions=area.table, report=lines.append
    )
    assert dataset.fallbacks == 60
    assert dataset.df_online["trip_purpose"].notna().sum() == 540


def test_an_empty_table_is_no_oversight(rows: Rows, recwarn: pytest.WarningsRecorder) -> None:
    """Who hands it in means the rules: the log says what they answer, and nothing warns."""
    _, lines = updated(rows, decisions=DecisionTable.empty())
    assert any("has no row; the types' rules answer all 600 outcomes" in line for line in lines)
    assert not recwarn.list


def test_both_calls_name_their_parameters(area: ServiceArea, rows: Rows) -> None:
    """The names of the published function and of its callers do the same; both or none is told."""
    networks = [fresh(), fresh()]
    options = {"decisions": area.table, "report": lambda line: None}
    update_embedding_model(
        networks[0],
        online_data=rows,
        flexibility_personalities=flexibility_personalities,
        action_space_map=ACTION_SPACE_MAP,
        **options,
    )
    update_embedding_model(
        networks[1],
        online_data_list=rows,
        flexibility_personalities=flexibility_personalities,
        ACTION_SPACE_MAP=ACTION_SPACE_MAP,
        **options,
    )
    assert torch.equal(*(probabilities(network) for network in networks))
    with pytest.raises(TypeError, match="either online_data_list or online_data"):
        update_embedding_model(fresh(), rows, online_data=rows, action_space_map=ACTION_SPACE_MAP)
    with pytest.raises(TypeError, match="either ACTION_SPACE_MAP or action_space_map"):
        update_embedding_model(fresh(), rows)


class TheirFFN(nn.Module):
    """The published network: the same layers, and no other member."""

    def __init__(self, num_entities: int, embed_dim: int, hidden_dim: int, output_dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_entities, embed_dim)
        self.ffn = nn.Sequential(
            nn.Linear(embed_dim, hidden_dim),
            nn.Tanh(),
            nn.Linear(hidden_dim, hidden_dim),
            nn.Tanh(),
            nn.Linear(hidden_dim, output_dim),
            nn.Softmax(dim=-1),
        )

    def forward(self, entities: torch.Tensor) -> torch.Tensor:
        """Probabilities of the types."""
        return self.ffn(self.embedding(entities))


class Flat(nn.Module):
    """A network of other layers: one row of logits for each entity, without an embedding."""

    def __init__(self, n_types: int = 4) -> None:
        super().__init__()
        self.rows = nn.Parameter(torch.zeros(N_TRAVELERS, n_types))
        self.dropout = nn.Dropout(0.5)

    def forward(self, entities: torch.Tensor) -> torch.Tensor:
        """Probabilities of the types."""
        return torch.softmax(self.dropout(self.rows)[entities], dim=1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_their_own_network_is_trained_as_ours(
    area: ServiceArea, rows: Rows, dtype: torch.dtype
) -> None:
    """The same layers under the same names go by the evidence, in place."""
    theirs, ours = TheirFFN(N_TRAVELERS, 64, 128, 4).to(dtype), fresh()
    theirs.load_state_dict(ours.state_dict())
    kept = theirs.embedding.weight
    lines: list[str] = []
    found = update_embedding_model(
        theirs,
        rows,
        flexibility_personalities,
        ACTION_SPACE_MAP,
        decisions=area.table,
        report=lines.append,
    )
    assert found is theirs
    assert theirs.embedding.weight is kept
    expected = probabilities(updated(rows, decisions=area.table)[0])
    torch.testing.assert_close(
        theirs(torch.arange(N_TRAVELERS)).detach().float(), expected, atol=1e-5, rtol=0
    )
    assert any(line.startswith("    Converged") for line in lines)


def test_a_network_of_other_layers_goes_by_the_schedule(area: ServiceArea, rows: Rows) -> None:
    """The log says so; its modes are left alone; what it learns is about the travelers."""
    flat = Flat()
    flat.dropout.eval()
    lines: list[str] = []
    update_embedding_model(
        flat,
        rows,
        flexibility_personalities,
        ACTION_SPACE_MAP,
        num_epochs=20,
        lr=0.1,
        decisions=area.table,
        report=lines.append,
    )
    assert any("training by the mini-batch schedule" in line for line in lines)
    found = flat.eval()(torch.arange(N_TRAVELERS)).argmax(dim=1)
    assert (found.numpy() == area.true_types).mean() >= 0.75


@pytest.mark.parametrize(
    ("network", "cause"),
    [
        (Flat(3), "3 outputs for 4 types"),
        (nn.Linear(4, 4), "can't be asked about entities"),
        (nn.Sequential(nn.Embedding(12, 4), nn.Linear(4, 4)), "end it with a softmax"),
        (nn.Sequential(nn.Embedding(12, 4), nn.Flatten(0), nn.Softmax(0)), "not .1, types."),
        ("no network", "is a torch.nn.Module, not a str"),
    ],
)
def test_what_is_no_network_of_types_is_told(rows: Rows, network: nn.Module, cause: str) -> None:
    """Wrong shapes, no softmax, another input: said before anything is trained."""
    with pytest.raises(UsageError, match=cause):
        update_embedding_model(network, rows, flexibility_personalities, ACTION_SPACE_MAP)


def test_an_id_outside_another_network_is_told(area: ServiceArea, rows: Rows) -> None:
    """Its first embedding says how many travelers it has room for."""
    with pytest.raises(UsageError, match="outside the network: with first_id=1 its 3 entities"):
        update_embedding_model(
            TheirFFN(3, 4, 4, 4), rows, flexibility_personalities, ACTION_SPACE_MAP
        )


def test_weights_are_saved_and_loaded(tmp_path: Path) -> None:
    """By the class, into a network, from a plain state dict; damage is named."""
    network, path = fresh(), tmp_path / "embedding.pt"
    network.save(path)
    made, filled = EmbeddingFFN.load(path), EmbeddingFFN(N_TRAVELERS, 64, 128, 4)
    assert filled.load(path) is filled
    assert torch.equal(probabilities(made), probabilities(network))
    assert torch.equal(probabilities(filled), probabilities(network))
    theirs = TheirFFN(N_TRAVELERS, 64, 128, 4)
    theirs.load_state_dict(torch.load(path, weights_only=True))
    with pytest.raises(DataError, match=r"embedding\.pt: holds the weights of another network"):
        EmbeddingFFN(3, 4, 4, 4).load(path)
    with pytest.raises(DataError, match="no such file"):
        EmbeddingFFN.load(tmp_path / "absent.pt")
    whole = path.read_bytes()
    refused = 0
    for bit in np.random.default_rng(0).integers(8 * len(whole), size=40):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            found = EmbeddingFFN.load(path)
        except DataError as error:
            assert "embedding.pt: " in str(error)
            refused += 1
        else:
            assert torch.equal(probabilities(found), probabilities(network))
    assert refused > 30
    for content in (b"", b"no weights", whole[:500]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"embedding\.pt: is damaged"):
            EmbeddingFFN.load(path)
    torch.save([1], path)
    with pytest.raises(DataError, match="holds a list"):
        EmbeddingFFN.load(path)


def test_features_are_among_the_weights(tmp_path: Path) -> None:
    """A network with features is made again with them."""
    network = EmbeddingFFN(5, 3, 4, 2, torch.eye(5))
    network.save(tmp_path / "f.pt")
    made = EmbeddingFFN.load(tmp_path / "f.pt")
    everybody = torch.arange(5)
    assert torch.equal(made(everybody), network(everybody))


def test_the_sixth_argument_of_the_loss_is_named() -> None:
    """Published scripts disagree about what stands there, so it is never taken by position."""
    beta, p = torch.tensor([[0.0, 1.0], [2.0, 9.0]]), torch.tensor([[0.25, 0.75]])
    with pytest.raises(TypeError, match="positional"):
        likelihood_loss(beta, p, torch.ones(1, 2), 0.5, 0.4, 1e-9)
    by_place = likelihood_loss(beta, p, torch.ones(1, 2), 0.5, 0.4)
    assert torch.equal(by_place, likelihood_loss(beta, p, torch.ones(1, 2), alpha=0.4, eps=1e-9))


def test_the_attributes_of_the_dataset(area: ServiceArea, rows: Rows) -> None:
    """Sizes, frames and whole-number decisions, as scripts read them."""
    dataset = OnlineTravelerDataset(
        rows, flexibility_personalities, decisions=area.table, report=lambda line: None
    )
    assert (dataset.num_samples, dataset.num_entities) == (600, N_TRAVELERS)
    assert dataset.decisions.dtype == torch.int64
    torch.nn.functional.one_hot(dataset.decisions)
    assert dataset.df_online["traveler_id"].tolist() == [row["customer_id"] - 1 for row in rows]
    assert dataset.df_online["action"].tolist() == [row["action"] for row in rows]
    frame = dataset.csv_df
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == area.table.report.keys
    cache = dataset.lookup_cache
    assert cache is not None
    for row in frame.iloc[::97].itertuples(index=False):
        assert cache[tuple(row[:8])] == dict(zip(flexibility_personalities, row[8:], strict=True))
    with pytest.warns(UserWarning, match="No decisions found"):
        alone = OnlineTravelerDataset(rows, flexibility_personalities, ACTION_SPACE_MAP)
    assert alone.csv_df is None


def test_the_number_of_travelers_is_that_of_the_decisions(
    area: ServiceArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty, as scripts assume, until decisions are found; no other name is made up."""
    assert rideflex.embedding.n_travelers == 30
    monkeypatch.setenv("RIDEFLEX_DECISIONS", str(csv_of(area)))
    assert rideflex.embedding.n_travelers == N_TRAVELERS
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rideflex.embedding.nothing


def test_metrics_count_the_four_cells() -> None:
    """Each share is that of the cells counted one by one; a share of nothing is 0."""
    rng = np.random.default_rng(0)
    true, predicted = (torch.from_numpy(rng.integers(2, size=200)) for _ in range(2))
    found = binary_classification_metrics(true, predicted)
    cells = {(t, p): 0 for t in (0, 1) for p in (0, 1)}
    for pair in zip(true.tolist(), predicted.tolist(), strict=True):
        cells[pair] += 1
    assert found["confusion_matrix"].tolist() == [
        [cells[0, 0], cells[0, 1]],
        [cells[1, 0], cells[1, 1]],
    ]
    assert found["accuracy"] == (cells[0, 0] + cells[1, 1]) / 200
    precision = cells[1, 1] / (cells[1, 1] + cells[0, 1])
    recall = cells[1, 1] / (cells[1, 1] + cells[1, 0])
    assert (found["precision"], found["recall"]) == (precision, recall)
    assert found["f1"] == pytest.approx(2 * precision * recall / (precision + recall))
    nothing = binary_classification_metrics(torch.zeros(3), torch.zeros(3))
    assert (nothing["accuracy"], nothing["precision"], nothing["f1"]) == (1.0, 0.0, 0.0)


def test_lines_go_where_logging_takes_them(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """To the logger where INFO is let through, to standard output otherwise, nowhere if so told."""
    with caplog.at_level(logging.INFO):
        log_line("taken")
    assert caplog.messages == ["taken"]
    assert capsys.readouterr().out == ""
    log_line("shown")
    assert capsys.readouterr().out == "shown\n"
    with caplog.at_level(logging.WARNING, logger="rideflex.embedding"):
        log_line("silenced")
    assert capsys.readouterr().out == ""
    assert caplog.messages == ["taken"]


def test_a_warning_is_no_error_of_the_update(rows: Rows) -> None:
    """Who turns warnings into errors is stopped before anything is trained."""
    network = fresh()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="No decisions found"):
            update_embedding_model(network, rows, flexibility_personalities, ACTION_SPACE_MAP)
    assert torch.equal(probabilities(network), probabilities(fresh()))
