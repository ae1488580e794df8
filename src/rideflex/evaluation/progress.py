"""Progress callbacks: told the name of each step of a long computation."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], object]
"""Is called with what begins now."""


def silent(step: str) -> None:
    """Tell nobody: the progress callback where none was given."""
