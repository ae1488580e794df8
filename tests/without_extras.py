"""A plugin for where the extras are not installed: leaves out the tests that need one."""

from __future__ import annotations

import importlib
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a file of tests that imports what the base does not bring."""
    if not collection_path.match("test_*.py"):
        return None
    try:
        importlib.import_module(".".join(collection_path.relative_to(ROOT).with_suffix("").parts))
    except ModuleNotFoundError as error:
        if _is_ours(error):
            raise
        return True
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    """Skip a test whose fixtures need what the base does not bring."""
    yield from _skipping()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Skip a test that needs what the base does not bring."""
    yield from _skipping()


def _skipping() -> Generator[None, None, None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if _is_ours(error):
            raise
        pytest.skip(f"needs {error.name}")


def _is_ours(error: ModuleNotFoundError) -> bool:
    return str(error.name).partition(".")[0] in {"rideflex", "tests"}
