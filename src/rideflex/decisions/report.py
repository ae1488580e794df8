"""What compiling a decision table found in its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CompileReport:
    """Counts over the source of a decision table.

    Parameters
    ----------
    rows
        Rows read.
    keys
        Distinct (context, offer) pairs among them.
    trips
        Distinct contexts.
    duplicate_rows
        Rows whose key stood in an earlier row.
    conflicting_keys
        Keys whose rows disagree for at least one type.
    missing_cells
        (trip, offer) pairs of the grid without a row; the rule answers there.
    keys_outside_grid
        Keys whose offer is not in the grid; nobody can be asked about them.
    """

    rows: int
    keys: int
    trips: int
    duplicate_rows: int
    conflicting_keys: int
    missing_cells: int
    keys_outside_grid: int
