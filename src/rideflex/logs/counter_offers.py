"""Counter-offers: refusals that name what would be accepted instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.errors import DataError
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.tables.columns import COUNTER, SHIFTS, answer_word
from rideflex.tables.readers import shift
from rideflex.tables.rows import Rows

Offer = tuple[int, int]


@dataclass(frozen=True)
class CounterOffers:
    """What was named by k of n refusals.

    Parameters
    ----------
    rows
        Which outcomes, ascending, [k].
    pairs
        Pick-up and drop-off shifts in minutes, earlier below 0, [k].
    """

    rows: npt.NDArray[np.intp]
    pairs: tuple[Offer, ...]

    def __len__(self) -> int:
        return len(self.pairs)

    def of_rows(self, held: npt.NDArray[np.bool_]) -> CounterOffers:
        """Those of the rows that are held, bool [n], counted among them."""
        mine = held[self.rows]
        places = (np.cumsum(held) - 1)[self.rows[mine]]
        kept = zip(self.pairs, mine.tolist(), strict=True)
        return CounterOffers(places, tuple(pair for pair, is_held in kept if is_held))

    def added_to(
        self, outcomes: Outcomes, offers: OfferGrid
    ) -> tuple[Outcomes, npt.NDArray[np.bool_]]:
        """Put an acceptance of what was named behind each refusal.

        Returns
        -------
        The outcomes, and which of them were volunteered: they answer no question.
        """
        if not len(self):
            return outcomes, np.zeros(len(outcomes), dtype=np.bool_)
        order = np.insert(np.arange(len(outcomes)), self.rows + 1, self.rows)
        volunteered = np.zeros(len(order), dtype=np.bool_)
        volunteered[self.rows + 1 + np.arange(len(self))] = True
        both = outcomes[order]
        actions, accepted = both.actions.copy(), both.accepted.copy()
        actions[volunteered] = [offers.action_of(*pair) for pair in self.pairs]
        accepted[volunteered] = True
        arrays = both.arrays() | {"actions": actions, "accepted": accepted}
        return Outcomes(**arrays, decisions=both.decisions), volunteered


def counter_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The columns of counter-offers that a log must have: both, where it has one of them."""
    return COUNTER if set(COUNTER) & set(names) else ()


def read_counter_offers(
    rows: Rows, accepted: npt.NDArray[np.bool_], offers: OfferGrid | None = None
) -> CounterOffers:
    """Read the counter-offers of rows; a blank in both columns is none.

    Shifts are magnitudes; where any pick-up shift is negative, they are signed.

    Parameters
    ----------
    rows
        Rows whose other cells have been checked.
    accepted
        Their answers.
    offers
        The grid that counter-offers have to be in; any minutes will do without it.

    Raises
    ------
    DataError
        If a cell is no shift, one of both is blank, or a counter-offer stands beside an acceptance,
        is no shift, or is outside the grid; it names every such row.
    """
    if COUNTER[0] not in rows.columns:
        return CounterOffers(np.zeros(0, dtype=np.intp), ())
    told = np.stack([_is_told(rows, name) for name in COUNTER])
    named: npt.NDArray[np.bool_] = np.any(told, axis=0)
    some = rows.where(named)
    problems = some.problems(dict.fromkeys(COUNTER, shift))
    if not problems and len(some):
        minutes = np.stack([some.read(name, shift, np.int64) for name in COUNTER], axis=1)
        if not (minutes[:, 0] < 0).any():
            minutes[:, 0] *= -1
        pairs = tuple((int(early), int(late)) for early, late in minutes)
        problems = [
            some.problem(cause, row, COUNTER[0])
            for row, pair in enumerate(pairs)
            if (cause := _wrong(pair, bool(accepted[named][row]), offers))
        ]
    if problems:
        raise DataError(problems)
    return CounterOffers(np.flatnonzero(named), pairs if len(some) else ())


def _is_told(rows: Rows, name: str) -> npt.NDArray[np.bool_]:
    column = rows.columns[name]
    told = [answer_word(cell) not in ("", "nan") for cell in (*column.values, None)]
    is_told: npt.NDArray[np.bool_] = np.array(told)[column.codes]
    return is_told


def _wrong(pair: Offer, accepted: bool, offers: OfferGrid | None) -> str | None:
    if accepted:
        return "names a counter-offer beside an acceptance; leave it blank, or is the answer no?"
    if pair == (0, 0):
        return "makes no shift of the counter-offer, which everybody accepts; leave both blank"
    if pair[0] > 0 or pair[1] < 0:
        early, late = SHIFTS
        return f"is to the wrong side: {early} is earlier, {late} later"
    if offers is not None and pair not in offers.pairs:
        return f"makes the counter-offer {pair}, which is not in the grid of {len(offers)} offers"
    return None
