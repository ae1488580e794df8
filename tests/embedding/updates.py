"""Updates of a small network, as training scripts make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from rideflex import OfferGrid
from rideflex.areas import ServiceArea
from rideflex.embedding import (
    EmbeddingFFN,
    flexibility_personalities,
    n_flexibilities,
    update_embedding_model,
)
from rideflex.tables.columns import CONTEXT

ACTION_SPACE_MAP = list(OfferGrid.default())
N_TRAVELERS = 12
Rows = list[dict[str, Any]]


def draw_rows(area: ServiceArea, n: int, seed: int) -> Rows:
    """Ask random offers about random trips."""
    rng = np.random.default_rng(seed)
    trips = area.trips.trip_id[rng.integers(len(area.trips), size=n)]
    actions = rng.integers(16, size=n)
    types = area.true_types[area.travelers.encode(area.table.trip_travelers[trips])]
    accepted = area.table.accepts(trips, actions)[np.arange(n), types]
    contexts = list(area.table.contexts)
    names = ("customer_id", *CONTEXT[1:])
    return [
        {**dict(zip(names, contexts[t], strict=True)), "action": int(a), "accepted": bool(y)}
        for t, a, y in zip(trips, actions, accepted, strict=True)
    ]


def csv_of(area: ServiceArea) -> Path:
    """The decisions of the area."""
    return area.folder / "decisions.csv"


def fresh() -> EmbeddingFFN:
    """A network with the same weights every time."""
    torch.manual_seed(0)
    return EmbeddingFFN(N_TRAVELERS, 64, 128, n_flexibilities)


def updated(rows: Rows, **options: Any) -> tuple[EmbeddingFFN, list[str]]:
    """A fresh network after one update, and the lines of the log."""
    lines: list[str] = []
    network = fresh()
    same = update_embedding_model(
        network,
        rows,
        flexibility_personalities,
        ACTION_SPACE_MAP,
        **{"report": lines.append, **options},
    )
    assert same is network
    return network, lines


def probabilities(network: EmbeddingFFN) -> torch.Tensor:
    """What the network says of everybody."""
    with torch.no_grad():
        return network(torch.arange(N_TRAVELERS))
