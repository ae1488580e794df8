"""A small city, and outcomes of its travelers."""

from __future__ import annotations

from pathlib import Path

import pytest

from rideflex.areas import ServiceArea, read_area
from rideflex.synthetic import AreaSettings, generate_area
from tests.embedding.updates import N_TRAVELERS, Rows, draw_rows


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small generated city."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=N_TRAVELERS, trips=9, zones=6, seed=3))
    return read_area(folder)


@pytest.fixture(scope="module")
def rows(area: ServiceArea) -> Rows:
    """600 outcomes as dicts: true types answer from the table."""
    return draw_rows(area, 600, seed=0)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds decisions that it did not name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RIDEFLEX_DECISIONS", raising=False)
