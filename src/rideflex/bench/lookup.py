"""The same questions asked of the scan, the dict, three peers and the index, in one run."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pyarrow as pa

from rideflex.areas.folder import DECISIONS
from rideflex.bench.baselines import Scan, build_dict, decision_matrix, indicator_matrix
from rideflex.bench.machine import describe_machine
from rideflex.bench.peers import Peer, build_peers
from rideflex.bench.timing import Timing, measure
from rideflex.decisions.table import DecisionTable
from rideflex.evaluation.progress import Progress, silent
from rideflex.tables.columns import KEY

N_OUTCOMES = 12_800
SCAN_SAMPLE = 50
RUNS, WARM_UP = 5, 1


@dataclass(frozen=True)
class Contender:
    """One way to answer: seconds to build, for one question, for all of them, and bytes held."""

    name: str
    build_s: float
    per_question_s: float
    total_s: float
    nbytes: int
    sampled: bool = False


@dataclass(frozen=True)
class LookupBench:
    """What `bench_lookup` measured.

    Parameters
    ----------
    rows, keys, questions
        Rows of the file, distinct keys, and questions of one full update.
    equal
        Whether all gave the same matrices and the same count of fall-backs.
    contenders
        In the order of the table: scan, dict, the peers, index from strings, index encoded.
    load_s, copy_floor_s
        Loading a saved index; copying two float32 matrices of the same shape.
    threads
        Threads that Polars and Arrow were allowed.
    """

    rows: int
    keys: int
    questions: int
    equal: bool
    contenders: tuple[Contender, ...]
    load_s: float
    copy_floor_s: float
    threads: int
    machine: str
    runs: int = RUNS
    warm_up: int = WARM_UP

    def as_json(self) -> dict[str, Any]:
        """All figures and their ratios, by the names that scripts read."""
        scan, of_dict, *peers, strings, encoded = self.contenders
        best_peer = min(peer.total_s for peer in peers)
        return {
            "rows": self.rows,
            "keys": self.keys,
            "questions": self.questions,
            "equal": self.equal,
            "scan": {"per_question_s": scan.per_question_s, "sampled_questions": SCAN_SAMPLE},
            "dict": {
                "build_s": of_dict.build_s,
                "total_s": of_dict.total_s,
                "bytes": of_dict.nbytes,
            },
            "index": {
                "build_s": encoded.build_s,
                "load_s": self.load_s,
                "encoded_total_s": encoded.total_s,
                "strings_total_s": strings.total_s,
                "bytes": encoded.nbytes,
            },
            "copy_floor_s": self.copy_floor_s,
            "peers": {peer.name: peer.total_s for peer in peers},
            "best_peer_over_strings": best_peer / strings.total_s,
            "best_peer_over_encoded": best_peer / encoded.total_s,
            "scan_over_dict": scan.total_s / of_dict.total_s,
            "dict_over_encoded": of_dict.total_s / encoded.total_s,
            "dict_over_strings": of_dict.total_s / strings.total_s,
            "dict_build_over_index_build": of_dict.build_s / encoded.build_s,
            "encoded_over_copy_floor": encoded.total_s / self.copy_floor_s,
            "dict_bytes_over_index_bytes": of_dict.nbytes / encoded.nbytes,
            "threads": self.threads,
            "machine": self.machine,
            "runs": self.runs,
            "warm_up": self.warm_up,
        }


Matrices = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


def bench_lookup(
    folder: str | Path,
    seed: int = 0,
    n_outcomes: int = N_OUTCOMES,
    on_step: Progress = silent,
) -> LookupBench:
    """Measure every way to answer the outcomes of one full update.

    Parameters
    ----------
    folder
        A service-area folder, or any folder with a `decisions.csv`.
    seed
        Of the draw of outcomes: rows of the file with replacement, answers by coin.
    n_outcomes
        Outcomes of an update; the questions are outcomes times types times two matrices.
    on_step
        Told the name of what is measured next.
    """
    pa.set_cpu_count(1)
    path = Path(folder) / DECISIONS
    on_step("index")
    table = DecisionTable.from_csv(path)
    types = table.types
    frame = pd.read_csv(path)
    outcomes = draw_outcomes(frame, n_outcomes, seed)
    n_questions = 2 * n_outcomes * len(types)
    index, load_s, copy_floor_s, first = _index(path, table, outcomes, n_questions)
    on_step("dict")
    of_dict, dict_equal = _dict(path, types, outcomes, n_questions)
    contenders, equal = [of_dict], dict_equal
    for name, build in build_peers(frame, types).items():
        on_step(name)
        peer, answers = _peer(name, build, outcomes, n_questions)
        contenders.append(peer)
        equal = equal and _same(answers, first)
    on_step("scan")
    scan, scan_equal = _scan(path, types, outcomes, first, n_questions)
    return LookupBench(
        rows=table.report.rows,
        keys=table.report.keys,
        questions=n_questions,
        equal=equal and scan_equal,
        contenders=(scan, *contenders, *index),
        load_s=load_s,
        copy_floor_s=copy_floor_s,
        threads=pl.thread_pool_size(),
        machine=describe_machine(),
    )


def draw_outcomes(frame: pd.DataFrame, n: int, seed: int) -> pd.DataFrame:
    """Draw n outcomes: the eight key columns of random rows, and `accepted` by coin."""
    rng = np.random.default_rng(seed)
    rows = frame[list(KEY)].iloc[rng.integers(0, len(frame), n)].reset_index(drop=True)
    return rows.assign(accepted=rng.random(n) < 0.5)


def deep_bytes(value: Any, seen: set[int] | None = None) -> int:
    """Bytes of an object and all that it holds, each counted once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return 0
    seen.add(id(value))
    held = sys.getsizeof(value)
    if isinstance(value, Mapping):
        return held + sum(deep_bytes(part, seen) for pair in value.items() for part in pair)
    if isinstance(value, tuple | list):
        return held + sum(deep_bytes(part, seen) for part in value)
    return held


