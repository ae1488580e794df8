"""The ordered list of offers that a policy chooses from."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args, overload

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError

Meaning = Literal["end", "trip", "move"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
_LONGEST = 1440  # minutes


@dataclass(frozen=True)
class OfferGrid(Sequence[tuple[int, int]]):
    """Offers (pick-up shift, drop-off shift) in minutes; a shift of -10 is ten minutes earlier.

    The order is the action space: action `a` is `grid[a]`. Exactly one offer is (0, 0).

    Parameters
    ----------
    pairs
        The offers.
    means
        What an accepted offer does to the windows: "end" lets the pick-up be earlier and the
        drop-off later, "trip" lets the whole trip start earlier or end later, and "move" agrees on
        a definite other time (see `bounds`).

    Raises
    ------
    UsageError
        If an offer stands twice, picks up later or drops off earlier, shifts by more than a day, or
        (0, 0) is not among them.

    Examples
    --------
    >>> grid = OfferGrid.default()
    >>> len(grid), grid[0], grid.no_shift
    (16, (-30, 0), 12)
    """

    pairs: tuple[tuple[int, int], ...]
    means: Meaning = "end"

    def __post_init__(self) -> None:
        if (0, 0) not in self.pairs:
            raise UsageError("an offer grid needs the offer (0, 0), no shift")
        if wrong := [pair for pair in self.pairs if pair[0] > 0 or pair[1] < 0]:
            raise UsageError(
                "an offer picks up earlier (a shift of 0 or less) and drops off later (0 or more); "
                f"not so {wrong[0]}{f' and {len(wrong) - 1} more' if len(wrong) > 1 else ''}, "
                "which no table of decisions answers"
            )
        if longest := [pair for pair in self.pairs if max(-pair[0], pair[1]) > _LONGEST]:
            raise UsageError(
                f"an offer shifts by a day ({_LONGEST:,} minutes) at most, not {longest[0]}; "
                "are its shifts minutes?"
            )
        if self.means not in MEANINGS:
            raise UsageError(f"an offer means one of {', '.join(MEANINGS)}, not {self.means!r}")
        if len(set(self.pairs)) < len(self.pairs):
            twice = next(pair for pair in self.pairs if self.pairs.count(pair) > 1)
            raise UsageError(f"the offer {twice} stands in the grid more than once")

    @classmethod
    def from_steps(cls, pickup: Iterable[int], dropoff: Iterable[int]) -> OfferGrid:
        """Every pick-up shift (outer) with every drop-off shift (inner), in minutes."""
        late = tuple(dropoff)
        return cls(tuple((int(early), int(step)) for early in pickup for step in late))

    @classmethod
    def from_pairs(cls, pairs: Iterable[Sequence[int]]) -> OfferGrid:
        """Offers as they stand in a list of pairs (an action space map).

        Raises
        ------
        UsageError
            If an offer is not a pair of whole numbers.
        """
        try:
            return cls(tuple((int(early), int(late)) for early, late in pairs))
        except (TypeError, ValueError) as error:
            if isinstance(error, UsageError):
                raise
            raise UsageError(f"an offer grid is made of pairs of minutes: {error}") from None

    @classmethod
    def of(cls, action_space_map: ActionSpaceMap) -> OfferGrid:
        """Read an action space map: a grid, its pairs in order, or the pairs by action."""
        if isinstance(action_space_map, OfferGrid):
            return action_space_map
        if isinstance(action_space_map, Mapping):
            if sorted(action_space_map) != list(range(len(action_space_map))):
                raise UsageError("the actions of an action space map count from 0 without gaps")
            return cls.from_pairs(action_space_map[at] for at in range(len(action_space_map)))
        return cls.from_pairs(action_space_map)

    @classmethod
    def default(cls) -> OfferGrid:
        """16 offers: pick-up -30, -20, -10, 0 times drop-off 0, 10, 20, 30."""
        return cls.from_steps(pickup=(-30, -20, -10, 0), dropoff=(0, 10, 20, 30))

    @cached_property
    def pickup(self) -> npt.NDArray[np.int32]:
        """Pick-up shifts [A] in minutes, read-only."""
        return self._column(0)

    @cached_property
    def dropoff(self) -> npt.NDArray[np.int32]:
        """Drop-off shifts [A] in minutes, read-only."""
        return self._column(1)

    @cached_property
    def minutes(self) -> npt.NDArray[np.int32]:
        """Shifted minutes [A] of each offer, both sides together, read-only."""
        minutes = np.abs(self.pickup) + np.abs(self.dropoff)
        minutes.setflags(write=False)
        return minutes

    @cached_property
    def bounds(self) -> npt.NDArray[np.int32]:
        """Minutes [A, 4] by which each offer shifts the windows, read-only.

        Earliest and latest pick-up, then earliest and latest drop-off. For p minutes earlier and d
        minutes later these are (-p, 0, 0, d) of an "end", (-p, d, -p, d) of a "trip", and
        (-p, -p, -p, -p) or (d, d, d, d) of a "move"; see `possible`.
        """
        early, late, none = self.pickup, self.dropoff, np.zeros_like(self.pickup)
        sides = {
            "end": (early, none, none, late),
            "trip": (early, late, early, late),
            "move": (early + late,) * 4,
        }
        bounds = np.stack(sides[self.means], axis=1)
        bounds.setflags(write=False)
        return bounds

    @cached_property
    def possible(self) -> npt.NDArray[np.bool_]:
        """Whether each offer means anything [A], read-only: a trip moves one way, not both."""
        possible = ~((self.means == "move") & (self.pickup != 0) & (self.dropoff != 0))
        possible.setflags(write=False)
        return np.asarray(possible)

    @cached_property
    def no_shift(self) -> int:
        """The action that asks for nothing."""
        return self.pairs.index((0, 0))

    def action_of(self, pickup: int, dropoff: int) -> int:
        """Return the action whose offer is (pickup, dropoff), in minutes.

        Raises
        ------
        UsageError
            If the grid has no such offer.

        Examples
        --------
        >>> OfferGrid.default().action_of(-20, 30)
        7
        """
        try:
            return self.pairs.index((pickup, dropoff))
        except ValueError:
            raise UsageError(
                f"the offer ({pickup}, {dropoff}) is not in the grid of {len(self)} offers "
                f"(pick-up {sorted(set(self.pickup.tolist()))}, "
                f"drop-off {sorted(set(self.dropoff.tolist()))})"
            ) from None

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Return the first action whose offer is `value`, as `list.index` does.

        `index(pickup, dropoff)` is the older way to write `action_of(pickup, dropoff)`.

        Raises
        ------
        ValueError
            If the grid has no such offer.
        """
        if isinstance(value, int | np.integer):
            warnings.warn(
                "OfferGrid.index(pickup, dropoff) is OfferGrid.action_of(pickup, dropoff)",
                DeprecationWarning,
                stacklevel=2,
            )
            return self.action_of(int(value), start)
        return self.pairs.index(value, start, len(self) if stop is None else stop)

    def check_actions(self, actions: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Return actions as int32 [n].

        Raises
        ------
        UsageError
            If one is not an index of the grid; it names the first.
        """
        array = np.asarray(actions)
        if array.size and not np.issubdtype(array.dtype, np.integer):
            raise UsageError(f"actions are indices of the offer grid, not {array.dtype} values")
        if array.size and not (0 <= array.min() and array.max() < len(self)):
            flat = array.reshape(-1)
            row = int(np.argmax((flat < 0) | (flat >= len(self))))
            raise UsageError(
                f"action {flat[row]} at position {row} is outside the grid of {len(self)} offers"
            )
        return array.astype(np.int32, copy=False)

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self.pairs)

    @overload
    def __getitem__(self, action: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, action: slice) -> tuple[tuple[int, int], ...]: ...
    def __getitem__(self, action: int | slice) -> tuple[int, int] | tuple[tuple[int, int], ...]:
        return self.pairs[action]

    def _column(self, side: int) -> npt.NDArray[np.int32]:
        column = np.array([pair[side] for pair in self.pairs], dtype=np.int32)
        column.setflags(write=False)
        return column


ActionSpaceMap = OfferGrid | Iterable[Sequence[int]] | Mapping[int, Sequence[int]]
