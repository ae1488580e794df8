"""The contract of a flexibility model, check by check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError, UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.models.protocol import FlexibilityModel, Unknown
from rideflex.outcomes import Counts
from rideflex.testing.expecting import Check, expect, expect_error, run_checks
from rideflex.testing.worlds import draw_world
from rideflex.travelers import TravelerIndex

_T = 40
_EVERYBODY = np.arange(_T)
_CLOSE = 2e-4  # a trained model may be this far from where it converges to


class MakeModel(Protocol):
    """A model's class, or a function that makes one which has seen no outcome."""

    def __call__(
        self, n_travelers: int, types: Sequence[str], *, travelers: TravelerIndex | None = None
    ) -> FlexibilityModel:
        """Make a model of travelers 0 … n_travelers - 1."""
        ...


def check_model(make: MakeModel) -> None:
    """Check that a flexibility model keeps the contract of `FlexibilityModel`.

    Made-up travelers of the default types answer made-up offers with noise; nothing is read but
    what the model itself saves to a temporary folder. It takes seconds.

    Parameters
    ----------
    make
        The class, called as `make(n_travelers, types, travelers=None)`.

    Raises
    ------
    AssertionError
        If a check fails; it names every one that did, and what was promised.

    Examples
    --------
    >>> from rideflex import FlexibilityPosterior
    >>> check_model(FlexibilityPosterior)
    """
    run_checks(make, model_checks())


def model_checks() -> tuple[Check[MakeModel], ...]:
    """The checks one by one, to run each as a test of its own: `check(make, empty_folder)`.

    Examples
    --------
    >>> model_checks()[0].__name__
    'has_the_members_of_the_contract'
    """
    return (
        has_the_members_of_the_contract,
        rows_sum_to_one,
        order_does_not_matter,
        agreement_never_lowers_a_type,
        evidence_finds_the_types,
        evidence_finds_the_noise,
        a_fit_replaces_the_last,
        saving_keeps_every_bit,
        files_are_checked,
        runs_agree,
        unknown_travelers_raise_or_get_the_weights,
        a_traveler_without_outcomes_gets_the_weights,
        a_million_outcomes_are_no_overflow,
        shapes_are_checked,
    )


def has_the_members_of_the_contract(make: MakeModel, folder: Path) -> None:
    """It is a `FlexibilityModel`, and says what it was made of."""
    del folder
    model = make(2, DEFAULT_TYPES)
    expect(isinstance(model, FlexibilityModel), "a model has every member of FlexibilityModel")
    expect(model.types == DEFAULT_TYPES, "types are a tuple of the names, in their order")
    expect(model.n_travelers == 2, "n_travelers is the number it was made with")
    expect(model.travelers is None, "travelers is None where no ids were given")


def rows_sum_to_one(make: MakeModel, folder: Path) -> None:
    """Probabilities are probabilities, before the first outcome and after many."""
    del folder
    for counts in (Counts.zeros(_T, 4), draw_world(_T, 1).counts, draw_world(_T, 5000).counts):
        probabilities = _fitted(make, counts).predict_proba(_EVERYBODY)
        expect(probabilities.dtype == np.float64, "probabilities are float64")
        expect(probabilities.shape == (_T, 4), "there is a row a traveler and a column a type")
        expect((probabilities >= 0).all(), "no probability is negative")
        _expect_close(probabilities.sum(axis=1), 1.0, 1e-12, "each row adds up to 1")


def order_does_not_matter(make: MakeModel, folder: Path) -> None:
    """The same outcomes in another order, or from two shards, give the same result."""
    del folder
    outcomes = draw_world(_T, 7).outcomes
    shuffled = outcomes[np.random.default_rng(1).permutation(len(outcomes))]
    half = len(outcomes) // 2
    shards = Counts.of(outcomes[half:], _T, 4) + Counts.of(outcomes[:half], _T, 4)
    first = _fitted(make, Counts.of(outcomes, _T, 4)).predict_proba(_EVERYBODY)
    for counts in (Counts.of(shuffled, _T, 4), shards):
        same = np.array_equal(_fitted(make, counts).predict_proba(_EVERYBODY), first)
        expect(same, "equal counts give equal probabilities, bit for bit")


