"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# One seed for everybody, and no timing: a test passes or fails alike on every machine.
settings.register_profile("rideflex", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("rideflex")


@pytest.fixture(scope="session")
def san_francisco() -> Path:
    """The real service area, which is not ours to ship: skip where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "sf"
    folder = Path(os.environ.get("RIDEFLEX_SF", beside))
    if not (folder / "decisions.csv").is_file():
        pytest.skip("the San Francisco folder is not on this machine")
    return folder
