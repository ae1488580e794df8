"""The exact posterior over flexibility types (NumPy and Numba alone)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.acceptance import accept_probability
from rideflex.models.mixture import Mixture, MixturePrior, fit_mixture
from rideflex.models.protocol import Unknown
from rideflex.models.validation import (
    check_counts,
    check_entities,
    check_mixture,
    check_travelers,
    check_types,
)
from rideflex.outcomes import Counts, Outcomes
from rideflex.storage.array_file import load_arrays, refusing_damage, save_arrays
from rideflex.tables.arrays import whole_numbers
from rideflex.travelers import TravelerIndex

if TYPE_CHECKING:
    from rideflex.decisions import DecisionTable

KIND = "flexibility posterior"
_VERSION = 1


class FlexibilityPosterior:
    """P(type | outcomes) of every traveler, exact, with shares and noise learned by EM.

    P(l | outcomes of t) ∝ π_l (1 - ε)^agree[t, l] ε^(n_t - agree[t, l]), in log space. A traveler
    without outcomes gets π. The state is the counts and, derived from them, π and ε.

    Parameters
    ----------
    n_travelers
        Travelers T; entities run from 0.
    types
        Names of the L flexibility types.
    decisions
        Table of answers, which `predict_accept` needs.
    travelers
        The travelers' own ids, in the order of the entities; saved with the model.
    priors
        What is assumed before the first outcome.

    Examples
    --------
    >>> from rideflex.outcomes import Counts
    >>> posterior = FlexibilityPosterior(2, ("rigid", "flexible"))
    >>> posterior.fit(Counts(np.array([[9.0, 1.0], [0.0, 0.0]]), np.array([10.0, 0.0])))
    >>> posterior.predict_proba([0, 1]).argmax(axis=1).tolist()
    [0, 0]
    """

    def __init__(
        self,
        n_travelers: int,
        types: Sequence[str],
        *,
        decisions: DecisionTable | None = None,
        travelers: TravelerIndex | None = None,
        priors: MixturePrior | None = None,
    ) -> None:
        self._types = check_types(types)
        if n_travelers < 1:
            raise UsageError(f"a posterior needs at least one traveler, not {n_travelers}")
        check_travelers(travelers, n_travelers)
        self._hold_decisions(decisions)
        self._travelers = travelers
        self._priors = priors or MixturePrior()
        self._counts = Counts.zeros(n_travelers, len(self._types))
        self._mixture = fit_mixture(self._counts, self._priors)

    @property
    def types(self) -> tuple[str, ...]:
        """The L flexibility types."""
        return self._types

    @property
    def n_travelers(self) -> int:
        """Travelers held."""
        return len(self._counts.total)

    @property
    def travelers(self) -> TravelerIndex | None:
        """The travelers' own ids, where they were given."""
        return self._travelers

    @property
    def counts(self) -> Counts:
        """All that is known of the travelers, a copy."""
        return self._counts.copy()

    @property
    def mixture(self) -> Mixture:
        """Mixing weights π and flip probability ε as they were last learned."""
        return self._mixture

    @property
    def noise(self) -> float:
        """Flip probability ε: how often a traveler answers against the type."""
        return self._mixture.noise

    def fit(self, counts: Counts) -> None:
        """Fit to a copy of these counts, replacing earlier ones."""
        self._counts = check_counts(counts, self.n_travelers, len(self._types))
        self._mixture = fit_mixture(self._counts, self._priors)

    def update(self, outcomes: Outcomes) -> None:
        """Add the counts of more outcomes, and fit."""
        self.fit(self._counts + Counts.of(outcomes, self.n_travelers, len(self._types)))

    def merge(self, other: FlexibilityPosterior) -> None:
        """Learn what another posterior of the same travelers and types has seen.

        Raises
        ------
        UsageError
            If the types or the number of travelers differ, or both posteriors know the
            travelers' ids and those differ.
        """
        same = (other.types, other.n_travelers) == (self.types, self.n_travelers)
        if self._travelers is not None and other.travelers is not None:
            same = same and np.array_equal(self._travelers.ids, other.travelers.ids)
        if not same:
            raise UsageError("only posteriors of the same travelers and types can be merged")
        self.fit(self._counts + other.counts)

    def forget(self, factor: float) -> None:
        """Let what was seen so far weigh `factor` times as much, for travelers who change.

        Parameters
        ----------
        factor
            Between 0 (forget all) and 1 (forget nothing).
        """
        if not 0.0 <= factor <= 1.0:
            raise UsageError(f"outcomes can weigh 0 to 1 times as much, not {factor}")
        self.fit(self._counts.scaled(factor))

    def predict_proba(
        self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, L]: P(type | outcomes); see `FlexibilityModel.predict_proba`."""
        entities = check_entities(travelers, self.n_travelers, unknown)
        return self._mixture.probabilities(self._counts, entities)

    def predict_accept(
        self,
        trips: npt.ArrayLike,
        offers: npt.ArrayLike,
        travelers: npt.ArrayLike | None = None,
        *,
        unknown: Unknown = "raise",
    ) -> npt.NDArray[np.float64]:
        """Return the probability that the trip's traveler accepts the offer: Σ_l P(l) · answer.

        The answer of a type is its table answer with noise: 1 - ε or ε. `trips`, `offers` and
        `travelers` broadcast, so trips [n, 1] with offers [A] give float64 [n, A].

        Parameters
        ----------
        trips
            Trip ids of the decision table; -1 (an unknown context) is answered by the rules.
        offers
            Indices into the table's offer grid.
        travelers
            Entities; without them each trip's own traveler is looked up in the table.
        unknown
            What a traveler outside the model is taken for: an error, or one by π ("prior").

        Raises
        ------
        UsageError
            If the posterior was made without a decision table, a trip or an offer is outside it,
            or a traveler can't be told.

        Examples
        --------
        Without any outcome all four types are equally likely, and one answer in twenty is taken to
        be turned round. Two types would accept 20 minutes later, one of them also if it is 20
        minutes earlier as well:

        >>> from rideflex import DecisionTable
        >>> rules = DecisionTable.empty()
        >>> posterior = FlexibilityPosterior(3, rules.types, decisions=rules)
        >>> offers = [rules.offers.pairs.index(offer) for offer in ((0, 0), (0, 20), (-20, 20))]
        >>> posterior.predict_accept(-1, offers, travelers=0).round(3).tolist()
        [0.95, 0.5, 0.275]
        """
        table = self._decisions
        if table is None:
            raise UsageError("predict_accept needs the answers: give the posterior decisions=…")
        who = self._travelers_of(trips, unknown) if travelers is None else travelers
        ids, actions, entities = np.broadcast_arrays(trips, offers, who)
        probabilities = self.predict_proba(entities.reshape(-1), unknown=unknown)
        answers = table.accepts(ids.reshape(-1), actions.reshape(-1))
        return accept_probability(probabilities, answers, self.noise).reshape(ids.shape)

    def save(self, path: str | Path) -> None:
        """Write counts, shares, noise and traveler ids to one versioned file, without pickle."""
        arrays = {
            "agree": self._counts.agree,
            "total": self._counts.total,
            "shares": self._mixture.shares,
            "noise": np.array([self._mixture.noise]),
            "priors": np.array(
                [self._priors.travelers_per_type, self._priors.wrong, self._priors.right]
            ),
        }
        if self._travelers is not None:
            arrays |= self._travelers.arrays()
        save_arrays(path, KIND, _VERSION, arrays, {"types": self._types})

    @classmethod
    def load(cls, path: str | Path, *, decisions: DecisionTable | None = None) -> Self:
        """Read a posterior that `save` wrote; the same probabilities, bit for bit."""
        arrays, meta = load_arrays(path, KIND, _VERSION)
        with refusing_damage(path):
            n_travelers, n_types = len(arrays["total"]), len(meta["types"])
            model = cls(
                n_travelers,
                meta["types"],
                travelers=TravelerIndex.of_arrays(arrays),
                priors=MixturePrior(*arrays["priors"].tolist()),
            )
            model._counts = check_counts(
                Counts(arrays["agree"], arrays["total"]), n_travelers, n_types
            )
            model._mixture = check_mixture(
                Mixture(np.array(arrays["shares"]), float(arrays["noise"][0])), n_types
            )
        model._hold_decisions(decisions)
        return model

    def _hold_decisions(self, decisions: DecisionTable | None) -> None:
        if decisions is not None and decisions.types != self._types:
            raise UsageError(f"the decision table holds other types: {decisions.types}")
        self._decisions = decisions

    def _travelers_of(self, trips: npt.ArrayLike, unknown: Unknown) -> npt.NDArray[np.int32]:
        ids = whole_numbers(trips)
        if self._decisions is None or self._travelers is None:
            raise UsageError("give predict_accept the travelers, or the posterior travelers=…")
        if ids.size and not (0 <= ids.min() and ids.max() < self._decisions.n_trips):
            raise UsageError(
                "a trip is unknown to the decision table, so its traveler can't be told; "
                "give predict_accept the travelers"
            )
        mark: Literal["raise", "mark"] = "mark" if unknown == "prior" else "raise"
        entities = self._travelers.encode(self._decisions.trip_travelers[ids.reshape(-1)], mark)
        return entities.reshape(ids.shape)
