"""Fit a flexibility model to the counts of a log, and say what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from rideflex.areas import ServiceArea
from rideflex.areas.folder import TRIPS
from rideflex.errors import DataError, Problem, UsageError
from rideflex.logs.files import LogCounts
from rideflex.models.mixture import fit_mixture
from rideflex.models.protocol import FlexibilityModel
from rideflex.models.registry import model_class

_MUCH_NOISE = 0.2
_MANY_FALLBACKS = 0.05
_SURE = 0.99


@dataclass(frozen=True)
class LogFit:
    """A model fitted to a log.

    Parameters
    ----------
    model
        The fitted model.
    log
        What it was fitted to.
    noise
        Flip probability ε that the answers speak for.
    seconds
        What the fit took.
    """

    model: FlexibilityModel
    log: LogCounts
    noise: float
    seconds: float

    @property
    def n_asked(self) -> int:
        """Travelers with outcomes."""
        return int((self.log.counts.total > 0).sum())

    def found(self) -> dict[str, int]:
        """By type: travelers with outcomes whose likeliest type it is."""
        asked = np.flatnonzero(self.log.counts.total > 0)
        likeliest = self.model.predict_proba(asked).argmax(axis=1)
        travelers = np.bincount(likeliest, minlength=len(self.model.types))
        return dict(zip(self.model.types, travelers.tolist(), strict=True))

    def sure(self) -> int:
        """Travelers held to be of one type with a probability above 0.99."""
        asked = np.flatnonzero(self.log.counts.total > 0)
        return int((self.model.predict_proba(asked) > _SURE).any(axis=1).sum())

    def warnings(self) -> tuple[str, ...]:
        """What makes it doubtful that the log means what it seems to."""
        return log_doubts(self.log, self.noise)


def log_doubts(log: LogCounts, noise: float) -> tuple[str, ...]:
    """What makes it doubtful that a log means what it seems to.

    Parameters
    ----------
    log
        What was counted.
    noise
        Flip probability ε that the answers speak for.
    """
    doubts = []
    if noise > _MUCH_NOISE:
        doubts.append(
            f"{noise:.0%} of the answers go against the types, so the types explain "
            "little: are the answers and the offers in the right columns?"
        )
    if log.fallbacks > _MANY_FALLBACKS * log.rows:
        share = log.fallbacks / log.rows
        doubts.append(
            f"decisions.csv has no row for {share:.0%} of the outcomes, so the rules answer: "
            "are purposes, places and time windows spelt as in the decisions?"
        )
    return tuple(doubts)


def fit_to_log(model: FlexibilityModel, log: LogCounts) -> LogFit:
    """Fit a model to the counts of a log, replacing what it was fitted to before."""
    start = perf_counter()
    model.fit(log.counts)
    seconds = perf_counter() - start
    return LogFit(model, log, fit_mixture(log.counts).noise, seconds)


def model_for(area: ServiceArea, name: str, *, features: bool = False) -> FlexibilityModel:
    """Make a model of an area's travelers and types that has seen no outcome.

    Parameters
    ----------
    area
        Travelers, with their features, and decisions.
    name
        See `rideflex.models.registry`.
    features
        Let age, occupation and income, as far as the area tells them, speak for travelers who were
        never asked.

    Raises
    ------
    UsageError
        If there is no such model, or it takes no features.
    DataError
        If the area tells no features.
    """
    n_travelers, types = len(area.travelers), area.table.types
    if not features:
        return model_class(name)(n_travelers, types, travelers=area.travelers)
    if name != "evidence":
        raise UsageError(f"the model {name!r} takes no features; the model 'evidence' does")
    if not area.feature_names:
        cause = "says nothing of the travelers: it needs a column age, occupation or income"
        raise DataError(Problem(str(area.folder / TRIPS), cause))
    from rideflex.models.neural import EvidenceModel, TravelerFeatures

    levels = TravelerFeatures.of(area.features, area.feature_names)
    return EvidenceModel(
        n_travelers,
        types,
        features=levels.encode(area.features),
        levels=levels,
        travelers=area.travelers,
    )
