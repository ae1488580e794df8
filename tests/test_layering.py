"""The house: imports run downwards, and what must load late does."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rideflex

PACKAGE = Path(rideflex.__file__).parent

# From the ground up: a part imports what stands below it, and nothing else.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors"}),
    frozenset({"_compiled", "_moved"}),
    frozenset({"tables", "storage", "offers"}),
    frozenset({"travelers", "outcomes"}),
    frozenset({"flexibility", "routing"}),
    frozenset({"decisions"}),
    frozenset({"areas", "logs"}),
    frozenset({"models", "synthetic"}),
    frozenset({"negotiation", "embedding"}),
    frozenset({"evaluation", "calls"}),
    frozenset({"training"}),
    frozenset({"bench", "testing"}),
    frozenset({"cli"}),
)
PARTS = sorted(frozenset().union(*FLOORS))


def below(part: str) -> frozenset[str]:
    """The parts that stand on lower floors."""
    floor = next(number for number, parts in enumerate(FLOORS) if part in parts)
    return frozenset().union(*FLOORS[:floor])


def imported_parts(file: Path) -> set[str]:
    """The parts of rideflex that a file imports, at any depth of its code."""
    parts = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rideflex."):
            parts.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            parts |= {a.name.split(".")[1] for a in node.names if a.name.startswith("rideflex.")}
    return parts


def imported_modules() -> dict[str, set[str]]:
    """Each module of rideflex with those that it imports, packages' faces left out."""
    names = {
        ".".join(("rideflex", *path.relative_to(PACKAGE).with_suffix("").parts)): path
        for path in PACKAGE.rglob("*.py")
        if path.stem != "__init__"
    }
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                wanted = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                found[name] |= wanted & names.keys()
    return found


def foreign_imports(file: Path) -> set[str]:
    """The top-level packages that a file imports, at any depth of its code."""
    packages: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            packages.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
    return packages


@pytest.mark.parametrize("part", PARTS)
def test_imports_run_downwards(part: str) -> None:
    """No part imports one of its own floor or above."""
    home = PACKAGE / part
    files = sorted(home.rglob("*.py")) if home.is_dir() else [PACKAGE / f"{part}.py"]
    upward = {file.name: imported_parts(file) - below(part) - {part} for file in files}
    assert not {name: parts for name, parts in upward.items() if parts}


def test_no_module_imports_itself_through_others() -> None:
    """There is no circle among the modules, at import time or for types."""
    graph = {module: set(imported) for module, imported in imported_modules().items()}
    while leaves := {module for module, imported in graph.items() if not imported & graph.keys()}:
        graph = {module: imported for module, imported in graph.items() if module not in leaves}
    assert not graph


def test_every_part_is_in_the_plan() -> None:
    """A new module states here on which floor it stands."""
    parts = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith(("__", "py."))}
    assert parts == set(PARTS)


def test_few_modules_lie_loose() -> None:
    """Beside the rooms stand the words of the domain, and little else."""
    loose = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert len(loose) <= 7


@pytest.mark.parametrize("part", ["routing", "negotiation"])
def test_lower_floors_know_no_heavy_library(part: str) -> None:
    """Routing and the game work without Gymnasium, PyTorch or a web framework."""
    heavy = {"gymnasium", "torch", "stable_baselines3", "sb3_contrib", "fastapi"}
    for file in (PACKAGE / part).rglob("*.py"):
        assert not foreign_imports(file) & heavy, file.name


def test_importing_rideflex_loads_neither_torch_nor_gymnasium() -> None:
    """The table and the posterior work without the heavy libraries."""
    program = (
        "import sys, rideflex; rideflex.DecisionTable, rideflex.FlexibilityPosterior;"
        "sys.exit(bool({'torch', 'gymnasium', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_public_name_is_there() -> None:
    """All names of `rideflex.__all__` resolve, and a wrong one is an AttributeError."""
    for name in rideflex.__all__:
        assert getattr(rideflex, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rideflex.nothing
