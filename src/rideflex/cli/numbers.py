"""Options that take several whole numbers."""

from __future__ import annotations

from collections.abc import Iterable

from rideflex.errors import UsageError


def whole_numbers(words: Iterable[str], option: str) -> list[int]:
    """Read whole numbers with commas or blanks between them."""
    parts = " ".join(words).replace(",", " ").split()
    try:
        return [int(part) for part in parts]
    except ValueError:
        raise UsageError(
            f"{option} takes whole numbers, such as 3,17, not {' '.join(parts)!r}"
        ) from None
