"""One full update, from raw outcome dicts to an updated model, by five routes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import torch

from rideflex.areas import ServiceArea, read_area
from rideflex.areas.folder import DECISIONS
from rideflex.bench.baselines import Ask, Scan, build_dict, decision_matrix, indicator_matrix
from rideflex.bench.machine import describe_machine
from rideflex.bench.timing import measure
from rideflex.embedding import (
    EmbeddingFFN,
    OnlineTravelerDataset,
    update_embedding_model,
    update_from_outcomes,
)
from rideflex.errors import UsageError
from rideflex.evaluation.progress import Progress, silent
from rideflex.logs.encode import encode_outcomes
from rideflex.models.neural import train_by_minibatch
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.outcomes import Counts, Outcomes
from rideflex.synthetic.outcomes import as_dicts, ask
from rideflex.tables.columns import SHIFTS

N_OUTCOMES = 12_800
SCAN_SAMPLE = 50
EPOCHS = 50
EMBED_DIM, HIDDEN_DIM = 64, 128
RUNS, SLOW_RUNS, WARM_UP = 51, 5, 1
NOISE = 0.03

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Route:
    """Seconds of one way to update: to encode, to make both matrices or counts, to train."""

    name: str
    encode_s: float
    matrices_s: float
    train_s: float
    total_s: float


@dataclass(frozen=True)
class UpdateBench:
    """What `bench_update` measured; the routes are in the order of the table."""

    outcomes: int
    travelers: int
    routes: tuple[Route, ...]
    encoded_evidence_s: float
    encoded_posterior_s: float
    dict_build_s: float
    machine: str
    runs: int = RUNS
    slow_runs: int = SLOW_RUNS
    warm_up: int = WARM_UP

    def as_json(self) -> dict[str, Any]:
        """All figures and ratios, by the names that scripts read."""
        scan, of_dict, minibatch, evidence, posterior = self.routes
        return {
            "outcomes": self.outcomes,
            "travelers": self.travelers,
            "scan_s": scan.total_s,
            "dict_s": of_dict.total_s,
            "index_minibatch_s": minibatch.total_s,
            "index_evidence_s": evidence.total_s,
            "index_posterior_s": posterior.total_s,
            "encoded_evidence_s": self.encoded_evidence_s,
            "encoded_posterior_s": self.encoded_posterior_s,
            "dict_over_evidence": of_dict.total_s / evidence.total_s,
            "dict_over_posterior": of_dict.total_s / posterior.total_s,
            "scan_over_evidence": scan.total_s / evidence.total_s,
            "dict_build_s": self.dict_build_s,
            "scan_sampled_outcomes": SCAN_SAMPLE,
            "routes": {route.name: vars(route) for route in self.routes},
            "machine": self.machine,
            "runs": self.runs,
            "slow_runs": self.slow_runs,
            "warm_up": self.warm_up,
        }


def bench_update(
    folder: str | Path,
    n_outcomes: int = N_OUTCOMES,
    epochs: int = EPOCHS,
    seed: int = 0,
    on_step: Progress = silent,
) -> UpdateBench:
    """Measure one full update by every route.

    The mini-batch training is the same for scan, dict and index, so it is timed once: the median
    epoch, times the epochs. The scan is timed on a sample. The dict is built once and its build is
    left out of its update, in its favour.

    Parameters
    ----------
    folder
        A service-area folder that says how travelers truly answer.
    n_outcomes
        Outcomes of the update.
    epochs
        Epochs of the mini-batch schedule.
    seed
        Draws trips, offers, noise and first weights.
    on_step
        Told the name of what is measured next.
    """
    if n_outcomes < 1 or epochs < 1 or seed < 0:
        raise UsageError(
            "outcomes and epochs are at least 1 and the seed at least 0, "
            f"not {n_outcomes}, {epochs} and {seed}"
        )
    area = read_area(folder)
    rng = np.random.default_rng(seed)
    outcomes = ask(area, rng.integers(len(area.trips), size=n_outcomes), NOISE, rng)
    rows = as_dicts(area, outcomes)
    first_id = int(area.travelers.whole_ids()[0])
    torch.manual_seed(seed)
    span = int(area.travelers.whole_ids()[-1]) - first_id + 1
    network = EmbeddingFFN(span, EMBED_DIM, HIDDEN_DIM, len(area.table.types))
    on_step("index + posterior")
    posterior, encoded_posterior = _posterior(area, rows, outcomes)
    on_step("index + evidence")
    evidence, encoded_evidence = _evidence(area, rows, outcomes, network, first_id)
    on_step("index + mini-batch")
    index = _minibatch(area, rows, network, first_id, epochs)
    on_step("dict + mini-batch")
    decisions = pd.read_csv(Path(folder) / DECISIONS)
    of_dict, dict_build_s = _dict(area, decisions, rows, index.train_s)
    on_step("scan + mini-batch")
    scan = _scan(area, decisions, rows, index.train_s)
    return UpdateBench(
        outcomes=n_outcomes,
        travelers=len(area.travelers),
        routes=(scan, of_dict, index, evidence, posterior),
        encoded_evidence_s=encoded_evidence,
        encoded_posterior_s=encoded_posterior,
        dict_build_s=dict_build_s,
        machine=describe_machine(),
    )


def _posterior(area: ServiceArea, rows: Rows, outcomes: Outcomes) -> tuple[Route, float]:
    shape = (len(area.travelers), len(area.table.types))
    posterior = FlexibilityPosterior(shape[0], area.table.types)
    counts = Counts.of(outcomes, *shape)
    encode = _seconds(lambda: encode_outcomes(rows, area.table, area.travelers))
    count = _seconds(lambda: Counts.of(outcomes, *shape))
    fit = _seconds(lambda: posterior.fit(counts))
    encoded = _seconds(lambda: posterior.fit(Counts.of(outcomes, *shape)))
    total = _seconds(
        lambda: posterior.fit(Counts.of(encode_outcomes(rows, area.table, area.travelers), *shape))
    )
    return Route("index + posterior", encode, count, fit, total), encoded


def _evidence(
    area: ServiceArea, rows: Rows, outcomes: Outcomes, network: EmbeddingFFN, first_id: int
) -> tuple[Route, float]:
    types, offers, table = area.table.types, area.table.offers, area.table
    weights = copy.deepcopy(network.state_dict())

    def cold() -> EmbeddingFFN:
        network.load_state_dict(weights)
        return network

    def from_dicts() -> None:
        update_embedding_model(
            cold(), rows, types, offers, decisions=table, first_id=first_id, report=silent
        )

    def from_encoded() -> None:
        update_from_outcomes(cold(), moved, table, report=silent)

    ids = area.travelers.whole_ids() - first_id
    moved = replace(outcomes, travelers=ids[outcomes.travelers].astype(np.int32))
    total, encoded = _seconds(from_dicts), _seconds(from_encoded)
    encode = _seconds(lambda: encode_outcomes(rows, area.table, area.travelers))
    count = _seconds(lambda: Counts.of(moved, network.num_entities, len(types)))
    cold()
    return Route("index + evidence", encode, count, encoded - count, total), encoded


def _minibatch(
    area: ServiceArea, rows: Rows, network: EmbeddingFFN, first_id: int, epochs: int
) -> Route:
    def dataset() -> OnlineTravelerDataset:
        return OnlineTravelerDataset(
            rows,
            area.table.types,
            area.table.offers,
            decisions=area.table,
            first_id=first_id,
            report=silent,
        )

    made = dataset()
    ends = [perf_counter()]
    train_by_minibatch(
        network,
        made.entity_ids,
        made.ind_matrix,
        num_epochs=epochs,
        on_epoch=lambda _epoch, _loss: ends.append(perf_counter()),
    )
    train = epochs * median(np.diff(ends).tolist())
    encoded = encode_outcomes(rows, area.table, area.travelers)
    matrices = _seconds(
        lambda: area.table.answers(
            encoded.trips,
            encoded.actions,
            encoded.accepted,
            out=(made.ind_matrix, made.decision_matrix),
        )
    )
    both = _seconds(dataset)
    return Route("index + mini-batch", both - matrices, matrices, train, both + train)


def _dict(
    area: ServiceArea, decisions: pd.DataFrame, rows: Rows, train: float
) -> tuple[Route, float]:
    types = area.table.types
    start = perf_counter()
    cache = build_dict(decisions, types)
    build = perf_counter() - start
    frame = _frame(area, rows)
    encode = _seconds(lambda: _frame(area, rows))
    matrices = _seconds(lambda: _both(cache.get, frame, types), SLOW_RUNS)
    total = encode + matrices + train
    return Route("dict + mini-batch", encode, matrices, train, total), build


def _scan(area: ServiceArea, decisions: pd.DataFrame, rows: Rows, train: float) -> Route:
    types = area.table.types
    scan = Scan(decisions, types)
    sample = _frame(area, rows[:SCAN_SAMPLE])
    encode = _seconds(lambda: _frame(area, rows))
    one = _seconds(lambda: _both(scan.get, sample, types), SLOW_RUNS) / len(sample)
    matrices = one * len(rows)
    return Route("scan + mini-batch", encode, matrices, train, encode + matrices + train)


def _both(ask_one: Ask, frame: pd.DataFrame, types: Sequence[str]) -> None:
    indicator_matrix(ask_one, frame, types)
    decision_matrix(ask_one, frame, types)


def _frame(area: ServiceArea, rows: Rows) -> pd.DataFrame:
    """The outcomes as the scan and the dict read them: the CSV's columns, shifts in minutes."""
    frame = pd.DataFrame(rows).rename(columns={"customer_id": "traveler_id"})
    actions = frame["action"].to_numpy()
    grid = area.table.offers
    return frame.assign(**{SHIFTS[0]: -grid.pickup[actions], SHIFTS[1]: grid.dropoff[actions]})


def _seconds(call: Callable[[], object], runs: int = RUNS) -> float:
    return measure(call, runs=runs, warm_up=WARM_UP).seconds
