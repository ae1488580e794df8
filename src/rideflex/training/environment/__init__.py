"""The negotiation as a Gymnasium environment, single and vectorised."""

from rideflex.training.environment.episodes import Simulation
from rideflex.training.environment.registration import ENVIRONMENT, register

register()

__all__ = ["ENVIRONMENT", "Simulation", "register"]
