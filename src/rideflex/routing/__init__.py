"""Service days, insertion quotes, re-optimisation and bounds."""

from rideflex.routing.day import Fleet, Requests, ServiceDay, windows_hold
from rideflex.routing.plans import INFEASIBLE, PlanBatch, Quotes, Routes
from rideflex.routing.sampling import default_fleet, sample_days

__all__ = [
    "INFEASIBLE",
    "Fleet",
    "PlanBatch",
    "Quotes",
    "Requests",
    "Routes",
    "ServiceDay",
    "default_fleet",
    "sample_days",
    "windows_hold",
]
