"""Fit a model to the answers of a log, and say what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from rideflex.logs.answers_only import AnswerLog
from rideflex.models.answers import AnswerModel, Tally
from rideflex.models.tolerance import ToleranceModel
from rideflex.outcomes import Outcomes

QUARTERS = (25, 50, 75)


def fit_by_file(model: AnswerModel, files: Sequence[Outcomes], forget: float = 1.0) -> None:
    """Fit a model to the outcomes of files, oldest first, replacing what it was fitted to.

    Parameters
    ----------
    model
        The model.
    files
        Outcomes of each file.
    forget
        Weight that each file leaves to the files before it, from 0 to 1.
    """
    tally: Tally = model.tally()
    for outcomes in files:
        tally = tally if forget == 1.0 else tally.scaled(forget)
        tally.add(outcomes)
    model.fit(tally)


@dataclass(frozen=True)
class ToleranceFit:
    """A tolerance model fitted to a log.

    Parameters
    ----------
    model
        The fitted model.
    log
        What it was fitted to.
    seconds
        What the fit took.
    """

    model: ToleranceModel
    log: AnswerLog
    seconds: float

    @property
    def n_asked(self) -> int:
        """Travelers with answers to real questions."""
        return int((self.model.counts.totals > 0).sum())

    @property
    def n_questions(self) -> int:
        """Outcomes of real questions: no shift asks for nothing."""
        return int((self.log.outcomes.actions != self.log.offers.no_shift).sum())

    def quartiles(self) -> dict[str, list[float]]:
        """Quartiles of the minutes, earlier and later, that travelers with answers bear."""
        asked = np.flatnonzero(self.model.counts.totals > 0)
        minutes = self.model.predict_tolerances(asked)
        return {name: _percentiles(minutes[:, side]) for side, name in enumerate(("early", "late"))}


def fit_tolerances(log: AnswerLog, forget: float = 1.0) -> ToleranceFit:
    """Fit the tolerance model to a log that needs nothing beside it."""
    start = perf_counter()
    model = ToleranceModel(
        len(log.travelers),
        log.offers,
        trip_levels=log.trip_levels,
        travelers=log.travelers,
        context=log.context,
    )
    fit_by_file(model, log.by_file(), forget)
    return ToleranceFit(model, log, perf_counter() - start)


def _percentiles(minutes: npt.NDArray[np.float64]) -> list[float]:
    if not len(minutes):
        return []
    return [float(found) for found in np.percentile(minutes, QUARTERS)]
