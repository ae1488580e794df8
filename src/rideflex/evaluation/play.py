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
from rideflex.negotiation.days import Days
from rideflex.negotiation.game import Negotiation
from rideflex.negotiation.masking import AskLedger, Masking
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.prices import Prices
from rideflex.negotiation.transcript import Tally
from rideflex.routing import Fleet, Routes, ServiceDay, Solution
from rideflex.routing.search.reoptimise import reoptimise_days

EVALUATION_STREAM = 1_000_003
"""Days of an evaluation are drawn from [seed, this]; training draws from [seed, epoch]."""


@dataclass(frozen=True)
class Played:
    """What a policy did on D days.

    Parameters
    ----------
    actions
        The offers agreed, no shift where nobody agreed to one, int32 [D, N].
    asked
        Whose traveler was asked, bool [D, N].
    masked_out
        Where the policy chose an offer that it might not make, bool [D, N].
    trips
        Rows of trips [D, N].
    inserted
        Cost by insertion [D]: driving seconds plus the penalties of unserved requests.
    routes, days
        The inserted routes, and the days with the windows that were agreed.
    unserved
        Requests that insertion left out [D].
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
    """What all policies of an evaluation share.

    Parameters
    ----------
    area, fleet, beliefs
        Trips and travel times, vehicles, and what the model says.
    days
        Days that no policy was trained on.
    max_asks
        Most questions that a traveler is asked over all days; None for no limit.
    """

    area: ServiceArea
    fleet: Fleet
    beliefs: Beliefs
    days: Days
    max_asks: int | None = None


def unseen_days(area: ServiceArea, n_days: int, seed: int) -> Days:
    """Draw evaluation days; where travelers change, they have changed.

    Raises
    ------
    UsageError
        If there is no day to draw, or the seed is negative.
    """
    if n_days < 1 or seed < 0:
        raise UsageError(
            f"an evaluation needs at least 1 unseen day and a seed of 0 or more, not {n_days} days "
            f"of seed {seed}"
        )
    phases = 1 if area.answers is None else len(area.answers)
    rng = np.random.default_rng([seed, EVALUATION_STREAM])
    return Days.sample(area, n_days, rng, phase=phases - 1)


def play(scene: Scene, policy: Policy, prices: Prices) -> Played:
    """Let a policy decide on all days.

    With a cap on questions the days are played one after another, as they would come; without it
    all at once.
    """
    ledger = AskLedger(scene.area, scene.max_asks)
    at_once = len(scene.days) if scene.max_asks is None else 1
    batches = [
        _play_batch(scene, policy, prices, ledger, scene.days[first : first + at_once])
        for first in range(0, len(scene.days), at_once)
    ]
    return _joined(batches)


def reoptimised(
    played: Sequence[Played], iterations: int, seed: int, workers: int = 1
) -> list[list[Solution]]:
    """Solutions [policies][D] of PyVRP's search from each inserted plan."""
    solutions = reoptimise_days(
        [day for one in played for day in one.days],
        [routes for one in played for routes in one.routes],
        iterations=iterations,
        seed=seed,
        workers=workers,
    )
    n_days = len(solutions) // len(played)
    return [solutions[first : first + n_days] for first in range(0, len(solutions), n_days)]


def carried(scene: Scene, played: Played) -> npt.NDArray[np.float64]:
    """Shifted minutes [T] that each traveler carried over all days."""
    minutes = scene.area.table.offers.minutes[played.actions]
    per_traveler = np.zeros(len(scene.area.travelers))
    np.add.at(per_traveler, scene.area.trips.traveler[played.trips], minutes)
    return per_traveler


def _play_batch(
    scene: Scene, policy: Policy, prices: Prices, ledger: AskLedger, days: Days
) -> Played:
    game = Negotiation(scene.area, scene.fleet, scene.beliefs, prices, ledger)
    no_shift = game.offers.no_shift
    here = game.start(days, Masking.likely(scene.beliefs, days, no_shift))
    tally = Tally(scene.area)
    while here is not None:
        tally.note(here, game.step(policy.act(here)))
        here = game.situation
    agreed = np.where(tally.agreed, tally.turns("actions"), no_shift).astype(np.int32)
    return Played(
        actions=agreed,
        asked=tally.asked,
        masked_out=tally.masked_out,
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