def agreement_never_lowers_a_type(make: MakeModel, folder: Path) -> None:
    """Outcomes that only one type agrees with never make that type less likely.

    Outcomes that several types agree with may, by a little: they speak for less noise, and with
    less noise the earlier disagreements weigh more.
    """
    del folder
    counts = draw_world(_T, 6).counts
    before = _fitted(make, counts).predict_proba(_EVERYBODY)
    for kind in range(4):
        for traveler in (0, 7, 23):
            for more in (1, 5):
                agree, total = counts.agree.copy(), counts.total.copy()
                agree[traveler, kind] += more
                total[traveler] += more
                (after,) = _fitted(make, Counts(agree, total)).predict_proba([traveler])
                expect(
                    after[kind] >= before[traveler, kind] - _CLOSE,
                    "outcomes that only one type agrees with never make it less likely",
                )


def evidence_finds_the_types(make: MakeModel, folder: Path) -> None:
    """With forty outcomes each, nearly every type is found, and surely so."""
    del folder
    world = draw_world(_T, 40)
    probabilities = _fitted(make, world.counts).predict_proba(_EVERYBODY)
    found = (probabilities.argmax(axis=1) == world.true_types).mean()
    expect(found >= 0.95, f"40 outcomes each find 95 % of the types, not {found:.0%}")
    loss = -np.log(probabilities[_EVERYBODY, world.true_types]).mean()
    expect(loss < 0.1, f"40 outcomes each make sure of the types: log loss {loss:.2f}")


def evidence_finds_the_noise(make: MakeModel, folder: Path) -> None:
    """The flip probability lies below one half, and is learned."""
    del folder
    fresh = make(_T, DEFAULT_TYPES).noise
    expect(0.0 <= fresh < 0.5, "noise is a flip probability below one half")
    for noise in (0.01, 0.2):
        learned = _fitted(make, draw_world(_T, 200, noise).counts).noise
        expect(abs(learned - noise) < 0.02, f"of answers flipped with {noise} it learns {learned}")


def a_fit_replaces_the_last(make: MakeModel, folder: Path) -> None:
    """What was fitted before leaves no trace, though training may start from it."""
    del folder
    first, second = draw_world(_T, 30, seed=1).counts, draw_world(_T, 30, seed=2).counts
    model = _fitted(make, first)
    model.fit(second)
    fresh = _fitted(make, second).predict_proba(_EVERYBODY)
    promise = "a fit replaces the last one"
    _expect_close(model.predict_proba(_EVERYBODY), fresh, _CLOSE, promise)


def saving_keeps_every_bit(make: MakeModel, folder: Path) -> None:
    """A saved and loaded model gives the same probabilities, bit for bit, and goes on alike."""
    path = folder / "a.model"
    model = make(_T, DEFAULT_TYPES, travelers=TravelerIndex.consecutive(100, _T))
    model.fit(draw_world(_T, 9).counts)
    model.save(path)
    loaded = type(model).load(path)
    expect(loaded.types == model.types, "types are saved")
    expect(loaded.n_travelers == model.n_travelers, "the number of travelers is saved")
    expect(loaded.noise == model.noise, "the noise is saved")
    kept = loaded.travelers is not None and list(loaded.travelers.ids) == list(range(100, 100 + _T))
    expect(kept, "the travelers' ids are saved")
    for more in (None, draw_world(_T, 12, seed=5).counts):
        if more is not None:
            model.fit(more)
            loaded.fit(more)
        same = np.array_equal(loaded.predict_proba(_EVERYBODY), model.predict_proba(_EVERYBODY))
        expect(same, "a loaded model predicts, and learns, as the saved one, bit for bit")


def files_are_checked(make: MakeModel, folder: Path) -> None:
    """A file that is missing, foreign, damaged or cut short is refused with its name."""
    path = folder / "a.model"
    model = make(2, DEFAULT_TYPES)
    kind = type(model)
    promise = "a file that can't be used is a DataError that names it"
    expect_error(DataError, path.name, partial(kind.load, path), promise)
    path.write_bytes(b"something else altogether")
    expect_error(DataError, path.name, partial(kind.load, path), promise)
    model.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-64])
    expect_error(DataError, path.name, partial(kind.load, path), promise)
    everybody = np.arange(2)
    expected = model.predict_proba(everybody)
    for at in np.random.default_rng(0).integers(len(whole), size=20).tolist():
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            found = kind.load(path).predict_proba(everybody)
        except DataError as error:
            expect(path.name in str(error), promise)
        else:
            expect(np.array_equal(found, expected), "a damaged file never makes another model")


