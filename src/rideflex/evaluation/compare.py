"""An evaluation that can be cited: policies side by side, with intervals and fairness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.evaluation.clairvoyant import clairvoyant_agreements
from rideflex.evaluation.play import Played, Scene, carried, play, reoptimised
from rideflex.evaluation.statistics import Interval, gini, saving_interval, top_tenth_share
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.negotiation.prices import Prices

BOUND = "clairvoyant"
Step = Callable[[str], object]


@dataclass(frozen=True)
class Effort:
    """How hard the solvers try; the same for every policy.

    Parameters
    ----------
    iterations
        Of PyVRP, from each inserted plan.
    rounds
        Of the clairvoyant's joint search; 0 leaves the bound out.
    seed, workers
        Of the solvers, and how many days they solve at a time.

    Raises
    ------
    UsageError
        If a number is negative, or there is no worker.
    """

    iterations: int = 500
    rounds: int = 5_000
    seed: int = 0
    workers: int = 1

    def __post_init__(self) -> None:
        for name, least in (("iterations", 0), ("rounds", 0), ("seed", 0), ("workers", 1)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} must be at least {least}, not {getattr(self, name)}")


@dataclass(frozen=True)
class PolicyRow:
    """One policy's line of the table.

    Parameters
    ----------
    policy
        Its name.
    inserted_minutes, vehicle_minutes
        Vehicle minutes a day, by insertion and re-optimised, penalties included.
    inserted_saving, saving
        Saved against never asking, by insertion and re-optimised.
    of_clairvoyant
        Share of the clairvoyant saving; None without the bound.
    asked, accepted
        Questions a traveler and day, and the share of them that was accepted; None without any.
    shifted_minutes
        Minutes a traveler and day.
    unserved
        Requests a day that the inserted plans leave out.
    gini, top_tenth
        How the shifted minutes spread over travelers.
    most_asked
        Questions put to the traveler who was asked most, over all days.
    masked_out
        Share of requests for which the policy chose an offer that it might not make; nobody heard
        those.
    """

    policy: str
    inserted_minutes: float
    vehicle_minutes: float
    inserted_saving: Interval
    saving: Interval
    of_clairvoyant: float | None
    asked: float
    accepted: float | None
    shifted_minutes: float
    unserved: float
    gini: float
    top_tenth: float
    most_asked: int
    masked_out: float


@dataclass(frozen=True)
class Comparison:
    """Policies on the same days.

    Parameters
    ----------
    rows
        One a policy, never asking first.
    costs
        Re-optimised driving seconds [D] by policy.
    prices
        What goodwill cost.
    """

    rows: tuple[PolicyRow, ...]
    costs: Mapping[str, npt.NDArray[np.int64]]
    prices: Prices

    @property
    def bounded(self) -> bool:
        """Whether the clairvoyant bound is among them."""
        return BOUND in self.costs

    def row(self, policy: str) -> PolicyRow:
        """The line of a policy.

        Raises
        ------
        UsageError
            If it was not compared.
        """
        for row in self.rows:
            if row.policy == policy:
                return row
        raise UsageError(f"{policy!r} was not compared; there are {[r.policy for r in self.rows]}")

    def difference(self, policy: str, other: str) -> Interval:
        """How much more `policy` saves than `other`, as a share of never asking, paired.

        Raises
        ------
        UsageError
            If one of them was not compared.
        """
        cost, against = (self.costs[self.row(name).policy] for name in (policy, other))
        return saving_interval(cost, against, base=self.costs[NeverAsk.name])

    def as_json(self) -> dict[str, Any]:
        """All figures: prices, rows, costs day by day, and the difference of every pair."""
        return {
            "prices": asdict(self.prices),
            "rows": [asdict(row) for row in self.rows],
            "costs_s": {name: costs.tolist() for name, costs in self.costs.items()},
            "differences": [
                {"policy": policy, "other": other, **asdict(self.difference(policy, other))}
                for other, policy in combinations(self.costs, 2)
            ],
        }


def compare(
    scene: Scene,
    policies: Mapping[str, Policy],
    prices: Prices,
    effort: Effort,
    on_step: Step | None = None,
) -> Comparison:
    """Play the policies on the same days and re-optimise what they agreed on.

    Never asking is always among them: all savings are measured against it.

    Raises
    ------
    UsageError
        If a policy takes the name of never asking or of the bound.
    """
    if BOUND in policies or not isinstance(policies.get(NeverAsk.name, NeverAsk()), NeverAsk):
        raise UsageError(
            f"{NeverAsk.name!r} and {BOUND!r} are names of the comparison's own; give the policy "
            "another"
        )
    note = on_step or (lambda _: None)
    played: dict[str, Played] = {}
    for name, policy in {NeverAsk.name: NeverAsk(), **policies}.items():
        note(f"playing {name}")
        played[name] = play(scene, policy, prices)
    note(f"re-optimising {len(played)} x {len(scene.days)} days")
    solutions = reoptimised(list(played.values()), effort.iterations, effort.seed, effort.workers)
    costs = {
        name: np.array([solution.cost for solution in solved], dtype=np.int64)
        for name, solved in zip(played, solutions, strict=True)
    }
    if effort.rounds:
        note("searching for the clairvoyant bound")
        best = clairvoyant_agreements(
            scene,
            list(played.values()),
            solutions,
            rounds=effort.rounds,
            iterations=effort.iterations,
            seed=effort.seed,
            workers=effort.workers,
        )
        no_shift = scene.area.table.offers.no_shift
        actions = np.stack([agreement.actions for agreement in best])
        costs[BOUND] = np.array([agreement.solution.cost for agreement in best], dtype=np.int64)
        unserved = [len(agreement.solution.unserved) for agreement in best]
        played[BOUND] = Played(
            actions=actions,
            asked=actions != no_shift,
            masked_out=np.zeros(actions.shape, dtype=np.bool_),
            trips=scene.days.trips,
            inserted=costs[BOUND],
            unserved=np.array(unserved, dtype=np.int32),
            routes=tuple(agreement.routes for agreement in best),
            days=tuple(agreement.open_day.under(agreement.actions) for agreement in best),
        )
    rows = tuple(_row(scene, name, played, costs) for name in played)
    return Comparison(rows, costs, prices)


def _row(
    scene: Scene,
    name: str,
    played: Mapping[str, Played],
    costs: Mapping[str, npt.NDArray[np.int64]],
) -> PolicyRow:
    one, never = played[name], NeverAsk.name
    questions = int(one.asked.sum())
    minutes = carried(scene, one)
    travelers = scene.area.trips.traveler[one.trips]
    asks = np.bincount(travelers[one.asked], minlength=len(scene.area.travelers))
    agreed = one.actions != scene.area.table.offers.no_shift
    saving = saving_interval(costs[name], costs[never])
    share = None
    if BOUND in costs:
        bound = saving_interval(costs[BOUND], costs[never]).mean
        share = saving.mean / bound if bound > 0 else 0.0
    return PolicyRow(
        policy=name,
        inserted_minutes=float(one.inserted.mean() / 60),
        vehicle_minutes=float(costs[name].mean() / 60),
        inserted_saving=saving_interval(one.inserted, played[never].inserted),
        saving=saving,
        of_clairvoyant=share,
        asked=float(one.asked.mean()),
        accepted=float(agreed.sum() / questions) if questions else None,
        shifted_minutes=float(minutes.sum() / one.trips.size),
        unserved=float(one.unserved.mean()),
        gini=gini(minutes),
        top_tenth=top_tenth_share(minutes),
        most_asked=int(asks.max()),
        masked_out=float(one.masked_out.mean()),
    )
