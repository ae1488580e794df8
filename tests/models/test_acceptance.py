"""One acceptance probability, whoever asks; and models of an area, checked."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs, TypeAcceptance
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.models.protocol import AcceptanceModel
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
    assert (beliefs.model.type_probabilities == 0.25).all()


def test_what_is_believed_is_what_was_predicted(city):
    """Probabilities are taken to the last bit, those of single precision too."""
    rng = np.random.default_rng(0)
    for precision in (np.float64, np.float32):
        drawn = rng.dirichlet(np.ones(4), size=10).astype(precision)
        beliefs = Beliefs(city)
        beliefs.update(broken(city, drawn))
        assert np.array_equal(beliefs.model.type_probabilities, drawn)


def test_every_asker_gets_one_probability(city):
    """`predict_accept`, the beliefs and the sum by hand agree, answer noise included."""
    posterior = FlexibilityPosterior(
        10, city.table.types, decisions=city.table, travelers=city.travelers
    )
    rng = np.random.default_rng(0)
    rows = rng.integers(len(city.trips), size=200)
    actions = rng.integers(16, size=200)
    ids = city.trips.trip_id[rows]
    accepted = (city.answers[0, rows, actions] > 0.5) ^ (rng.random(200) < 0.1)
    posterior.update(city.table.outcomes(city.trips.traveler[rows], ids, actions, accepted))
    beliefs = Beliefs(city)
    beliefs.update(posterior)
    trips = np.arange(20, dtype=np.int32).reshape(4, 5)
    believed = beliefs.accept(trips)
    offers = np.arange(16)
    predicted = posterior.predict_accept(city.trips.trip_id[trips][..., None], offers)
    np.testing.assert_allclose(believed, predicted, atol=1e-6)
    noise, types = posterior.noise, posterior.predict_proba(city.trips.traveler[trips].ravel())
    for row, trip in enumerate(city.trips.trip_id[trips].ravel()):
        for offer in offers:
            answers = city.table.accepts([trip], [offer])[0]
            expected = sum(
                p * (1 - noise if yes else noise)
                for p, yes in zip(types[row], answers, strict=True)
            )
            assert believed.reshape(-1, 16)[row, offer] == pytest.approx(expected, abs=1e-6)
    assert 0.02 < believed.min() < believed.max() < 0.98


class Generous:
    """An acceptance model that knows no types: everybody accepts half of the time."""

    n_travelers, noise = 10, 0.0

    def predict_accept(self, travelers, trips):
        """One half, whatever the offer."""
        return np.full((len(travelers), 16), 0.5)

    def sample_answers(self, travelers, trips, rng):
        """A coin for each offer."""
        return rng.random((len(travelers), 16)) < 0.5

    def draw_accept(self, travelers, trips, rng):
        """One half for everybody."""
        return self.predict_accept(travelers, trips)


def test_a_model_without_types_is_believed_too(city):
    """Whatever keeps the protocol is asked; one of other travelers is refused."""
    beliefs, generous = Beliefs(city), Generous()
    assert isinstance(generous, AcceptanceModel)
    assert isinstance(beliefs.model, AcceptanceModel)
    beliefs.use(generous)
    assert (beliefs.accept(np.array([3, 7])) == 0.5).all()
    assert beliefs.sample_answers(np.array([3, 7]), np.random.default_rng(0)).shape == (2, 16)
    generous.n_travelers = 11
    with pytest.raises(UsageError, match="of 11 travelers, the area of 10"):
        beliefs.use(generous)


def test_an_unknown_context_is_answered_by_the_rules(city):
    """Trip -1 is answered by what the types' rules say."""
    model = TypeAcceptance(city.table, np.eye(4)[[2] * 10])
    (row,) = model.predict_accept([0], [-1])
    assert row.tolist() == [float(offer == (0, 0)) for offer in city.table.offers]


def test_a_trip_is_computed_once_for_each_model(city):
    """Asked again nothing is computed; asked of another model nothing old is told."""
    asked: list[list[int]] = []

    class Counting(Generous):
        chance = 0.25

        def predict_accept(self, travelers, trips):
            asked.append(trips.tolist())
            return np.full((len(travelers), 16), self.chance)

    beliefs, first, second = Beliefs(city), Counting(), Counting()
    second.chance = 0.75
    beliefs.use(first)
    for rows in ([[5, 5], [2, 5]], [[5, 2]], [7]):
        assert (beliefs.accept(np.array(rows)) == 0.25).all()
    assert asked == [city.trips.trip_id[[2, 5]].tolist(), city.trips.trip_id[[7]].tolist()]
    beliefs.use(second)
    told = beliefs.accept(np.array([5]))
    assert (told == 0.75).all()
    told[:] = 0.0
    assert (beliefs.accept(np.array([5])) == 0.75).all()


class Fixed:
    """A generator whose uniform draws are told beforehand."""

    def __init__(self, *draws):
        self.draws = np.array(draws)

    def random(self, n):
        """The draws, one a row."""
        return self.draws[:n]


def test_types_are_drawn_by_where_the_draw_falls(city):
    """Every type can come up, and none of probability 0, however rows are rounded."""
    rows = np.tile([0.2, 0.3, 0.4, 0.1], (10, 1))
    drawn = TypeAcceptance(city.table, rows).sample_types(
        np.arange(6), Fixed(0.0, 0.19, 0.21, 0.51, 0.89, 0.95)
    )
    assert drawn.tolist() == [0, 0, 1, 2, 2, 3]
    rounded = np.tile([0.5, 0.499995, 0.0, 0.0], (10, 1))
    drawn = TypeAcceptance(city.table, rounded).sample_types([0, 1], Fixed(0.999999, 0.5))
    assert drawn.tolist() == [1, 0]
