"""Which share of the types is found, and how honest the probabilities are."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from rideflex.bench.held_out import HeldOut, held_out_travelers
from rideflex.bench.machine import describe_machine
from rideflex.bench.online_logistic import OnlineLogistic
from rideflex.bench.scores import brier, calibration_error, log_losses
from rideflex.bench.simulate import ask
from rideflex.data import ServiceArea, read_area
from rideflex.embedding import EmbeddingFFN, EvidenceModel, train_by_minibatch
from rideflex.embedding.update import indicators
from rideflex.errors import DataError, Problem
from rideflex.outcomes import Counts, Outcomes
from rideflex.posterior import FlexibilityPosterior

OUTCOMES_EACH = (1, 3, 10, 30, 100, 400)
HELD_OUT_OUTCOMES = 30
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
    machine: str = field(default_factory=describe_machine)

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


@dataclass
class _Tally:
    """Figures of one method as they come in, seed by seed."""

    losses: list[Floats] = field(default_factory=list)
    confidence: list[Floats] = field(default_factory=list)
    correct: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    briers: list[float] = field(default_factory=list)

    def add_types(self, probabilities: Floats, truth: npt.NDArray[np.int32]) -> None:
        self.losses.append(log_losses(probabilities, truth))
        self.confidence.append(probabilities.max(axis=1))
        self.correct.append(probabilities.argmax(axis=1) == truth)

    def score(self, each: int, method: str) -> Score:
        if not self.losses:
            return Score(each, method, None, None, None, float(np.mean(self.briers)))
        correct = np.concatenate(self.correct)
        return Score(
            outcomes_each=each,
            method=method,
            recovered=float(correct.mean()),
            log_loss=float(np.concatenate(self.losses).mean()),
            calibration_error=calibration_error(np.concatenate(self.confidence), correct),
            brier=float(np.mean(self.briers)),
        )


def bench_recovery(
    folder: str | Path,
    seeds: int = 20,
    noise: float = 0.03,
    outcomes_each: tuple[int, ...] = OUTCOMES_EACH,
    on_step: Callable[[str], object] = len,
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
        Told after each training.
    """
    area = read_area(folder)
    if area.true_types is None:
        cause = "does not say the travelers' true types: trips.csv needs the column flexibility"
        raise DataError(Problem(str(area.folder), cause))
    methods = METHODS + ((OUTSIDE,) if importlib.util.find_spec("river") else ())
    scores = []
    for each in outcomes_each:
        tallies = {method: _Tally() for method in methods}
        for seed in range(seeds):
            _one_seed(area, each, noise, seed, tallies)
            on_step(f"{each} outcomes a traveler, seed {seed}")
        scores += [tally.score(each, method) for method, tally in tallies.items()]
    held_out = held_out_travelers(area, HELD_OUT_OUTCOMES, noise, seed=0)
    return RecoveryBench(len(area.travelers), seeds, noise, tuple(scores), held_out)


def _one_seed(
    area: ServiceArea, each: int, noise: float, seed: int, tallies: dict[str, _Tally]
) -> None:
    assert area.true_types is not None
    rng = np.random.default_rng([seed, each])
    asked, held_out = _split(area, rng)
    trips = np.concatenate([rng.choice(asked[t], each) for t in range(len(asked))])
    outcomes = ask(area, rng.permutation(trips), noise, rng)
    test = ask(area, rng.choice(held_out, TEST_QUESTIONS), noise, rng)
    everybody = np.arange(len(area.travelers))
    counts = Counts.of(outcomes, len(everybody), len(area.table.types))
    posterior = FlexibilityPosterior(len(everybody), area.table.types)
    posterior.fit(counts)
    evidence = EvidenceModel(
        len(everybody), area.table.types, embed_dim=EMBED_DIM, hidden_dim=HIDDEN_DIM, seed=seed
    )
    evidence.fit(counts)
    predicted = {
        "mini-batch": _minibatch(outcomes, counts, seed),
        "evidence": evidence.predict_proba(everybody),
        "posterior": posterior.predict_proba(everybody),
    }
    answers = area.table.accepts(test.trips, test.actions)
    wrong = posterior.mixture.noise
    for method, probabilities in predicted.items():
        accepting = np.einsum("nl,nl->n", probabilities[test.travelers], answers)
        tallies[method].add_types(probabilities, area.true_types)
        tallies[method].briers.append(brier(wrong + (1 - 2 * wrong) * accepting, test.accepted))
    if OUTSIDE in tallies:
        outside = OnlineLogistic(area)
        outside.learn(outcomes)
        tallies[OUTSIDE].briers.append(brier(outside.predict_accept(test), test.accepted))


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
            torch.from_numpy(indicators(outcomes, n_types)),
        )
    with torch.no_grad():
        probabilities: Floats = network(torch.arange(n_travelers)).double().numpy()
    return probabilities
