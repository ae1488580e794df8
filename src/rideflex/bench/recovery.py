"""Type recovery and calibration: are the types found, and are the probabilities honest."""

from __future__ import annotations

import importlib.util
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from rideflex.areas import ServiceArea, read_area
from rideflex.bench.held_out import HeldOut, held_out_travelers
from rideflex.bench.machine import describe_machine
from rideflex.bench.online_logistic import OnlineLogistic
from rideflex.bench.scores import brier, calibration_error, log_losses
from rideflex.decisions.masks import unpack
from rideflex.embedding import EmbeddingFFN
from rideflex.errors import DataError, Problem, UsageError
from rideflex.evaluation.progress import Progress, silent
from rideflex.models.acceptance import accept_probability
from rideflex.models.neural import EvidenceModel, train_by_minibatch
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.outcomes import Counts, Outcomes
from rideflex.synthetic.outcomes import ask

HELD_OUT_OUTCOMES, HELD_OUT_SEEDS = 30, 5
METHODS = ("mini-batch", "evidence", "posterior")
OUTSIDE = "River logistic"
TEST_QUESTIONS = 4000
EMBED_DIM, HIDDEN_DIM = 64, 128

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """One method at one number of outcomes a traveler, over all seeds.

    `recovered`, `log_loss` and `calibration_error` are of the travelers' types and None for a
    method that knows no types; `brier` is of the acceptance predictions on held-out trips.
    """

    outcomes_each: int
    method: str
    recovered: float | None
    log_loss: float | None
    calibration_error: float | None
    brier: float


