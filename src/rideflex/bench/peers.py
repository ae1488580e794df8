"""What a careful user would pick instead: the join and the unique index of a data frame library.

Each answers the same outcomes, from the same pandas frame to the same two float32 matrices. What
can be prepared is prepared once: the right-hand side holds each key once, its answers as numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from rideflex.bench.baselines import tidy
from rideflex.flexibility import DEFAULT_RULES, RIGID
from rideflex.tables.columns import KEY

Matrix = npt.NDArray[np.float32]
Call = Callable[[pd.DataFrame], tuple[Matrix, Matrix]]


@dataclass(frozen=True)
class Peer:
    """A way to answer outcomes: (indicators, decisions) of a frame, and the bytes it holds."""

    answer: Call
    nbytes: int


def build_peers(decisions: pd.DataFrame, types: tuple[str, ...]) -> dict[str, Callable[[], Peer]]:
    """Return the builder of each peer by name; the first row of a key answers."""
    return {
        "pandas.merge": lambda: _merge(_unique(decisions, types), types),
        "Polars join": lambda: _join(_unique(decisions, types), types),
        "MultiIndex.get_indexer": lambda: _indexer(_unique(decisions, types), types),
    }


def _unique(decisions: pd.DataFrame, types: tuple[str, ...]) -> pd.DataFrame:
    frame = tidy(decisions[[*KEY, *types]]).drop_duplicates(list(KEY), ignore_index=True)
    return frame.assign(**{kind: (frame[kind] == "accept").astype(np.float32) for kind in types})


def _merge(right: pd.DataFrame, types: tuple[str, ...]) -> Peer:
    def answer(outcomes: pd.DataFrame) -> tuple[Matrix, Matrix]:
        joined = outcomes[list(KEY)].merge(right, on=list(KEY), how="left")
        return _both(joined[list(types)].to_numpy(dtype=np.float32), outcomes, types)

    return Peer(answer, int(right.memory_usage(deep=True).sum()))


def _join(right: pd.DataFrame, types: tuple[str, ...]) -> Peer:
    keyed = pl.from_pandas(right)

    def answer(outcomes: pd.DataFrame) -> tuple[Matrix, Matrix]:
        asked = pl.from_pandas(outcomes[list(KEY)])
        joined = asked.join(keyed, on=list(KEY), how="left", maintain_order="left")
        decisions = joined.select(types).fill_null(np.nan).to_numpy(order="c")
        return _both(decisions.astype(np.float32, copy=False), outcomes, types)

    return Peer(answer, int(keyed.estimated_size()))


def _indexer(right: pd.DataFrame, types: tuple[str, ...]) -> Peer:
    index = pd.MultiIndex.from_frame(right[list(KEY)])
    answers = np.vstack([right[list(types)].to_numpy(), np.full(len(types), np.nan, np.float32)])
    nbytes = int(index.memory_usage(deep=True)) + answers.nbytes

    def answer(outcomes: pd.DataFrame) -> tuple[Matrix, Matrix]:
        asked = pd.MultiIndex.from_frame(outcomes[list(KEY)])
        return _both(answers[index.get_indexer(asked)], outcomes, types)

    return Peer(answer, nbytes)


def _both(
    decisions: Matrix, outcomes: pd.DataFrame, types: tuple[str, ...]
) -> tuple[Matrix, Matrix]:
    missing = np.isnan(decisions)
    if missing.any():
        decisions = np.where(missing, _by_rule(outcomes, types), decisions)
    observed = outcomes["accepted"].to_numpy()[:, None]
    return (decisions == observed).astype(np.float32), decisions


def _by_rule(outcomes: pd.DataFrame, types: tuple[str, ...]) -> Matrix:
    pickup = outcomes["pickup_shift_min"].to_numpy()
    dropoff = outcomes["dropoff_shift_min"].to_numpy()
    columns = []
    for kind in types:
        rule = DEFAULT_RULES.get(kind, RIGID)
        early = np.inf if rule.early is None else rule.early
        late = np.inf if rule.late is None else rule.late
        columns.append((np.abs(pickup) <= early) & (dropoff <= late))
    return np.stack(columns, axis=1).astype(np.float32)
