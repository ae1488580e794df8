"""Find the decisions of an update, and keep the tables that this process has compiled."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from rideflex.areas.folder import DECISIONS
from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.offers import OfferGrid
from rideflex.storage.array_file import is_saved
from rideflex.travelers import whole_ids

DECISIONS_VARIABLE = "RIDEFLEX_DECISIONS"
DECISIONS_FILE = "traveler_decisions_augmented.csv"

_Stamp = tuple[str, int, int, tuple[str, ...], OfferGrid]
_compiled: dict[_Stamp, DecisionTable] = {}
_MOST_KEPT = 8
_DEFAULT_TRAVELERS = 30


@dataclass(frozen=True)
class FoundDecisions:
    """The table of an update, and what finding it cost.

    Parameters
    ----------
    table
        The decisions; without any row where none were found, so that the rules answer.
    seconds
        Time to read and compile them; None where that was done before.
    loaded
        Whether they were compiled by an earlier program, and read from a saved table.
    named
        Whether somebody said where they are, or a file stood where scripts keep it.
    """

    table: DecisionTable
    seconds: float | None
    loaded: bool = False
    named: bool = True

    @property
    def from_file(self) -> bool:
        """Whether there are any decisions."""
        return self.table.n_trips > 0


def find_decisions(
    decisions: DecisionTable | str | Path | None, types: Sequence[str], offers: OfferGrid
) -> FoundDecisions:
    """Find the decisions of an update; a file is compiled once a process.

    They are `decisions` (a table, or the path of a CSV or Parquet file, of a saved table or of a
    service-area folder), else the file that the environment variable `RIDEFLEX_DECISIONS` names,
    else `traveler_decisions_augmented.csv` in the working directory, else that file beside the
    script that was started, else an empty table.

    Raises
    ------
    UsageError
        If a table holds other types or offers than the update.
    DataError
        If the file can't be used.
    """
    if isinstance(decisions, DecisionTable):
        _check_same("type", decisions.types, types)
        _check_same("offer", decisions.offers, offers)
        return FoundDecisions(decisions, None)
    named = decisions or os.environ.get(DECISIONS_VARIABLE)
    path = Path(named) if named else _unnamed_file()
    if path is None:
        return FoundDecisions(DecisionTable.empty(types, offers), None, named=False)
    if path.is_dir():
        path = path / DECISIONS
    return _compile(path, tuple(types), offers)


def count_travelers() -> int:
    """Entities that the travelers of the decisions need where id 1 is entity 0; 30 without any.

    The decisions are those of the default types and offers that `find_decisions` finds.
    """
    found = find_decisions(None, DEFAULT_TYPES, OfferGrid.default())
    if not found.from_file:
        return _DEFAULT_TRAVELERS
    return int(whole_ids(found.table.trip_travelers).max())


def _unnamed_file() -> Path | None:
    """The file that scripts keep in the working directory, or beside themselves."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folders = [Path()] if script is None else [Path(), Path(script).parent]
    return next((f / DECISIONS_FILE for f in folders if (f / DECISIONS_FILE).is_file()), None)


def _check_same(name: str, held: Sequence[object], wanted: Sequence[object]) -> None:
    for at, (one, other) in enumerate(zip_longest(held, wanted)):
        if one != other:
            raise UsageError(
                f"the decision table holds other {name}s than the update: {name} {at} is {one!r} "
                f"there and {other!r} here"
            )


def _compile(path: Path, types: tuple[str, ...], offers: OfferGrid) -> FoundDecisions:
    if is_saved(path):
        return replace(find_decisions(DecisionTable.load(path), types, offers), loaded=True)
    if not path.is_file():
        return FoundDecisions(DecisionTable.read(path, types, offers), None)
    stat = path.stat()
    stamp = (str(path.resolve()), stat.st_mtime_ns, stat.st_size, types, offers)
    if stamp in _compiled:
        return FoundDecisions(_compiled[stamp], None)
    start = time.perf_counter()
    table = DecisionTable.read(path, types, offers)
    while len(_compiled) >= _MOST_KEPT:  # the oldest leaves
        del _compiled[next(iter(_compiled))]
    _compiled[stamp] = table
    return FoundDecisions(table, time.perf_counter() - start)
