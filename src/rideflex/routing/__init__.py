"""Service days, insertion quotes, re-optimisation and the clairvoyant benchmark."""

from typing import Any

from rideflex._moved import moved_name
from rideflex.routing.plans import INFEASIBLE, PlanBatch, Quotes
from rideflex.routing.problem import Requests, ServiceDay, default_fleet, windows_hold
from rideflex.routing.solution import Routes, Solution, problems_of
from rideflex.routing.vehicles import Break, Fleet, Vehicle

__all__ = [
    "INFEASIBLE",
    "Break",
    "Fleet",
    "PlanBatch",
    "Quotes",
    "Requests",
    "Routes",
    "ServiceDay",
    "Solution",
    "Vehicle",
    "default_fleet",
    "problems_of",
    "windows_hold",
]


def __getattr__(name: str) -> Any:
    return moved_name("rideflex.routing", name)
