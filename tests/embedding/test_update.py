"""`update_embedding_model` and `OnlineTravelerDataset`, as training scripts use them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from rideflex import DecisionTable, UsageError
from rideflex.areas import ServiceArea, read_area
from rideflex.embedding import (
    EmbeddingFFN,
    OnlineTravelerDataset,
    flexibility_personalities,
    update_embedding_model,
    update_from_outcomes,
)
from rideflex.tables.columns import CONTEXT
from tests.embedding.updates import (
    ACTION_SPACE_MAP,
    Rows,
    csv_of,
    draw_rows,
    fresh,
    probabilities,
    updated,
)


def test_the_log_lines(
    area: ServiceArea, rows: Rows, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """They are printed as scripts read them; the second update says that the cache is reused."""
    copied = tmp_path / "copied.csv"
    copied.write_bytes(csv_of(area).read_bytes())
    for _ in range(2):
        update_embedding_model(
            fresh(), rows, flexibility_personalities, ACTION_SPACE_MAP, decisions=copied
        )
    printed = capsys.readouterr().out.splitlines()
    n_rows, keys = area.table.report.rows, area.table.report.keys
    expected = [
        r"  \[Embedding Update\] Training on 600 samples from 12 customers",
        rf"  \[Embedding Dataset\] Built lookup cache: {n_rows} rows → {keys} unique keys in "
        r"\d+\.\d{3}s",
        rf"  \[Embedding Update\] Using O\(1\) index lookup \({keys} cached keys\)",
        r"    Epoch 1/50, Loss: -?\d+\.\d{4}",
        r"    Epoch \d+/50, Loss: -?\d+\.\d{4}",
        r"    Converged in \d+ of 50 passes",
        r"  \[Embedding Update\] Training on 600 samples from 12 customers",
        rf"  \[Embedding Dataset\] Reusing lookup cache: {keys} unique keys",
    ]
    assert len(printed) >= len(expected)
    for line, pattern in zip(printed, expected, strict=False):
        assert re.fullmatch(pattern, line), line


@pytest.mark.parametrize("form", ["dicts", "pandas", "polars", "traveler_id"])
def test_types_are_found(area: ServiceArea, rows: Rows, form: str) -> None:
    """The default update finds every type, from a list of dicts or a frame."""
    given: Any = rows
    if form == "traveler_id":
        given = [{"traveler_id": row["customer_id"], **row} for row in rows]
        for row in given:
            del row["customer_id"]
    elif form != "dicts":
        given = (pd if form == "pandas" else pl).DataFrame(rows)
    network, _ = updated(given, decisions=area.table)
    assert probabilities(network).argmax(dim=1).tolist() == area.true_types.tolist()


def test_minibatch_is_steered_by_its_options(area: ServiceArea, rows: Rows) -> None:
    """Epochs, batch size and learning rate are those given; a seed repeats the training."""
    runs = []
    for lr in (1e-3, 1e-3, 1e-2):
        network, lines = updated(
            rows,
            decisions=area.table,
            method="minibatch",
            num_epochs=3,
            batch_size=100,
            lr=lr,
            generator=torch.Generator().manual_seed(5),
        )
        assert lines[-2].startswith("    Epoch 1/3, Loss:")
        assert lines[-1].startswith("    Epoch 3/3, Loss:")
        runs.append(probabilities(network))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    with pytest.raises(UsageError, match="'evidence' or 'minibatch'"):
        updated(rows, decisions=area.table, method="guess")


def test_too_little_is_refused(area: ServiceArea, rows: Rows) -> None:
    """Fewer outcomes than a batch, too few travelers, too few offers: said, and nothing moves."""
    of_one = [row for row in rows if row["customer_id"] == 1]
    same_offer = [{**row, "action": row["action"] % 2} for row in rows]
    for given, reason in (
        ([], "Insufficient data: 0 < 64 outcomes"),
        (rows[:63], "Insufficient data: 63 < 64 outcomes"),
        (of_one * 10, "Too few customers with 3 outcomes: 1"),
        (same_offer, "Low action diversity: 2 different offers"),
    ):
        network, lines = updated(given, decisions=area.table)
        assert lines == [f"  [Embedding Update] {reason}. Skipping update."]
        assert torch.equal(probabilities(network), probabilities(fresh()))


def test_ids_are_mapped_and_never_guessed(area: ServiceArea, rows: Rows) -> None:
    """Outcomes of the last travelers alone move those travelers; a strange id raises."""
    last = [row for row in rows if row["customer_id"] > 6]
    network, _ = updated(last, decisions=area.table)
    found = probabilities(network)
    assert found[6:].argmax(dim=1).tolist() == area.true_types[6:].tolist()
    torch.testing.assert_close(found[:6], found[:1].expand(6, 4), atol=2e-4, rtol=0)
    with pytest.raises(UsageError, match=r"traveler 12 is outside .* first_id=0 .* 0 … 11"):
        updated([row for row in rows if row["customer_id"] == 12] * 9, first_id=0)
    with pytest.raises(UsageError, match="3 outputs for 4 types"):
        update_embedding_model(
            EmbeddingFFN(12, 4, 4, 3), rows, flexibility_personalities, ACTION_SPACE_MAP
        )


def test_every_outcome_hits_the_table(area: ServiceArea, rows: Rows) -> None:
    """On the generated folder no outcome falls back to a rule, through every public entry."""
    dataset = OnlineTravelerDataset(
        pd.DataFrame(rows), flexibility_personalities, ACTION_SPACE_MAP, csv_path=csv_of(area)
    )
    assert dataset.fallbacks == 0
    assert area.table.fallbacks(area.table.trip_ids(pl.DataFrame(with_ids(rows))), [0] * 600) == 0
    _, lines = updated(rows, decisions=csv_of(area))
    assert not any("WARNING" in line for line in lines)


def with_ids(rows: Rows) -> Rows:
    """The rows with the CSV's own name for the traveler."""
    return [{"traveler_id": row["customer_id"], **row} for row in rows]