def _index(
    path: Path, table: DecisionTable, outcomes: pd.DataFrame, n_questions: int
) -> tuple[tuple[Contender, Contender], float, float, Matrices]:
    shape = (len(outcomes), len(table.types))
    out = (np.empty(shape, np.float32), np.empty(shape, np.float32))

    def from_strings() -> None:
        table.answers(
            table.trip_ids(outcomes), table.actions(outcomes), outcomes["accepted"], out=out
        )

    build = _measure(lambda: DecisionTable.from_csv(path))
    strings = _measure(from_strings)
    ids, actions = table.trip_ids(outcomes), table.actions(outcomes)
    accepted = outcomes["accepted"].to_numpy()
    encoded = _measure(lambda: table.answers(ids, actions, accepted, out=out))
    copies = (out[0].copy(), out[1].copy())

    def copy() -> None:
        np.copyto(out[0], copies[0])
        np.copyto(out[1], copies[1])

    floor = _measure(copy)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "table.rideflex"
        table.save(saved)
        load = _measure(lambda: DecisionTable.load(saved))
    contenders = tuple(
        Contender(name, build.seconds, of.seconds / n_questions, of.seconds, table.nbytes)
        for name, of in (("index, from strings", strings), ("index, encoded", encoded))
    )
    return (contenders[0], contenders[1]), load.seconds, floor.seconds, copies


def _dict(
    path: Path, types: tuple[str, ...], outcomes: pd.DataFrame, n_questions: int
) -> tuple[Contender, bool]:
    build = _measure(lambda: build_dict(pd.read_csv(path), types))
    cache = build_dict(pd.read_csv(path), types)

    def both() -> tuple[Matrices, int]:
        indicators, fallbacks = indicator_matrix(cache.get, outcomes, types)
        decisions, _ = decision_matrix(cache.get, outcomes, types)
        return (indicators, decisions), fallbacks

    total = _measure(both)
    last = DecisionTable.from_csv(path, on_conflict="last")
    ids, actions = last.trip_ids(outcomes), last.actions(outcomes)
    answers = last.answers(ids, actions, outcomes["accepted"])
    matrices, fallbacks = both()
    equal = _same(matrices, answers[:2]) and fallbacks == answers.fallbacks
    seconds = total.seconds
    contender = Contender("dict", build.seconds, seconds / n_questions, seconds, deep_bytes(cache))
    return contender, equal


def _peer(
    name: str, build: Callable[[], Peer], outcomes: pd.DataFrame, n_questions: int
) -> tuple[Contender, Matrices]:
    built = _measure(build)
    peer = build()
    total = _measure(lambda: peer.answer(outcomes)).seconds
    contender = Contender(name, built.seconds, total / n_questions, total, peer.nbytes)
    return contender, peer.answer(outcomes)


def _scan(
    path: Path,
    types: tuple[str, ...],
    outcomes: pd.DataFrame,
    first: Matrices,
    n_questions: int,
) -> tuple[Contender, bool]:
    build = _measure(lambda: Scan(pd.read_csv(path), types))
    frame = pd.read_csv(path)
    scan = Scan(frame, types)
    sample = outcomes.iloc[: SCAN_SAMPLE // len(types) + 1]
    total = _measure(lambda: decision_matrix(scan.get, sample, types))
    per_question = total.seconds / (len(sample) * len(types))
    matrices = tuple(
        matrix(scan.get, sample, types)[0] for matrix in (indicator_matrix, decision_matrix)
    )
    equal = _same((matrices[0], matrices[1]), (first[0][: len(sample)], first[1][: len(sample)]))
    nbytes = int(frame[[*KEY, *types]].memory_usage(deep=True).sum())
    contender = Contender(
        "scan", build.seconds, per_question, per_question * n_questions, nbytes, sampled=True
    )
    return contender, equal


def _measure(call: Callable[[], Any]) -> Timing:
    return measure(call, runs=RUNS, warm_up=WARM_UP)


def _same(some: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))
