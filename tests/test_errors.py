"""Errors that name the place, the value and the cause."""

from __future__ import annotations

from rideflex.errors import DataError, Problem


def test_problems_read_as_one_line_with_place_and_value() -> None:
    """A problem names file, row, column, value and cause; more problems are counted."""
    problem = Problem("trips.csv", "is not a window", row=3, column="departure", value="8-9")
    assert str(problem) == "trips.csv, row 3, column 'departure', value '8-9': is not a window"
    assert str(DataError([problem, problem])) == f"{problem} (and 1 more)"
    advised = DataError([problem, problem], "rideflex check city lists them")
    assert str(advised).endswith("(and 1 more; rideflex check city lists them)")
    assert str(DataError([problem], "rideflex check city lists them")) == str(problem)


def test_long_values_are_cut_in_messages() -> None:
    """A cell of thousands of characters shows its first 80; the problem itself keeps it whole."""
    problem = Problem("trips.csv", "is odd", value="x" * 5000)
    assert str(problem) == f"trips.csv, value '{'x' * 80}…': is odd"
    assert len(problem.value) == 5000
