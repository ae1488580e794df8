"""Dates and times as people and spreadsheets write them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.areas.exports.moments import day_first, read_date, read_time

MARCH_2 = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("cell", "seconds", "date"),
    [
        ("7:05", 25500, None),
        ("07:05", 25500, None),
        ("7:05 AM", 25500, None),
        ("7:05 pm", 68700, None),
        ("12:15 a.m.", 900, None),
        ("7 PM", 68400, None),
        ("0705", 25500, None),
        ("705", 25500, None),
        ("7.05", 25500, None),
        ("7h05", 25500, None),
        ("24:15", 87300, None),
        ("07:05:30", 25530, None),
        ("0.5", 43200, None),
        ("0,354166667", 30600, None),
        (0.25, 21600, None),
        ("2026-03-02T07:05", 25500, MARCH_2),
        ("2026-03-02 07:05:00", 25500, MARCH_2),
        ("46083.5", 43200, MARCH_2),
        (dt.time(7, 5), 25500, None),
        (dt.datetime(2026, 3, 2, 7, 5), 25500, MARCH_2),
    ],
)
def test_times_are_read(cell, seconds, date):
    """A clock, a twelve-hour clock, a fraction of a day, a stamp."""
    assert read_time(cell, None) == (seconds, date)


def test_a_stamp_with_a_zone_is_moved_into_the_services_own():
    """Half past midnight in London is the evening before in New York."""
    read = read_time("2026-03-03T00:30:00+00:00", ZoneInfo("America/New_York"))
    assert read == (19 * 3600 + 1800, MARCH_2)
    assert read_time("2026-03-02T07:05:00Z", None) == (25500, MARCH_2)


@pytest.mark.parametrize("cell", ["soon", "7", "7:65", "13:00 pm", "", "2026-13-01T07:00", "99"])
def test_what_is_no_time_is_refused(cell):
    """And never guessed."""
    with pytest.raises(ValueError, match="is not a time of day"):
        read_time(cell, None)


@given(st.integers(0, 24 * 60 - 1))
def test_a_spreadsheets_fraction_is_the_minute_it_was(minute):
    """Whatever a float makes of it."""
    assert read_time(f"{minute / 1440:.9f}", None) == (60 * minute, None)


@pytest.mark.parametrize(
    ("cell", "first"),
    [
        ("2026-03-02", None),
        ("2.3.2026", True),
        ("02/03/2026", True),
        ("3/2/2026", False),
        ("3/2/26", False),
        ("46083", None),
        ("2026-03-02T09:00", None),
        (MARCH_2, None),
        (dt.datetime(2026, 3, 2, 9), None),
    ],
)
def test_dates_are_read(cell, first):
    """ISO, day first, month first, the number of a spreadsheet."""
    assert read_date(cell, first=first) == MARCH_2


@pytest.mark.parametrize(
    ("cell", "told"),
    [("3/2/2026", "may have the day or the month first"), ("tomorrow", "is not a date")],
)
def test_a_date_that_could_be_two_is_refused(cell, told):
    """Where nothing says which comes first."""
    with pytest.raises(ValueError, match=told):
        read_date(cell, first=None)


def test_a_column_tells_which_comes_first():
    """By a number beyond twelve, or by points between the numbers."""
    assert day_first(["3/2/2026", "13/2/2026"]) is True
    assert day_first(["3/2/2026", "2/13/2026"]) is False
    assert day_first(["3.2.2026"]) is True
    assert day_first(["3/2/2026", "2026-03-02", None]) is None
    with pytest.raises(ValueError, match="the day first and dates with the month first"):
        day_first(["13/2/2026", "2/13/2026"])
