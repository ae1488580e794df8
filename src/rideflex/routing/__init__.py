"""Service days, insertion quotes, re-optimisation and bounds."""

from rideflex.routing.day import Fleet, Requests, ServiceDay, windows_hold
from rideflex.routing.plans import INFEASIBLE, PlanBatch, Quotes
from rideflex.routing.sampling import default_fleet, sample_days
from rideflex.routing.solution import Routes, Solution, problems_of

__all__ = [
    "INFEASIBLE",
    "Fleet",
    "PlanBatch",
    "Quotes",
    "Requests",
    "Routes",
    "ServiceDay",
    "Solution",
    "default_fleet",
    "problems_of",
    "sample_days",
    "windows_hold",
]
