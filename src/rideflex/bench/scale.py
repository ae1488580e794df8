"""A table of many million rows: generated, compiled and asked, and one of a tenth beside it."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet

from rideflex.bench.timing import measure
from rideflex.decisions.table import DecisionTable
from rideflex.errors import UsageError
from rideflex.evaluation.progress import Progress, silent
from rideflex.flexibility import DEFAULT_TYPES, rule_answers
from rideflex.offers import OfferGrid
from rideflex.tables.columns import CONTEXT, KEY, SHIFTS

REPEATED_SHARE, ODD_ANSWER_SHARE = 0.17, 0.03
TRIPS_EACH = 52
N_ASKED = 12_800
_CHUNK_TRIPS = 1 << 16
_PLACES = tuple(f"place {number}" for number in range(400))
_PURPOSES = tuple(f"purpose {number}" for number in range(30))
_SLOTS = tuple(f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in range(48))
_WINDOWS = tuple(f"{start}-{end}" for start, end in pairwise(_SLOTS))


@dataclass(frozen=True)
class ScaleBench:
    """One table: rows, keys, seconds to build, peak bytes of the process, seconds a question."""

    rows: int
    keys: int
    build_s: float
    seconds_a_row: float
    peak_bytes: int
    seconds_a_question: float


def bench_scale(
    rows: int, seed: int = 0, on_step: Progress = silent
) -> tuple[ScaleBench, ScaleBench]:
    """Measure a table of a tenth of the rows, and one of all; each in a process of its own."""
    if rows < 10 * len(OfferGrid.default()):
        raise UsageError(f"a table of scale has at least 160 rows, not {rows}")
    found = []
    with tempfile.TemporaryDirectory(prefix="rideflex-scale-") as folder:
        for n in (rows // 10, rows):
            path = Path(folder) / "decisions.parquet"
            on_step(f"generate {n:,} rows")
            write_decisions(path, n, seed)
            on_step(f"compile and ask {n:,} rows")
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
                found.append(alone.submit(_measure_one, path, seed).result())
    return found[0], found[1]


def write_decisions(path: Path, rows: int, seed: int) -> None:
    """Write a Parquet file of made-up decisions; about a sixth of the rows repeat a key."""
    rng = np.random.default_rng(seed)
    offers = OfferGrid.default()
    n_trips = -(-rows // len(offers))
    schema = pa.schema(
        [
            pa.field(name, pa.int64() if name in (KEY[0], *SHIFTS) else pa.string())
            for name in (*KEY, *DEFAULT_TYPES)
        ]
    )
    with pa.parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, n_trips, _CHUNK_TRIPS):
            n = min(_CHUNK_TRIPS, n_trips - start)
            table = _chunk(start, n, offers, rng)
            left = rows - start * len(offers)
            writer.write_table(table.slice(0, left).cast(schema))


def _chunk(start: int, n: int, offers: OfferGrid, rng: np.random.Generator) -> pa.Table:
    trip = np.arange(start, start + n)
    repeated = rng.random(n) < REPEATED_SHARE
    trip[repeated] = rng.integers(start, start + n, np.count_nonzero(repeated))
    # The words of a trip follow from its number, so that a repeated trip has the same.
    mixed = trip * 2_654_435_761 % (1 << 32)
    window = mixed // 97 % (len(_WINDOWS) - 1)
    context = {
        CONTEXT[1]: (_PURPOSES, mixed % len(_PURPOSES)),
        CONTEXT[2]: (_PLACES, mixed // 31 % len(_PLACES)),
        CONTEXT[3]: (_PLACES, trip % len(_PLACES)),
        CONTEXT[4]: (_WINDOWS, window),
        CONTEXT[5]: (_WINDOWS, window + 1),
    }
    answers = rule_answers(DEFAULT_TYPES, offers)
    odd = rng.random((n, *answers.shape)) < ODD_ANSWER_SHARE
    cells = (answers ^ odd).reshape(-1, answers.shape[1])
    columns = {CONTEXT[0]: pa.array(np.repeat(1 + trip // TRIPS_EACH, len(offers)))}
    for name, (words, numbers) in context.items():
        columns[name] = _dictionary(words, np.repeat(numbers, len(offers)))
    columns[SHIFTS[0]] = pa.array(np.tile(np.abs(offers.pickup).astype(np.int64), n))
    columns[SHIFTS[1]] = pa.array(np.tile(offers.dropoff.astype(np.int64), n))
    for kind, name in enumerate(DEFAULT_TYPES):
        columns[name] = _dictionary(("reject", "accept"), cells[:, kind])
    return pa.table(columns)


def _dictionary(words: tuple[str, ...], numbers: npt.NDArray[np.generic]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), list(words))


def _measure_one(path: Path, seed: int) -> ScaleBench:
    tiny = path.with_name("tiny.parquet")
    write_decisions(tiny, 160, seed)
    DecisionTable.from_parquet(tiny)
    start = perf_counter()
    table = DecisionTable.from_parquet(path)
    build_s = perf_counter() - start
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, table.n_trips, N_ASKED).astype(np.int32)
    actions = rng.integers(0, len(table.offers), N_ASKED).astype(np.int32)
    accepted = rng.random(N_ASKED) < 0.5
    asked = measure(lambda: table.answers(ids, actions, accepted))
    return ScaleBench(
        rows=table.report.rows,
        keys=table.report.keys,
        build_s=build_s,
        seconds_a_row=build_s / table.report.rows,
        peak_bytes=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        seconds_a_question=asked.seconds / (2 * N_ASKED * len(table.types)),
    )
