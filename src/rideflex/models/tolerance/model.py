"""The tolerance model: minutes that travelers bear, learned from answers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.logs.trip_context import TripContext, saved_context
from rideflex.models.mixture import MixturePrior
from rideflex.models.protocol import Unknown
from rideflex.models.tolerance.believed import Believed
from rideflex.models.tolerance.counts import AnswerCounts
from rideflex.models.tolerance.groups import group_alike
from rideflex.models.tolerance.posterior import Averaged, AveragedPosterior
from rideflex.models.tolerance.saved import settings_arrays, settings_of
from rideflex.models.tolerance.settings import Setting, fit_settings
from rideflex.models.tolerance.tally import AnswerTally, Questions
from rideflex.models.validation import check_entities, check_travelers
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.storage.array_file import load_arrays, refusing_damage, save_arrays
from rideflex.tables.arrays import whole_numbers
from rideflex.travelers import TravelerIndex

if TYPE_CHECKING:
    from rideflex.decisions import DecisionTable

KIND = "tolerance model"
_VERSION = 1
# Half a traveler of each type is imagined before the first answer, not two as by the posterior over
# types alone: a table that is wrong then costs less, and one that is right soon speaks for itself.
_PRIORS = MixturePrior(travelers_per_type=0.5)

Floats = npt.NDArray[np.float64]


class ToleranceModel:
    """Tolerances of every traveler for early and late minutes; it needs no decision table.

    A traveler's answers come from a soft threshold on the minutes of an offer, with a lapse now and
    then. Weights of a grid of tolerances are learned by EM, each traveler's posterior over the
    grid is exact, and predictions are averaged over the form, scale and lapse of the threshold by
    their evidence. An acceptance model (`rideflex.models.protocol.AcceptanceModel`).

    Parameters
    ----------
    n_travelers
        Travelers T; entities run from 0.
    offers
        Offers that answers are counted by; the default grid without it. Any minutes will do.
    trip_levels
        Context level of each trip id, 0 or 1, [M]: travelers may be stricter (or laxer) at level 1.
        Without it all trips are alike.
    travelers
        The travelers' own ids, in the order of the entities; saved with the model.
    context
        What the levels mean; saved with the model.

    Raises
    ------
    UsageError
        If there is no traveler, a level is neither 0 nor 1, or the ids are of other travelers.

    Examples
    --------
    Two travelers were each asked ten times for 20 minutes later. One always said yes:

    >>> from rideflex.outcomes import Outcomes
    >>> model = ToleranceModel(2)
    >>> travelers = np.repeat([0, 1], 10)
    >>> action = model.offers.action_of(0, 20)
    >>> anywhere, actions = np.full(20, -1), np.full(20, action)
    >>> model.update(Outcomes(travelers, anywhere, actions, travelers == 0))
    >>> (model.predict_accept([0, 1], [-1, -1])[:, action] > 0.5).tolist()
    [True, False]
    """

    _n_types = 0  # that are asked beside the tolerances

    def __init__(
        self,
        n_travelers: int,
        offers: OfferGrid | None = None,
        *,
        trip_levels: npt.ArrayLike | None = None,
        travelers: TravelerIndex | None = None,
        context: TripContext | None = None,
    ) -> None:
        if n_travelers < 1:
            raise UsageError(f"a model needs at least one traveler, not {n_travelers}")
        check_travelers(travelers, n_travelers)
        levels = None if trip_levels is None else np.asarray(trip_levels, dtype=np.uint8)
        self._questions = Questions(offers or OfferGrid.default(), levels)
        self._travelers, self._context = travelers, context
        self._hold(AnswerTally.empty(self._questions, n_travelers, self._n_types))

    @property
    def n_travelers(self) -> int:
        """Travelers T held; their entities run from 0."""
        return len(self._tally.counts.array)

    @property
    def travelers(self) -> TravelerIndex | None:
        """The travelers' own ids, where they were given."""
        return self._travelers

    @property
    def offers(self) -> OfferGrid:
        """Offers that answers are counted by."""
        return self._questions.offers

    @property
    def context(self) -> TripContext | None:
        """What makes a trip's context level 1, where it was told."""
        return self._context

    @property
    def trip_levels(self) -> npt.NDArray[np.uint8] | None:
        """Context level of each trip id; None where all trips are alike."""
        return self._questions.trip_levels

    @property
    def statement_lapse(self) -> float:
        """Mean probability that a statement says nothing of the answers, each way."""
        return self._posterior.statement_lapse

    @property
    def counts(self) -> AnswerCounts:
        """All that is known of the travelers, a copy."""
        return self._tally.counts.copy()

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Forms, scales and lapses that predictions are averaged over, heaviest first."""
        return self._posterior.settings

    @property
    def noise(self) -> float:
        """Mean lapse: no probability of a real question is less."""
        return self._posterior.lapse

    def tally(self) -> AnswerTally:
        """Make counts of no answer, to be added to and then fitted to."""
        return AnswerTally.empty(self._questions, self.n_travelers, self._n_types)

    def fit(self, tally: AnswerTally) -> None:
        """Fit to a copy of these counts, replacing earlier ones.

        Raises
        ------
        UsageError
            If they are of other travelers, levels or offers.
        """
        shape = self._tally.counts.array.shape
        if tally.counts.array.shape != shape:
            raise UsageError(
                f"counts of shape {tally.counts.array.shape} don't fit a model of shape "
                f"{shape}: travelers, context levels, offers, answers"
            )
        n_types = 0 if tally.types is None else tally.types.agree.shape[1]
        if n_types != self._n_types:
            raise UsageError(f"counts of {n_types} types don't fit a model of {self._n_types}")
        self._hold(tally.copy())

    def update(self, outcomes: Outcomes) -> None:
        """Add the counts of more outcomes, and fit."""
        tally = self._tally.copy()
        tally.add(outcomes)
        self._hold(tally)

    def learn(self, outcomes: Outcomes, sign: int = 1) -> None:
        """Add the counts of more outcomes, and let weights and settings be as they are.

        It takes microseconds, and the travelers' own posteriors stay exact under those weights.

        Parameters
        ----------
        outcomes
            What was seen.
        sign
            -1 takes the outcomes away again.
        """
        self._tally.add(outcomes, sign)

    def state(self, statements: Outcomes) -> None:
        """Take what travelers state of themselves, such as "I can always leave earlier".

        Statements are weighed by a lapse of their own, which is learned by `refit` from travelers
        who also answered; so they help at the start, and give way to what people do.

        Parameters
        ----------
        statements
            Offers that travelers say they would accept, or refuse; their trips don't count.
        """
        self._tally.state(statements)

    def refit(self) -> None:
        """Fit to all that was learned one by one."""
        self._hold(self._tally)

    def forget(self, factor: float) -> None:
        """Let what was seen so far weigh `factor` times as much, for travelers who change."""
        self._hold(self._tally.scaled(factor))

    def merge(self, other: Self) -> None:
        """Learn what another model of the same travelers and offers has seen.

        Raises
        ------
        UsageError
            If travelers, levels or offers differ.
        """
        same = self.offers == other.offers
        if self._travelers is not None and other.travelers is not None:
            same = same and np.array_equal(self._travelers.ids, other.travelers.ids)
        if not same:
            raise UsageError("only models of the same travelers and offers can be merged")
        self.fit(self._tally + other._tally)

    def of_travelers(self, travelers: TravelerIndex, offers: OfferGrid) -> ToleranceModel:
        """Take what is known of some travelers, who may be asked for further offers.

        What is shared stays as it was learned. Nothing is known of a traveler outside the model.

        Parameters
        ----------
        travelers
            Those that the model is to be of.
        offers
            Answers are counted by the model's offers and, behind them, by what these add.

        Raises
        ------
        UsageError
            If the model holds no traveler ids, or asks types, which know no further offers.
        """
        if self._n_types or self._travelers is None:
            cause = "asks types, which know no further offers" if self._n_types else "holds no ids"
            raise UsageError(f"the model {cause}; fit tolerances to answers by name")
        further = tuple(pair for pair in offers.pairs if pair not in self.offers.pairs)
        asked = OfferGrid((*self.offers.pairs, *further))
        found = ToleranceModel(
            len(travelers),
            asked,
            trip_levels=self.trip_levels,
            travelers=travelers,
            context=self._context,
        )
        rows = self._travelers.encode(travelers.ids, unknown="mark").astype(np.int64)
        tally = AnswerTally(found._questions, _widened(self._tally, rows, len(further)))
        if self._tally.stated is not None:
            stated = _widened(self._tally.stated, rows, len(further))
            tally.stated = AnswerTally(Questions(asked), stated)
        found._hold(tally, self.settings)
        return found

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
            Trip ids [n], -1 for an unknown trip.
        offers
            Offers of any minutes; without it those that answers are counted by.
        unknown
            What a traveler outside the model is taken for: an error, or anybody ("prior").

        Raises
        ------
        UsageError
            If a traveler or a trip is unknown.
        """
        entities = check_entities(travelers, self.n_travelers, unknown)
        people, row = np.unique(entities, return_inverse=True)
        averaged = self._posterior.average(self._tally.known(people), self._accept_of(offers))
        return self.accept_by(averaged, row, whole_numbers(trips))

    def accept_by(
        self, averaged: Averaged, rows: npt.NDArray[np.intp], trips: npt.NDArray[np.integer]
    ) -> Floats:
        """Probabilities float64 [n, A] that follow from an average over the posterior.

        Parameters
        ----------
        averaged
            Of some travelers.
        rows
            Which of them is asked, [n].
        trips
            Trip ids [n].
        """
        chances: Floats = averaged.cells[rows, self._questions.levels(trips)]
        return np.minimum(chances, 1.0, out=chances)  # rounding

    def believed(self) -> Believed:
        """What is predicted now, of all travelers at once; see `AnswerModel.believed`."""
        known = self._tally.known(np.arange(self.n_travelers))
        return Believed(self, self._posterior.average(known), self.noise)

    def _accept_of(self, offers: OfferGrid | None) -> list[Floats] | None:
        """Acceptance of other offers by each setting's cells, where others are asked about."""
        if offers is None or offers == self.offers:
            return None
        n_levels = self._questions.n_levels
        return [setting.acceptance(offers, n_levels) for setting in self.settings]

    def sample_answers(
        self, travelers: npt.ArrayLike, trips: npt.ArrayLike, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw bool [n, A]: a cell of each traveler's posterior, and how it feels on this trip."""
        entities = check_entities(travelers, self.n_travelers, "raise")
        levels = self._questions.levels(whole_numbers(trips))
        drawn = self._posterior.draw(self._tally.known(entities), rng)
        return drawn.answers(levels, self.offers.no_shift, rng)

    def draw_accept(
        self,
        travelers: npt.ArrayLike,
        trips: npt.ArrayLike,
        rng: np.random.Generator,
        *,
        offers: OfferGrid | None = None,
        unknown: Unknown = "raise",
    ) -> Floats:
        """Draw float64 [n, A]: how likely a cell of each traveler's posterior accepts each offer.

        The mean over draws is `predict_accept`; see there for the parameters.
        """
        entities = check_entities(travelers, self.n_travelers, unknown)
        levels = self._questions.levels(whole_numbers(trips))
        drawn = self._posterior.draw(self._tally.known(entities), rng, self._accept_of(offers))
        return drawn.accept(levels)

    def predict_tolerances(self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise") -> Floats:
        """Return float64 [n, 2]: minutes earlier and later that each traveler is expected to bear.

        At context level 0, from 0 to the most that the offers ask for: more is not known.
        """
        entities = check_entities(travelers, self.n_travelers, unknown)
        bears = self._posterior.tolerances(self._tally.known(entities))
        asked = (-self.offers.pickup.min(), self.offers.dropoff.max())
        return bears.clip(0.0, np.array(asked, dtype=np.float64))

    def answered(self, travelers: npt.ArrayLike) -> Floats:
        """Return float64 [n]: answers to real questions known of each; 0 of a stranger (-1)."""
        entities = check_entities(travelers, self.n_travelers, "prior")
        totals: Floats = self._tally.known(entities).answers.sum(axis=(1, 2, 3), dtype=np.float64)
        return totals

    def save(self, path: str | Path) -> None:
        """Write counts, settings and traveler ids to one versioned file, without pickle."""
        save_arrays(path, KIND, _VERSION, *self._saved())

    def _saved(self) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
        """Arrays by name, and what else is to be saved."""
        arrays = {"counts": self._tally.counts.array, **settings_arrays(self.settings)}
        if self._tally.stated is not None:
            arrays["statements"] = self._tally.stated.counts.array
        if self._questions.trip_levels is not None:
            arrays["trip_levels"] = self._questions.trip_levels
        if self._travelers is not None:
            arrays |= self._travelers.arrays()
        meta = {
            "offers": self.offers.pairs,
            "forms": [setting.form for setting in self.settings],
            "context": None if self._context is None else asdict(self._context),
        }
        return arrays, meta

    @classmethod
    def load(cls, path: str | Path, *, table: DecisionTable | None = None) -> Self:
        """Read a model that `save` wrote; the same probabilities, bit for bit.

        No decision table is asked; it is taken so that all answer models are loaded alike.
        """
        del table
        arrays, meta = load_arrays(path, KIND, _VERSION)
        with refusing_damage(path):
            counts = AnswerCounts.of_array(np.array(arrays["counts"]))
            model = cls(
                len(counts.array),
                OfferGrid.from_pairs(meta["offers"]),
                trip_levels=arrays.get("trip_levels"),
                travelers=TravelerIndex.of_arrays(arrays),
                context=saved_context(meta["context"]),
            )
            tally = AnswerTally(model._questions, counts)
            if "statements" in arrays:
                stated = AnswerCounts.of_array(np.array(arrays["statements"]))
                tally.stated = AnswerTally(Questions(model.offers), stated)
            model._hold(tally, settings_of(arrays, meta["forms"]))
        return model

    def _hold(self, tally: AnswerTally, settings: Sequence[Setting] | None = None) -> None:
        """Hold counts and the settings learned from them, which are learned where not given."""
        self._tally = tally
        n_levels = self._questions.n_levels
        if settings is None:
            settings = fit_settings(group_alike(tally), self.offers, n_levels, _PRIORS)
        self._posterior = AveragedPosterior(settings, self.offers, n_levels)


def _widened(tally: AnswerTally, travelers: npt.NDArray[np.int64], further: int) -> AnswerCounts:
    """Counts of these travelers, none of one outside (-1), with room for `further` offers."""
    known = tally.counts.array[travelers]
    known[travelers < 0] = 0
    return AnswerCounts.of_array(np.pad(known, ((0, 0), (0, 0), (0, further), (0, 0))))
