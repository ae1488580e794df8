"""The negotiation as a Gymnasium environment, single and vectorised.

Gymnasium imports this package to learn the environment's name; nothing heavy is loaded for that.
"""

from typing import TYPE_CHECKING, Any

from rideflex.training.environment.registration import ENVIRONMENT, register

if TYPE_CHECKING:
    from rideflex.training.environment.episodes import Simulation

register()

__all__ = ["ENVIRONMENT", "Simulation", "register"]


def __getattr__(name: str) -> Any:
    if name == "Simulation":
        from rideflex.training.environment.episodes import Simulation

        return Simulation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
