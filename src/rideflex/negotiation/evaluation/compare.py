"""Policies side by side on the same days, by insertion and re-optimised alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.data import ServiceArea
from rideflex.negotiation.beliefs import Beliefs
from rideflex.negotiation.days import Days
from rideflex.negotiation.evaluation.play import Played, play
from rideflex.negotiation.evaluation.statistics import Interval, gini, paired_saving, top_share
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.negotiation.settings import Prices
from rideflex.routing import Fleet
from rideflex.routing.reoptimise import reoptimise_days

_UNSEEN = 0x0DA7  # keeps the days of an evaluation apart from every stream used in training


@dataclass(frozen=True)
class PolicyResult:
    """What one policy did and what it was worth; costs are driving seconds [B] by day."""

    policy: str
    inserted_cost: npt.NDArray[np.int64]
    reoptimised_cost: npt.NDArray[np.int64]
    inserted_saving: Interval
    saving: Interval
    questions_per_traveler: float
    acceptance_rate: float
    minutes_per_traveler: float
    unserved_per_day: float
    gini: float
    top_tenth_share: float


@dataclass(frozen=True)
class Evaluation:
    """Results of several policies on the same days.

    Parameters
    ----------
    results
        One a policy, "never" first: savings are against it.
    n_days, seed, iterations, max_asks, prices
        How the figures came about.
    """

    results: tuple[PolicyResult, ...]
    n_days: int
    seed: int
    iterations: int
    max_asks: int | None
    prices: Prices

    def result(self, policy: str) -> PolicyResult:
        """Return the result of the policy of that name."""
        return next(found for found in self.results if found.policy == policy)

    def difference(self, policy: str, other: str) -> Interval:
        """Saving of `policy` minus that of `other`, in shares of the cost of never asking."""
        never = self.result("never").reoptimised_cost
        gained = self.result(other).reoptimised_cost - self.result(policy).reoptimised_cost
        return paired_saving(never, never - gained, self.seed)

    def to_json(self) -> dict[str, Any]:
        """Everything, as plain numbers, lists and names."""
        return asdict(self)


def unseen_days(area: ServiceArea, n_days: int, seed: int, phase: int = 0) -> Days:
    """Draw days from a stream that training never uses."""
    return Days.sample(area, n_days, np.random.default_rng([seed, _UNSEEN]), phase)


def evaluate(
    area: ServiceArea,
    fleet: Fleet,
    beliefs: Beliefs,
    policies: Sequence[Policy],
    *,
    n_days: int = 50,
    seed: int = 0,
    iterations: int = 1000,
    prices: Prices | None = None,
    max_asks: int | None = None,
    phase: int = 0,
    workers: int = 2,
    advance: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Compare policies with never asking on days never trained on.

    Every policy faces the same days and travelers in the same mood, and every plan, that of never
    asking too, is re-optimised with the same iterations and seed, started from its own insertions.

    Parameters
    ----------
    advance
        Called with the policy's name when its days are played, and again when re-optimised.
    """
    days = unseen_days(area, n_days, seed, phase)
    charged = prices or Prices()
    asking = [policy for policy in policies if policy.name != NeverAsk.name]
    results: list[PolicyResult] = []
    for policy in (NeverAsk(), *asking):
        played = play(policy, area, fleet, beliefs, days, charged, max_asks)
        advance(policy.name)
        solutions = reoptimise_days(played.days, played.routes, iterations, seed, workers)
        reoptimised = np.array([solution.cost for solution in solutions], dtype=np.int64)
        advance(policy.name)
        never = results[0] if results else None
        results.append(_result(policy.name, area, days, played, reoptimised, never, seed))
    return Evaluation(tuple(results), n_days, seed, iterations, max_asks, charged)


def _result(
    name: str,
    area: ServiceArea,
    days: Days,
    played: Played,
    reoptimised: npt.NDArray[np.int64],
    never: PolicyResult | None,
    seed: int,
) -> PolicyResult:
    offers = area.table.offers
    asked = played.offered != offers.no_shift
    accepted = played.agreed != offers.no_shift
    minutes = offers.minutes[played.agreed].astype(np.float64)
    carried = np.bincount(
        area.trips.traveler[days.trips].ravel(), minutes.ravel(), len(area.travelers)
    )
    return PolicyResult(
        policy=name,
        inserted_cost=played.cost,
        reoptimised_cost=reoptimised,
        inserted_saving=paired_saving(
            never.inserted_cost if never else played.cost, played.cost, seed
        ),
        saving=paired_saving(never.reoptimised_cost if never else reoptimised, reoptimised, seed),
        questions_per_traveler=float(asked.mean()),
        acceptance_rate=float(accepted.sum() / asked.sum()) if asked.any() else float("nan"),
        minutes_per_traveler=float(minutes.mean()),
        unserved_per_day=float(played.unserved.mean()),
        gini=gini(carried),
        top_tenth_share=top_share(carried),
    )
