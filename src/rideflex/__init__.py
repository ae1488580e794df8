"""Learns how flexible each traveler is, and offers the time shift that saves the vehicles most.

The public names load when first used, so that importing rideflex costs next to nothing and
loads neither PyTorch nor Gymnasium.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from rideflex import _moved

if TYPE_CHECKING:
    from rideflex.areas import ServiceArea, read_area
    from rideflex.decisions import DecisionTable
    from rideflex.errors import DataError, RideflexError, UsageError
    from rideflex.flexibility import DEFAULT_TYPES, FlexibilityRule
    from rideflex.logs.encode import encode_outcomes
    from rideflex.models.posterior import FlexibilityPosterior
    from rideflex.offers import OfferGrid
    from rideflex.outcomes import Counts, OutcomeBuffer, Outcomes
    from rideflex.travelers import TravelerIndex

__all__ = [
    "DEFAULT_TYPES",
    "Counts",
    "DataError",
    "DecisionTable",
    "FlexibilityPosterior",
    "FlexibilityRule",
    "OfferGrid",
    "OutcomeBuffer",
    "Outcomes",
    "RideflexError",
    "ServiceArea",
    "TravelerIndex",
    "UsageError",
    "encode_outcomes",
    "read_area",
]

_moved.install()

_HOME = {
    "areas": ("ServiceArea", "read_area"),
    "decisions": ("DecisionTable",),
    "errors": ("DataError", "RideflexError", "UsageError"),
    "flexibility": ("DEFAULT_TYPES", "FlexibilityRule"),
    "offers": ("OfferGrid",),
    "outcomes": ("Counts", "OutcomeBuffer", "Outcomes"),
    "models.posterior": ("FlexibilityPosterior",),
    "logs.encode": ("encode_outcomes",),
    "travelers": ("TravelerIndex",),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("rideflex")
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(f"rideflex.{module}"), name)
    raise AttributeError(f"module 'rideflex' has no attribute {name!r}")
