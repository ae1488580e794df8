"""Fit a model to the answers of a log, and say what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.errors import UsageError
from rideflex.logs.answers_only import AnswerLog
from rideflex.logs.files import LogCounts
from rideflex.logs.trip_context import TripContext
from rideflex.models.answers import AnswerModel
from rideflex.models.fitting import log_doubts
from rideflex.models.hybrid import HybridModel
from rideflex.models.mixture import fit_mixture
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.tolerance.tally import AnswerTally
from rideflex.models.trip_levels import levels_of_trips
from rideflex.outcomes import Outcomes

QUARTERS = (25, 50, 75)
OWN = "tolerances of their own"
_SURE = 0.99
_MOST_KEPT = 1_000_000


class LogCollector:
    """Takes the outcomes of files as they are read: counts them, and keeps the last ones.

    Parameters
    ----------
    tally
        Counts of no answer; None where nothing is to be counted.
    forget
        Weight that each file leaves to the files before it, from 0 to 1.
    most_kept
        Outcomes that are kept, or a few more; None keeps all.
    """

    def __init__(
        self,
        tally: AnswerTally | None = None,
        forget: float = 1.0,
        most_kept: int | None = _MOST_KEPT,
    ) -> None:
        self.tally = tally
        self._forget, self._most_kept = forget, most_kept
        self._file: Path | None = None
        self._kept: list[Outcomes] = []
        self._volunteered: list[npt.NDArray[np.bool_]] = []
        self._n_kept = 0

    def __call__(self, file: Path, outcomes: Outcomes, volunteered: npt.NDArray[np.bool_]) -> None:
        """Take the next outcomes of a file, and which of them were volunteered, [n]."""
        if self.tally is not None:
            if file != self._file and self._file is not None and self._forget != 1.0:
                self.tally = self.tally.scaled(self._forget)
            self.tally.add(outcomes)
        self._file = file
        self._kept.append(outcomes)
        self._volunteered.append(volunteered)
        self._n_kept += len(outcomes)
        if self._most_kept is not None:
            while self._n_kept - len(self._kept[0]) >= self._most_kept:
                self._n_kept -= len(self._kept.pop(0))
                self._volunteered.pop(0)

    def recent(self) -> Outcomes:
        """The outcomes that are kept, oldest first.

        Raises
        ------
        UsageError
            If there was none.
        """
        if not self._kept:
            raise UsageError("no outcome was read")
        arrays = {
            name: np.concatenate([outcomes.arrays()[name] for outcomes in self._kept])
            for name in self._kept[0].arrays()
        }
        return Outcomes(**arrays, decisions=self._kept[0].decisions)

    def volunteered(self) -> npt.NDArray[np.bool_]:
        """Which of the outcomes that are kept answer no question, [n]."""
        return np.concatenate([np.zeros(0, dtype=np.bool_), *self._volunteered])


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
        """Outcomes of real questions: no shift asks for nothing, nor does a counter-offer."""
        real = int((self.log.outcomes.actions != self.log.offers.no_shift).sum())
        return real - self.log.counter_offers

    def quartiles(self) -> dict[str, list[float]]:
        """Quartiles of the minutes, earlier and later, that travelers with answers bear."""
        return tolerance_quartiles(self.model)


def tolerance_quartiles(model: AnswerModel) -> dict[str, list[float]]:
    """Quartiles of the minutes, "early" and "late", that travelers with answers bear."""
    answers = model.answered(np.arange(model.n_travelers))
    minutes = model.predict_tolerances(np.flatnonzero(answers > 0))
    return {name: _percentiles(minutes[:, side]) for side, name in enumerate(("early", "late"))}


def fit_tolerances(
    log: AnswerLog, forget: float = 1.0, statements: Outcomes | None = None
) -> ToleranceFit:
    """Fit the tolerance model to a log that needs nothing beside it.

    Parameters
    ----------
    log
        The answers.
    forget
        Weight that each file leaves to the files before it, from 0 to 1.
    statements
        What travelers say of themselves.
    """
    start = perf_counter()
    model = ToleranceModel(
        len(log.travelers),
        log.offers,
        trip_levels=log.trip_levels,
        travelers=log.travelers,
        context=log.context,
    )
    tally = model.tally()
    for outcomes in log.by_file():
        tally = tally if forget == 1.0 else tally.scaled(forget)
        tally.add(outcomes)
    if statements is not None:
        tally.state(statements)
    model.fit(tally)
    return ToleranceFit(model, log, perf_counter() - start)


@dataclass(frozen=True)
class HybridFit:
    """A hybrid model fitted to a log.

    Parameters
    ----------
    model
        The fitted model.
    log
        What it was fitted to.
    noise
        Flip probability ε that the answers speak for, were all travelers of the table's types.
    seconds
        What the fit took.
    """

    model: HybridModel
    log: LogCounts
    noise: float
    seconds: float

    @property
    def n_asked(self) -> int:
        """Travelers with outcomes."""
        return int((self.log.counts.total > 0).sum())

    def found(self) -> dict[str, int]:
        """Travelers with outcomes by the type that is likeliest, or by tolerances of their own."""
        held = self._held()
        own = 1.0 - held.sum(axis=1, keepdims=True)
        likeliest = np.concatenate([held, own], axis=1).argmax(axis=1)
        names = (*self.model.types, OWN)
        times = np.bincount(likeliest, minlength=len(names)).tolist()
        return dict(zip(names, times, strict=True))

    def sure(self) -> int:
        """Travelers held to be of one type with a probability above 0.99."""
        return int((self._held() > _SURE).any(axis=1).sum())

    def warnings(self) -> tuple[str, ...]:
        """What makes it doubtful that the log means what it seems to."""
        return log_doubts(self.log, self.noise)

    def _held(self) -> npt.NDArray[np.float64]:
        return self.model.predict_types(np.flatnonzero(self.log.counts.total > 0))


def hybrid_for(area: ServiceArea, context: TripContext | None) -> HybridModel:
    """Make a hybrid model of an area's travelers and table that has seen no answer."""
    levels = None
    if context is not None:
        levels, context = levels_of_trips(area, context)
    return HybridModel(
        len(area.travelers),
        area.table,
        trip_levels=levels,
        travelers=area.travelers,
        context=context,
    )


def fit_hybrid(model: HybridModel, tally: AnswerTally, log: LogCounts) -> HybridFit:
    """Fit a hybrid model to what a log amounts to."""
    start = perf_counter()
    model.fit(tally)
    seconds = perf_counter() - start
    return HybridFit(model, log, fit_mixture(log.counts).noise, seconds)


def _percentiles(minutes: npt.NDArray[np.float64]) -> list[float]:
    if not len(minutes):
        return []
    return [float(found) for found in np.percentile(minutes, QUARTERS)]
