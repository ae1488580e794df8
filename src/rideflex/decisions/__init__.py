"""Decision tables: read, checked, compiled once, asked in bulk."""

from rideflex.decisions.report import CompileReport
from rideflex.decisions.table import Answers, DecisionTable

__all__ = ["Answers", "CompileReport", "DecisionTable"]
