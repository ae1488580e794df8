"""One contract for every flexibility model: one list of checks over every model of the package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import rideflex
from rideflex.errors import DataError, UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.models.protocol import FlexibilityModel
from rideflex.outcomes import Counts
from rideflex.travelers import TravelerIndex
from tests.models.worlds import draw_world

Make = Callable[..., FlexibilityModel]
MEMBERS = ("types", "n_travelers", "fit", "predict_proba", "save", "load")
T = 40
EVERYBODY = np.arange(T)


def models_of_the_package() -> list[type]:
    """Every class in rideflex that has the members of the contract."""
    found = set()
    for module in pkgutil.walk_packages(rideflex.__path__, "rideflex."):
        if module.name.startswith(("rideflex.cli", "rideflex.bench", "rideflex.__main__")):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind is not FlexibilityModel and all(hasattr(kind, name) for name in MEMBERS):
                found.add(kind)
    return sorted(found, key=lambda kind: kind.__name__)


def fitted(make: Make, counts: Counts) -> FlexibilityModel:
    """A model of its own that has seen the counts."""
    model = make(len(counts.total), DEFAULT_TYPES)
    model.fit(counts)
    return model


def rows_sum_to_one(make: Make, path: Path) -> None:
    """Probabilities are probabilities, before the first outcome and after many."""
    for counts in (Counts.zeros(T, 4), draw_world(T, 1).counts, draw_world(T, 5000).counts):
        probabilities = fitted(make, counts).predict_proba(EVERYBODY)
        assert probabilities.dtype == np.float64
        assert probabilities.shape == (T, 4)
        assert (probabilities >= 0).all()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-12)


def order_does_not_matter(make: Make, path: Path) -> None:
    """The same outcomes in another order, or from two shards, give the same result."""
    outcomes = draw_world(T, 7).outcomes
    shuffled = outcomes[np.random.default_rng(1).permutation(len(outcomes))]
    half = len(outcomes) // 2
    shards = Counts.of(outcomes[half:], T, 4) + Counts.of(outcomes[:half], T, 4)
    first = fitted(make, Counts.of(outcomes, T, 4)).predict_proba(EVERYBODY)
    for counts in (Counts.of(shuffled, T, 4), shards):
        assert np.array_equal(fitted(make, counts).predict_proba(EVERYBODY), first)


def agreement_never_lowers_a_type(make: Make, path: Path) -> None:
    """Outcomes that only one type agrees with never make that type less likely.

    Outcomes that several types agree with may, by a little: they speak for less noise, and with
    less noise the earlier disagreements weigh more. At a given noise they don't, see
    `test_mixture`.
    """
    counts = draw_world(T, 6).counts
    before = fitted(make, counts).predict_proba(EVERYBODY)
    for kind in range(4):
        for traveler in (0, 7, 23):
            for more in (1, 5):
                agree, total = counts.agree.copy(), counts.total.copy()
                agree[traveler, kind] += more
                total[traveler] += more
                after = fitted(make, Counts(agree, total)).predict_proba([traveler])
                assert after[0, kind] >= before[traveler, kind] - 2e-4


def evidence_finds_the_types(make: Make, path: Path) -> None:
    """With forty outcomes each, nearly every type is found, and surely so."""
    world = draw_world(T, 40)
    probabilities = fitted(make, world.counts).predict_proba(EVERYBODY)
    assert (probabilities.argmax(axis=1) == world.true_types).mean() >= 0.95
    assert -np.log(probabilities[EVERYBODY, world.true_types]).mean() < 0.1


def a_fit_replaces_the_last(make: Make, path: Path) -> None:
    """What was fitted before leaves no trace, though training may start from it."""
    first, second = draw_world(T, 30, seed=1).counts, draw_world(T, 30, seed=2).counts
    model = fitted(make, first)
    model.fit(second)
    fresh = fitted(make, second)
    np.testing.assert_allclose(
        model.predict_proba(EVERYBODY), fresh.predict_proba(EVERYBODY), atol=2e-4
    )


def saving_keeps_every_bit(make: Make, path: Path) -> None:
    """A saved and loaded model gives the same probabilities, bit for bit, and goes on alike."""
    world = draw_world(T, 9)
    model = make(T, DEFAULT_TYPES, travelers=TravelerIndex.consecutive(100, T))
    model.fit(world.counts)
    model.save(path)
    loaded = type(model).load(path)
    assert loaded.types == model.types
    assert loaded.n_travelers == model.n_travelers
    assert loaded.travelers.ids.tolist() == list(range(100, 100 + T))
    assert np.array_equal(loaded.predict_proba(EVERYBODY), model.predict_proba(EVERYBODY))
    more = draw_world(T, 12, seed=5).counts
    model.fit(more)
    loaded.fit(more)
    assert np.array_equal(loaded.predict_proba(EVERYBODY), model.predict_proba(EVERYBODY))


def files_are_checked(make: Make, path: Path) -> None:
    """A file that is missing, foreign or cut short is refused with its name."""
    kind = type(make(2, DEFAULT_TYPES))
    with pytest.raises(DataError, match="no such file"):
        kind.load(path)
    path.write_bytes(b"something else altogether")
    with pytest.raises(DataError, match=path.name):
        kind.load(path)
    make(2, DEFAULT_TYPES).save(path)
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(DataError, match="cut short"):
        kind.load(path)


def runs_agree(make: Make, path: Path) -> None:
    """Two models made and fitted alike are alike."""
    counts = draw_world(T, 5).counts
    one, two = fitted(make, counts), fitted(make, counts)
    assert np.array_equal(one.predict_proba(EVERYBODY), two.predict_proba(EVERYBODY))


def unknown_travelers_raise_or_get_the_shares(make: Make, path: Path) -> None:
    """A traveler outside the model raises by name, or gets π, as asked."""
    model = fitted(make, draw_world(T, 30).counts)
    for stranger in (-1, T, 10**6):
        with pytest.raises(UsageError, match=f"unknown traveler: entity {stranger} "):
            model.predict_proba([0, stranger])
    rows = model.predict_proba([-1, 3, T], unknown="prior")
    assert np.array_equal(rows[0], rows[2])
    np.testing.assert_allclose(rows[1], model.predict_proba([3])[0], rtol=1e-5)
    shares = np.bincount(draw_world(T, 30).true_types, minlength=4)
    np.testing.assert_allclose(rows[0], (shares + 2) / (T + 8), atol=0.03)


def a_traveler_without_outcomes_gets_the_shares(make: Make, path: Path) -> None:
    """Never asked means π, also among travelers who were."""
    counts = draw_world(T, 30).counts
    counts.agree[5], counts.total[5] = 0.0, 0.0
    model = fitted(make, counts)
    np.testing.assert_allclose(
        model.predict_proba([5]), model.predict_proba([-1], unknown="prior"), atol=2e-4
    )


def shapes_are_checked(make: Make, path: Path) -> None:
    """Counts of other travelers or types are refused."""
    model = make(T, DEFAULT_TYPES)
    with pytest.raises(UsageError, match="don't fit 40 travelers and 4 types"):
        model.fit(Counts.zeros(T + 1, 4))
    with pytest.raises(UsageError, match="whole numbers"):
        model.predict_proba([0.5])
    with pytest.raises(UsageError, match="flat list"):
        model.predict_proba([[0, 1]])
    with pytest.raises(UsageError, match='"raise" or "prior"'):
        model.predict_proba([0], unknown="perhaps")
    with pytest.raises(UsageError, match="can't agree"):
        model.fit(Counts(np.full((T, 4), 2.0), np.ones(T)))
    with pytest.raises(UsageError, match="traveler ids"):
        make(T, DEFAULT_TYPES, travelers=TravelerIndex.consecutive(1, T + 1))


CHECKS = (
    rows_sum_to_one,
    order_does_not_matter,
    agreement_never_lowers_a_type,
    evidence_finds_the_types,
    a_fit_replaces_the_last,
    saving_keeps_every_bit,
    files_are_checked,
    runs_agree,
    unknown_travelers_raise_or_get_the_shares,
    a_traveler_without_outcomes_gets_the_shares,
    shapes_are_checked,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("make", models_of_the_package(), ids=lambda kind: kind.__name__)
def test_contract(make: Make, check: Callable[[Make, Path], None], tmp_path: Path) -> None:
    """Every model of the package keeps every part of the contract."""
    check(make, tmp_path / "a.model")


def test_the_models_are_found() -> None:
    """The list of models is not empty by mistake, and each satisfies the Protocol."""
    names = {kind.__name__ for kind in models_of_the_package()}
    assert {"FlexibilityPosterior", "EvidenceModel"} <= names
    for kind in models_of_the_package():
        assert isinstance(kind(2, DEFAULT_TYPES), FlexibilityModel)


def test_one_traveler_can_hold_a_million_outcomes() -> None:
    """No model over- or underflows with a million outcomes of one traveler beside none."""
    one = draw_world(1, 100).outcomes
    counts = Counts.of(one, 2, 4).scaled(10_000)
    for kind in models_of_the_package():
        probabilities = fitted(kind, counts).predict_proba([0, 1])
        assert np.isfinite(probabilities).all()
        assert probabilities[0].max() > 0.999
        assert probabilities[1].max() < 0.9
