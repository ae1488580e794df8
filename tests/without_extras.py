"""A plugin for where the extras are not installed: leaves out the tests that import one."""

from __future__ import annotations

import importlib
from pathlib import Path

from rideflex.cli.extras import EXTRA_OF

ROOT = Path(__file__).parents[1]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a file of tests whose imports need a library of an extra."""
    if not collection_path.match("test_*.py"):
        return None
    try:
        importlib.import_module(".".join(collection_path.relative_to(ROOT).with_suffix("").parts))
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in EXTRA_OF:
            raise
        return True
    return None
