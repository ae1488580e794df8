"""Rows of a comparison as text, by column: the same words on a terminal and on a page."""

from __future__ import annotations

from rideflex.evaluation.compare import Comparison, PolicyRow
from rideflex.evaluation.frontier import FrontierPoint
from rideflex.evaluation.statistics import Interval

NONE = "-"


def saving_text(row: PolicyRow, compared: Comparison) -> dict[str, str]:
    """What a policy saved, by column.

    The share of the clairvoyant benchmark is a column where the benchmark was searched for.
    """
    cells = {
        "policy": row.policy,
        "vehicle min per day": f"{row.vehicle_minutes:.1f}",
        "saving": _percent(row.saving.mean),
        "95 % interval": interval_text(row.saving),
        "by insertion": NONE if row.inserted_saving is None else _percent(row.inserted_saving.mean),
    }
    if compared.has_benchmark:
        share = row.of_clairvoyant
        cells["of the benchmark"] = NONE if share is None else f"{share:.0%}"
    return cells


def penalty_text(row: PolicyRow, compared: Comparison) -> dict[str, str]:
    """How much of a policy's cost and saving is driving, and how much penalties, by column."""
    by_penalties = compared.penalty_saving(row.policy)
    return {
        "policy": row.policy,
        "driving min": f"{row.driving_minutes:.1f}",
        "penalty min": f"{row.penalty_minutes:.1f}",
        "saving": _percent(row.saving.mean),
        "by driving": _percent(row.saving.mean - by_penalties),
        "by penalties": _percent(by_penalties),
    }


def burden_text(row: PolicyRow) -> dict[str, str]:
    """What a policy asked of the travelers, by column."""
    return {
        "policy": row.policy,
        "asked": f"{row.asked:.0%}",
        "accepted": NONE if row.accepted is None else f"{row.accepted:.0%}",
        "min agreed": f"{row.shifted_minutes:.1f}",
        "min used": f"{row.minutes_used:.1f}",
        "Gini": f"{row.gini:.2f}",
        "top tenth": f"{row.top_tenth:.0%}",
        "most asked": f"{row.most_asked}",
    }


def vehicle_text(row: PolicyRow) -> dict[str, str]:
    """What a policy's final routes mean for the vehicles, by column; km where places are known."""
    service = row.service
    cells = {
        "policy": row.policy,
        "vehicles": f"{service.vehicles:.1f}",
        "hours": f"{service.vehicle_hours:.1f}",
        "trips/hour": _optional(service.trips_per_hour, ".2f"),
    }
    if service.kilometres is not None:
        cells["km"] = f"{service.kilometres:.0f}"
    return cells | {"unserved": f"{row.unserved:.2f}"}


def rider_text(row: PolicyRow) -> dict[str, str]:
    """What a policy's final routes mean for the riders, by column."""
    service = row.service
    return {
        "policy": row.policy,
        "detour": _optional(service.ride_excess_mean, ".1f"),
        "9 of 10": _optional(service.ride_excess_p90, ".1f"),
        "longest": _optional(service.ride_max, ".0f"),
        "on time": _optional(service.on_time_share, ".0%"),
    }


def frontier_text(point: FrontierPoint) -> dict[str, str]:
    """One policy at one price of a minute, by column."""
    return {
        "policy": point.policy,
        "price of a minute": f"{point.price:g}",
        "saving": _percent(point.saving.mean),
        "95 % interval": interval_text(point.saving),
        "min per traveler": f"{point.shifted_minutes:.1f}",
    }


def penalty_sentences(compared: Comparison) -> list[str]:
    """Say of each policy whose saving has penalties in it how much of it is driving."""
    return [
        f"{row.policy}: {_percent(by_penalties)} of what never asking costs is saved as penalties "
        f"of requests that would stay unserved; its driving alone saves "
        f"{_percent(row.saving.mean - by_penalties)}."
        for row in compared.rows
        if (by_penalties := compared.penalty_saving(row.policy))
    ]


def interval_text(interval: Interval) -> str:
    """Low and high end, in per cent."""
    return f"{_percent(interval.low)} … {_percent(interval.high)}"


def _optional(figure: float | None, form: str) -> str:
    return NONE if figure is None else format(figure, form)


def _percent(share: float) -> str:
    return f"{share + 0.0:.1%}".replace("-0.0%", "0.0%")
