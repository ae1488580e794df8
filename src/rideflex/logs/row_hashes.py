"""Hashes of logged outcomes, equal for equal outcomes however a file spells them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rideflex.outcomes import Outcomes
from rideflex.tables.columns import CONTEXT
from rideflex.tables.rows import Rows

Hashes = npt.NDArray[np.uint64]


def row_hashes(rows: Rows, outcomes: Outcomes) -> Hashes:
    """Hash who was offered what on which trip, and the answer, uint64 [n]."""
    hashes = np.zeros(len(rows), dtype=np.uint64)
    for numbers in (outcomes.travelers, outcomes.actions, outcomes.accepted):
        hashes = scrambled(hashes + numbers.astype(np.uint64))
    for name in CONTEXT[1:]:
        hashes = scrambled(hashes + text_hashes(rows, name))
    return hashes


def text_hashes(rows: Rows, name: str) -> Hashes:
    """Hash the cells of one column as texts without blanks around them, uint64 [n]."""
    column = rows.columns[name]
    texts = pl.Series([str(value).strip() for value in column.values], dtype=pl.String)
    hashes: npt.NDArray[Any] = texts.hash(seed=1).to_numpy()[column.codes]
    return hashes


def scrambled(numbers: Hashes) -> Hashes:
    """Let every bit depend on every other one (the finalizer of SplitMix64)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
