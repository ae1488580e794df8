"""The house: imports run downwards, and what must load late does."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rideflex

PACKAGE = Path(rideflex.__file__).parent

# Each part with the parts it may import; everybody may import the ground floor.
GROUND = {"errors", "arrays", "compiled", "files", "columns", "offers", "flexibility"}
MAY_IMPORT = {
    "travelers": set(),
    "outcomes": set(),
    "decisions": {"outcomes", "travelers"},
    "logs": {"outcomes", "travelers", "decisions", "records"},
    "alike": set(),
    "em": set(),
    "mixture": {"outcomes", "alike", "em"},
    "model": {"outcomes", "travelers"},
    "posterior": {"outcomes", "travelers", "mixture", "model", "decisions"},
    "records": {"outcomes", "travelers", "decisions"},
    "embedding": {
        *("outcomes", "travelers", "decisions", "records"),
        *("mixture", "model", "posterior"),
    },
    "data": {"outcomes", "travelers", "decisions"},
    "routing": set(),
    "negotiation": {
        *("outcomes", "travelers", "decisions", "data", "routing"),
        *("model", "mixture", "posterior", "embedding"),
    },
}


def imported_parts(file: Path) -> set[str]:
    """The parts of rideflex that a file imports, at any depth of its code."""
    parts = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rideflex."):
            parts.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            parts |= {a.name.split(".")[1] for a in node.names if a.name.startswith("rideflex.")}
    return parts


@pytest.mark.parametrize("part", sorted(MAY_IMPORT))
def test_imports_run_downwards(part: str) -> None:
    """No part imports one that stands above it."""
    home = PACKAGE / part
    files = sorted(home.rglob("*.py")) if home.is_dir() else [PACKAGE / f"{part}.py"]
    allowed = MAY_IMPORT[part] | GROUND | {part}
    strangers = {file.name: imported_parts(file) - allowed for file in files}
    assert not {name: parts for name, parts in strangers.items() if parts}


def test_the_ground_floor_stands_on_itself() -> None:
    """Errors, files, offers and types know nobody above them."""
    for part in GROUND:
        assert imported_parts(PACKAGE / f"{part}.py") <= GROUND


def test_every_part_is_in_the_plan() -> None:
    """A new module states here what it may import."""
    parts = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith(("_", "py."))}
    assert parts == {*GROUND, *MAY_IMPORT, "bench", "cli"}


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
