"""The hybrid: a table's flexibility types beside the tolerance cells; the answers decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.logs.trip_context import TripContext, saved_context
from rideflex.models.acceptance import table_answers
from rideflex.models.protocol import Unknown
from rideflex.models.tolerance.counts import AnswerCounts
from rideflex.models.tolerance.model import ToleranceModel
from rideflex.models.tolerance.posterior import Averaged
from rideflex.models.tolerance.saved import settings_of
from rideflex.models.tolerance.tally import AnswerTally, Questions
from rideflex.models.validation import check_counts, check_entities, check_types
from rideflex.offers import OfferGrid
from rideflex.outcomes import Counts
from rideflex.storage.array_file import load_arrays, refusing_damage, save_arrays
from rideflex.tables.arrays import whole_numbers
from rideflex.travelers import TravelerIndex

if TYPE_CHECKING:
    from rideflex.decisions import DecisionTable

KIND = "hybrid model"
_VERSION = 1

Floats = npt.NDArray[np.float64]


class HybridModel(ToleranceModel):
    """Each traveler is of one of the table's types, or has tolerances of her own.

    The types are further columns beside the cells of the tolerance grid: type l says of the answers
    of a traveler agree · log(1 - ε) + (n - agree) · log ε, and the exact posterior over cells and
    types decides for each traveler. Where the table is right it costs little beside the posterior
    over the types alone; where it is wrong the tolerances take over.

    Parameters
    ----------
    n_travelers
        Travelers T; entities run from 0.
    table
        What the types answer; its offers are those that answers are counted by.
    trip_levels, travelers, context
        See `ToleranceModel`.

    Examples
    --------
    Ten travelers answer as the rules of their types say, and one accepts what no type does:

    >>> from rideflex import DecisionTable
    >>> from rideflex.testing.worlds import draw_world
    >>> world = draw_world(n_travelers=11, each=60, noise=0.02)
    >>> answers = world.outcomes
    >>> offers = DecisionTable.empty().offers
    >>> odd = answers.travelers == 10
    >>> answers.accepted[odd] = offers.minutes[answers.actions[odd]] <= 20
    >>> model = HybridModel(11, DecisionTable.empty())
    >>> model.update(answers)
    >>> held = model.predict_types(np.arange(11))
    >>> (held[:10].argmax(axis=1) == world.true_types[:10]).all(), held[10].sum() < 0.1
    (np.True_, np.True_)
    """

    def __init__(
        self,
        n_travelers: int,
        table: DecisionTable,
        *,
        trip_levels: npt.ArrayLike | None = None,
        travelers: TravelerIndex | None = None,
        context: TripContext | None = None,
    ) -> None:
        self._table: DecisionTable | None = table
        self._types = check_types(table.types)
        self._n_types = len(self._types)
        super().__init__(
            n_travelers,
            table.offers,
            trip_levels=trip_levels,
            travelers=travelers,
            context=context,
        )

    @property
    def types(self) -> tuple[str, ...]:
        """The L flexibility types."""
        return self._types

    @property
    def noise(self) -> float:
        """Mean of how often an answer goes against tolerances, or type, whichever is less."""
        settings = self.settings
        return float(sum(one.share * min(one.lapse, one.noise) for one in settings))

    @property
    def type_noise(self) -> float:
        """Flip probability ε: how often travelers of a type answer against it."""
        return self._posterior.noise

    def predict_types(self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise") -> Floats:
        """Return float64 [n, L]: P(type); what lacks to 1 is held by tolerances."""
        entities = check_entities(travelers, self.n_travelers, unknown)
        averaged = self._posterior.average(self._tally.known(entities))
        return averaged.type_probabilities

    def predict_accept(
        self,
        travelers: npt.ArrayLike,
        trips: npt.ArrayLike,
        *,
        offers: OfferGrid | None = None,
        unknown: Unknown = "raise",
    ) -> Floats:
        """Return float64 [n, A]: the probability that each traveler accepts each offer.

        Parameters
        ----------
        travelers
            Entities [n].
        trips
            Trip ids [n] of the decision table, -1 for a context that it doesn't know.
        offers
            Those of the table, or None: the types know no others.
        unknown
            What a traveler outside the model is taken for: an error, or anybody ("prior").

        Raises
        ------
        UsageError
            If a traveler or a trip is unknown, the offers are others, or the model was loaded
            without its table.
        """
        self._refuse_others(offers)
        return super().predict_accept(travelers, trips, unknown=unknown)

    def accept_by(
        self, averaged: Averaged, rows: npt.NDArray[np.intp], trips: npt.NDArray[np.integer]
    ) -> Floats:
        """Probabilities float64 [n, A]: of cells, and of types by their table."""
        answers = table_answers(self._asked, trips)
        levels = self._questions.levels(trips)
        accept = averaged.cells[rows, levels] + averaged.turned[rows, None]
        accept += np.einsum("nl,nal->na", averaged.types[rows], answers)
        return np.minimum(accept, 1.0, out=accept)  # rounding

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]: what a type or a cell drawn for each traveler says on this trip."""
        entities = check_entities(travelers, self.n_travelers, "raise")
        ids = whole_numbers(trips)
        drawn = self._posterior.draw(self._tally.known(entities), rng)
        said = drawn.answers(self._questions.levels(ids), self.offers.no_shift, rng)
        is_type = drawn.types >= 0
        said[is_type] = self._asked.masks(ids[is_type], drawn.types[is_type])
        return said

    def draw_accept(
        self,
        travelers: npt.ArrayLike,
        trips: npt.ArrayLike,
        rng: np.random.Generator,
        *,
        offers: OfferGrid | None = None,
        unknown: Unknown = "raise",
    ) -> Floats:
        """Draw float64 [n, A]: how likely a type or a cell drawn for each accepts each offer."""
        self._refuse_others(offers)
        entities = check_entities(travelers, self.n_travelers, unknown)
        ids = whole_numbers(trips)
        drawn = self._posterior.draw(self._tally.known(entities), rng)
        accept = drawn.accept(self._questions.levels(ids))
        is_type = drawn.types >= 0
        says = self._asked.masks(ids[is_type], drawn.types[is_type])
        flips = drawn.noise[is_type, None]
        accept[is_type] = np.where(says, 1.0 - flips, flips)
        return accept

    @property
    def _asked(self) -> DecisionTable:
        if self._table is None:
            raise UsageError("types answer by their table: load the model with table=…")
        return self._table

    def _refuse_others(self, offers: OfferGrid | None) -> None:
        if offers is not None and offers != self.offers:
            raise UsageError("the types know no offers but those of their table")

    def save(self, path: str | Path) -> None:
        """Write counts, settings and traveler ids to one versioned file, without the table."""
        types = self._tally.types
        assert types is not None
        arrays, meta = self._saved()
        arrays |= {"agree": types.agree, "total": types.total}
        if self._tally.stated is not None and (stated := self._tally.stated.types) is not None:
            arrays |= {"stated_agree": stated.agree, "stated_total": stated.total}
        save_arrays(path, KIND, _VERSION, arrays, {**meta, "types": self._types})

    @classmethod
    def load(cls, path: str | Path, *, table: DecisionTable | None = None) -> Self:
        """Read a model that `save` wrote; the same probabilities, bit for bit.

        Raises
        ------
        DataError
            If the file can't be used.
        UsageError
            If the table holds other types or offers.
        """
        arrays, meta = load_arrays(path, KIND, _VERSION)
        model = cls.__new__(cls)
        with refusing_damage(path):
            counts = AnswerCounts.of_array(np.array(arrays["counts"]))
            model._table = None
            model._types = check_types(meta["types"])
            model._n_types = len(model._types)
            model._questions = Questions(
                OfferGrid.from_pairs(meta["offers"]), arrays.get("trip_levels")
            )
            model._travelers = TravelerIndex.of_arrays(arrays)
            model._context = saved_context(meta["context"])
            types = Counts(arrays["agree"], arrays["total"])
            checked = check_counts(types, len(counts.array), model._n_types)
            tally = AnswerTally(model._questions, counts, checked)
            if "statements" in arrays:
                said = AnswerCounts.of_array(np.array(arrays["statements"]))
                agree = Counts(arrays["stated_agree"], arrays["stated_total"])
                agree = check_counts(agree, len(said.array), model._n_types)
                tally.stated = AnswerTally(Questions(model.offers), said, agree)
            model._hold(tally, settings_of(arrays, meta["forms"]))
        if table is not None:
            model.ask(table)
        return model

    def ask(self, table: DecisionTable) -> None:
        """Ask a table from now on what the types answer.

        Raises
        ------
        UsageError
            If it holds other types or offers.
        """
        if (table.types, table.offers) != (self._types, self.offers):
            raise UsageError(
                f"the decision table holds other types or offers than the model: {table.types}"
            )
        self._table = table