@dataclass(frozen=True)
class RecoveryBench:
    """What `bench_recovery` measured."""

    travelers: int
    seeds: int
    noise: float
    scores: tuple[Score, ...]
    held_out: HeldOut | None
    machine: str

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods, in the order of the scores."""
        return tuple(dict.fromkeys(score.method for score in self.scores))

    def series(self, method: str, name: str) -> list[float | None]:
        """One figure of one method over the numbers of outcomes."""
        return [getattr(score, name) for score in self.scores if score.method == method]

    def as_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {
            "travelers": self.travelers,
            "seeds": self.seeds,
            "noise": self.noise,
            "outcomes_each": list(dict.fromkeys(score.outcomes_each for score in self.scores)),
            "scores": [vars(score) for score in self.scores],
            "held_out_travelers": None if self.held_out is None else vars(self.held_out),
            "machine": self.machine,
        }


class _Draw(NamedTuple):
    """One draw of outcomes, and what it is trained on."""

    outcomes_each: int
    noise: float
    seed: int


class _Result(NamedTuple):
    """One method on one draw: types float64 [T, L], None where it knows none, and its Brier."""

    types: Floats | None
    brier: float


def bench_recovery(
    folder: str | Path,
    seeds: int = 20,
    noise: float = 0.03,
    outcomes_each: tuple[int, ...] = (1, 3, 10, 30, 100, 400),
    on_step: Progress = silent,
    workers: int = 1,
) -> RecoveryBench:
    """Train every method on the same outcomes, and compare with the true types.

    Half of each traveler's trips are asked about, each time with a random offer of the grid; the
    other half is held out for the acceptance predictions. The acceptance predictions of all three
    methods use the noise that EM learned. River's logistic regression sees the same outcomes in
    the same order, and joins where river is installed. Travelers left out of the training are
    predicted by their features, where the area has some.

    Parameters
    ----------
    folder
        A service-area folder whose trips say the travelers' true types.
    seeds
        Draws of trips, offers, noise and first weights.
    noise
        Share of answers that are turned round.
    outcomes_each
        Outcomes of every traveler.
    on_step
        Told after each draw.
    workers
        Processes that train at a time; how many does not change the result.
    """
    if seeds < 1 or not outcomes_each or min(outcomes_each) < 1 or not 0 <= noise < 0.5:
        raise UsageError(
            "there is at least one seed, one outcome a traveler, and a noise from 0 to below 0.5, "
            f"not {seeds}, {outcomes_each} and {noise}"
        )
    outcomes_each = tuple(sorted(set(outcomes_each)))
    area = read_area(folder)
    truth = area.true_types
    if truth is None:
        cause = "does not say the travelers' true types: trips.csv needs the column flexibility"
        raise DataError(Problem(str(area.folder), cause))
    if np.bincount(area.trips.traveler).min() < 2:
        cause = "has travelers with a single trip: one is asked about, another held out"
        raise DataError(Problem(str(area.folder), cause))
    draws = [_Draw(each, noise, seed) for each in outcomes_each for seed in range(seeds)]
    found = []
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        for draw, results in zip(draws, pool.map(partial(_train, area), draws), strict=True):
            found.append(results)
            on_step(f"{draw.outcomes_each} outcomes a traveler, seed {draw.seed}")
    scores = [
        _score(each, method, [found[at * seeds + seed][method] for seed in range(seeds)], truth)
        for at, each in enumerate(outcomes_each)
        for method in found[0]
    ]
    held_out = held_out_travelers(area, HELD_OUT_OUTCOMES, noise, min(seeds, HELD_OUT_SEEDS))
    return RecoveryBench(
        len(area.travelers), seeds, noise, tuple(scores), held_out, describe_machine()
    )


def _train(area: ServiceArea, draw: _Draw) -> dict[str, _Result]:
    """Train every method on one draw."""
    rng = np.random.default_rng([draw.seed, draw.outcomes_each])
    asked, held_out = _split(area, rng)
    trips = np.concatenate([rng.choice(trips, draw.outcomes_each) for trips in asked])
    outcomes = ask(area, rng.permutation(trips), draw.noise, rng)
    test = ask(area, rng.choice(held_out, TEST_QUESTIONS), draw.noise, rng)
    everybody, types = np.arange(len(area.travelers)), area.table.types
    counts = Counts.of(outcomes, len(everybody), len(types))
    posterior = FlexibilityPosterior(len(everybody), types)
    posterior.fit(counts)
    evidence = EvidenceModel(
        len(everybody), types, embed_dim=EMBED_DIM, hidden_dim=HIDDEN_DIM, seed=draw.seed
    )
    evidence.fit(counts)
    predicted = {
        "mini-batch": _minibatch(outcomes, counts, draw.seed),
        "evidence": evidence.predict_proba(everybody),
        "posterior": posterior.predict_proba(everybody),
    }
    answers = area.table.accepts(test.trips, test.actions)
    noise = posterior.noise
    results = {}
    for method, probabilities in predicted.items():
        accepting = accept_probability(probabilities[test.travelers], answers, noise)
        results[method] = _Result(probabilities, brier(accepting, test.accepted))
    if importlib.util.find_spec("river"):
        outside = OnlineLogistic(area)
        outside.learn(outcomes)
        results[OUTSIDE] = _Result(None, brier(outside.predict_accept(test), test.accepted))
    return results


def _score(each: int, method: str, results: list[_Result], truth: npt.NDArray[np.int32]) -> Score:
    """Put the draws of one method together."""
    accepting = float(np.mean([result.brier for result in results]))
    types = [result.types for result in results if result.types is not None]
    if not types:
        return Score(each, method, None, None, None, accepting)
    probabilities, truths = np.concatenate(types), np.tile(truth, len(types))
    correct = probabilities.argmax(axis=1) == truths
    return Score(
        outcomes_each=each,
        method=method,
        recovered=float(correct.mean()),
        log_loss=float(log_losses(probabilities, truths).mean()),
        calibration_error=calibration_error(probabilities.max(axis=1), correct),
        brier=accepting,
    )


def _split(
    area: ServiceArea, rng: np.random.Generator
) -> tuple[list[npt.NDArray[np.intp]], npt.NDArray[np.intp]]:
    """Trips to ask about, a traveler each, and the held-out ones of all together."""
    asked, held_out = [], []
    for traveler in range(len(area.travelers)):
        trips = rng.permutation(np.flatnonzero(area.trips.traveler == traveler))
        half = -(-len(trips) // 2)
        asked.append(trips[:half])
        held_out.append(trips[half:])
    return asked, np.concatenate(held_out)


def _minibatch(outcomes: Outcomes, counts: Counts, seed: int) -> Floats:
    n_travelers, n_types = counts.agree.shape
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = EmbeddingFFN(n_travelers, EMBED_DIM, HIDDEN_DIM, n_types)
        train_by_minibatch(
            network,
            torch.from_numpy(outcomes.travelers.astype(np.int64)),
            torch.from_numpy(unpack(outcomes.agreement(), n_types).astype(np.float32)),
        )
    with torch.no_grad():
        probabilities: Floats = network(torch.arange(n_travelers)).double().numpy()
    return probabilities
