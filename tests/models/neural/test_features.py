"""Traveler features: a prior of one's own for travelers never asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from rideflex.areas import read_area
from rideflex.bench.held_out import HeldOut, held_out_travelers
from rideflex.embedding import EmbeddingFFN
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.models.neural import EvidenceModel, TravelerFeatures
from rideflex.models.neural.prior import _fit_logistic_mixture, fit_prior
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.testing.worlds import draw_world


@pytest.fixture(scope="module", params=[True, False], ids=["speaking", "silent"])
def held_out(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HeldOut:
    """Held-out travelers of a city where the type depends on features, and of one where not."""
    folder = tmp_path_factory.mktemp("cities") / "city"
    generate_area(folder, AreaSettings(300, 6, 8, seed=2, features=request.param))
    found = held_out_travelers(read_area(folder), outcomes_each=12, noise=0.03, seeds=1)
    assert found is not None
    return found


def test_features_help_where_they_say_something(
    held_out: HeldOut, request: pytest.FixtureRequest
) -> None:
    """Much better than π where types depend on them; no worse than 0.03 where they don't."""
    if "speaking" in request.node.name:
        assert held_out.log_loss_by_features < held_out.log_loss_by_shares - 0.4
        assert held_out.found_by_features > held_out.found_by_shares + 0.2
    else:
        assert held_out.log_loss_by_features < held_out.log_loss_by_shares + 0.03


def test_levels_are_one_hot_and_unknown_ones_zero() -> None:
    """Each feature has a column a level; nulls, blanks and levels never seen are all zeros."""
    features = TravelerFeatures.of(
        pl.DataFrame({"age": ["young", "old", None], "job": ["a", "b", "a"]}), ["age", "job"]
    )
    assert features.levels == {"age": ("old", "young"), "job": ("a", "b")}
    frame = {"age": [" old", "ancient", ""], "job": ["b", "a", "c"]}
    assert features.encode(frame).tolist() == [[1, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]
    with pytest.raises(UsageError, match="at least one"):
        TravelerFeatures.of(frame, [])


def test_the_network_holds_the_posterior_under_the_prior_of_the_features() -> None:
    """With features q_t is π(x_t) times the likelihood, normalised; never asked means π(x_t)."""
    world = draw_world(60, 8)
    counts = world.counts
    counts.agree[:10], counts.total[:10] = 0.0, 0.0
    x = torch.nn.functional.one_hot(torch.from_numpy(world.true_types)).float()
    model = EvidenceModel(60, DEFAULT_TYPES, features=x)
    model.fit(counts)
    fitted = fit_prior(model.network, counts)
    joint = fitted.log_likelihood + fitted.log_prior
    expected = np.exp(joint - np.logaddexp.reduce(joint, axis=1, keepdims=True))
    np.testing.assert_allclose(model.predict_proba(np.arange(60)), expected, atol=2e-4)
    unseen = model.network.predict_unseen(x[:10]).numpy()
    np.testing.assert_allclose(model.predict_proba(np.arange(10)), unseen, atol=2e-4)
    assert (unseen.argmax(axis=1) == world.true_types[:10]).all()


def test_features_are_saved_with_the_model(tmp_path: Path) -> None:
    """A loaded model knows the features of its travelers, and of a stranger."""
    world = draw_world(40, 8)
    x = torch.nn.functional.one_hot(torch.from_numpy(world.true_types)).float()
    model = EvidenceModel(40, DEFAULT_TYPES, features=x)
    model.fit(world.counts)
    model.save(tmp_path / "f.model")
    loaded = EvidenceModel.load(tmp_path / "f.model")
    everybody = np.arange(40)
    assert np.array_equal(loaded.predict_proba(everybody), model.predict_proba(everybody))
    assert torch.equal(loaded.network.predict_unseen(x), model.network.predict_unseen(x))


def test_without_features_there_is_no_prediction_of_the_unseen() -> None:
    """A network made without features says so."""
    with pytest.raises(UsageError, match="without features"):
        EmbeddingFFN(3, 4, 4, 4).predict_unseen(torch.zeros(1, 2))


def test_words_of_strangers_that_were_never_seen_are_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Word, column and the words that are known are told; known words and blanks are not."""
    people = {"age": ["young", "old"] * 10, "job": ["a", "b"] * 10}
    levels = TravelerFeatures.of(people, ["age", "job"])
    model = EvidenceModel(20, DEFAULT_TYPES, features=levels.encode(people), levels=levels)
    model.fit(draw_world(20, 6).counts)
    blank = model.predict_unseen({"age": ["", " old "], "job": ["a", None]})
    assert not caplog.text
    odd = model.predict_unseen({"age": ["Old", "old"], "job": ["a", "pilot"]})
    assert np.array_equal(odd, blank)
    assert "column 'age': the model never saw 'Old'" in caplog.text
    assert "column 'job': the model never saw 'pilot', which tell it nothing" in caplog.text
    assert "it knows 'a', 'b'" in caplog.text
    caplog.clear()
    model.predict_unseen({"age": [f"word {n}" for n in range(9)], "job": ["a"] * 9})
    assert "'word 4' and 4 more" in caplog.text
    caplog.clear()
    model.predict_unseen({"age": [f"word {n}" for n in range(5)], "job": ["a"] * 5})
    assert "'word 4', which" in caplog.text


@pytest.mark.parametrize("ridge", [1.0, 30.0])
def test_the_prior_by_features_is_the_penalised_optimum(ridge: float) -> None:
    """No step along any weight gains: the gradient of likelihood and ridge is zero there."""
    rng = np.random.default_rng(0)
    x = np.eye(3)[rng.integers(3, size=60)]
    likelihood = rng.normal(size=(60, 4)) * 2
    shares = np.array([0.4, 0.3, 0.2, 0.1])
    start = np.zeros((4, 4))
    start[:, 0] = np.log(shares)
    penalty = np.array([1.0, ridge, ridge, ridge])

    def objective(weights: np.ndarray) -> float:
        logits = np.hstack([np.ones((60, 1)), x]) @ weights.T
        log_prior = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        evidence = np.logaddexp.reduce(log_prior + likelihood, axis=1).sum()
        return evidence - 0.5 * (penalty * (weights - start) ** 2).sum()

    found = _fit_logistic_mixture(x, likelihood, shares, ridge)
    for place in np.ndindex(found.shape):
        step = np.zeros_like(found)
        step[place] = 1e-4
        slope = (objective(found + step) - objective(found - step)) / 2e-4
        assert abs(slope) < 0.1
    assert objective(found) > objective(start) + 0.5