def runs_agree(make: MakeModel, folder: Path) -> None:
    """Two models made and fitted alike are alike."""
    del folder
    counts = draw_world(_T, 5).counts
    one, two = (_fitted(make, counts).predict_proba(_EVERYBODY) for _ in range(2))
    expect(np.array_equal(one, two), "models made and fitted alike are alike, bit for bit")


def unknown_travelers_raise_or_get_the_weights(make: MakeModel, folder: Path) -> None:
    """A traveler outside the model raises by name, or gets the mixing weights, as asked."""
    del folder
    model = _fitted(make, draw_world(_T, 30).counts)
    for stranger in (-1, _T, 10**6):
        expect_error(
            UsageError,
            rf"{stranger}\b",
            partial(model.predict_proba, [0, stranger]),
            "a traveler outside the model is a UsageError that names the entity",
        )
    rows = model.predict_proba([-1, 3, _T], unknown="prior")
    expect(np.array_equal(rows[0], rows[2]), "all strangers get the same")
    promise = "a known traveler beside strangers gets what she gets alone"
    _expect_close(rows[1], model.predict_proba([3])[0], 1e-5, promise)
    shares = np.bincount(draw_world(_T, 30).true_types, minlength=4)
    promise = "a stranger gets the shares of the types among the travelers, weakly smoothed"
    _expect_close(rows[0], (shares + 2) / (_T + 8), 0.03, promise)


def a_traveler_without_outcomes_gets_the_weights(make: MakeModel, folder: Path) -> None:
    """Never asked means the mixing weights, also among travelers who were."""
    del folder
    counts = draw_world(_T, 30).counts
    counts.agree[5], counts.total[5] = 0.0, 0.0
    model = _fitted(make, counts)
    stranger = model.predict_proba([-1], unknown="prior")
    promise = "a traveler who was never asked gets what a stranger gets"
    _expect_close(model.predict_proba([5]), stranger, _CLOSE, promise)


def a_million_outcomes_are_no_overflow(make: MakeModel, folder: Path) -> None:
    """No model over- or underflows with a million outcomes of one traveler beside none."""
    del folder
    counts = Counts.of(draw_world(1, 100).outcomes, 2, 4).scaled(10_000)
    probabilities = _fitted(make, counts).predict_proba([0, 1])
    expect(np.isfinite(probabilities).all(), "a million outcomes give numbers")
    expect(probabilities[0].max() > 0.999, "a million outcomes make sure")
    expect(probabilities[1].max() < 0.9, "a million outcomes of another traveler don't")


def shapes_are_checked(make: MakeModel, folder: Path) -> None:
    """Counts of other travelers or types, and what are no entities, are refused."""
    del folder
    model = make(_T, DEFAULT_TYPES)
    promise = "what makes no sense is a UsageError"
    for counts in (Counts.zeros(_T + 1, 4), Counts.zeros(_T, 3)):
        expect_error(UsageError, "", partial(model.fit, counts), promise)
    impossible = Counts(np.full((_T, 4), 2.0), np.ones(_T))
    expect_error(UsageError, "", partial(model.fit, impossible), promise)
    for travelers in ([0.5], [[0, 1]]):
        expect_error(UsageError, "", partial(model.predict_proba, travelers), promise)
    perhaps = partial(model.predict_proba, [0], unknown=cast(Unknown, "perhaps"))
    expect_error(UsageError, "", perhaps, promise)
    ids = TravelerIndex.consecutive(1, _T + 1)
    expect_error(UsageError, "", partial(make, _T, DEFAULT_TYPES, travelers=ids), promise)


def _fitted(make: MakeModel, counts: Counts) -> FlexibilityModel:
    """A model of its own that has seen the counts."""
    model = make(len(counts.total), DEFAULT_TYPES)
    model.fit(counts)
    return model


def _expect_close(
    found: npt.NDArray[np.float64], wanted: npt.ArrayLike, atol: float, promise: str
) -> None:
    off = float(np.abs(found - np.asarray(wanted)).max())
    expect(off <= atol, f"{promise}, within {atol}; it is {off:.2g} off")
