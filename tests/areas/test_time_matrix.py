"""Tables of travel times: written and read again, fast where they hold whole seconds."""

from __future__ import annotations

import re

import numpy as np
import pytest

from rideflex.areas.time_matrix import TravelTimes
from rideflex.areas.time_matrix_csv import read_table, write_table
from rideflex.errors import DataError
from rideflex.routing.problem import UNREACHABLE


@pytest.fixture
def times(tmp_path) -> TravelTimes:
    """Random times between nine zones, some pairs without a way."""
    rng = np.random.default_rng(3)
    seconds = rng.integers(0, 86_401, (9, 9)).astype(np.int32)
    seconds[rng.random((9, 9)) < 0.2] = UNREACHABLE
    np.fill_diagonal(seconds, 0)
    zones = ("52.50000 13.40000", "a,b", "Zoë", *map(str, range(6)))
    return TravelTimes(str(tmp_path / "travel_times.csv"), zones, seconds)


def test_what_is_written_is_read_again(times, tmp_path):
    """Ids with commas and letters, and pairs without a way."""
    write_table(tmp_path / "travel_times.csv", times)
    read = read_table(tmp_path / "travel_times.csv")
    assert (read.zones, read.rounded) == (times.zones, 0)
    assert np.array_equal(read.seconds, times.seconds)


def test_whole_seconds_are_read_as_numbers_are(times, tmp_path):
    """A row of digits and blanks takes a short way; written with a point it takes the long one."""
    path = tmp_path / "travel_times.csv"
    write_table(path, times)
    lines = path.read_text(encoding="utf-8").splitlines()
    stays = [re.sub(r",0(?=,|$)", ",", line) for line in lines[1:]]  # blank ones are 0 as well
    points = [re.sub(r",(\d+)(?=,|$)", r",\1.0", line, count=1) for line in stays]
    for rows in (stays, points):
        path.write_text("\n".join([lines[0], *rows]), encoding="utf-8")
        assert np.array_equal(read_table(path).seconds, times.seconds)


@pytest.mark.parametrize("cell", ["1000000000", "9" * 30, "86401"])
def test_digits_beyond_a_day_are_refused(times, tmp_path, cell):
    """Even the number that stands for "no way" inside."""
    path = tmp_path / "travel_times.csv"
    write_table(path, times)
    text = path.read_text(encoding="utf-8").splitlines()
    text[-1] = f"{text[-1].split(',')[0]},{cell},1,1,1,1,1,1,1,0"
    path.write_text("\n".join(text), encoding="utf-8")
    with pytest.raises(DataError, match="is longer than a day"):
        read_table(path)
