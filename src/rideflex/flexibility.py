"""The flexibility types, and the rule that answers for a type where no decision is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.offers import OfferGrid

DEFAULT_TYPES = (
    "flexible for late dropoff, but inflexible for early pickup",
    "flexible for early pickup, but inflexible for late dropoff",
    "inflexible for any schedule changes",
    "flexible for both early pickup and late dropoff",
)
MAX_TYPES = 64


@dataclass(frozen=True)
class FlexibilityRule:
    """Accept an offer when both its shifts lie within the type's limits.

    Parameters
    ----------
    early, late
        Limits in minutes on the pick-up and the drop-off side; None is "any".
    """

    early: int | None
    late: int | None

    def accepts(self, offers: OfferGrid) -> npt.NDArray[np.bool_]:
        """Answers [A] to every offer of the grid."""
        return _within(offers.pickup, self.early) & _within(offers.dropoff, self.late)


RIGID = FlexibilityRule(early=0, late=0)
DEFAULT_RULES: Mapping[str, FlexibilityRule] = {
    name: FlexibilityRule(early, late)
    for name, (early, late) in zip(DEFAULT_TYPES, ((0, 30), (30, 0), (0, 0), (30, 30)), strict=True)
}


def flexible_sides(types: Sequence[str] = DEFAULT_TYPES) -> npt.NDArray[np.bool_]:
    """Whether each type's default rule accepts an earlier pick-up, and a later drop-off, [L, 2].

    Examples
    --------
    >>> flexible_sides().tolist()
    [[False, True], [True, False], [False, False], [True, True]]
    """
    rules = (DEFAULT_RULES[name] for name in types)
    return np.array([[rule.early != 0, rule.late != 0] for rule in rules])


def rule_answers(
    types: Sequence[str],
    offers: OfferGrid,
    rules: Mapping[str, FlexibilityRule] | None = None,
) -> npt.NDArray[np.bool_]:
    """Answers [A, L] of every type's rule to every offer.

    A type that has no rule accepts no shift: nobody is assumed flexible without evidence.
    """
    known = DEFAULT_RULES if rules is None else rules
    return np.stack([known.get(name, RIGID).accepts(offers) for name in types], axis=1)


def _within(shifts: npt.NDArray[np.int32], limit: int | None) -> npt.NDArray[np.bool_]:
    if limit is None:
        return np.ones(len(shifts), dtype=np.bool_)
    return np.abs(shifts) <= limit
