"""Goodness of fit of a decision table to answers: which offers and travelers contradict it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.models.answer_predictors import TABLE, AnswerWorld, cross_validate
from rideflex.models.binomial import lower_tail, upper_tail, wilson_interval
from rideflex.models.mixture import Mixture, fit_mixture
from rideflex.outcomes import Counts, Outcomes
from rideflex.tables.ids import Ids

Floats = npt.NDArray[np.float64]

_LEVEL = 0.01  # of all offers together, and of all travelers together
_CLEARLY = 2.0  # standard errors by which another model predicts better
_NAMED, _WORTH_NAMING = 3, 0.05
_MOST_LISTED = 100
_FEWEST = 60  # answers that can be split and compared
_MOST_COMPARED, _MOST_TRAVELERS = 8_000, 400
_DOUBTFUL = 1_000  # travelers whose tails are computed, the oddest first


@dataclass(frozen=True)
class OfferFit:
    """Acceptance of one offer where the types are expected to say the same.

    Parameters
    ----------
    action
        The offer.
    expects
        Whether an acceptance was likelier than a refusal.
    asked, accepted
        Questions, and acceptances.
    expected
        Mean probability of an acceptance, each answer predicted from the traveler's others.
    low, high
        Interval of the acceptance rate, 95 % of it.
    p_value
        Probability of a rate that far from what was expected, or farther.
    """

    action: int
    expects: bool
    asked: int
    accepted: int
    expected: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class TravelerFit:
    """Unexpected answers of one traveler.

    Parameters
    ----------
    entity
        The traveler.
    answers, unexpected
        Answers to real questions, and those of them that were the less likely ones.
    expected
        Mean probability of an unexpected answer.
    p_value
        Probability of so many unexpected answers, or more.
    """

    entity: int
    answers: int
    unexpected: int
    expected: float
    p_value: float


@dataclass(frozen=True)
class Misfit:
    """Where answers contradict a decision table.

    Parameters
    ----------
    offers
        Acceptance by offer, apart where the types were expected to accept and to refuse.
    travelers
        Of those with answers, by how likely their unexpected answers are, the unlikeliest first.
    noise
        Flip probability ε with which the table explains the answers.
    log_loss
        Of each model on answers that it was not fitted to.
    lead
        By how many standard errors the best model without the table alone predicts better than it;
        negative where the table predicts best.
    """

    offers: tuple[OfferFit, ...]
    travelers: tuple[TravelerFit, ...]
    noise: float
    log_loss: dict[str, float]
    lead: float

    @property
    def contradicts(self) -> bool:
        """Whether the answers contradict the table more than chance does.

        That is where an offer's or a traveler's answers would come about by chance in fewer than
        one of a hundred logs, or another model predicts far better.
        """
        offers = any(one.p_value * len(self.offers) < _LEVEL for one in self.offers)
        travelers = any(one.p_value * len(self.travelers) < _LEVEL for one in self.travelers)
        return offers or travelers or self.lead > _CLEARLY

    @property
    def best(self) -> str | None:
        """The model that predicts answers best; None where none could be compared."""
        return min(self.log_loss, key=self.log_loss.__getitem__) if self.log_loss else None


def find_misfit(outcomes: Outcomes, world: AnswerWorld) -> Misfit:
    """Compare answers with what the types of a table lead to expect.

    Each answer is predicted from all other answers of the traveler (leave-one-out), by the exact
    posterior over the types. Tails are those of a binomial distribution with the mean probability,
    which is at least as wide as the sum of the unequal ones (Hoeffding 1956), so that the alarms
    are rather too few.

    Parameters
    ----------
    outcomes
        What was observed; no shift is left out.
    world
        Offers, and what the types answer.

    Raises
    ------
    UsageError
        If there is no table.
    """
    table = world.table
    if table is None:
        raise UsageError("without a decision table there is none to be contradicted")
    asked = outcomes[outcomes.actions != table.offers.no_shift]
    counts = Counts.of(asked, world.n_travelers, len(table.types))
    fitted = fit_mixture(counts)
    accept = leave_one_out(asked, table, counts, fitted)
    losses, lead = _compare(asked, world)
    return Misfit(
        tuple(sorted(_by_offer(asked, accept), key=lambda offer: offer.p_value)),
        tuple(_by_traveler(asked, accept)),
        fitted.noise,
        losses,
        lead,
    )


def leave_one_out(
    asked: Outcomes, table: DecisionTable, counts: Counts, mixture: Mixture
) -> Floats:
    """Probability of an acceptance of each question, by the traveler's other answers, [n]."""
    people, row = np.unique(asked.travelers, return_inverse=True)
    held = mixture.probabilities(counts, people.astype(np.int64))[row]
    says = table.accepts(asked.trips, asked.actions)
    accepts = np.where(says, 1.0 - mixture.noise, mixture.noise)
    # What was seen divides out of the posterior: it is one factor of the likelihood.
    held /= np.where(asked.accepted[:, None], accepts, 1.0 - accepts)
    held /= held.sum(axis=1, keepdims=True)
    accept: Floats = (held * accepts).sum(axis=1)
    return accept


def _by_offer(asked: Outcomes, accept: Floats) -> list[OfferFit]:
    found = []
    for action in np.unique(asked.actions).tolist():
        for expects in (False, True):
            mine = (asked.actions == action) & ((accept >= 0.5) == expects)
            n, k = int(mine.sum()), int(asked.accepted[mine].sum())
            if not n:
                continue
            expected = float(accept[mine].mean())
            tail = min(lower_tail(n, k, expected), upper_tail(n, k, expected))
            low, high = wilson_interval(n, k)
            found.append(OfferFit(action, expects, n, k, expected, low, high, min(1.0, 2.0 * tail)))
    return found


