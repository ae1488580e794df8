"""Small changes to the program that its tests should notice: mutation testing by room.

`make mutants` calls it in an environment with Cosmic Ray, which makes the changes. Each is made in
a copy of the project, and the tests that name the changed module are run on it until one fails.
Tests that take three times as long as without the change count as failed. It leaves
`mutants.json`: per room how many changes were noticed (killed), and those that were not.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).parents[1]
PACKAGE = Path("src/rideflex")
COPIED = ("src", "tests", "pyproject.toml")
_JOBS = 2
_SLACK_S = 20.0  # a mutated kernel is compiled anew


@dataclass(frozen=True)
class Room:
    """A part of the program, and the tests that speak of it.

    Parameters
    ----------
    name
        The folder below the package.
    tests
        Folders of tests.
    compiled
        Whether kernels are compiled, or run as plain Python.
    deep
        Whether folders inside are part of it.
    """

    name: str
    tests: tuple[str, ...]
    compiled: bool = True
    deep: bool = False

    def modules(self) -> list[Path]:
        """Its modules, relative to the project."""
        found = (ROOT / PACKAGE / self.name).glob("**/*.py" if self.deep else "*.py")
        return sorted(path.relative_to(ROOT) for path in found if path.stem != "__init__")

    def tests_of(self, module: Path) -> list[str]:
        """Tests in its folders that import the module, or are named after it; else all of them."""
        name = ".".join(module.relative_to("src").with_suffix("").parts)
        files = [
            path for folder in self.tests for path in sorted((ROOT / folder).rglob("test_*.py"))
        ]
        near = [
            file
            for file in files
            if file.stem == f"test_{module.stem}" or name in file.read_text(encoding="utf-8")
        ]
        return [str(file.relative_to(ROOT)) for file in near or files]


ROOMS = (
    Room("models", ("tests/models",), deep=True),
    Room("decisions", ("tests/decisions",)),
    Room("routing/kernels", ("tests/routing/kernels",), compiled=False),
    Room("routing/search", ("tests/routing/search",)),
    Room("negotiation", ("tests/negotiation", "tests/training/environment")),
    Room("negotiation/policies", ("tests/negotiation/policies",)),
)


@dataclass(frozen=True)
class Mutant:
    """One small change: an operator of Cosmic Ray at one of the places where it applies."""

    module: Path
    operator: str
    occurrence: int
    line: int

    def code(self) -> str | None:
        """The changed module; None where nothing is changed."""
        source = (ROOT / self.module).read_text(encoding="utf-8")
        changed: str | None = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        return changed

    def difference(self) -> str:
        """The changed lines."""
        before = (ROOT / self.module).read_text(encoding="utf-8").splitlines()
        lines = difflib.unified_diff(before, (self.code() or "").splitlines(), n=0, lineterm="")
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def mutants_of(room: Room) -> list[Mutant]:
    """All small changes to a room, but those that no test could or should notice.

    Left out are annotations, what is raised (the texts of errors), blocks for type checkers, bodies
    of protocols, and decorators.
    """
    with TemporaryDirectory() as folder, use_db(f"{folder}/db", WorkDB.Mode.create) as db:
        init([ROOT / module for module in room.modules()], db, {})
        specs = [item.mutations[0] for item in db.work_items]
    spared = {module: _spared_lines(module) for module in room.modules()}
    found = []
    for spec in specs:
        module, line = Path(spec.module_path).relative_to(ROOT), spec.start_pos[0]
        if spec.operator_name.endswith("RemoveDecorator") or line in spared[module]:
            continue
        found.append(Mutant(module, spec.operator_name, spec.occurrence, line))
    return sorted(found, key=lambda mutant: (mutant.module, mutant.operator, mutant.occurrence))


def _spared_lines(module: Path) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        for part in _spared_parts(node):
            lines |= set(range(part.lineno, (part.end_lineno or part.lineno) + 1))
    return lines


def _spared_parts(node: ast.AST) -> Iterator[ast.stmt | ast.expr]:
    if isinstance(node, ast.FunctionDef):
        yield from (node.returns,) if node.returns else ()
        arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        yield from (one.annotation for one in arguments if one.annotation)
    elif isinstance(node, ast.stmt) and _tells_nothing(node):
        yield node


def _tells_nothing(node: ast.stmt) -> bool:
    """Whether a statement raises, or does nothing when the program runs."""
    match node:
        case ast.Raise() | ast.AnnAssign(value=None):
            return True
        case ast.If(test=test):
            return "TYPE_CHECKING" in ast.unparse(test)
        case ast.ClassDef(bases=bases):
            return any("Protocol" in ast.unparse(base) for base in bases)
    return False


def run_tests(copy: Path, python: Path, room: Room, tests: Sequence[str], limit_s: float) -> bool:
    """Whether the tests pass in a copy of the project; too long is a failure."""
    environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}:{copy}", "RIDEFLEX_EXAMPLES": "20"}
    if not room.compiled:
        environment["NUMBA_DISABLE_JIT"] = "1"
    command = [python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        ran = subprocess.run(
            command, cwd=copy, env=environment, timeout=limit_s, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


class Trial:
    """Runs the tests of a room on its mutants, several at a time, each in a copy of the project."""

    def __init__(self, room: Room, python: Path, copies: Sequence[Path]) -> None:
        self._room, self._python = room, python
        self._free: SimpleQueue[Path] = SimpleQueue()
        for copy in copies:
            self._free.put(copy)
        self._limits: dict[tuple[str, ...], float] = {}

    def survives(self, mutant: Mutant) -> bool:
        """Whether no test notices a mutant."""
        code = mutant.code()
        assert code is not None
        tests = self._room.tests_of(mutant.module)
        copy = self._free.get()
        try:
            limit_s = self._limit(copy, tests)
            file = copy / mutant.module
            state = file.stat()
            whole = file.read_text(encoding="utf-8")
            file.write_text(code, encoding="utf-8")
            try:
                return run_tests(copy, self._python, self._room, tests, limit_s)
            finally:
                file.write_text(whole, encoding="utf-8")
                os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))  # compiled code holds
        finally:
            self._free.put(copy)

    def _limit(self, copy: Path, tests: list[str]) -> float:
        """Three times what the tests take on the program as it is."""
        key = tuple(tests)
        if key not in self._limits:
            began = time.monotonic()
            if not run_tests(copy, self._python, self._room, tests, 600.0):
                sys.exit(f"{' '.join(tests)} fail without any change; nothing can be told")
            self._limits[key] = 3 * (time.monotonic() - began) + _SLACK_S
        return self._limits[key]


def copied(folder: Path) -> Path:
    """Copy the project with its compiled code, which holds as long as no file changes."""
    for name in COPIED:
        place = ROOT / name
        (shutil.copytree if place.is_dir() else shutil.copy2)(place, folder / name)
    return folder


def main() -> None:
    """Try the mutants of every room, tell what survived, and write `mutants.json`."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--python", type=Path, required=True, help="of the tests")
    asked.add_argument("--mutants", default="40", help="a room, drawn at random; or all")
    asked.add_argument("--rooms", default="", help="names between commas; all without it")
    asked.add_argument("--seed", type=int, default=0, help="of the draw")
    asked.add_argument("--out", type=Path, default=ROOT / "mutants.json")
    told = asked.parse_args()
    rooms = [room for room in ROOMS if not told.rooms or room.name in told.rooms.split(",")]
    console = Console(width=100, highlight=False)
    results = []
    with ExitStack() as stack:
        copies = [
            copied(Path(stack.enter_context(TemporaryDirectory(prefix="mutants-"))))
            for _ in range(_JOBS)
        ]
        progress = stack.enter_context(Progress(console=console, transient=True))
        for room in rooms:
            mutants = mutants_of(room)
            if told.mutants != "all":
                n = min(int(told.mutants), len(mutants))
                mutants = random.Random(told.seed).sample(mutants, n)
            mutants = [one for one in mutants if one.code() is not None]
            trial = Trial(room, told.python.absolute(), copies)
            with ThreadPoolExecutor(_JOBS) as pool:
                tried = list(
                    progress.track(
                        pool.map(trial.survives, mutants), len(mutants), description=room.name
                    )
                )
            survivors = [one for one, survived in zip(mutants, tried, strict=True) if survived]
            results.append(_result(room, len(mutants), survivors))
            told.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    _show(console, results, told.out)


def _result(room: Room, n: int, survivors: Sequence[Mutant]) -> dict[str, object]:
    killed = n - len(survivors)
    return {
        "room": room.name,
        "killed": killed,
        "survived": len(survivors),
        "share": killed / n if n else None,
        "survivors": [
            {"file": str(one.module), "line": one.line, "change": one.difference()}
            for one in survivors
        ],
    }


def _show(console: Console, results: Sequence[dict[str, object]], out: Path) -> None:
    table = Table("room", "killed", "survived", "share")
    for row in results:
        share = "-" if row["share"] is None else f"{row['share']:.0%}"
        table.add_row(str(row["room"]), str(row["killed"]), str(row["survived"]), share)
    console.print(table)
    console.print(f"What survived stands in {out}.")


if __name__ == "__main__":
    main()
