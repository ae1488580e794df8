"""Offers that a log tells in two ways, or with signs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rideflex.areas import ServiceArea, read_area
from rideflex.errors import DataError, UsageError
from rideflex.logs.encode import encode_outcomes
from rideflex.logs.files import count_outcomes
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.tables import csv_files
from rideflex.tables.columns import SHIFTS
from tests.logs.test_files import counts_of, draw_frame


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small generated city."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=8, trips=6, zones=5, seed=4))
    return read_area(folder)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_actions_that_contradict_the_shifts_are_named(
    area: ServiceArea, tmp_path: Path, suffix: str
) -> None:
    """Both rows with both offers; a blank shift contradicts nothing."""
    frame = draw_frame(area, 30)
    blank = pl.when(pl.int_range(pl.len()) != 5).then(pl.col(SHIFTS[0]))
    actions = frame["action"].to_list()
    write = pl.DataFrame.write_csv if suffix == ".csv" else pl.DataFrame.write_parquet
    file = tmp_path / f"log{suffix}"
    write(frame.with_columns(blank.alias(SHIFTS[0])), file)
    log = count_outcomes([file], area.table, area.travelers)
    assert np.array_equal(log.counts.agree, counts_of(area, frame).agree)
    for row in (8, 20):
        actions[row] = (actions[row] + 1) % 16
    write(frame.with_columns(pl.Series("action", actions)), file)
    with pytest.raises(
        DataError, match=r"row 10, column 'action'.* is the offer \(.*shift"
    ) as raised:
        count_outcomes([file], area.table, area.travelers)
    assert [problem.row for problem in raised.value.problems] == [10, 22]


def signed(area: ServiceArea, pairs: list[tuple[int, int]], file: Path) -> None:
    """Write a log of these pairs of shifts."""
    frame = draw_frame(area, len(pairs)).drop("action")
    columns = [pl.Series(name, [pair[i] for pair in pairs]) for i, name in enumerate(SHIFTS)]
    frame.with_columns(columns).write_csv(file)


def test_a_negative_shift_makes_a_log_signed(
    area: ServiceArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then no drop-off is earlier and no pick-up later, also in batches before it."""
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 2048)
    file = tmp_path / "log.csv"
    magnitudes = [(10, 0), (0, 20)] * 60
    signed(area, magnitudes, file)
    assert count_outcomes([file], area.table, area.travelers).rows == 120
    signed(area, [(-early, late) for early, late in magnitudes], file)
    assert count_outcomes([file], area.table, area.travelers).rows == 120
    for bad, wrong in (((0, -10), 61), ((-10, 0), 60)):
        signed(area, [*magnitudes[:119], bad], file)
        with pytest.raises(
            DataError, match="in a log with negative shifts, where signs count"
        ) as raised:
            count_outcomes([file], area.table, area.travelers)
        assert len(raised.value.problems) == wrong
        assert raised.value.problems[0].row == 2


def test_frames_are_held_to_the_same(area: ServiceArea) -> None:
    """Actions that contradict the shifts and shifts to the wrong side are named by position."""
    frame = draw_frame(area, 12)
    table, travelers = area.table, area.travelers
    expected = encode_outcomes(frame.drop(SHIFTS), table, travelers)
    records = [{k: v for k, v in row.items() if v is not None} for row in frame.to_dicts()]
    del records[3][SHIFTS[0]]  # a blank shift contradicts nothing
    for told in (frame, records, frame.drop("action")):
        assert (encode_outcomes(told, table, travelers).actions == expected.actions).all()
    changed = frame["action"].to_list()
    changed[7] = (changed[7] + 1) % 16
    with pytest.raises(UsageError, match=r"the action at position 7 is the offer \(.*shift"):
        encode_outcomes(frame.with_columns(pl.Series("action", changed)), table, travelers)
    pairs = [(-10, 0)] * 11 + [(0, -10)]
    columns = [pl.Series(name, [pair[i] for pair in pairs]) for i, name in enumerate(SHIFTS)]
    with pytest.raises(UsageError, match=r"are signed.*\(0, -10\) at position 11"):
        encode_outcomes(frame.drop("action").with_columns(columns), table, travelers)
