"""A policy on given days: what it asked, what was agreed, and the plans that came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.data import ServiceArea
from rideflex.negotiation.beliefs import Beliefs
from rideflex.negotiation.days import Days
from rideflex.negotiation.game import Negotiation
from rideflex.negotiation.masking import AskLedger, Masking
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.settings import Prices
from rideflex.routing import Fleet, Routes, ServiceDay


@dataclass(frozen=True)
class Played:
    """B days of N requests under one policy.

    Parameters
    ----------
    offered, agreed
        Actions [B, N] that the policy chose, and those that were agreed on.
    cost
        Cost [B] of the inserted plans: driving seconds and penalties.
    days, routes
        The requests with their agreed windows, and the inserted routes, of every day.
    """

    offered: npt.NDArray[np.int32]
    agreed: npt.NDArray[np.int32]
    cost: npt.NDArray[np.int64]
    unserved: npt.NDArray[np.int32]
    days: tuple[ServiceDay, ...]
    routes: tuple[Routes, ...]


def play(
    policy: Policy,
    area: ServiceArea,
    fleet: Fleet,
    beliefs: Beliefs,
    days: Days,
    prices: Prices,
    max_asks: int | None = None,
) -> Played:
    """Let a policy face days, all at once; one after the other where a cap links them.

    Offers that the model thinks all but impossible are masked out. `max_asks` caps the questions
    that a traveler is asked over all the days, in their order.
    """
    ledger = AskLedger(area, max_asks)
    size = len(days) if max_asks is None else 1
    parts = [
        _play_together(policy, area, fleet, beliefs, days[first : first + size], prices, ledger)
        for first in range(0, len(days), size)
    ]
    return Played(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS),
        days=tuple(day for part in parts for day in part.days),
        routes=tuple(routes for part in parts for routes in part.routes),
    )


_ARRAYS = ("offered", "agreed", "cost", "unserved")


def _play_together(
    policy: Policy,
    area: ServiceArea,
    fleet: Fleet,
    beliefs: Beliefs,
    days: Days,
    prices: Prices,
    ledger: AskLedger,
) -> Played:
    game = Negotiation(area, fleet, beliefs, prices, ledger)
    offers = area.table.offers
    here = game.start(days, Masking.likely(beliefs, days, offers.no_shift))
    offered = np.empty(days.trips.shape, dtype=np.int32)
    agreed = np.empty_like(offered)
    while here is not None:
        turn = game.step(policy.act(here))
        offered[:, here.step] = turn.actions
        agreed[:, here.step] = np.where(turn.accepted, turn.actions, offers.no_shift)
        here = game.situation
    return Played(
        offered=offered,
        agreed=agreed,
        cost=game.plans.cost,
        unserved=game.plans.unserved,
        days=tuple(game.plans.day(row) for row in range(len(days))),
        routes=tuple(game.plans.routes(row) for row in range(len(days))),
    )
