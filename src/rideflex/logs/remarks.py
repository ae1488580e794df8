"""What a person should hear of a log that was read."""

from __future__ import annotations

from collections.abc import Iterator

from rideflex.logs.files import LogCounts


def notes(log: LogCounts) -> Iterator[str]:
    """Say what was left out, and why."""
    if log.left_out:
        rows = sum(log.left_out.values())
        words = ", ".join(f"{word!r} ({times:,})" for word, times in log.left_out.items())
        yield f"Left out, no answer: {_rows(rows)}: {words}."
    if log.counter_offers:
        yield (
            f"{_rows(log.counter_offers)} with a counter-offer: a no to the one offer, and a yes "
            "to the other."
        )
    if log.repeated:
        yield f"Left out, outcome_id read before: {_rows(log.repeated)}."
    for file in log.empty:
        yield f"{file.name} holds no outcome."


def doubts(log: LogCounts) -> Iterator[str]:
    """Say what may be counted wrongly."""
    for overlap in log.overlaps:
        about = "" if overlap.exact else "about "
        yield (
            f"{overlap.later} holds {about}{_rows(overlap.rows)} that stand in {overlap.earlier} "
            "too, one after the other, and count twice; leave them out of one file, or give "
            "every outcome a column outcome_id"
        )
    if log.differing:
        yield (
            f"{log.differing:,} rows with an outcome_id that was read before say something else "
            "than the first; the first counts"
        )


def _rows(n: int) -> str:
    return f"{n:,} row{'' if n == 1 else 's'}"
