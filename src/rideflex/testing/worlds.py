"""Made-up travelers who answer as the rule of their type says, with noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.flexibility import DEFAULT_TYPES, rule_answers
from rideflex.offers import OfferGrid
from rideflex.outcomes import Counts, Outcomes

SHARES = np.array([0.3, 0.4, 0.2, 0.1])
N_TYPES = len(DEFAULT_TYPES)


@dataclass(frozen=True)
class World:
    """Outcomes of travelers whose types are known.

    Parameters
    ----------
    true_types
        Index of each traveler's type, int64 [T].
    outcomes
        What was observed.
    """

    true_types: npt.NDArray[np.int64]
    outcomes: Outcomes

    @property
    def counts(self) -> Counts:
        """All outcomes, counted."""
        return Counts.of(self.outcomes, len(self.true_types), N_TYPES)


def draw_world(n_travelers: int = 40, each: int = 10, noise: float = 0.05, seed: int = 0) -> World:
    """Offer `each` random offers to every traveler.

    Parameters
    ----------
    n_travelers, each
        Travelers T of the default types, and outcomes of each.
    noise
        Flip probability of an answer.
    seed
        Of types, offers and answers.

    Examples
    --------
    >>> world = draw_world(n_travelers=3, each=2)
    >>> len(world.outcomes), world.counts.total.tolist()
    (6, [2.0, 2.0, 2.0])
    """
    rng = np.random.default_rng(seed)
    true_types = rng.choice(N_TYPES, n_travelers, p=SHARES)
    travelers = rng.permutation(np.repeat(np.arange(n_travelers), each)).astype(np.int32)
    actions = rng.integers(16, size=len(travelers)).astype(np.int32)
    answers = rule_answers(DEFAULT_TYPES, OfferGrid.default())[actions]
    wrong = rng.random(len(travelers)) < noise
    accepted = answers[np.arange(len(travelers)), true_types[travelers]] ^ wrong
    trips = np.full(len(travelers), -1, dtype=np.int32)
    return World(true_types, DecisionTable.empty().outcomes(travelers, trips, actions, accepted))
