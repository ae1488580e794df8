"""An evaluation that can be cited: policies side by side, with intervals and fairness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.evaluation.clairvoyant import clairvoyant_agreements
from rideflex.evaluation.play import Played, Scene, minutes_per_traveler, play, reoptimised
from rideflex.evaluation.progress import Progress, silent
from rideflex.evaluation.service_figures import ServiceFigures, service_figures, used_minutes
from rideflex.evaluation.statistics import Interval, gini, saving_interval, top_tenth_share
from rideflex.negotiation.masking import AskLedger
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import NeverAsk
from rideflex.negotiation.prices import Prices
from rideflex.routing import ServiceDay, Solution
from rideflex.routing.search.agreement import Agreement
from rideflex.routing.search.solver import Solver

CLAIRVOYANT = "clairvoyant"
"""The benchmark's name among the policies."""


@dataclass(frozen=True)
class Effort:
    """How hard the solvers try; the same for every policy.

    Parameters
    ----------
    iterations
        Of the solver, from each inserted plan.
    rounds
        Of the clairvoyant benchmark's joint search; 0 leaves the benchmark out.
    seed, workers
        Of the solvers, and how many days they solve at a time.
    solver
        What re-optimises; the built-in search where drivers take breaks, whatever is said here.

    Raises
    ------
    UsageError
        If a number is negative, or there is no worker.
    """

    iterations: int = 500
    rounds: int = 5_000
    seed: int = 0
    workers: int = 1
    solver: Solver = "pyvrp"

    def __post_init__(self) -> None:
        for name, least in (("iterations", 0), ("rounds", 0), ("seed", 0), ("workers", 1)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} must be at least {least}, not {getattr(self, name)}")


@dataclass(frozen=True)
class AgreedDays:
    """What was agreed on D days, and the final routes.

    Parameters
    ----------
    actions
        The offers agreed, int32 [n] a day.
    asked
        Whose traveler was asked, bool [n] a day.
    trips
        Rows of the trips, int32 [n] a day.
    days
        The days with the windows that were agreed.
    solutions
        Their routes.
    """

    actions: tuple[npt.NDArray[np.int32], ...]
    asked: tuple[npt.NDArray[np.bool_], ...]
    trips: tuple[npt.NDArray[np.int32], ...]
    days: tuple[ServiceDay, ...] = field(repr=False)
    solutions: tuple[Solution, ...] = field(repr=False)

    @cached_property
    def costs(self) -> npt.NDArray[np.int64]:
        """Driving seconds plus the penalties of unserved requests [D]."""
        return np.array([solution.cost for solution in self.solutions], dtype=np.int64)

    @cached_property
    def penalties(self) -> npt.NDArray[np.int64]:
        """Penalties of unserved requests, in seconds [D]."""
        return self.costs - np.array([one.driving for one in self.solutions], dtype=np.int64)


@dataclass(frozen=True)
class PolicyRow:
    """One policy's line of the table.

    Parameters
    ----------
    policy
        Its name.
    inserted_minutes, vehicle_minutes
        Vehicle minutes per day, by insertion and re-optimised, penalties included. Nobody inserts
        the clairvoyant benchmark's plan, so that its `inserted_minutes` and `inserted_saving` are
        None.
    penalty_minutes
        Those of `vehicle_minutes` that are no driving: penalties of unserved requests.
    inserted_saving, saving
        Saved against never asking, by insertion and re-optimised, penalties included.
    of_clairvoyant
        Share of the clairvoyant benchmark's saving; None without it.
    asked, accepted
        Questions per request, and the share of them that was accepted; None without any.
    shifted_minutes
        Agreed minutes per request.
    unserved
        Requests per day that the inserted plans leave out; of the benchmark its final plans.
    gini, top_tenth
        How the shifted minutes spread over travelers.
    most_asked
        Questions put to the traveler who was asked most, over all days.
    masked_out
        Share of requests for which the policy chose an offer that it might not make; nobody heard
        those.
    minutes_used
        Those of the `shifted_minutes` that the final routes need, per request.
    service
        What the final routes mean for vehicles and riders.
    """

    policy: str
    inserted_minutes: float | None
    vehicle_minutes: float
    penalty_minutes: float
    inserted_saving: Interval | None
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
    minutes_used: float
    service: ServiceFigures

    def as_json(self) -> dict[str, Any]:
        """All figures, flat."""
        figures = asdict(self)
        service = figures.pop("service")
        return {
            **figures,
            "driving_minutes": self.driving_minutes,
            "minutes_agreed": self.shifted_minutes,
            **service,
        }

    @property
    def driving_minutes(self) -> float:
        """Vehicle minutes per day that are driven."""
        return self.vehicle_minutes - self.penalty_minutes


