"""What fits into the memory of the machine."""

from __future__ import annotations

import os

from rideflex.errors import UsageError


def refuse_beyond_memory(needed: int, what: str, advice: str) -> None:
    """Refuse what needs more memory than the machine has, before it is begun.

    Parameters
    ----------
    needed
        Bytes, about.
    what, advice
        Whose memory it is, and what to do instead.

    Raises
    ------
    UsageError
        If it is more than the machine has; machines that don't tell are taken to have enough.
    """
    there = _memory_bytes()
    if there is not None and needed > there:
        raise UsageError(
            f"{what} need about {needed / 2**30:,.0f} GiB, and this machine has "
            f"{there / 2**30:,.0f}; {advice}"
        )


def _memory_bytes() -> int | None:
    """Memory of the machine; None where it doesn't tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
