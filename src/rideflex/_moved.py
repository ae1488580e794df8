"""Import paths of release 0.1: each leads on to its present home, with a DeprecationWarning."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MOVED = {
    "rideflex.columns": ("rideflex.tables.columns", "rideflex.tables.time_windows"),
    "rideflex.data": ("rideflex.areas", "rideflex.synthetic"),
    "rideflex.mixture": ("rideflex.models.mixture",),
    "rideflex.model": ("rideflex.models.protocol",),
    "rideflex.negotiation.bound": ("rideflex.evaluation.clairvoyant",),
    "rideflex.negotiation.comparison": ("rideflex.evaluation.compare",),
    "rideflex.negotiation.evaluation": ("rideflex.evaluation.play",),
    "rideflex.posterior": ("rideflex.models.posterior",),
    "rideflex.records": ("rideflex.logs.encode",),
    "rideflex.routing.agreement": ("rideflex.routing.search.agreement",),
    "rideflex.routing.clairvoyant": ("rideflex.routing.search.clairvoyant",),
    "rideflex.routing.exact": ("rideflex.routing.search.exact",),
    "rideflex.routing.reoptimise": ("rideflex.routing.search.reoptimise",),
}
"""Modules of release 0.1 with the modules that hold their names now."""

MOVED_NAMES = {
    "rideflex.negotiation": {
        "Beliefs": "rideflex.models.acceptance",
        "ENVIRONMENT": "rideflex.training.environment",
        "Simulation": "rideflex.training.environment",
        "register": "rideflex.training.environment",
    },
    "rideflex.routing": {"sample_days": "rideflex.negotiation"},
}
"""Names that left a package which is still there."""


def moved_name(package: str, name: str) -> Any:
    """A name that left `package`, from its present home.

    Raises
    ------
    AttributeError
        If the package never had such a name.
    """
    home = MOVED_NAMES[package].get(name)
    if home is None:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    _warn(f"{package}.{name}", f"{home}.{name}")
    return getattr(import_module(home), name)


class MovedModule(ModuleType):
    """Stands where a module of release 0.1 stood."""

    def __getattr__(self, name: str) -> Any:
        """Find the name in its present home."""
        if not name.startswith("__"):
            for home in MOVED[self.__name__]:
                module = import_module(home)
                if hasattr(module, name):
                    _warn(f"{self.__name__}.{name}", f"{home}.{name}")
                    return getattr(module, name)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


class MovedFinder(MetaPathFinder, Loader):
    """Finds the modules of release 0.1 after all others failed to."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the modules that moved, and for no other."""
        del path, target
        return ModuleSpec(fullname, self) if fullname in MOVED else None

    def create_module(self, spec: ModuleSpec) -> MovedModule:
        """Make the module that leads on."""
        return MovedModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to run: names are found when they are asked for."""


def install() -> None:
    """Let Python find the moved modules; a second call changes nothing."""
    if not any(isinstance(finder, MovedFinder) for finder in sys.meta_path):
        sys.meta_path.append(MovedFinder())


def _warn(old: str, new: str) -> None:
    warnings.warn(f"{old} has moved to {new}", DeprecationWarning, stacklevel=3)
