"""The negotiation: days, game, masks, prices and policies."""

from typing import Any

from rideflex._moved import moved_name
from rideflex.negotiation.days import Days, area_fleet, sample_days
from rideflex.negotiation.game import UNIT, Negotiation, Situation, Turn
from rideflex.negotiation.masking import AskLedger, Masking
from rideflex.negotiation.prices import Prices

__all__ = [
    "UNIT",
    "AskLedger",
    "Days",
    "Masking",
    "Negotiation",
    "Prices",
    "Situation",
    "Turn",
    "area_fleet",
    "sample_days",
]


def __getattr__(name: str) -> Any:
    return moved_name("rideflex.negotiation", name)
