"""Policies on the same unseen days, costed by insertion and re-optimised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.days import DAY_SIZE, Days
from rideflex.negotiation.demand import Demand
from rideflex.negotiation.game import Negotiation
from rideflex.negotiation.masking import AskLedger, Masking
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.prices import Prices
from rideflex.negotiation.transcript import TranscriptWriter
from rideflex.negotiation.world import TripWorld
from rideflex.routing import Fleet, Routes, ServiceDay, Solution
from rideflex.routing.search.reoptimise import reoptimise_days
from rideflex.routing.search.solver import Solver

EVALUATION_STREAM = 1_000_003
"""Day d of an evaluation is drawn from [seed, this, d]; training draws from [seed, epoch]."""


@dataclass(frozen=True)
class Played:
    """What a policy did on D days of N requests.

    Parameters
    ----------
    actions
        The offers agreed, no shift where nobody agreed to one, int32 [D, N].
    asked
        Whose traveler was asked, bool [D, N].
    masked_out
        Where the policy chose an offer that it might not make, bool [D, N].
    trips
        Rows of the area's trips [D, N].
    inserted
        Cost by insertion [D]: driving seconds plus the penalties of unserved requests.
    unserved
        Requests that insertion left out [D].
    routes, days
        The inserted routes, and the days with the windows that were agreed.
    """

    actions: npt.NDArray[np.int32]
    asked: npt.NDArray[np.bool_]
    masked_out: npt.NDArray[np.bool_]
    trips: npt.NDArray[np.int32]
    inserted: npt.NDArray[np.int64]
    unserved: npt.NDArray[np.int32]
    routes: tuple[Routes, ...] = field(repr=False)
    days: tuple[ServiceDay, ...] = field(repr=False)


@dataclass(frozen=True)
class Scene:
    """What all policies of an evaluation share: days of one size, with one fleet.

    Parameters
    ----------
    area, fleet, beliefs
        Trips and travel times, vehicles, and what the model says.
    days
        Days that no policy was trained on.
    max_asks
        Most questions that a traveler is asked over all days; None for no limit.
    demand
        What policies may expect to be asked for later; see `Negotiation`.
    """

    area: TripWorld
    fleet: Fleet
    beliefs: Beliefs
    days: Days
    max_asks: int | None = None
    demand: Demand | None = None


def unseen_days(area: ServiceArea, n_days: int, seed: int, requests: int = DAY_SIZE) -> Days:
    """Draw evaluation days, each from a stream of its own: more days begin with the same ones.

    Where travelers change, they have changed.

    Raises
    ------
    UsageError
        If there is no day to draw, or the seed is negative.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from rideflex import read_area
    >>> from rideflex.synthetic import AreaSettings, generate_area
    >>> with TemporaryDirectory() as folder:
    ...     generate_area(f"{folder}/city", AreaSettings(travelers=4, trips=5, zones=5))
    ...     city = read_area(f"{folder}/city")
    >>> two, five = (unseen_days(city, n_days, seed=0).trips for n_days in (2, 5))
    >>> bool((five[:2] == two).all())
    True
    """
    if n_days < 1 or seed < 0:
        raise UsageError(
            f"an evaluation needs at least 1 unseen day and a seed of 0 or more, not {n_days} days "
            f"of seed {seed}"
        )
    phases = 1 if area.answers is None else len(area.answers)
    drawn = [
        Days.sample(
            area, 1, np.random.default_rng([seed, EVALUATION_STREAM, day]), requests=requests
        )
        for day in range(n_days)
    ]
    return Days(
        trips=np.concatenate([day.trips for day in drawn]),
        patience=np.concatenate([day.patience for day in drawn]),
        phase=phases - 1,
        drawn=None
        if area.world is None
        else np.concatenate([day.drawn for day in drawn if day.drawn is not None]),
    )


def play(scene: Scene, policy: Policy, prices: Prices, ledger: AskLedger | None = None) -> Played:
    """Let a policy decide on all days.

    With a cap on questions the days are played one after another, as they would come; without it
    all at once.

    Parameters
    ----------
    ledger
        Counts the questions put before these days too; without it there were none.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from rideflex import read_area
    >>> from rideflex.negotiation import area_fleet
    >>> from rideflex.negotiation.policies import NeverAsk
    >>> from rideflex.synthetic import AreaSettings, generate_area
    >>> with TemporaryDirectory() as folder:
    ...     generate_area(f"{folder}/city", AreaSettings(travelers=4, trips=5, zones=5))
    ...     city = read_area(f"{folder}/city")
    >>> scene = Scene(city, area_fleet(city), Beliefs(city), unseen_days(city, 3, seed=0))
    >>> played = play(scene, NeverAsk(), Prices())
    >>> played.actions.shape, int(played.asked.sum())
    ((3, 4), 0)
    """
    ledger = ledger or AskLedger(scene.area, scene.max_asks)
    n_together = len(scene.days) if scene.max_asks is None else 1
    batches = [
        _play_batch(scene, policy, prices, ledger, scene.days[first : first + n_together])
        for first in range(0, len(scene.days), n_together)
    ]
    return _joined(batches)


def reoptimised(
    played: Sequence[Played],
    iterations: int,
    seed: int,
    workers: int = 1,
    solver: Solver = "pyvrp",
) -> list[list[Solution]]:
    """Solutions of the solver's search from each inserted plan, by policy, then by day.

    Every day is searched with the same seed, whatever the days beside it.
    """
    solutions = reoptimise_days(
        [day for of_policy in played for day in of_policy.days],
        [routes for of_policy in played for routes in of_policy.routes],
        iterations=iterations,
        seed=seed,
        workers=workers,
        solver=solver,
    )
    n_days = len(solutions) // len(played)
    return [solutions[first : first + n_days] for first in range(0, len(solutions), n_days)]


def carried(scene: Scene, played: Played) -> npt.NDArray[np.float64]:
    """Shifted minutes [T] that each traveler agreed to over all days."""
    return minutes_per_traveler(scene.area, played.trips, played.actions)


def minutes_per_traveler(
    area: TripWorld, trips: npt.NDArray[np.int32], actions: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Shifted minutes [T] of each traveler, for trip rows and the offers agreed, of one shape."""
    per_traveler = np.zeros(len(area.travelers))
    np.add.at(per_traveler, area.trips.traveler[trips], area.offers.minutes[actions])
    return per_traveler


