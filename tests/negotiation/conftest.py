"""A small city that everybody here negotiates in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rideflex.data import ServiceArea, read_area
from rideflex.data.generate import AreaSettings, generate_area
from rideflex.negotiation import Beliefs
from tests.negotiation.commands import SMALL, call


class Informed:
    """A flexibility model that was told who everybody is."""

    def __init__(self, area: ServiceArea, certainty: float = 1.0) -> None:
        self.types, self.n_travelers = area.table.types, len(area.travelers)
        n_types = len(self.types)
        exact = np.eye(n_types)[area.true_types]
        self.probabilities = certainty * exact + (1 - certainty) / n_types

    def predict_proba(self, travelers, *, unknown="raise"):
        """The truth, as sharp as `certainty`."""
        return self.probabilities[travelers]


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated service area of 10 travelers."""
    folder = tmp_path_factory.mktemp("areas") / "city"
    generate_area(folder, AreaSettings(travelers=10, trips=8, zones=9, seed=3))
    return folder


@pytest.fixture(scope="session")
def city(city_folder: Path) -> ServiceArea:
    """The generated service area, read."""
    return read_area(city_folder)


@pytest.fixture(scope="session")
def run(city_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A trained run and what training printed."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    text = call(
        "train", "--data", city_folder, "--out", folder, *SMALL, "--explore", "1", "--days", "2"
    )
    return folder, text


@pytest.fixture
def informed(city: ServiceArea) -> Beliefs:
    """Beliefs of a model that knows the types."""
    beliefs = Beliefs(city)
    beliefs.update(Informed(city))
    return beliefs
