"""Seconds are counted once, under the innermost name."""

from __future__ import annotations

import pytest

from rideflex.negotiation import stopwatch
from rideflex.negotiation.stopwatch import Stopwatch


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands where the test sets it."""
    at = [1.0]
    monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: at[0])
    return at


def test_what_runs_inside_another_name_is_not_counted_twice(clock):
    """Of 7 seconds the inner block has 2, the outer the 4 around it, and 1 after it nobody."""
    watch = Stopwatch()
    with watch("outer"):
        clock[0] += 1.0
        with watch("inner"):
            clock[0] += 2.0
        clock[0] += 3.0
    clock[0] += 1.0
    assert watch.seconds == {"outer": 4.0, "inner": 2.0}


def test_blocks_of_one_name_add_up(clock):
    """Time between blocks belongs to nobody, and a block that fails counts too."""
    watch = Stopwatch()
    with watch("quotes"):
        clock[0] += 5.0
    clock[0] += 100.0
    with pytest.raises(ValueError, match="broken"), watch("quotes"):
        clock[0] += 0.5
        raise ValueError("broken")
    assert watch.seconds == {"quotes": 5.5}
