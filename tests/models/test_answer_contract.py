"""One contract for every model that learns from answers; and the checks find what breaks it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from rideflex.models.registry import ANSWER_MODELS, make_answer_model
from rideflex.models.tolerance import ToleranceModel
from rideflex.testing import answer_model_checks, check_answer_model


@pytest.mark.parametrize("check", answer_model_checks(), ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ANSWER_MODELS)
def test_contract(name, check, tmp_path):
    """Every answer model of the package keeps every part of the contract."""
    check(partial(make_answer_model, name), tmp_path)


class Stubborn(ToleranceModel):
    """Never learns, and is more than sure."""

    def fit(self, tally):
        """Learn nothing."""

    def learn(self, outcomes, sign=1):
        """Learn nothing."""

    def predict_accept(self, travelers, trips, *, unknown="raise"):
        """Twice the probability, for strangers too."""
        return 2.0 * super().predict_accept(travelers, trips, unknown="prior")


def test_what_breaks_the_contract_is_named():
    """All broken promises are told at once, each by the name of its check."""
    with pytest.raises(AssertionError, match=r"of 16 checks failed:\n- ") as caught:
        check_answer_model(
            lambda n, table, travelers=None: Stubborn(n, table.offers, travelers=travelers)
        )
    told = {line.split(":")[0].removeprefix("- ") for line in str(caught.value).splitlines()[1:]}
    assert {
        "predictions_are_probabilities",
        "answers_that_leave_leave_no_trace",
        "answers_are_learned",
        "strangers_raise_or_are_anybody",
    } <= told
    assert "saving_keeps_every_answer" not in told


def test_the_models_answer_for_the_same_offers():
    """A model made by name has the travelers and offers that it was made for."""
    from rideflex.decisions import DecisionTable
    from rideflex.offers import OfferGrid

    table = DecisionTable.empty(offers=OfferGrid(((0, 0), (-15, 0), (0, 45))))
    for name in ANSWER_MODELS:
        model = make_answer_model(name, 3, table)
        assert model.predict_accept([0, 2], [-1, -1]).shape == (2, 3)
        assert np.array_equal(model.offers, table.offers)
