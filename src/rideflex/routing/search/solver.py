"""The solver of routes under given windows: PyVRP, or ruin and recreate alone."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

Solver = Literal["pyvrp", "built-in"]
"""PyVRP's iterated local search, or the compiled ruin and recreate that comes before it."""


def installed_solver() -> Solver:
    """PyVRP where it is installed, else the built-in search."""
    return "pyvrp" if find_spec("pyvrp") else "built-in"