@pytest.mark.filterwarnings("ignore:No decisions found")
def test_where_the_decisions_come_from(
    area: ServiceArea, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keyword, then the environment variable, then the working directory, then the rules."""
    assert "No decisions found" in "".join(updated(rows)[1])
    local = tmp_path / "traveler_decisions_augmented.csv"
    local.write_bytes(csv_of(area).read_bytes())
    assert "Built lookup cache" in updated(rows)[1][1]
    other = tmp_path / "others.csv"
    lines = csv_of(area).read_text().splitlines(keepends=True)
    other.write_text("".join(lines[:1601]))
    monkeypatch.setenv("RIDEFLEX_DECISIONS", str(other))
    assert "1600 rows" in updated(rows)[1][1]
    assert "Reusing" in updated(rows, decisions=area.table)[1][1]
    other.write_text("".join(lines[:161]))
    assert "160 rows" in updated(rows)[1][1]


@pytest.mark.filterwarnings("ignore:No decisions found")
def test_rules_answer_without_decisions(rows: Rows) -> None:
    """The dataset then has no cache, and each outcome is answered by the types' rules."""
    said: list[str] = []
    dataset = OnlineTravelerDataset(
        pd.DataFrame(rows), flexibility_personalities, ACTION_SPACE_MAP, report=said.append
    )
    assert dataset.lookup_cache is None
    assert dataset.fallbacks == len(rows)
    assert "the types' rules answer" in said[0]
    late_only = [row["action"] in (12, 13, 14, 15) for row in rows]
    assert dataset.decision_matrix[:, 0].bool().tolist() == late_only


def test_fallbacks_are_counted(area: ServiceArea, rows: Rows) -> None:
    """Outcomes whose context the decisions lack are answered by the rules, and counted."""
    strange = [
        {**row, "trip_purpose": "moon"} if at % 10 == 0 else row for at, row in enumerate(rows)
    ]
    _, lines = updated(strange, decisions=area.table)
    assert any("No row for 60 of 600 outcomes" in line for line in lines)


def test_the_dataset(area: ServiceArea, rows: Rows) -> None:
    """Entities, answers and both matrices, equal to asking the cache about each outcome."""
    dataset = OnlineTravelerDataset(
        pd.DataFrame(rows),
        flexibility_personalities,
        ACTION_SPACE_MAP,
        decisions=area.table,
        report=lambda line: None,
    )
    cache = dataset.lookup_cache
    assert isinstance(cache, Mapping)
    assert len(cache) == area.table.report.keys
    assert len(dataset) == 600
    for at in range(0, 600, 37):
        row = rows[at]
        pickup, dropoff = ACTION_SPACE_MAP[row["action"]]
        key = (row["customer_id"], *(row[name] for name in CONTEXT[1:]), -pickup, dropoff)
        answers = [cache[key][kind] == "accept" for kind in flexibility_personalities]
        entity, decision, indicators, decisions = dataset[at]
        assert (entity, decision) == (row["customer_id"] - 1, row["accepted"])
        assert decisions.tolist() == answers
        assert indicators.tolist() == [answer == row["accepted"] for answer in answers]
    assert dataset.ind_matrix.dtype == dataset.decision_matrix.dtype == torch.float32
    batch = next(iter(torch.utils.data.DataLoader(dataset, batch_size=64)))
    assert [tuple(part.shape) for part in batch] == [(64,), (64,), (64, 4), (64, 4)]


def test_encoded_outcomes_train_alike(area: ServiceArea, rows: Rows) -> None:
    """Outcomes from a buffer give the network that their dicts give."""
    ids = np.array([row["customer_id"] for row in rows])
    outcomes = area.table.outcomes(
        ids - 1,
        area.table.trip_ids(with_ids(rows)),
        [row["action"] for row in rows],
        [row["accepted"] for row in rows],
    )
    network = update_from_outcomes(fresh(), outcomes, area.table, report=lambda line: None)
    by_dicts, _ = updated(rows, decisions=area.table)
    assert torch.equal(probabilities(network), probabilities(by_dicts))


def test_strangers_are_named(area: ServiceArea, rows: Rows) -> None:
    """A type that agrees with hardly any outcome, and outcomes that no type agrees with."""
    refusing = [{**row, "action": 12, "accepted": False} for row in rows[:-3]] + [
        {**row, "action": action, "accepted": False}
        for row, action in zip(rows, (0, 3), strict=False)
    ]
    _, lines = updated(refusing, decisions=area.table)
    assert sum("agrees with only" in line for line in lines) == 4
    assert any("outcomes agree with no flexibility type" in line for line in lines)


def test_bad_outcomes_are_named(area: ServiceArea, rows: Rows) -> None:
    """An action outside the grid or between two, an answer that is none, a missing field."""
    for value in (1.5, None, "twelve", [12]):
        named = re.escape(f"'action' must hold whole numbers, not {value!r} (position 7)")
        with pytest.raises(UsageError, match=named):
            updated([*rows[:7], {**rows[7], "action": value}, *rows[8:]], decisions=area.table)
    with pytest.raises(UsageError, match="action 16 at position 0 is outside the grid"):
        updated([{**rows[0], "action": 16}, *rows[1:]], decisions=area.table)
    with pytest.raises(UsageError, match="accepted is true or false, not 2"):
        updated([{**row, "accepted": 2} for row in rows], decisions=area.table)
    with pytest.raises(UsageError, match="'trip_purpose'"):
        lacking = [{k: v for k, v in row.items() if k != "trip_purpose"} for row in rows]
        updated(lacking, decisions=area.table)
    with pytest.raises(UsageError, match="'accepted'"):
        lacking = [{k: v for k, v in row.items() if k != "accepted"} for row in rows]
        updated(lacking, decisions=area.table)
    with pytest.raises(UsageError, match="other types than the update: type 0 is"):
        update_embedding_model(
            fresh(), rows, flexibility_personalities[::-1], ACTION_SPACE_MAP, decisions=area.table
        )


def test_an_action_space_map_may_be_a_mapping(area: ServiceArea, rows: Rows) -> None:
    """Pairs by action are read like a list of pairs; gaps are refused."""
    by_action = dict(enumerate(ACTION_SPACE_MAP))
    network = update_embedding_model(
        fresh(),
        rows,
        flexibility_personalities,
        by_action,
        decisions=area.table,
        report=lambda line: None,
    )
    assert torch.equal(
        probabilities(network), probabilities(updated(rows, decisions=area.table)[0])
    )
    del by_action[3]
    with pytest.raises(UsageError, match="without gaps"):
        update_embedding_model(fresh(), rows, flexibility_personalities, by_action)


def test_the_real_service_area(san_francisco: Path) -> None:
    """25,040 rows make 20,688 keys; one default update from 12,800 outcomes finds all types."""
    area = read_area(san_francisco)
    lines: list[str] = []
    network = EmbeddingFFN(30, 64, 128, 4)
    update_embedding_model(
        network,
        draw_rows(area, 12_800, seed=0),
        flexibility_personalities,
        ACTION_SPACE_MAP,
        decisions=san_francisco / "decisions.csv",
        report=lines.append,
    )
    assert lines[0] == "  [Embedding Update] Training on 12800 samples from 30 customers"
    assert lines[2] == "  [Embedding Update] Using O(1) index lookup (20688 cached keys)"
    with torch.no_grad():
        found = network(torch.arange(30)).argmax(dim=1)
    assert found.tolist() == area.true_types.tolist()
    assert isinstance(area.table, DecisionTable)
