"""Options whose words have to be read."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.areas.settings import RideRule
from rideflex.cli.option_lists import read_meaning, read_ride
from rideflex.errors import UsageError


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("none", None),
        ("rule", RideRule(45, 1.5)),
        ("60", RideRule(60, 1)),
        ("45,1.5", RideRule(45, 1.5)),
    ],
)
def test_a_longest_ride_is_read(text, rule):
    """None, the default rule, minutes, or minutes and a multiple of the drive."""
    assert read_ride(text) == rule


def test_a_longest_ride_is_the_larger_of_its_two():
    """Minutes up to where the multiple exceeds them, and never less than the drive."""
    direct = np.array([600, 1800, 7200])
    assert RideRule(45, 1.5).seconds(direct).tolist() == [2700, 2700, 10800]
    assert RideRule(10, 0.5).seconds(direct).tolist() == [600, 1800, 7200]


@pytest.mark.parametrize("text", ["", "soon", "-5", "0", "45,1.5,2", "nan", "99999"])
def test_other_words_are_refused(text):
    """With what may stand there."""
    with pytest.raises(UsageError, match="--max-ride takes minutes"):
        read_ride(text)
    with pytest.raises(UsageError, match="is one of end, trip, move"):
        read_meaning(text)
