"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from rideflex.areas import ServiceArea, read_area
from rideflex.models.acceptance import Beliefs
from rideflex.synthetic.generate import AreaSettings, generate_area
from tests.commands import SMALL, call
from tests.informed import Informed

# One seed for everybody, and no timing: a test passes or fails alike on every machine.
settings.register_profile(
    "rideflex",
    deadline=None,
    derandomize=True,
    max_examples=int(os.environ.get("RIDEFLEX_EXAMPLES", "60")),
)
settings.load_profile("rideflex")


@pytest.fixture(scope="session")
def san_francisco() -> Path:
    """The real service area, which is not ours to ship: skip where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "sf"
    folder = Path(os.environ.get("RIDEFLEX_SF", beside))
    if not (folder / "decisions.csv").is_file():
        pytest.skip("the San Francisco folder is not on this machine")
    return folder


@pytest.fixture(scope="session")
def real_answers(san_francisco: Path) -> Path:
    """A log of real answers, which is not ours to ship: skip where it is absent."""
    path = san_francisco.parent / "real_answers" / "log.csv"
    if not path.is_file():
        pytest.skip("the real answers are not on this machine")
    return path


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
