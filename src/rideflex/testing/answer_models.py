"""The contract of models that learn from answers, as checks; without a test framework."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.errors import DataError, UsageError
from rideflex.models.answers import AnswerModel
from rideflex.models.protocol import AcceptanceModel
from rideflex.outcomes import Outcomes
from rideflex.testing.expecting import Check, expect, expect_error, run_checks
from rideflex.testing.worlds import draw_world
from rideflex.travelers import TravelerIndex

_T = 40
_EVERYBODY = np.arange(_T)
_ANYWHERE = np.full(_T, -1)
_NO_TURN = 1e-9  # of rounding


class MakeAnswerModel(Protocol):
    """A function that makes a model which has seen no answer."""

    def __call__(
        self, n_travelers: int, table: DecisionTable, *, travelers: TravelerIndex | None = None
    ) -> AnswerModel:
        """Make a model of travelers 0 … n_travelers - 1 and the table's offers."""
        ...


def check_answer_model(make: MakeAnswerModel) -> None:
    """Check that a model that learns from answers keeps the contract of `AnswerModel`.

    Made-up travelers answer made-up offers with noise; nothing is read but what the model itself
    saves to a temporary folder. It takes seconds.

    Parameters
    ----------
    make
        Called as `make(n_travelers, table, travelers=None)`.

    Raises
    ------
    AssertionError
        If a check fails; it names every one that did, and what was promised.
    """
    run_checks(make, answer_model_checks())


def answer_model_checks() -> tuple[Check[MakeAnswerModel], ...]:
    """The checks one by one, to run each as a test of its own: `check(make, empty_folder)`.

    Examples
    --------
    >>> answer_model_checks()[0].__name__
    'is_an_answer_model'
    """
    return (
        is_an_answer_model,
        predictions_are_probabilities,
        no_smaller_offer_is_less_likely,
        order_of_answers_does_not_matter,
        answers_that_leave_leave_no_trace,
        a_fit_replaces_all_answers,
        acceptances_never_lower_an_offer,
        answers_are_learned,
        draws_are_of_the_posterior,
        drawn_chances_are_those_predicted,
        beliefs_stay_as_they_were,
        what_is_forgotten_leaves_no_trace,
        saving_keeps_every_answer,
        saved_files_are_checked,
        strangers_raise_or_are_anybody,
        many_answers_are_no_overflow,
    )


def is_an_answer_model(make: MakeAnswerModel, folder: Path) -> None:
    """It has the members, and says what it was made of."""
    del folder
    table = DecisionTable.empty()
    model = make(2, table)
    expect(isinstance(model, AcceptanceModel), "it has every member of AcceptanceModel")
    expect(isinstance(model, AnswerModel), "it has every member of AnswerModel")
    expect(model.n_travelers == 2, "n_travelers is the number it was made with")
    expect(model.offers == table.offers, "offers are those of the table")
    expect(model.travelers is None, "travelers is None where no ids were given")
    expect(0.0 <= model.noise < 0.5, "noise is a probability below one half")


def predictions_are_probabilities(make: MakeAnswerModel, folder: Path) -> None:
    """From 0 to 1, before the first answer and after many; no shift is always accepted."""
    del folder
    for each in (0, 1, 500):
        accept = _predicted(_learned(make, each))
        expect(accept.dtype == np.float64, "probabilities are float64")
        expect(accept.shape == (_T, 16), "there is a row a traveler and a column an offer")
        expect(((accept >= 0) & (accept <= 1)).all(), "probabilities are from 0 to 1")


def no_smaller_offer_is_less_likely(make: MakeAnswerModel, folder: Path) -> None:
    """An offer within another one is at least as likely to be accepted."""
    del folder
    model = _learned(make, 8)
    early, late = -model.offers.pickup, model.offers.dropoff
    inside = (early[:, None] <= early) & (late[:, None] <= late)
    accept = _predicted(model)
    lower = accept[:, :, None] < accept[:, None, :] - _NO_TURN
    expect(not (lower & inside).any(), "an offer within another one is no less likely")


def order_of_answers_does_not_matter(make: MakeAnswerModel, folder: Path) -> None:
    """The same answers in another order, or counted in two parts, give the same result."""
    del folder
    answers = draw_world(_T, 7).outcomes
    shuffled = answers[np.random.default_rng(1).permutation(len(answers))]
    first = _predicted(_fitted(make, answers))
    expect(np.array_equal(_predicted(_fitted(make, shuffled)), first), "order does not matter")
    model = make(_T, DecisionTable.empty())
    tally = model.tally()
    for part in (answers[100:], answers[:100]):
        tally.add(part)
    model.fit(tally)
    expect(np.array_equal(_predicted(model), first), "counts of parts add up")


