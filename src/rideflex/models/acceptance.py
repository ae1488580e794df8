"""Acceptance models: the probability that a traveler accepts an offer on a trip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.answers import AnswerModel, LearnedModel
from rideflex.models.protocol import AcceptanceModel, FlexibilityModel
from rideflex.tables.arrays import whole_numbers

if TYPE_CHECKING:
    from rideflex.areas import ServiceArea
    from rideflex.decisions import DecisionTable

_ROUNDING = 1e-5  # off from 1 that a row of probabilities may be; single precision stays below

Floats = npt.NDArray[np.float64]
Chance = TypeVar("Chance", float, Floats)


def accept_probability(
    type_probabilities: npt.NDArray[Any], answers: npt.NDArray[Any], noise: float
) -> Floats:
    """Mix the types' answers: P(accept) = ε + (1 - 2ε) · Σ_l P(l) · answer of l.

    Parameters
    ----------
    type_probabilities
        P(type), [n, L].
    answers
        Whether each type would accept, bool [n, L], or [n, A, L] for A offers.
    noise
        Flip probability ε.

    Returns
    -------
    float64 [n], or [n, A].

    Examples
    --------
    >>> accept_probability(np.array([[0.25, 0.75]]), np.array([[[True, True], [False, True]]]), 0.1)
    array([[0.9, 0.7]])
    """
    accepting: Floats = np.einsum("nl,n...l->n...", type_probabilities, answers)
    return with_noise(accepting, noise)


def with_noise(accepting: Chance, noise: float) -> Chance:
    """Probability that an accept is observed, where this is the one that the traveler would say so.

    Every acceptance probability, and every bar that one is measured against, passes here.
    """
    return noise + (1.0 - 2.0 * noise) * accepting


@dataclass(frozen=True)
class TypeAcceptance:
    """Acceptance by flexibility types: who is of which type, and what the types answer.

    Parameters
    ----------
    table
        What the types answer; the rules speak where it has no row.
    type_probabilities
        P(type) of every traveler, float64 [T, L].
    noise
        Flip probability ε.

    Raises
    ------
    UsageError
        If a row is no probabilities; it names the traveler.
    """

    table: DecisionTable
    type_probabilities: Floats
    noise: float = 0.0

    def __post_init__(self) -> None:
        _check_probabilities(self.type_probabilities, len(self.table.types))

    @classmethod
    def of(cls, model: FlexibilityModel, table: DecisionTable) -> TypeAcceptance:
        """Take what a flexibility model predicts of all its travelers.

        Raises
        ------
        UsageError
            If the model is of other types than the table, or what it predicts is no probabilities.
        """
        if tuple(model.types) != table.types:
            raise UsageError(
                f"the model is of the types {list(model.types)}, the decisions of "
                f"{list(table.types)}: was the model made for another area?"
            )
        predicted = np.asarray(model.predict_proba(np.arange(model.n_travelers)))
        if predicted.shape != (model.n_travelers, len(table.types)):
            raise UsageError(
                "predict_proba must give one row a traveler and one column a type, "
                f"{(model.n_travelers, len(table.types))}, not {predicted.shape}"
            )
        return cls(table, predicted, model.noise)

    @property
    def n_travelers(self) -> int:
        """Travelers T held; their entities run from 0."""
        return len(self.type_probabilities)

    def predict_accept(self, travelers: npt.ArrayLike, trips: npt.ArrayLike) -> Floats:
        """Return float64 [n, A]: the probability that each traveler accepts each offer."""
        who = self.type_probabilities[whole_numbers(travelers)]
        return accept_probability(who, table_answers(self.table, trips), self.noise)

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw a type for each traveler; returns the offers bool [n, A] that it would accept."""
        return self.table.masks(trips, self.sample_types(travelers, rng))

    def draw_accept(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Draw a type for each traveler; returns how likely it accepts each offer, [n, A]."""
        return with_noise(self.sample_answers(travelers, trips, rng).astype(np.float64), self.noise)

    def sample_types(
        self, travelers: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.intp]:
        """Draw a type for each traveler [n], by the current probabilities."""
        cumulative = self.type_probabilities[whole_numbers(travelers)].cumsum(axis=1)
        draws = rng.random(len(cumulative))[:, None] * cumulative[:, -1:]
        types = (draws >= cumulative).sum(axis=1).clip(max=cumulative.shape[1] - 1)
        return np.asarray(types, dtype=np.intp)


def acceptance_of(model: LearnedModel, table: DecisionTable) -> AcceptanceModel:
    """What a model predicts now, of all its travelers.

    Parameters
    ----------
    model
        Of types, or of answers.
    table
        What the types answer.

    Raises
    ------
    UsageError
        If the model is of other types or offers than the table, or what it predicts is no
        probabilities.
    """
    if not isinstance(model, AnswerModel):
        return TypeAcceptance.of(model, table)
    if model.offers != table.offers:
        raise UsageError(
            f"the model is of the offers {list(model.offers.pairs)}, the decisions of "
            f"{list(table.offers.pairs)}: was the model made for another area?"
        )
    return model.believed()


class Beliefs:
    """What the current acceptance model says about the trips of a service area.

    A trip is computed when it is first asked about, and kept until the model changes; travelers and
    trips are never crossed.

    Parameters
    ----------
    area
        Trips and decision table. The travelers' true types in it are never read here. Until a
        model comes all types are equally likely.
    """

    def __init__(self, area: ServiceArea) -> None:
        n_types = len(area.table.types)
        even = np.full((len(area.travelers), n_types), 1.0 / n_types)
        model = TypeAcceptance(area.table, even)
        self._table: DecisionTable | None = area.table
        self._hold(area.trips.traveler, area.trips.trip_id, len(area.table.offers), model)

    @classmethod
    def of_trips(
        cls, traveler: npt.NDArray[np.int32], n_offers: int, model: AcceptanceModel
    ) -> Self:
        """Make what a model says about trips that no decision table knows.

        Parameters
        ----------
        traveler
            The traveler of every trip [M].
        n_offers
            Offers A that the model answers.
        model
            It is asked of trip id -1.
        """
        beliefs = cls.__new__(cls)
        beliefs._table = None
        beliefs._hold(traveler, np.full(len(traveler), -1, dtype=np.int32), n_offers, model)
        return beliefs

    def _hold(
        self,
        traveler: npt.NDArray[np.int32],
        trip_id: npt.NDArray[np.int32],
        n_offers: int,
        model: AcceptanceModel,
    ) -> None:
        self._traveler, self._trip_id = traveler, trip_id
        self._n_travelers = model.n_travelers
        # Rows that nobody asks about are never written, so that they take no memory.
        self._accept = np.empty((len(traveler), n_offers), dtype=np.float32)
        self._is_kept = np.zeros(len(traveler), dtype=np.bool_)
        self._model = model

    @property
    def model(self) -> AcceptanceModel:
        """The acceptance model that is asked."""
        return self._model

    @property
    def noise(self) -> float:
        """How often an answer goes against what the traveler would say."""
        return self._model.noise

    def update(self, model: LearnedModel) -> None:
        """Go by what a model predicts from now on.

        Raises
        ------
        UsageError
            If the model is of other types, offers or travelers than the area, or what it predicts
            is no probabilities, or there are no decisions to ask.
        """
        if self._table is None:
            raise UsageError("a model of types answers by decisions, and these trips have none")
        self._check_travelers(model.n_travelers)
        self.use(acceptance_of(model, self._table))

    def use(self, model: AcceptanceModel) -> None:
        """Go by an acceptance model from now on.

        Raises
        ------
        UsageError
            If it is of other travelers than the area.
        """
        self._check_travelers(model.n_travelers)
        self._model = model
        self._is_kept[:] = False

    def accept(self, trip_rows: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
        """Probability [..., A] that the traveler of each of the area's trips accepts each offer."""
        is_kept = self._is_kept[trip_rows]
        if not is_kept.all():
            rows = np.unique(trip_rows[~is_kept])
            self._accept[rows] = self._model.predict_accept(
                self._traveler[rows], self._trip_id[rows]
            )
            self._is_kept[rows] = True
        accept: npt.NDArray[np.float32] = self._accept[trip_rows]
        return accept

    def sample_answers(
        self, trip_rows: npt.NDArray[np.integer], rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]: what the traveler of each trip would say (posterior sampling)."""
        return self._model.sample_answers(self._traveler[trip_rows], self._trip_id[trip_rows], rng)

    def _check_travelers(self, n_travelers: int) -> None:
        if n_travelers != self._n_travelers:
            raise UsageError(
                f"the model is of {n_travelers} travelers, the area of {self._n_travelers}: was "
                "the model made for another area?"
            )


def table_answers(table: DecisionTable, trips: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each type would accept each offer on each trip, bool [n, A, L]."""
    ids, n_offers = whole_numbers(trips), len(table.offers)
    offers = np.tile(np.arange(n_offers, dtype=np.int32), len(ids))
    return table.accepts(ids.repeat(n_offers), offers).reshape(len(ids), n_offers, -1)


def _check_probabilities(predicted: Floats, n_types: int) -> None:
    if predicted.ndim != 2 or predicted.shape[1] != n_types:
        raise UsageError(
            f"probabilities have one row a traveler and one column a type, not {predicted.shape}"
        )
    off = ~(np.abs(predicted.sum(axis=1) - 1.0) <= _ROUNDING) | (predicted < 0).any(axis=1)
    if off.any():
        first = int(off.argmax())
        raise UsageError(
            f"predict_proba gives traveler {first} {predicted[first].tolist()}: a row must be "
            "probabilities that add up to 1"
        )
