"""Many outcomes of many travelers, streamed from Parquet into counts."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from rideflex.bench.machine import describe_machine
from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.evaluation.progress import Progress, silent
from rideflex.flexibility import DEFAULT_TYPES, rule_answers
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.offers import OfferGrid
from rideflex.outcomes import Counts

SHARES = (0.3, 0.4, 0.2, 0.1)
NOISE = 0.03
TENTHS = 10
_BATCH = 1 << 20


@dataclass(frozen=True)
class StreamBench:
    """What `bench_stream` measured.

    Parameters
    ----------
    seconds_a_million
        Reading and counting a million outcomes, for each tenth of the stream. They are encoded
        already: the texts of a log take longer than the counting, see `rideflex fit`.
    peak_bytes
        Most memory of the process that streamed, and what of it stood before the first outcome.
    state_bytes_a_traveler
        Bytes of counts a traveler: all that grows with anything.
    posterior_s
        EM and the probabilities of all travelers.
    recovered, noise
        Share of types found, and the noise that EM learned (0.03 is true).
    """

    travelers: int
    outcomes: int
    file_bytes: int
    seconds_a_million: tuple[float, ...]
    peak_bytes: int
    bytes_before: int
    state_bytes_a_traveler: float
    posterior_s: float
    recovered: float
    noise: float
    machine: str

    @property
    def last_over_first(self) -> float:
        """Cost of an outcome in the last tenth over the first."""
        return self.seconds_a_million[-1] / self.seconds_a_million[0]

    def as_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {**asdict(self), "last_over_first": self.last_over_first}


def bench_stream(
    travelers: int = 1_000_000,
    outcomes: int = 100_000_000,
    seed: int = 0,
    on_step: Progress = silent,
) -> StreamBench:
    """Generate outcomes in a temporary folder, stream them in a process of its own, and fit."""
    if travelers < 1 or outcomes < TENTHS or seed < 0:
        raise UsageError(
            f"a stream has at least 1 traveler, {TENTHS} outcomes and a seed from 0, "
            f"not {travelers}, {outcomes} and {seed}"
        )
    with tempfile.TemporaryDirectory(prefix="rideflex-stream-") as folder:
        path = Path(folder) / "outcomes.parquet"
        on_step(f"generate {outcomes:,} outcomes")
        write_outcomes(path, travelers, outcomes, seed)
        on_step(f"stream {outcomes:,} outcomes of {travelers:,} travelers")
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            return alone.submit(_measure, path, travelers, seed).result()


def draw_types(travelers: int, seed: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    """Draw the travelers' true types, int8 [T]."""
    rng = np.random.default_rng([seed, 1])
    return rng.choice(len(SHARES), travelers, p=SHARES).astype(np.int8)


def write_outcomes(path: Path, travelers: int, outcomes: int, seed: int) -> None:
    """Write a Parquet file of entity, action and answer: by the type's rule, with noise."""
    rng = np.random.default_rng([seed, 2])
    types = draw_types(travelers, seed)
    answers = rule_answers(DEFAULT_TYPES, OfferGrid.default())
    schema = pa.schema([("traveler", pa.int32()), ("action", pa.uint8()), ("accepted", pa.bool_())])
    with pa.parquet.ParquetWriter(path, schema, use_dictionary=["action"]) as writer:
        for start in range(0, outcomes, _BATCH):
            n = min(_BATCH, outcomes - start)
            who = rng.integers(travelers, size=n, dtype=np.int32)
            action = rng.integers(len(answers), size=n, dtype=np.uint8)
            accepted = answers[action, types[who]] ^ (rng.random(n, dtype=np.float32) < NOISE)
            writer.write_table(pa.table([who, action, accepted], schema=schema))


def _measure(path: Path, travelers: int, seed: int) -> StreamBench:
    table = DecisionTable.empty()
    with pa.parquet.ParquetFile(path) as file:
        n_rows = file.metadata.num_rows
    _stream(path, table, Counts.zeros(travelers, len(DEFAULT_TYPES)), stop=1)
    FlexibilityPosterior(2, DEFAULT_TYPES).predict_proba([0])  # loads the compiled kernels
    before = _peak_bytes()
    counts = Counts.zeros(travelers, len(DEFAULT_TYPES))
    marks = _stream(path, table, counts, stop=n_rows)
    counted, seconds = np.array(marks).T
    ends = np.interp(np.linspace(0, n_rows, TENTHS + 1), counted, seconds)
    posterior = FlexibilityPosterior(travelers, DEFAULT_TYPES)
    start = perf_counter()
    posterior.fit(counts)
    probabilities = posterior.predict_proba(np.arange(travelers))
    posterior_s = perf_counter() - start
    return StreamBench(
        travelers=travelers,
        outcomes=n_rows,
        file_bytes=path.stat().st_size,
        seconds_a_million=tuple((np.diff(ends) / (n_rows / TENTHS) * 1e6).tolist()),
        peak_bytes=_peak_bytes(),
        bytes_before=before,
        state_bytes_a_traveler=(counts.agree.nbytes + counts.total.nbytes) / travelers,
        posterior_s=posterior_s,
        recovered=float((probabilities.argmax(axis=1) == draw_types(travelers, seed)).mean()),
        noise=posterior.mixture.noise,
        machine=describe_machine(),
    )


def _stream(path: Path, table: DecisionTable, counts: Counts, stop: int) -> list[tuple[int, float]]:
    """Count outcomes batch by batch; returns (outcomes counted, seconds) after each."""
    marks = [(0, 0.0)]
    unknown = np.full(_BATCH, -1, dtype=np.int32)
    start = perf_counter()
    with pa.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH):
            who, action, accepted = (
                column.to_numpy(zero_copy_only=False) for column in batch.columns
            )
            counts.add(table.outcomes(who, unknown[: len(who)], action, accepted))
            marks.append((marks[-1][0] + len(who), perf_counter() - start))
            if marks[-1][0] >= stop:
                break
    return marks


def _peak_bytes() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
