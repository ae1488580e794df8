"""The benchmarks of the models: what they compute, on sizes that take seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from rideflex.areas import ServiceArea, read_area
from rideflex.bench import update
from rideflex.bench.online_logistic import OnlineLogistic
from rideflex.bench.plots import draw_recovery, draw_update
from rideflex.bench.recovery import METHODS, bench_recovery
from rideflex.bench.scores import brier, calibration_error, log_losses
from rideflex.bench.stream import bench_stream, write_outcomes
from rideflex.bench.update import bench_update
from rideflex.errors import DataError, UsageError
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.synthetic.outcomes import as_dicts, ask

NAMES = (
    *("outcomes", "scan_s", "dict_s", "index_minibatch_s", "index_evidence_s"),
    *("index_posterior_s", "encoded_evidence_s", "encoded_posterior_s"),
    *("dict_over_evidence", "dict_over_posterior", "scan_over_evidence"),
)


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small generated city."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=10, trips=8, zones=5, seed=6))
    return read_area(folder)


def test_scores_are_what_their_names_say() -> None:
    """Each score on a case that can be worked out by hand."""
    p = np.array([[0.9, 0.1], [0.4, 0.6], [1.0, 0.0]])
    truth = np.array([0, 0, 1])
    np.testing.assert_allclose(log_losses(p, truth), [-np.log(0.9), -np.log(0.4), 12 * np.log(10)])
    confidence, correct = np.array([0.95, 0.95, 0.55, 1.0]), np.array([True, False, True, True])
    by_hand = (abs(0.95 + 0.95 + 1.0 - 2.0) + abs(0.55 - 1.0)) / 4
    assert calibration_error(confidence, correct) == pytest.approx(by_hand)
    assert brier(np.array([1.0, 0.5]), np.array([True, False])) == pytest.approx(0.125)


def test_simulated_outcomes_are_truthful(area: ServiceArea) -> None:
    """Without noise each answer is the true type's; the dicts say what the arrays say."""
    rng = np.random.default_rng(0)
    outcomes = ask(area, rng.integers(len(area.trips), size=400), 0.0, rng)
    types = area.true_types[outcomes.travelers]
    assert ((outcomes.agreement() >> types) & 1).all()
    noisy = ask(area, rng.integers(len(area.trips), size=4000), 0.25, rng)
    wrong = 1 - ((noisy.agreement() >> area.true_types[noisy.travelers]) & 1).mean()
    assert wrong == pytest.approx(0.25, abs=0.03)
    rows = as_dicts(area, outcomes)
    ids = [{"traveler_id": row["customer_id"], **row} for row in rows]
    assert np.array_equal(area.table.trip_ids(ids), outcomes.trips)
    assert [row["action"] for row in rows] == outcomes.actions.tolist()
    assert [row["accepted"] for row in rows] == outcomes.accepted.tolist()


def test_update_bench(area: ServiceArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All figures are there by name, positive, and the ratios are of these figures."""
    monkeypatch.setattr(update, "SCAN_SAMPLE", 3)
    monkeypatch.setattr(update, "SLOW_RUNS", 1)
    steps: list[str] = []
    found = bench_update(area.folder, n_outcomes=200, epochs=2, on_step=steps.append)
    figures = found.as_json()
    assert all(figures[name] > 0 for name in NAMES)
    assert figures["dict_over_evidence"] == figures["dict_s"] / figures["index_evidence_s"]
    assert figures["dict_over_posterior"] == figures["dict_s"] / figures["index_posterior_s"]
    assert figures["scan_over_evidence"] == figures["scan_s"] / figures["index_evidence_s"]
    assert len(steps) == len(found.routes) == 5
    for senseless in ({"n_outcomes": 0}, {"epochs": 0}, {"seed": -1}):
        with pytest.raises(UsageError, match="at least 1"):
            bench_update(area.folder, **senseless)
    draw_update(found, tmp_path / "update.png")
    assert (tmp_path / "update.png").stat().st_size > 5000


def test_recovery_bench(area: ServiceArea, tmp_path: Path) -> None:
    """Evidence is the posterior within 1e-3 in every score, and no worse than mini-batches."""
    found = bench_recovery(area.folder, seeds=2, outcomes_each=(25, 1, 25))
    assert found.methods[:3] == METHODS
    for name in ("recovered", "log_loss", "calibration_error", "brier"):
        evidence, posterior = (found.series(method, name) for method in METHODS[1:])
        np.testing.assert_allclose(evidence, posterior, atol=1e-3)
    few, many = found.series("posterior", "recovered")
    assert many > 0.9 > few
    for name, sign in (("recovered", 1), ("log_loss", -1), ("brier", -1)):
        minibatch, posterior = (found.series(method, name)[1] for method in METHODS[::2])
        assert sign * posterior >= sign * minibatch
    assert found.series("posterior", "log_loss")[1] < 0.2
    assert found.held_out is not None
    assert found.as_json()["outcomes_each"] == [1, 25]
    draw_recovery(found, tmp_path / "recovery.png")
    assert (tmp_path / "recovery.png").stat().st_size > 5000


def test_recovery_needs_something_to_draw(tmp_path: Path, area: ServiceArea) -> None:
    """No seed, noise that turns every answer round, and travelers with a single trip."""
    for options in ({"seeds": 0}, {"noise": float("nan")}, {"outcomes_each": (0,)}):
        with pytest.raises(UsageError, match="at least one seed"):
            bench_recovery(area.folder, **options)
    generate_area(tmp_path / "one", AreaSettings(travelers=4, trips=1, zones=4, seed=1))
    with pytest.raises(DataError, match="a single trip"):
        bench_recovery(tmp_path / "one", seeds=1)


def test_trips_without_decisions_are_not_asked_about(area: ServiceArea) -> None:
    """Nobody can say how a type would answer there."""
    unknown = replace(area.trips, trip_id=np.full_like(area.trips.trip_id, -1))
    with pytest.raises(DataError, match="does not know"):
        ask(replace(area, trips=unknown), np.array([0]), 0.0, np.random.default_rng(0))


def test_the_outside_baseline_learns(area: ServiceArea) -> None:
    """River's regression predicts acceptances better after outcomes than before."""
    pytest.importorskip("river")
    rng = np.random.default_rng(1)
    outcomes, test = (ask(area, rng.integers(len(area.trips), size=1500), 0.0, rng) for _ in "ab")
    model = OnlineLogistic(area)
    before = brier(model.predict_accept(test), test.accepted)
    model.learn(outcomes)
    assert brier(model.predict_accept(test), test.accepted) < before - 0.05


def test_stream_bench() -> None:
    """The state is 40 bytes a traveler with four types, and the types are found."""
    found = bench_stream(travelers=2000, outcomes=100_000, seed=1)
    assert (found.travelers, found.outcomes) == (2000, 100_000)
    assert found.state_bytes_a_traveler == 40
    assert len(found.seconds_a_million) == 10
    assert min(found.seconds_a_million) > 0
    assert found.recovered > 0.98
    assert found.noise == pytest.approx(0.03, abs=0.005)
    assert found.peak_bytes >= found.bytes_before
    for senseless in ((0, 100), (10, 1), (10, 100, -1)):
        with pytest.raises(UsageError, match="at least 1 traveler"):
            bench_stream(*senseless)


def test_streams_are_seeded(tmp_path: Path) -> None:
    """The same seed writes the same outcomes."""
    for name in "ab":
        write_outcomes(tmp_path / name, travelers=50, outcomes=1000, seed=3)
    assert pq.read_table(tmp_path / "a").equals(pq.read_table(tmp_path / "b"))
