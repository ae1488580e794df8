"""Options that take several values."""

from __future__ import annotations

from collections.abc import Container, Iterable

from rideflex.areas.settings import RideRule
from rideflex.errors import UsageError
from rideflex.negotiation.policies.registry import POLICIES
from rideflex.negotiation.prices import Prices
from rideflex.offers import MEANINGS, Meaning
from rideflex.tables.ids import Id, traveler_id

_BEYOND = 1 << 63


def whole_numbers(words: Iterable[str], option: str) -> list[int]:
    """Read whole numbers with commas or blanks between them."""
    parts = " ".join(words).replace(",", " ").split()
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        numbers = []
    if not numbers or not all(-_BEYOND <= number < _BEYOND for number in numbers):
        raise UsageError(f"{option} takes whole numbers, such as 3 17, not {' '.join(parts)!r}")
    return numbers


def read_ids(words: Iterable[str], known: Container[Id]) -> list[Id]:
    """Read traveler ids; commas and blanks stand between them, unless a known id holds some."""
    ids: list[Id] = []
    for word in words:
        whole = [word] if word.strip() and traveler_id(word) in known else None
        ids += map(traveler_id, whole or word.replace(",", " ").split())
    if not ids:
        raise UsageError("--travelers takes traveler ids, such as 3 17 or 007 A-17")
    return ids


def read_prices(text: str) -> list[float]:
    """Read prices separated by commas; one that is named twice counts once."""
    try:
        prices = list(dict.fromkeys(float(part) for part in text.split(",")))
    except ValueError:
        raise UsageError(f"prices are numbers separated by commas, not {text!r}") from None
    for price in prices:
        Prices(minute=price)
    return prices


def read_ride(text: str) -> RideRule | None:
    """Read a longest ride: none, rule (the default one), 60, or 45,1.5 (times the direct drive).

    Raises
    ------
    UsageError
        If it is none of these.
    """
    if text in ("none", "rule"):
        return None if text == "none" else RideRule()
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 2 or not all(0 < number < 10_000 for number in numbers):
        raise UsageError(
            f"--max-ride takes minutes, such as 60, or 45,1.5 for the larger of 45 minutes and 1.5 "
            f"times the direct drive, or none, or rule; not {text!r}"
        )
    return RideRule(numbers[0], numbers[1] if len(numbers) > 1 else 1.0)


def read_meaning(text: str) -> Meaning:
    """Read what an accepted offer does.

    Raises
    ------
    UsageError
        If there is no such meaning.
    """
    for meaning in MEANINGS:
        if text == meaning:
            return meaning
    raise UsageError(f"--offer-means is one of {', '.join(MEANINGS)}, not {text!r}")


def read_policies(text: str) -> list[str]:
    """Read names of policies separated by commas; empty ones are left out."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise UsageError(f"{text!r} names no policy; there are {', '.join(POLICIES)}")
    return names
