"""What is built for others: the wheel's page, the source archive, the extras."""

from __future__ import annotations

import re
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling import build

from rideflex.cli.extras import EXTRA_OF
from tests.test_layering import PACKAGE, foreign_imports

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    """The distributions that requirements name."""
    return {re.split(r"[\[<>=]", requirement)[0] for requirement in requirements}


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds run at the project's root."""
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("at_root")
def test_the_page_of_the_wheel_needs_no_file_beside_it(tmp_path: Path) -> None:
    """The description in the wheel's metadata links to no relative page or picture."""
    with zipfile.ZipFile(tmp_path / build.build_wheel(str(tmp_path))) as wheel:
        metadata = next(name for name in wheel.namelist() if name.endswith("/METADATA"))
        page = wheel.read(metadata).decode()
        assert "rideflex/py.typed" in wheel.namelist()
    prose = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    assert "# rideflex" in prose
    assert not re.findall(r"\]\((?!https?:|#)[^)]*\)", prose)


@pytest.mark.usefixtures("at_root")
def test_the_source_archive_holds_tests_and_pages(tmp_path: Path) -> None:
    """Whoever packages rideflex elsewhere can run its tests and build its site."""
    with tarfile.open(tmp_path / build.build_sdist(str(tmp_path))) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    for file in ("tests/conftest.py", "docs/decisions.md", "Makefile", "LICENSE", "CITATION.cff"):
        assert file in inside, file
    assert not any(name.startswith((".venv", "site/", "runs/")) for name in inside)


@pytest.mark.parametrize(
    "lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda lock: lock.name
)
def test_locks_pin_versions_and_name_no_place(lock: Path) -> None:
    """Every line is a name with an exact version, which any index can be asked for."""
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if line.strip()]
    pins = [line for line in lines if not line.lstrip().startswith("#")]
    assert len(pins) > 10
    for pin in pins:
        assert re.match(r"[\w.-]+==[\w.]+( ;.*)?$", pin), pin


def test_the_base_brings_no_heavy_library() -> None:
    """What `pip install rideflex` brings is named, and no library of an extra is among it."""
    base = names(PROJECT["dependencies"])
    assert not base & {"torch", "gymnasium", "matplotlib", "pyvrp", "stable-baselines3"}
    assert "torch" in names(PROJECT["optional-dependencies"]["train"])
    assert not any("torch==" in needed for needed in PROJECT["optional-dependencies"]["train"])


def test_every_foreign_import_comes_with_the_base_or_an_extra() -> None:
    """No library is imported that nothing brings, and none is brought that nothing imports."""
    shipped = {extra: PROJECT["optional-dependencies"][extra] for extra in ("train", "bench")}
    shipped |= {extra: PROJECT["optional-dependencies"][extra] for extra in ("plot", "solve")}
    brought = names(PROJECT["dependencies"]).union(*map(names, shipped.values())) - {"rideflex"}
    imported: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        imported |= foreign_imports(file)
    imported -= set(sys.stdlib_module_names) | {"rideflex"}
    imported |= {"tensorboard"}  # by PyTorch's writer of logs
    assert imported == {name.replace("-", "_") for name in brought}
    assert EXTRA_OF.keys() <= imported
