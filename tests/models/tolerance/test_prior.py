"""Weights by EM: a slow, plain loop is the oracle."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from rideflex.models.mixture import MixturePrior, fit_mixture
from rideflex.models.tolerance.prior import Evidence, fit_priors
from rideflex.models.tolerance.tally import Known
from rideflex.outcomes import Counts
from rideflex.testing.worlds import draw_world


def plain_em(log_cells, agree, total, sizes, priors, passes):
    """EM traveler by traveler, column by column, in plain Python."""
    n_cells, n_types = len(log_cells[0]), len(agree[0])
    pseudo = [4.0 / n_cells] * n_cells + [priors.travelers_per_type] * n_types
    weights, noise = [b / sum(pseudo) for b in pseudo], priors.noise
    for _ in range(passes):
        expected = [0.0] * len(pseudo)
        wrong, asked = priors.wrong, priors.wrong + priors.right
        for row, size in enumerate(sizes):
            logs = [
                *log_cells[row],
                *(a * log(1 - noise) + (total[row] - a) * log(noise) for a in agree[row]),
            ]
            top = max(logs)
            joint = [w * exp(value - top) for w, value in zip(weights, logs, strict=True)]
            for column, value in enumerate(joint):
                held = size * value / sum(joint)
                expected[column] += held
                if column >= n_cells:
                    wrong += held * (total[row] - agree[row][column - n_cells])
                    asked += held * total[row]
        weights = [
            (e + b) / (sum(sizes) + sum(pseudo)) for e, b in zip(expected, pseudo, strict=True)
        ]
        noise = wrong / asked if n_types else noise
    return weights, noise


def drawn(n_types, seed=0, n=12, n_cells=5):
    """Log-likelihoods of cells and counts of types, of a few travelers."""
    rng = np.random.default_rng(seed)
    total = rng.integers(1, 9, size=n).astype(float)
    agree = np.floor(rng.random((n, n_types)) * (total[:, None] + 1))
    sizes = rng.integers(1, 4, size=n).astype(float)
    log_cells = -total[:, None] * rng.gamma(1.0, 1.0, size=(n, n_cells))
    return log_cells, Evidence(Known(np.zeros((n, 1, 0, 2)), Counts(agree, total)), sizes)


@pytest.mark.parametrize("n_types", [0, 3])
@pytest.mark.parametrize("passes", [1, 5, 30])
def test_em_is_that_of_the_plain_loop(n_types, passes):
    """Weights and noise agree after any number of passes, with types and without."""
    priors = MixturePrior()
    log_cells, evidence = drawn(n_types, seed=passes)
    (found,) = fit_priors(log_cells[None], evidence, priors, tolerance=0.0, max_passes=passes)
    weights, noise = plain_em(
        log_cells.tolist(),
        evidence.known.types.agree.tolist(),
        evidence.known.types.total.tolist(),
        evidence.sizes.tolist(),
        priors,
        passes,
    )
    np.testing.assert_allclose(found.weights, weights, atol=1e-12)
    assert found.noise == pytest.approx(noise, abs=1e-12)
    assert found.weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("n_types", [0, 3])
def test_evidence_never_falls(n_types):
    """Each pass reaches at least the posterior density of the one before (EM's own promise)."""
    priors = MixturePrior()
    log_cells, evidence = drawn(n_types, n=30)
    reached = []
    for passes in range(1, 40):
        (fit,) = fit_priors(log_cells[None], evidence, priors, tolerance=0.0, max_passes=passes)
        pseudo = np.concatenate([np.full(5, 4.0 / 5), np.full(n_types, 2.0)])
        reached.append(fit.evidence + float(pseudo @ np.log(fit.weights)))
    assert (np.diff(reached) >= -1e-9).all()
    assert reached[-1] > reached[0]


def test_types_far_from_every_cell_are_told_apart():
    """Where cells are impossible, types keep their own ratios, however long the odds."""
    counts = draw_world(40, 60).counts
    evidence = Evidence(Known(np.zeros((40, 1, 0, 2)), counts), np.ones(40))
    impossible = np.full((40, 5), -1e5)
    (found,) = fit_priors(
        impossible[None], evidence, MixturePrior(), tolerance=1e-9, max_passes=2000
    )
    alone = fit_mixture(counts)
    np.testing.assert_allclose(found.weights[5:] * (40 + 12) / (40 + 8), alone.shares, atol=1e-6)
    assert found.noise == pytest.approx(alone.noise, abs=1e-6)
    assert np.isfinite(found.evidence)


@pytest.mark.parametrize("n_types", [0, 3])
def test_settings_side_by_side_are_as_alone(n_types):
    """Settings that end at different passes get what they get one at a time."""
    rows = [drawn(n_types, seed=2, n_cells=5)[0] * factor for factor in (0.1, 1.0, 3.0)]
    evidence = drawn(n_types, seed=2)[1]
    together = fit_priors(np.stack(rows), evidence, MixturePrior(), tolerance=1e-4)
    for row, found in zip(rows, together, strict=True):
        (alone,) = fit_priors(row[None], evidence, MixturePrior(), tolerance=1e-4)
        np.testing.assert_allclose(found.weights, alone.weights, atol=1e-14)
        assert found.noise == pytest.approx(alone.noise, abs=1e-14)
        assert found.evidence == pytest.approx(alone.evidence, abs=1e-9)
