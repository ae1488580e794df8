"""Tolerances in minutes, learned from answers alone."""

from rideflex.models.tolerance.counts import AnswerCounts
from rideflex.models.tolerance.model import ToleranceModel

__all__ = ["AnswerCounts", "ToleranceModel"]
