"""A log column by column, wherever it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rideflex.tables.columns import CONTEXT
from rideflex.tables.ids import Ids

Shifts = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
_ID_NAMES = ("customer_id", CONTEXT[0])


@dataclass(frozen=True)
class ToldTwice:
    """Offers that a log tells by action and by both shifts, k of its n outcomes.

    Parameters
    ----------
    positions
        Which outcomes, [k].
    shifts
        Their pick-up and drop-off shifts in minutes, both int64 [k].
    """

    positions: npt.NDArray[np.intp]
    shifts: Shifts


@dataclass(frozen=True)
class LogColumns:
    """What n logged outcomes say.

    Parameters
    ----------
    ids
        The travelers' own ids [n].
    context
        The five other context columns by name, of the outcomes that have them, [k].
    with_context
        Which outcomes those are, [k]; all of them where None.
    actions
        Offers by action [n]; None where the shifts alone tell them.
    shifts
        Offers as pick-up and drop-off shifts in minutes, both int64 [n]; None where actions do.
    accepted
        The answers, bool [n].
    told_twice
        What the shifts of outcomes with an action say, where that has not been checked yet.
    """

    ids: Ids
    context: Mapping[str, pa.Array]
    with_context: npt.NDArray[np.intp] | None
    actions: npt.NDArray[np.int64] | None
    shifts: Shifts | None
    accepted: npt.NDArray[np.bool_]
    told_twice: ToldTwice | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_offers(self) -> int:
        """How many different offers there are."""
        told = self.actions if self.shifts is None else np.stack(self.shifts, axis=1)
        return 0 if told is None else len(np.unique(told, axis=0))


def id_name(names: tuple[str, ...] | list[str]) -> str:
    """The column that holds the travelers' own ids: `customer_id` or `traveler_id`."""
    return next((name for name in _ID_NAMES if name in names), CONTEXT[0])
