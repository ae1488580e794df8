"""Two-valued context of trips: on some of them travelers may be stricter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.tables.texts import normal_text

_TRUE = frozenset({"1", "1.0", "true", "yes"})


@dataclass(frozen=True)
class TripContext:
    """Which trips have context level 1: those with certain values in a column.

    Parameters
    ----------
    column
        The column, of logs and of trips alike.
    values
        Its values that make level 1; every other value makes level 0. None until a log with two
        values has been seen.

    Examples
    --------
    >>> duty = TripContext.parse("trip_purpose=work,school")
    >>> duty.levels(["work", "shopping", "school"]).tolist()
    [1, 0, 1]
    >>> TripContext.parse("morning").of_column(["no", "yes", "no"]).values
    ('yes',)
    """

    column: str
    values: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, told: str) -> TripContext:
        """Read COLUMN, or COLUMN=VALUE,….

        Raises
        ------
        UsageError
            If a name or a value is missing.
        """
        column, sign, listed = told.partition("=")
        values = tuple(sorted({normal_text(value) for value in listed.split(",")}))
        if not column.strip() or (sign and not all(values)):
            raise UsageError(
                f"a context is a column, or a column and values, such as "
                f"trip_purpose=work,school; not {told!r}"
            )
        return cls(normal_text(column), values if sign else None)

    def of_column(self, values: Iterable[object]) -> TripContext:
        """Settle which of a column's two values makes level 1, where no value was named.

        It is the one that says yes, or else the later one of the alphabet.

        Raises
        ------
        UsageError
            If the column has more than two values.
        """
        if self.values is not None:
            return self
        found = sorted({normal_text(str(value)) for value in values})
        if len(found) > 2:
            shown = ", ".join(found[:5])
            raise UsageError(
                f"the context {self.column} has {len(found)} values ({shown}, …), and two levels "
                f"are told apart; name those of one level, such as {self.column}={found[0]}"
            )
        yes = [value for value in found if value.casefold() in _TRUE] or found[1:]
        return TripContext(self.column, tuple(yes[:1]))

    def levels(self, values: Sequence[object]) -> npt.NDArray[np.uint8]:
        """Context level of each value, uint8 [n]."""
        strict = set(self.values or ())
        return np.array([normal_text(str(value)) in strict for value in values], dtype=np.uint8)

    def __str__(self) -> str:
        return self.column if self.values is None else f"{self.column}={','.join(self.values)}"


def saved_context(fields: Mapping[str, Any] | None) -> TripContext | None:
    """Restore a context from its fields; None where there is none."""
    if fields is None:
        return None
    values = fields["values"]
    return TripContext(str(fields["column"]), None if values is None else tuple(values))