def answers_that_leave_leave_no_trace(make: MakeAnswerModel, folder: Path) -> None:
    """What is learned and taken away again has not been."""
    del folder
    model, more = _learned(make, 5), draw_world(_T, 3, seed=9).outcomes
    before = _predicted(model)
    model.learn(more)
    expect(not np.array_equal(_predicted(model), before), "answers change what is predicted")
    model.learn(more, sign=-1)
    expect(np.array_equal(_predicted(model), before), "taken away, they leave no trace")
    tally = model.tally()
    promise = "more answers can't be taken away than were counted"
    expect_error(UsageError, "taken away", partial(tally.add, more, sign=-1), promise)


def a_fit_replaces_all_answers(make: MakeAnswerModel, folder: Path) -> None:
    """What was fitted before leaves no trace, and models fitted alike are alike."""
    del folder
    first, second = draw_world(_T, 9, seed=1).outcomes, draw_world(_T, 9, seed=2).outcomes
    model = _fitted(make, first)
    tally = model.tally()
    tally.add(second)
    model.fit(tally)
    fresh = _predicted(_fitted(make, second))
    expect(np.array_equal(_predicted(model), fresh), "a fit replaces the last one, bit for bit")


def acceptances_never_lower_an_offer(make: MakeAnswerModel, folder: Path) -> None:
    """One more acceptance of an offer never makes that offer less likely."""
    del folder
    model = _learned(make, 4)
    before = _predicted(model)
    for action in range(16):
        every = Outcomes(
            _EVERYBODY.astype(np.int32),
            _ANYWHERE.astype(np.int32),
            np.full(_T, action, dtype=np.int32),
            np.ones(_T, dtype=np.bool_),
            DecisionTable.empty(),
        )
        model.learn(every)
        after = _predicted(model)[:, action]
        model.learn(every, sign=-1)
        higher = after >= before[:, action] - _NO_TURN
        expect(higher.all(), "an acceptance never makes its offer less likely")


def answers_are_learned(make: MakeAnswerModel, folder: Path) -> None:
    """With forty answers each, others are predicted far better than by their rate."""
    del folder
    model, new = _learned(make, 40, noise=0.05), draw_world(_T, 60, seed=0).outcomes
    new = new[new.actions != model.offers.no_shift]
    accept = model.predict_accept(new.travelers, new.trips)[np.arange(len(new)), new.actions]
    rate = new.accepted.mean()
    chance = np.where(new.accepted, accept, 1.0 - accept)
    expect((chance > 0).all(), "no answer that was seen is impossible")
    loss = -np.log(chance).mean()
    base = -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    expect(loss < 0.6 * base, f"answers are learned: log loss {loss:.3f}, by the rate {base:.3f}")


def draws_are_of_the_posterior(make: MakeAnswerModel, folder: Path) -> None:
    """Sampled answers are accepted as often as predicted, the noise left out."""
    del folder
    model, rng = _learned(make, 3), np.random.default_rng(0)
    travelers = np.repeat(_EVERYBODY[:4], 4000)
    drawn = model.sample_answers(travelers, np.full(len(travelers), -1), rng)
    expect(drawn.dtype == np.bool_, "draws are yes or no")
    often = drawn.reshape(4, 4000, 16).mean(axis=1)
    off = np.abs(often - _predicted(model)[:4]).max()
    expect(off < 0.05 + model.noise, f"draws are of the posterior: {off:.3f} off")


def drawn_chances_are_those_predicted(make: MakeAnswerModel, folder: Path) -> None:
    """Drawn chances are probabilities, of strangers too; their mean is what is predicted."""
    del folder
    model, rng = _learned(make, 3), np.random.default_rng(0)
    travelers = np.repeat([0, 1, 2, -1], 4000)
    drawn = model.draw_accept(travelers, np.full(len(travelers), -1), rng, unknown="prior")
    expect(((drawn >= 0) & (drawn <= 1)).all(), "drawn chances are probabilities")
    means = drawn.reshape(4, 4000, 16).mean(axis=1)
    predicted = model.predict_accept([0, 1, 2, -1], [-1] * 4, unknown="prior")
    off = np.abs(means - predicted).max()
    expect(off < 0.04, f"drawn chances have the mean that is predicted: {off:.3f} off")
    varied = drawn[:4000].std(axis=0).max() > 0.05
    expect(varied, "what is drawn of a traveler who is hardly known is not always the same")


def beliefs_stay_as_they_were(make: MakeAnswerModel, folder: Path) -> None:
    """What is believed is what was predicted, of anybody alone, and not what is learned later."""
    del folder
    model = _learned(make, 4)
    before, believed = _predicted(model), model.believed()
    model.learn(draw_world(_T, 3, seed=9).outcomes)
    expect(isinstance(believed, AcceptanceModel), "what is believed is an AcceptanceModel")
    expect(believed.n_travelers == _T, "it is of the same travelers")
    told = believed.predict_accept(_EVERYBODY, _ANYWHERE)
    expect(np.allclose(told, before, atol=1e-12), "what is believed is what was predicted")
    alone = np.concatenate([believed.predict_accept([one], [-1]) for one in range(_T)])
    expect(np.array_equal(told, alone), "asked one by one the same is believed, bit for bit")


