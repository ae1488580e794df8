"""Published instances: how far re-optimised routes are from the best known cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from rideflex.bench.machine import describe_machine
from rideflex.errors import DataError, Problem
from rideflex.routing import problems_of
from rideflex.routing.instances.read import read_instance
from rideflex.routing.plans import inserted
from rideflex.routing.search.reoptimise import reoptimise
from rideflex.routing.search.solver import Solver

_PAIR = re.compile(r"\|\s*([A-Za-z][\w.-]*)\s*\|\s*([\d,]+\.?\d*)\s*(?=\|)")
README = "README.md"


@dataclass(frozen=True)
class InstanceResult:
    """One instance as it was solved.

    Parameters
    ----------
    name
        The file's, without its ending.
    best_known, cost
        In the units of the file; None where no best known cost is told.
    gap
        How much more than the best known cost, as a share.
    seconds, vehicles, unserved
        Of the solution.
    accepted
        Whether the oracle accepts the routes.
    """

    name: str
    best_known: float | None
    cost: float
    gap: float | None
    seconds: float
    vehicles: int
    unserved: int
    accepted: bool


@dataclass(frozen=True)
class InstancesBench:
    """All instances of a folder, as they were solved."""

    instances: tuple[InstanceResult, ...]
    iterations: int
    solver: Solver
    machine: str

    @property
    def gaps(self) -> list[float]:
        """Gaps of the instances whose best known cost is told."""
        return [one.gap for one in self.instances if one.gap is not None]

    def as_json(self) -> dict[str, Any]:
        """Every figure; gaps as shares, None where no best known cost is told."""
        gaps = self.gaps
        return {
            **asdict(self),
            "mean_gap": float(np.mean(gaps)) if gaps else None,
            "worst_gap": max(gaps) if gaps else None,
        }


def bench_instances(
    folder: Path,
    iterations: int,
    seed: int,
    solver: Solver,
    on_step: Callable[[str], None] = lambda _: None,
) -> InstancesBench:
    """Solve every instance of a folder, `iterations` of the solver each.

    Best known costs are read from the tables of a `README.md` in the folder or the one above it:
    cells of a name and a number beside each other.

    Raises
    ------
    DataError
        If the folder holds no instance, or one can't be read.
    """
    files = sorted(path for path in folder.glob("*.txt") if path.is_file())
    if not files:
        raise DataError(Problem(str(folder), "holds no instance: no file that ends in .txt"))
    known = dict(_best_known(folder))
    results = []
    for path in files:
        on_step(path.stem)
        instance = read_instance(path)
        begun = perf_counter()
        found = reoptimise(instance.day, inserted(instance.day), iterations, seed, solver)
        seconds = perf_counter() - begun
        cost, best = found.driving / instance.scale, known.get(path.stem)
        results.append(
            InstanceResult(
                name=path.stem,
                best_known=best,
                cost=cost,
                gap=None if best is None or found.unserved else cost / best - 1,
                seconds=seconds,
                vehicles=sum(bool(route) for route in found.routes),
                unserved=len(found.unserved),
                accepted=not problems_of(instance.day, found.routes),
            )
        )
    return InstancesBench(tuple(results), iterations, solver, describe_machine())


def _best_known(folder: Path) -> Iterator[tuple[str, float]]:
    for path in (folder.parent / README, folder / README):
        if path.is_file():
            for name, cost in _PAIR.findall(path.read_text(encoding="utf-8")):
                yield name, float(cost.replace(",", ""))
