"""Memory that a run needs, judged before it begins."""

from __future__ import annotations

from rideflex.areas import ServiceArea
from rideflex.negotiation.days import area_fleet, day_size
from rideflex.storage.memory import refuse_beyond_memory
from rideflex.training.environment.observation import Observer
from rideflex.training.settings import RunSettings

_OUTCOME_BYTES = 13  # three numbers of 32 bits and the answer


def refuse_too_large_a_run(settings: RunSettings, area: ServiceArea) -> None:
    """Check that rollouts and outcome buffer fit into the machine's memory.

    Raises
    ------
    UsageError
        If they don't.
    """
    size = Observer(area, area_fleet(area, settings.requests)).size
    n_requests = day_size(area.trips.traveler, settings.requests)
    n_offers = len(area.table.offers)
    rollouts = 4 * settings.envs * n_requests * (size + n_offers)
    refuse_beyond_memory(
        rollouts + _OUTCOME_BYTES * settings.buffer,
        f"{settings.envs:,} days side by side (--envs) and {settings.buffer:,} outcomes (--buffer)",
        "ask for fewer",
    )
