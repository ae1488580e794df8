"""Time windows."""

from __future__ import annotations

import pytest

from rideflex.tables.columns import parse_window


def test_a_window_is_read_in_seconds() -> None:
    """HH:MM-HH:MM, blanks around it ignored."""
    assert parse_window(" 07:45-08:15 ") == (27900, 29700)


@pytest.mark.parametrize("text", ["7:45-08:15", "07:45", "24:00-24:30", "07:60-08:00", "a", ""])
def test_other_forms_are_refused(text: str) -> None:
    """A window of another form raises and shows the text."""
    with pytest.raises(ValueError, match="HH:MM-HH:MM"):
        parse_window(text)


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    """Windows do not wrap around midnight."""
    with pytest.raises(ValueError, match="ends before it starts"):
        parse_window("23:45-00:15")