@dataclass(frozen=True)
class Comparison:
    """Policies on the same days.

    Parameters
    ----------
    rows
        One per policy, never asking first.
    agreed
        What was agreed, and the final routes, by policy.
    prices
        What goodwill cost.
    """

    rows: tuple[PolicyRow, ...]
    agreed: Mapping[str, AgreedDays] = field(repr=False)
    prices: Prices

    @property
    def costs(self) -> dict[str, npt.NDArray[np.int64]]:
        """Re-optimised driving seconds plus penalties [D] by policy."""
        return {name: agreed.costs for name, agreed in self.agreed.items()}

    @property
    def has_benchmark(self) -> bool:
        """Whether the clairvoyant benchmark is among them."""
        return any(row.policy == CLAIRVOYANT for row in self.rows)

    @property
    def has_penalties(self) -> bool:
        """Whether some final plan leaves a request unserved."""
        return any(row.penalty_minutes for row in self.rows)

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

    def penalty_saving(self, policy: str) -> float:
        """That part of a policy's saving that is penalties, not driving.

        Both parts are shares of what never asking costs, and add up to `saving`. It is negative
        where the policy leaves more requests unserved than never asking does.
        """
        never = self.row(NeverAsk.name)
        fewer = never.penalty_minutes - self.row(policy).penalty_minutes
        return fewer / never.vehicle_minutes

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
            "rows": [row.as_json() for row in self.rows],
            "costs_s": {name: agreed.costs.tolist() for name, agreed in self.agreed.items()},
            "penalties_s": {n: agreed.penalties.tolist() for n, agreed in self.agreed.items()},
            "differences": [
                {"policy": policy, "other": other, **asdict(self.difference(policy, other))}
                for other, policy in combinations(self.agreed, 2)
            ],
        }


def compare(
    scene: Scene | Sequence[Scene],
    policies: Mapping[str, Policy],
    prices: Prices,
    effort: Effort,
    on_step: Progress = silent,
) -> Comparison:
    """Play the policies on the same days and re-optimise what they agreed on.

    Never asking is always among them: all savings are measured against it.

    Parameters
    ----------
    scene
        The days; several scenes where they differ in size, vehicles or travel times. Trips,
        travelers, offers and the cap on questions are then the same in all of them.
    policies
        By name.
    prices, effort
        Of goodwill, and how hard the solvers try.
    on_step
        Told what begins.

    Raises
    ------
    UsageError
        If a policy takes the name of never asking or of the clairvoyant benchmark.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from rideflex import read_area
    >>> from rideflex.evaluation.play import unseen_days
    >>> from rideflex.models.acceptance import Beliefs
    >>> from rideflex.negotiation import area_fleet
    >>> from rideflex.negotiation.policies import LargestLikely
    >>> from rideflex.synthetic import AreaSettings, generate_area
    >>> with TemporaryDirectory() as folder:
    ...     generate_area(f"{folder}/city", AreaSettings(travelers=4, trips=5, zones=5))
    ...     city = read_area(f"{folder}/city")
    >>> scene = Scene(city, area_fleet(city), Beliefs(city), unseen_days(city, 3, seed=0))
    >>> effort = Effort(iterations=0, rounds=0)
    >>> compared = compare(scene, {"largest": LargestLikely()}, Prices(), effort)
    >>> [row.policy for row in compared.rows], compared.row("never").saving.mean
    (['never', 'largest'], 0.0)
    """
    if CLAIRVOYANT in policies or not isinstance(policies.get(NeverAsk.name, NeverAsk()), NeverAsk):
        raise UsageError(
            f"{NeverAsk.name!r} and {CLAIRVOYANT!r} are names of the comparison's own; give the "
            "policy another"
        )
    scenes = [scene] if isinstance(scene, Scene) else list(scene)
    first, n_days = scenes[0], sum(len(one.days) for one in scenes)
    played: dict[str, list[Played]] = {}
    for name, policy in {NeverAsk.name: NeverAsk(), **policies}.items():
        on_step(f"playing {name}")
        ledger = AskLedger(first.area, first.max_asks)
        played[name] = [play(one, policy, prices, ledger) for one in scenes]
    on_step(f"re-optimising {len(played)} x {n_days} days")
    by_scene = [[of_policy[row] for of_policy in played.values()] for row in range(len(scenes))]
    solved = [
        reoptimised(of_scene, effort.iterations, effort.seed, effort.workers, effort.solver)
        for of_scene in by_scene
    ]
    agreed = {
        name: _agreed(played[name], [of_scene[row] for of_scene in solved])
        for row, name in enumerate(played)
    }
    if effort.rounds:
        ledger = AskLedger(first.area, first.max_asks)
        best: list[Agreement] = []
        for row, one in enumerate(scenes):
            on_step(f"searching for the clairvoyant benchmark, {len(best)} of {n_days} days done")
            best += clairvoyant_agreements(
                one,
                by_scene[row],
                solved[row],
                rounds=effort.rounds,
                iterations=effort.iterations,
                seed=effort.seed,
                workers=effort.workers,
                solver=effort.solver,
                ledger=ledger,
            )
        agreed[CLAIRVOYANT] = _benchmark(scenes, best)
    rows = tuple(_row(scenes, name, agreed, played) for name in agreed)
    return Comparison(rows, agreed, prices)


