"""A plugin for where the extras are not installed: leaves out the tests that need one."""

from __future__ import annotations

import importlib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a file of tests that imports what the base does not bring."""
    if not collection_path.match("test_*.py"):
        return None
    try:
        importlib.import_module(".".join(collection_path.relative_to(ROOT).with_suffix("").parts))
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] in {"rideflex", "tests"}:
            raise
        return True
    return None