def what_is_forgotten_leaves_no_trace(make: MakeAnswerModel, folder: Path) -> None:
    """With factor 1 nothing is forgotten, with 0 all is, and between the newer answers count."""
    del folder
    model = _learned(make, 6)
    before = _predicted(model)
    model.forget(1.0)
    expect(np.array_equal(_predicted(model), before), "a factor of 1 forgets nothing")
    model.forget(0.0)
    unknown = _predicted(_learned(make, 0))
    expect(np.allclose(_predicted(model), unknown, atol=1e-9), "a factor of 0 forgets all")


def saving_keeps_every_answer(make: MakeAnswerModel, folder: Path) -> None:
    """A saved and loaded model predicts the same, bit for bit, and goes on alike."""
    path = folder / "a.model"
    model = make(_T, DecisionTable.empty(), travelers=TravelerIndex.consecutive(100, _T))
    model.update(draw_world(_T, 9).outcomes)
    model.save(path)
    loaded = _loaded(model, path)
    expect(loaded.n_travelers == model.n_travelers, "the number of travelers is saved")
    expect(loaded.offers == model.offers, "the offers are saved")
    expect(loaded.noise == model.noise, "the noise is saved")
    kept = loaded.travelers is not None and list(loaded.travelers.ids) == list(range(100, 100 + _T))
    expect(kept, "the travelers' ids are saved")
    for more in (None, draw_world(_T, 12, seed=5).outcomes):
        if more is not None:
            model.update(more)
            loaded.update(more)
        same = np.array_equal(_predicted(loaded), _predicted(model))
        expect(same, "a loaded model predicts, and learns, as the saved one, bit for bit")


def saved_files_are_checked(make: MakeAnswerModel, folder: Path) -> None:
    """A file that is missing, foreign, damaged or cut short is refused with its name."""
    path = folder / "a.model"
    model = make(_T, DecisionTable.empty())
    promise = "a file that can't be used is a DataError that names it"
    expect_error(DataError, path.name, partial(_loaded, model, path), promise)
    path.write_bytes(b"something else altogether")
    expect_error(DataError, path.name, partial(_loaded, model, path), promise)
    model.save(path)
    whole, expected = path.read_bytes(), _predicted(model)
    path.write_bytes(whole[:-64])
    expect_error(DataError, path.name, partial(_loaded, model, path), promise)
    for at in np.random.default_rng(0).integers(len(whole), size=20).tolist():
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            found = _predicted(_loaded(model, path))
        except DataError as error:
            expect(path.name in str(error), promise)
        else:
            expect(np.array_equal(found, expected), "a damaged file never makes another model")


def strangers_raise_or_are_anybody(make: MakeAnswerModel, folder: Path) -> None:
    """A traveler outside the model raises by name, or is taken for anybody, as asked."""
    del folder
    answers = draw_world(_T, 30).outcomes
    model = _fitted(make, answers[answers.travelers != 5])
    for stranger in (-1, _T, 10**6):
        expect_error(
            UsageError,
            rf"{stranger}\b",
            partial(model.predict_accept, [0, stranger], [-1, -1]),
            "a traveler outside the model is a UsageError that names the entity",
        )
    rows = model.predict_accept([-1, 5, _T], [-1] * 3, unknown="prior")
    expect(np.array_equal(rows[0], rows[2]), "all strangers get the same")
    close = np.allclose(rows[0], rows[1], atol=1e-12)
    expect(close, "a traveler who was never asked gets what a stranger gets")


def many_answers_are_no_overflow(make: MakeAnswerModel, folder: Path) -> None:
    """Nothing over- or underflows with a hundred thousand answers of one traveler beside none."""
    del folder
    one = draw_world(1, 100).outcomes
    model = make(2, DecisionTable.empty())
    tally = model.tally()
    for _ in range(1000):
        tally.add(one)
    model.fit(tally)
    accept = model.predict_accept([0, 1], [-1, -1])
    expect(np.isfinite(accept).all(), "many answers give numbers")
    sure = np.abs(accept[0] - 0.5).mean() > np.abs(accept[1] - 0.5).mean()
    expect(sure, "many answers make surer than none")


def _fitted(make: MakeAnswerModel, answers: Outcomes) -> AnswerModel:
    """A model of its own that has seen the answers."""
    model = make(_T, DecisionTable.empty())
    model.update(answers)
    return model


def _learned(make: MakeAnswerModel, each: int, noise: float = 0.05) -> AnswerModel:
    return _fitted(make, draw_world(_T, each, noise).outcomes)


def _loaded(model: AnswerModel, path: Path) -> AnswerModel:
    return type(model).load(path, table=DecisionTable.empty())


def _predicted(model: AnswerModel) -> npt.NDArray[np.float64]:
    everybody = np.arange(model.n_travelers)
    return model.predict_accept(everybody, np.full(len(everybody), -1))
