"""Warnings about travel times: what can be used, but is hardly meant."""

from __future__ import annotations

import numpy as np

from rideflex.areas.time_matrix import TravelTimes
from rideflex.errors import Problem

_QUICK_S = 30
_LONG_S, _LONG_TIMES = 4 * 3600, 20


def warnings_of(times: TravelTimes) -> list[Problem]:
    """Everything about a matrix that is hardly meant."""
    checks = (quick_drives, rounded_seconds, guessed_times, unreachable_pairs, stand_ins)
    return [problem for check in checks for problem in check(times)]


def rounded_seconds(times: TravelTimes) -> list[Problem]:
    """Travel times with parts of a second."""
    if not times.rounded:
        return []
    cause = f"{times.rounded:,} travel times have parts of a second, and are rounded to whole ones"
    return [Problem(times.file, cause)]


def guessed_times(times: TravelTimes) -> list[Problem]:
    """Travel times that an engine guessed for want of a way."""
    if not times.guessed:
        return []
    cause = (
        f"{times.guessed:,} travel times are straight lines at a speed, which the engine took "
        "where it found no way; ask without fallback_speed to have them left out"
    )
    return [Problem(times.file, cause)]


def quick_drives(times: TravelTimes) -> list[Problem]:
    """Travel times that are too short for seconds."""
    between = times.seconds[times.reachable & ~np.eye(len(times.zones), dtype=np.bool_)]
    if not len(between) or (median := float(np.median(between))) >= _QUICK_S:
        return []
    cause = f"half of the travel times are at most {median:g} s; are they minutes? Write seconds"
    return [Problem(times.file, cause)]


def unreachable_pairs(times: TravelTimes) -> list[Problem]:
    """Pairs of zones without a travel time."""
    n = int(np.count_nonzero(~times.reachable))
    if not n:
        return []
    cause = f"has no travel time for {n:,} pairs of zones, which so can't be reached: "
    return [Problem(times.file, cause + times.listed(~times.reachable))]


def stand_ins(times: TravelTimes) -> list[Problem]:
    """Travel times of hours where the others are minutes: numbers that stand for "no way"."""
    apart = times.reachable & ~np.eye(len(times.zones), dtype=np.bool_)
    if not apart.any():
        return []
    usual = float(np.median(times.seconds[apart]))
    odd = apart & (times.seconds >= _LONG_S) & (times.seconds > _LONG_TIMES * usual)
    if not odd.any():
        return []
    longest = int(times.seconds[odd].max())
    cause = (
        f"{np.count_nonzero(odd):,} travel times are of hours, up to {longest:,} s, where half are "
        f"at most {usual:,.0f} s: {times.listed(odd)}; if they stand for pairs that can't be "
        "reached, leave the cells blank"
    )
    return [Problem(times.file, cause)]