def _play_batch(
    scene: Scene, policy: Policy, prices: Prices, ledger: AskLedger, days: Days
) -> Played:
    game = Negotiation(scene.area, scene.fleet, scene.beliefs, prices, ledger, demand=scene.demand)
    masking = Masking.likely(scene.beliefs, days, game.offers.no_shift)
    situation = game.start(days, masking)
    writer = TranscriptWriter(game.offers)
    while situation is not None:
        writer.note(situation, game.step(policy.act(situation)))
        situation = game.situation
    transcript = writer.finish()
    return Played(
        actions=transcript.agreed_actions,
        asked=transcript.asked,
        masked_out=transcript.masked_out,
        trips=days.trips,
        inserted=game.plans.cost,
        unserved=game.plans.unserved,
        routes=tuple(game.plans.routes(day) for day in range(len(days))),
        days=tuple(game.plans.day(day) for day in range(len(days))),
    )


def _joined(batches: Sequence[Played]) -> Played:
    def rows(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(batch, name) for batch in batches])

    return Played(
        actions=rows("actions"),
        asked=rows("asked"),
        masked_out=rows("masked_out"),
        trips=rows("trips"),
        inserted=rows("inserted"),
        unserved=rows("unserved"),
        routes=tuple(routes for batch in batches for routes in batch.routes),
        days=tuple(day for batch in batches for day in batch.days),
    )