def _agreed(played: Sequence[Played], solved: Sequence[Sequence[Solution]]) -> AgreedDays:
    return AgreedDays(
        actions=tuple(actions for one in played for actions in one.actions),
        asked=tuple(asked for one in played for asked in one.asked),
        trips=tuple(trips for one in played for trips in one.trips),
        days=tuple(day for one in played for day in one.days),
        solutions=tuple(solution for of_scene in solved for solution in of_scene),
    )


def _benchmark(scenes: Sequence[Scene], best: Sequence[Agreement]) -> AgreedDays:
    no_shift = scenes[0].area.offers.no_shift
    return AgreedDays(
        actions=tuple(agreement.actions for agreement in best),
        asked=tuple(agreement.actions != no_shift for agreement in best),
        trips=tuple(trips for one in scenes for trips in one.days.trips),
        days=tuple(agreement.open_day.under(agreement.actions) for agreement in best),
        solutions=tuple(agreement.solution for agreement in best),
    )


def _row(
    scenes: Sequence[Scene],
    name: str,
    agreed: Mapping[str, AgreedDays],
    played: Mapping[str, Sequence[Played]],
) -> PolicyRow:
    area, final, never = scenes[0].area, agreed[name], agreed[NeverAsk.name]
    actions, trips = np.concatenate(final.actions), np.concatenate(final.trips)
    asked = np.concatenate(final.asked)
    n_asked = int(asked.sum())
    minutes = minutes_per_traveler(area, trips, actions)
    asks = np.bincount(area.trips.traveler[trips[asked]], minlength=len(area.travelers))
    saving = saving_interval(final.costs, never.costs)
    inserted, unserved, masked_out = None, _unserved(final), 0.0
    if name in played:
        inserted = np.concatenate([one.inserted for one in played[name]])
        unserved = np.concatenate([one.unserved for one in played[name]])
        masked_out = sum(int(one.masked_out.sum()) for one in played[name]) / len(trips)
    baseline = np.concatenate([one.inserted for one in played[NeverAsk.name]])
    return PolicyRow(
        policy=name,
        inserted_minutes=None if inserted is None else float(inserted.mean() / 60),
        vehicle_minutes=float(final.costs.mean() / 60),
        penalty_minutes=float(final.penalties.mean() / 60),
        inserted_saving=None if inserted is None else saving_interval(inserted, baseline),
        saving=saving,
        of_clairvoyant=_share_of_benchmark(saving, agreed),
        asked=float(asked.mean()),
        accepted=int((actions != area.offers.no_shift).sum()) / n_asked if n_asked else None,
        shifted_minutes=float(minutes.sum() / len(trips)),
        unserved=float(unserved.mean()),
        gini=gini(minutes),
        top_tenth=top_tenth_share(minutes),
        most_asked=int(asks.max()),
        masked_out=masked_out,
        minutes_used=_minutes_used(scenes, final) / len(trips),
        service=service_figures(
            final.days,
            final.solutions,
            [one.area.kilometres for one in scenes for _ in range(len(one.days))],
        ),
    )


def _unserved(final: AgreedDays) -> npt.NDArray[np.int32]:
    return np.array([len(solution.unserved) for solution in final.solutions], dtype=np.int32)


def _minutes_used(scenes: Sequence[Scene], final: AgreedDays) -> int:
    asked = [
        ServiceDay(one.area.requests(trips), one.fleet, one.area.travel_times)
        for one in scenes
        for trips in one.days.trips
    ]
    return sum(
        used_minutes(day, scenes[0].area.offers, actions, solution)
        for day, actions, solution in zip(asked, final.actions, final.solutions, strict=True)
    )


def _share_of_benchmark(saving: Interval, agreed: Mapping[str, AgreedDays]) -> float | None:
    if CLAIRVOYANT not in agreed:
        return None
    benchmark = saving_interval(agreed[CLAIRVOYANT].costs, agreed[NeverAsk.name].costs).mean
    return saving.mean / benchmark if benchmark > 0 else 0.0
