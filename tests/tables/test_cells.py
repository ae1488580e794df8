"""Readers of cells as operators write them."""

from __future__ import annotations

import datetime as dt

import pytest

from rideflex.tables.cells import (
    blank_or,
    count,
    date,
    degrees,
    name,
    plain_text,
    time_of_day,
    yes_or_no,
)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("7:05", 25500),
        ("07:05", 25500),
        ("25:30", 91800),
        ("07:05:30", 25530),
        (dt.time(7, 5), 25500),
    ],
)
def test_times_of_a_service_day_are_read(cell, seconds):
    """With and without a leading zero, past midnight, and as Parquet holds them."""
    assert time_of_day(cell) == seconds


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("7:05 AM", "write 07:05"),
        ("12:30 pm", "write 12:30"),
        ("12 am", "write 00:00"),
        ("7.5", "is not a time HH:MM"),
        ("7:65", "is not a time HH:MM"),
        ("", "is not a time HH:MM"),
    ],
)
def test_other_times_are_refused_with_the_way_to_write_them(cell, told):
    """A twelve-hour clock can be translated; anything else is only named."""
    with pytest.raises(ValueError, match=told):
        time_of_day(cell)


@pytest.mark.parametrize("cell", ["2026-02-03", dt.date(2026, 2, 3), dt.datetime(2026, 2, 3, 9)])
def test_dates_are_read(cell):
    """As text, as a date and as a stamp."""
    assert date(cell) == dt.date(2026, 2, 3)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("03.02.2026", "write 2026-02-03 or 2026-03-02"),
        ("31/1/2026", "write 2026-01-31$"),
        ("2026-02-30", "is not a date"),
    ],
)
def test_other_dates_are_refused(cell, told):
    """A day and month that could be exchanged are offered both ways."""
    with pytest.raises(ValueError, match=told):
        date(cell)


def test_names_stay_as_they_are_written():
    """007 is not 7; a column of floats holds whole numbers."""
    assert name("007") == "007"
    assert (plain_text(7.0), plain_text(7)) == ("7", "7")
    with pytest.raises(ValueError, match="is empty"):
        name("  ")


def test_blank_cells_are_told_apart():
    """A blank is the default, and nothing else is."""
    read = blank_or(count(1, "seats"), 0)
    assert (read(""), read(None), read("2"), read(2.0)) == (0, 0, 2, 2)
    with pytest.raises(ValueError, match="is below 1; it counts seats"):
        read("0")


def test_words_and_degrees_are_checked():
    """Neither true nor false, and beyond the pole."""
    assert yes_or_no("Yes") is True
    assert yes_or_no(False) is False
    with pytest.raises(ValueError, match="neither true nor false"):
        yes_or_no("maybe")
    with pytest.raises(ValueError, match="is no latitude in degrees"):
        degrees(90, "latitude")("91")
