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


@dataclass(frozen=True)
class Known:
    """All that is known of n travelers.

    Parameters
    ----------
    answers
        Counts [n, C, A, 2] of refusals and acceptances.
    types
        Agreement of the answers with the L types; L is 0 where no table is asked.
    statements
        What was stated beforehand, counts [n, 1, A, 2]; None where nobody stated anything.
    stated_types
        Agreement of the statements with the types.
    """

    answers: npt.NDArray[Any]
    types: Counts
    statements: npt.NDArray[Any] | None = None
    stated_types: Counts | None = None

    def __len__(self) -> int:
        return len(self.answers)

    def __getitem__(self, rows: slice | npt.NDArray[np.intp]) -> Known:
        stated = self.stated_types
        return Known(
            self.answers[rows],
            Counts(self.types.agree[rows], self.types.total[rows]),
            None if self.statements is None else self.statements[rows],
            None if stated is None else Counts(stated.agree[rows], stated.total[rows]),
        )


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
    stated
        Counts of statements, which have one level and don't fade; None where there are none.
    """

    def __init__(
        self,
        questions: Questions,
        counts: AnswerCounts,
        types: Counts | None = None,
        stated: AnswerTally | None = None,
    ) -> None:
        self.questions, self.counts, self.types, self.stated = questions, counts, types, stated

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

    def state(self, statements: Outcomes) -> None:
        """Count what travelers state of themselves, such as "I can always leave earlier".

        Who says the same of an offer again is counted once.

        Raises
        ------
        UsageError
            If they don't fit the counts; nothing is counted then.
        """
        n_types = 0 if self.types is None else self.types.agree.shape[1]
        stated = self.stated or AnswerTally.empty(
            Questions(self.questions.offers), len(self.counts.array), n_types
        )
        said = self.questions.asked(statements)
        if len(said):
            columns = [said.travelers, said.actions, said.accepted]
            _, first = np.unique(np.stack(columns), axis=1, return_index=True)
            said = said[np.sort(first)]
            if said.travelers.min() < 0 or said.travelers.max() >= len(self.counts.array):
                raise UsageError("a statement is of a traveler outside the counts")
            held = stated.counts.array[
                said.travelers, 0, said.actions, said.accepted.astype(np.intp)
            ]
            said = said[held == 0]
        stated.add(said)
        self.stated = stated

    def known(self, travelers: npt.NDArray[np.int64]) -> Known:
        """All that is known of travelers [n]; nothing of one outside the counts (-1)."""
        if self.stated is None:
            return Known(self._answers_of(travelers), self._types_of(travelers))
        return Known(
            self._answers_of(travelers),
            self._types_of(travelers),
            self.stated._answers_of(travelers),
            self.stated._types_of(travelers),
        )

    def scaled(self, factor: float) -> AnswerTally:
        """Counts that weigh `factor` times as much; statements stay as they are."""
        types = None if self.types is None else self.types.scaled(factor)
        stated = None if self.stated is None else self.stated.copy()
        return AnswerTally(self.questions, self.counts.scaled(factor), types, stated)

    def copy(self) -> AnswerTally:
        """Counts of their own, which later answers don't touch."""
        types = None if self.types is None else self.types.copy()
        stated = None if self.stated is None else self.stated.copy()
        return AnswerTally(self.questions, self.counts.copy(), types, stated)

    def __add__(self, other: AnswerTally) -> AnswerTally:
        types = None
        if self.types is not None and other.types is not None:
            types = self.types + other.types
        stated = self.stated or other.stated
        if self.stated is not None and other.stated is not None:
            stated = self.stated + other.stated
        return AnswerTally(self.questions, self.counts + other.counts, types, stated)

    def _types_of(self, travelers: npt.NDArray[np.int64]) -> Counts:
        if self.types is None:
            return Counts.zeros(len(travelers), 0)
        agree, total = self.types.agree[travelers], self.types.total[travelers]
        agree[travelers < 0] = 0.0
        total[travelers < 0] = 0.0
        return Counts(agree, total)

    def _answers_of(self, travelers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        answers = self.counts.array[travelers]
        answers[travelers < 0] = 0
        return answers
