"""The negotiation: environment, policies, meta-training and evaluation."""

from rideflex.negotiation.beliefs import Beliefs
from rideflex.negotiation.days import Days
from rideflex.negotiation.game import UNIT, Negotiation, Situation, Turn
from rideflex.negotiation.masking import AskLedger, Masking
from rideflex.negotiation.registration import ENVIRONMENT, register
from rideflex.negotiation.settings import Prices
from rideflex.negotiation.simulation import Simulation, area_fleet

register()

__all__ = [
    "ENVIRONMENT",
    "UNIT",
    "AskLedger",
    "Beliefs",
    "Days",
    "Masking",
    "Negotiation",
    "Prices",
    "Simulation",
    "Situation",
    "Turn",
    "area_fleet",
]
