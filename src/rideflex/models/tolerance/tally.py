"""Counts of answers that encoded outcomes are added to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.tolerance.counts import AnswerCounts
from rideflex.offers import OfferGrid
from rideflex.outcomes import Counts, Outcomes, encoded


@dataclass(frozen=True)
class Questions:
    """What was asked in a log: its offers, and the context level of each trip.

    Parameters
    ----------
    offers
        The A offers that actions are indices of.
    trip_levels
        Context level of each trip id, uint8 [M], 0 or 1; None where the context doesn't count. A
        trip that is unknown (-1) has level 0.

    Raises
    ------
    UsageError
        If a level is neither 0 nor 1.
    """

    offers: OfferGrid
    trip_levels: npt.NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        levels = self.trip_levels
        if levels is not None and (levels.ndim != 1 or (levels.size and levels.max() > 1)):
            raise UsageError("context levels are a flat list of 0 and 1, one of each trip id")

    @property
    def n_levels(self) -> int:
        """Context levels C: 1 or 2."""
        return 1 if self.trip_levels is None else 2

    def levels(self, trips: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
        """Context level of each trip id, [n].

        Raises
        ------
        UsageError
            If a trip id is beyond those whose level is known.
        """
        if self.trip_levels is None:
            return np.zeros(len(trips), dtype=np.intp)
        if trips.size and trips.max() >= len(self.trip_levels):
            raise UsageError(
                f"trip {trips.max()} has no context level; levels are known of "
                f"{len(self.trip_levels)} trips"
            )
        known = trips >= 0
        levels = np.zeros(len(trips), dtype=np.intp)
        levels[known] = self.trip_levels[trips[known]]
        return levels

    def asked(self, outcomes: Outcomes) -> Outcomes:
        """Outcomes of real questions: no shift asks for nothing."""
        return outcomes[encoded(outcomes).actions != self.offers.no_shift]


class AnswerTally:
    """Counts of answers that encoded outcomes are added to; no shift is left out.

    Parameters
    ----------
    questions
        Offers and context levels.
    counts
        Answers counted so far; they are added to in place.
    types
        Agreement with flexibility types, counted along; None where no table is asked.
    """

    def __init__(
        self, questions: Questions, counts: AnswerCounts, types: Counts | None = None
    ) -> None:
        self.questions, self.counts, self.types = questions, counts, types

    @classmethod
    def empty(cls, questions: Questions, n_travelers: int, n_types: int = 0) -> AnswerTally:
        """Make the counts of no answer."""
        return cls(
            questions,
            AnswerCounts(n_travelers, questions.n_levels, len(questions.offers)),
            Counts.zeros(n_travelers, n_types) if n_types else None,
        )

    def add(self, outcomes: Outcomes, sign: int = 1) -> None:
        """Count outcomes in place; sign -1 takes them away.

        Raises
        ------
        UsageError
            If they don't fit the counts; nothing is counted then.
        """
        asked = self.questions.asked(outcomes)
        levels = self.questions.levels(asked.trips)
        if self.types is not None:
            asked.agreement()  # raises where nobody knows it, before anything is counted
        self.counts.count(asked.travelers, levels, asked.actions, asked.accepted, sign)
        if self.types is not None:
            self.types.add(asked, sign)

    def types_of(self, travelers: npt.NDArray[np.int64]) -> Counts:
        """Agreement of travelers [n] with the types; none of one outside the counts (-1)."""
        if self.types is None:
            return Counts.zeros(len(travelers), 0)
        agree, total = self.types.agree[travelers], self.types.total[travelers]
        agree[travelers < 0] = 0.0
        total[travelers < 0] = 0.0
        return Counts(agree, total)

    def answers_of(self, travelers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Counts [n, C, A, 2] of travelers [n]; none of one outside the counts (-1)."""
        answers = self.counts.array[travelers]
        answers[travelers < 0] = 0
        return answers

    def scaled(self, factor: float) -> AnswerTally:
        """Counts that weigh `factor` times as much."""
        types = None if self.types is None else self.types.scaled(factor)
        return AnswerTally(self.questions, self.counts.scaled(factor), types)

    def copy(self) -> AnswerTally:
        """Counts of their own, which later answers don't touch."""
        types = None if self.types is None else self.types.copy()
        return AnswerTally(self.questions, self.counts.copy(), types)

    def __add__(self, other: AnswerTally) -> AnswerTally:
        types = None
        if self.types is not None and other.types is not None:
            types = self.types + other.types
        return AnswerTally(self.questions, self.counts + other.counts, types)
