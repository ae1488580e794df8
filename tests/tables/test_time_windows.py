"""Time windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.tables.time_windows import LATEST_S, clock, parse_window

MINUTE = st.integers(0, LATEST_S // 60).map(lambda minute: 60 * minute)


@given(st.tuples(MINUTE, MINUTE).map(sorted))
def test_a_window_is_read_in_seconds_of_the_service_day(window: list[int]) -> None:
    """What `clock` writes is read again, up to 30:00; blanks around it do not count."""
    start, end = window
    assert parse_window(f" {clock(start)}-{clock(end)} ") == (start, end)


@pytest.mark.parametrize("text", ["7:45-08:15", "07:45", "07:60-08:00", "a", "", "x-08:00"])
def test_other_forms_are_refused(text: str) -> None:
    """A window of another form raises and shows the form."""
    with pytest.raises(ValueError, match="HH:MM-HH:MM"):
        parse_window(text)


@pytest.mark.parametrize("text", ["29:50-30:01", "30:01-30:20", "47:00-48:00"])
def test_the_service_day_ends_at_thirty(text: str) -> None:
    """Later times belong to the next service day."""
    with pytest.raises(ValueError, match="past 30:00"):
        parse_window(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("7:45-8:15", "07:45-08:15"),
        ("7.45 – 8.15", "07:45-08:15"),
        ("8:00 AM-8:30 AM", "08:00-08:30"),
        ("12:15 am - 1:05 a.m.", "00:15-01:05"),
        ("11:40PM-12:10AM", "23:40-24:10"),
        ("1:05 p.m.-12:30 PM", None),
        ("13:05 PM-1:30 PM", None),
    ],
)
def test_other_clocks_are_answered_with_the_spelling(text: str, meant: str | None) -> None:
    """Twelve-hour times and loose forms are refused with what to write, where that is clear."""
    with pytest.raises(ValueError, match="HH:MM-HH:MM") as caught:
        parse_window(text)
    assert str(caught.value).endswith(f"; write {meant}") == (meant is not None)
    if meant is not None:
        parse_window(meant)


def test_a_window_that_ends_before_it_starts_says_how_to_go_past_midnight() -> None:
    """Windows do not wrap: the end is written as a time of the same service day."""
    with pytest.raises(ValueError, match=r"before it starts; .*midnight, write 23:40-24:10"):
        parse_window("23:40-00:10")
    with pytest.raises(ValueError, match=r"before it starts$"):
        parse_window("17:30-17:00")