def _by_traveler(asked: Outcomes, accept: Floats) -> list[TravelerFit]:
    surprise = np.minimum(accept, 1.0 - accept)
    unexpected = asked.accepted != (accept >= 0.5)
    size = int(asked.travelers.max(initial=-1)) + 1
    answers = np.bincount(asked.travelers, minlength=size)
    wrong = np.bincount(asked.travelers, weights=unexpected, minlength=size)
    surprises = np.bincount(asked.travelers, weights=surprise, minlength=size)
    expected: Floats = surprises / np.maximum(answers, 1)
    spread = np.sqrt(answers * expected * (1.0 - expected)) + 1e-9
    odd = np.argsort(-(wrong - answers * expected) / spread, kind="stable")[:_DOUBTFUL]
    tails = np.ones(size)
    for one in odd.tolist():
        tails[one] = upper_tail(int(answers[one]), int(wrong[one]), float(expected[one]))
    return [
        TravelerFit(entity, int(answers[entity]), int(wrong[entity]), float(expected[entity]), tail)
        for tail, entity in sorted(
            (float(tails[entity]), entity) for entity in np.flatnonzero(answers).tolist()
        )
    ]


def _compare(asked: Outcomes, world: AnswerWorld) -> tuple[dict[str, float], float]:
    """Log loss of each model on answers not seen, and the lead over the table in standard errors.

    Of many travelers those of the lowest entities are compared.
    """
    people = np.unique(asked.travelers)[:_MOST_TRAVELERS]
    some = asked[np.isin(asked.travelers, people)][-_MOST_COMPARED:]
    if len(some) < _FEWEST:
        return {}, 0.0
    losses = cross_validate(world, some, world.names)
    means = {name: float(losses[name].mean()) for name in world.names}
    rival = min((name for name in means if name != TABLE), key=means.__getitem__)
    # The answers of one traveler stand or fall together.
    better = np.bincount(some.travelers, weights=losses[TABLE] - losses[rival])
    better = better[np.unique(some.travelers)]
    error = float(np.sqrt(len(better)) * better.std()) or np.inf
    return means, float(better.sum()) / error


def reasons(misfit: Misfit, table: DecisionTable, ids: Ids) -> tuple[str, ...]:
    """Say what contradicts the table most, and which model predicts better; nothing where it fits.

    Parameters
    ----------
    misfit
        What was found.
    table
        Its offers.
    ids
        The travelers' own ids, by entity.
    """
    if not misfit.contradicts:
        return ()
    told = [
        f"{offer_text(table.offers[offer.action])} was accepted {offer.accepted:,} of "
        f"{offer.asked:,} times where the types {'accept' if offer.expects else 'refuse'} "
        f"({offer.expected:.0%} expected)"
        for offer in misfit.offers[:_NAMED]
        if offer.p_value < _WORTH_NAMING
    ]
    told += [
        f"traveler {ids[one.entity]} answered {one.unexpected} of {one.answers} times against "
        f"the likeliest type ({one.expected:.0%} expected)"
        for one in misfit.travelers[:_NAMED]
        if one.p_value < _WORTH_NAMING
    ]
    if misfit.log_loss:
        best = misfit.best
        losses = ", ".join(f"{name} {loss:.3f}" for name, loss in misfit.log_loss.items())
        told.append(f"{best} predicts answers best (cross-validated log loss: {losses})")
    return tuple(told)


def contradiction(causes: Sequence[str]) -> str:
    """One sentence of the `reasons` why answers contradict a table; empty where they don't."""
    return f"the answers contradict decisions.csv: {'; '.join(causes)}." if causes else ""


def offer_text(offer: tuple[int, int]) -> str:
    """An offer in words.

    Examples
    --------
    >>> offer_text((-10, 20))
    '10 min earlier and 20 min later'
    """
    early, late = abs(offer[0]), offer[1]
    parts = [f"{early} min earlier"] * bool(early) + [f"{late} min later"] * bool(late)
    return " and ".join(parts) or "no shift"


def misfit_figures(misfit: Misfit, table: DecisionTable, ids: Ids) -> dict[str, Any]:
    """What was found, for a file of figures.

    Parameters
    ----------
    misfit, table, ids
        See `reasons`.
    """
    return {
        "misfit": misfit.contradicts,
        "reasons": list(reasons(misfit, table, ids)),
        "misfit_by_offer": [
            {
                "offer": list(table.offers[offer.action]),
                "types": "accept" if offer.expects else "refuse",
                "asked": offer.asked,
                "accepted": offer.accepted,
                "expected": offer.expected,
                "rate": [offer.low, offer.accepted / offer.asked, offer.high],
                "p_value": offer.p_value,
            }
            for offer in misfit.offers
        ],
        "misfit_by_traveler": [
            {
                "traveler": str(ids[one.entity]),
                "answers": one.answers,
                "unexpected": one.unexpected,
                "expected": one.expected,
                "rate": list(_rates(one.answers, one.unexpected)),
                "p_value": one.p_value,
            }
            for one in misfit.travelers[:_MOST_LISTED]
        ],
        "log_loss": misfit.log_loss,
        "predicts_best": misfit.best,
    }


def _rates(n: int, k: int) -> tuple[float, float, float]:
    low, high = wilson_interval(n, k)
    return low, k / n, high
