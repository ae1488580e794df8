"""Beliefs take what a model of this area predicts, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.models.posterior import FlexibilityPosterior
from tests.informed import Informed


def broken(city, probabilities):
    """A model of the city that predicts these probabilities."""
    model = Informed(city)
    model.probabilities = probabilities
    return model


def test_a_model_of_another_area_is_refused(city):
    """Other types, the same ones in another order, and other travelers are each refused."""
    types = city.table.types
    for model in (
        FlexibilityPosterior(10, types[:3]),
        FlexibilityPosterior(10, types[::-1]),
        FlexibilityPosterior(11, types),
    ):
        with pytest.raises(UsageError, match="made for another area"):
            Beliefs(city).update(model)


@pytest.mark.parametrize("shape", [(10, 3), (10, 4, 1), (10,)])
def test_probabilities_have_a_row_a_traveler_and_a_column_a_type(city, shape):
    """Another shape is told beside the one that is needed."""
    with pytest.raises(UsageError, match=r"one row a traveler .* \(10, 4\), not \("):
        Beliefs(city).update(broken(city, np.full(shape, 0.25)))


@pytest.mark.parametrize("row", [[np.nan] * 4, [0.5] * 4, [2.0, -1.0, 0.0, 0.0], [np.inf] * 4])
def test_a_row_that_is_no_distribution_is_named(city, row):
    """Not a number, a sum other than 1 and a negative share: the first traveler is named."""
    probabilities = np.full((10, 4), 0.25)
    probabilities[[3, 7]] = row
    beliefs = Beliefs(city)
    with pytest.raises(UsageError, match=r"gives traveler 3 .* add up to 1"):
        beliefs.update(broken(city, probabilities))
    assert (beliefs.types == 0.25).all()


def test_what_is_believed_is_what_was_predicted(city):
    """Probabilities are taken to the last bit, those of single precision too."""
    rng = np.random.default_rng(0)
    for precision in (np.float64, np.float32):
        drawn = rng.dirichlet(np.ones(4), size=10).astype(precision)
        beliefs = Beliefs(city)
        beliefs.update(broken(city, drawn))
        assert np.array_equal(beliefs.types, drawn)
