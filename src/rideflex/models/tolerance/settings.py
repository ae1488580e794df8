"""Model averaging over form, scale and lapse of the tolerance grid, by evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from rideflex.models.mixture import MixturePrior
from rideflex.models.tolerance.cells import FORMS, LAPSES, SCALES, Cells, Form
from rideflex.models.tolerance.prior import Evidence, fit_priors, type_log_likelihood
from rideflex.offers import OfferGrid
from rideflex.outcomes import Counts

Floats = npt.NDArray[np.float64]

_NEGLIGIBLE = 1e-3  # settings of less weight are left out
_PROMISING = 12.0  # log evidence that a rough fit may lack of the best and still be fitted whole
_FEWEST_WHOLE, _MOST_WHOLE = 8, 16_384  # settings; settings times travelers
_ROUGH_TOLERANCE, _ROUGH_PASSES = 1e-3, 40
_TYPICAL_SCALE: dict[Form, float] = {"both": 3.0, "sum": 0.2}
_MOST_HELD = 1 << 22  # likelihoods at a time
_STATED_WRONG, _STATED_RIGHT = 2.0, 8.0  # pseudo-statements
_TYPICAL_STATEMENT_LAPSE = 0.2
STATEMENT_LAPSES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.48)
"""Probabilities that a statement says nothing of the answers, each way."""
_LAPSED, _NOT_LAPSED = 1.0, 19.0  # pseudo-answers


@dataclass(frozen=True)
class Setting:
    """One form, scale and lapse, with the weights that were learned for it.

    Parameters
    ----------
    form, scale, lapse
        See `Cells.acceptance`.
    weights
        π of the G cells and the L types, float64 [G + L].
    noise
        Flip probability ε of the types' answers.
    share
        Weight of this setting in the average.
    statement_lapse
        Probability κ that a statement says nothing of what the traveler will answer, each way.
    """

    form: Form
    scale: float
    lapse: float
    weights: Floats
    noise: float
    share: float
    statement_lapse: float = _TYPICAL_STATEMENT_LAPSE

    def cells(self, n_levels: int) -> Cells:
        """The grid of cells."""
        return Cells.grid(self.form, n_levels)

    def acceptance(self, offers: OfferGrid, n_levels: int) -> Floats:
        """Probability that a traveler of each cell accepts each offer, float64 [G, C, A]."""
        return self.cells(n_levels).acceptance(offers, n_levels, self.scale, self.lapse)

    def log_statements(self, offers: OfferGrid, n_levels: int) -> Floats:
        """Logs of the probabilities of both statements by cell, float64 [G, A · 2].

        A statement is of trips of level 0, and has a lapse of its own.
        """
        within = self.cells(n_levels).acceptance(offers, 1, self.scale, 0.0)
        stated = self.statement_lapse + (1.0 - 2.0 * self.statement_lapse) * within
        stated[..., offers.no_shift] = 1.0
        return log_answers(stated)


def fit_settings(
    evidence: Evidence, offers: OfferGrid, n_levels: int, priors: MixturePrior
) -> tuple[Setting, ...]:
    """Fit the weights for every form, scale and lapse, and weigh these by evidence.

    A setting's share is proportional to its evidence, maximised over π, times the priors
    λ (1 - λ)^19 of the lapse and exp(-½ log²(s / s₀)) of the scale. All are fitted roughly first,
    and the promising ones whole.

    Parameters
    ----------
    evidence
        Answers of the travelers.
    offers, n_levels
        The A offers and C context levels that the answers were counted by.
    priors
        Of the types.

    Returns
    -------
    The settings that matter, heaviest first; their shares add up to 1.
    """
    rough = _fit(
        _all_settings(), evidence, offers, n_levels, priors, _ROUGH_TOLERANCE, _ROUGH_PASSES
    )
    bar = max(score for score, _ in rough) - _PROMISING
    # Where types explain nearly all answers no setting stands out: of many travelers the best few
    # are fitted whole, which then hardly differ.
    most = max(_FEWEST_WHOLE, _MOST_WHOLE // max(1, len(evidence.sizes)))
    best_first = sorted(rough, key=lambda scored: -scored[0])
    promising = [setting for score, setting in best_first[:most] if score >= bar]
    if evidence.known.statements is not None:
        promising = [
            replace(setting, statement_lapse=lapse)
            for setting in promising
            for lapse in STATEMENT_LAPSES
        ]
    fitted = _fit(promising, evidence, offers, n_levels, priors)
    scores = np.array([score for score, _ in fitted])
    shares = np.exp(scores - scores.max())
    shares[shares <= _NEGLIGIBLE * shares.sum()] = 0.0
    shares /= shares.sum()
    return tuple(
        replace(fitted[at][1], share=float(shares[at]))
        for at in np.argsort(-shares, kind="stable").tolist()
        if shares[at] > 0.0
    )


def log_answers(acceptance: Floats) -> Floats:
    """Logs of the probabilities of both answers, float64 [G, C · A · 2]: refused, accepted.

    An answer to no shift says nothing about tolerances: it counts 0.
    """
    with np.errstate(divide="ignore"):
        logs = np.stack([np.log1p(-acceptance), np.log(acceptance)], axis=-1)
    logs[acceptance == 1.0] = 0.0
    return logs.reshape(len(logs), -1)


def _all_settings() -> list[Setting]:
    """Every form, scale and lapse, without weights."""
    return [
        Setting(form, scale, lapse, np.empty(0), 0.0, 0.0)
        for form in FORMS
        for scale, lapse in product(SCALES[form], LAPSES)
    ]


def _fit(
    settings: Sequence[Setting],
    evidence: Evidence,
    offers: OfferGrid,
    n_levels: int,
    priors: MixturePrior,
    tolerance: float = 1e-6,
    max_passes: int = 300,
) -> list[tuple[float, Setting]]:
    """Fit the weights of settings, as many at a time as memory allows; with their log evidence."""
    fitted, known = [], evidence.known
    answers = known.answers.reshape(len(known), math.prod(known.answers.shape[1:])).astype(float)
    n_cells = len(Cells.grid("both", n_levels))
    at_a_time = max(1, _MOST_HELD // (n_cells * max(1, len(evidence.sizes))))
    for first in range(0, len(settings), at_a_time):
        some = settings[first : first + at_a_time]
        logs = [log_answers(setting.acceptance(offers, n_levels)).T for setting in some]
        log_cells = np.stack([answers @ of_answers for of_answers in logs])
        log_stated = None
        if known.statements is not None and known.stated_types is not None:
            said = known.statements.reshape(len(known), -1).astype(np.float64)
            for at, setting in enumerate(some):
                log_cells[at] += said @ setting.log_statements(offers, n_levels).T
            log_stated = np.stack(
                [stated_log_likelihood(known.stated_types, one.statement_lapse) for one in some]
            )
        found = fit_priors(
            log_cells,
            evidence,
            priors,
            log_stated=log_stated,
            tolerance=tolerance,
            max_passes=max_passes,
        )
        for setting, prior in zip(some, found, strict=True):
            score = (
                prior.evidence
                + _LAPSED * np.log(setting.lapse)
                + _NOT_LAPSED * np.log1p(-setting.lapse)
                - 0.5 * np.log(setting.scale / _TYPICAL_SCALE[setting.form]) ** 2
                + _STATED_WRONG * np.log(setting.statement_lapse)
                + _STATED_RIGHT * np.log1p(-setting.statement_lapse)
            )
            setting = replace(setting, weights=prior.weights, noise=prior.noise)
            fitted.append((float(score), setting))
    return fitted


def stated_log_likelihood(stated: Counts, lapse: float) -> Floats:
    """What statements add to the log-likelihood of each type, float64 [n, L]."""
    return type_log_likelihood(stated.agree, stated.total[:, None], lapse)
