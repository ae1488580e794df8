"""Outcomes that stand in several files, or twice in one."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rideflex.areas import ServiceArea, read_area
from rideflex.errors import DataError
from rideflex.logs.blocks import BLOCK_ROWS, BlockFinder
from rideflex.logs.files import count_outcomes
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.tables import csv_files
from tests.logs.test_files import counts_of, draw_frame, run


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small generated city."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=8, trips=6, zones=5, seed=4))
    return read_area(folder)


def found(
    files: list[list[int]], most_held: int = 1 << 20, batch: int = 3
) -> dict[tuple[str, str], int]:
    """Overlaps of files of numbered rows, read in small batches."""
    finder = BlockFinder(most_held)
    hashes = np.random.default_rng(0).integers(1 << 63, size=10_000, dtype=np.uint64)
    for number, rows in enumerate(files):
        finder.begin(Path(str(number)))
        for start in range(0, len(rows), batch):
            finder.add(hashes[rows[start : start + batch]])
        finder.end()
    return {(o.earlier.name, o.later.name): o.rows for o in finder.overlaps}


def plainly(earlier: list[int], later: list[int]) -> int:
    """Rows of the later file in blocks that stand in the earlier one, by comparing them all."""
    blocks = {tuple(earlier[at : at + BLOCK_ROWS]) for at in range(len(earlier) - BLOCK_ROWS + 1)}
    covered = set()
    for at in range(len(later) - BLOCK_ROWS + 1):
        if tuple(later[at : at + BLOCK_ROWS]) in blocks:
            covered |= set(range(at, at + BLOCK_ROWS))
    if covered:
        return len(covered)
    for n in (4, 3):
        for one, other in ((earlier, later), (later, earlier)):
            if len(one) >= n and one[-n:] == other[:n]:
                return n
    return 0


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 2), max_size=25),
    st.lists(st.integers(0, 2), max_size=25),
    st.integers(1, 9),
)
def test_blocks_are_those_of_a_plain_search(
    earlier: list[int], later: list[int], batch: int
) -> None:
    """However the files are cut into batches."""
    rows = plainly(earlier, later)
    assert found([earlier, later], batch=batch) == ({("0", "1"): rows} if rows else {})


def test_a_block_counts_for_the_first_file_that_holds_it() -> None:
    """Of three files each pair that overlaps is named; rows that only look alike are not."""
    one, two = list(range(50)), list(range(40, 90))
    assert found([one, two, list(range(85, 95))]) == {("0", "1"): 10, ("1", "2"): 5}
    assert found([one, [3, 1, 2, 0, 9], [7, 8, 9, 10, 99]]) == {}


def test_many_rows_are_sampled() -> None:
    """With few hashes held a long block is still found, and its rows are about right."""
    files = [list(range(6000)), list(range(3000, 9000))]
    assert found(files, batch=500) == {("0", "1"): 3000}
    rows = found(files, most_held=1000, batch=500)["0", "1"]
    assert 1800 < rows < 4200


def test_overlapping_files_are_warned_of(area: ServiceArea, tmp_path: Path) -> None:
    """By name and rows, on the screen and in the JSON file, also in another format."""
    frame = draw_frame(area, 90)
    may, june = tmp_path / "may.csv", tmp_path / "june.parquet"
    frame[:50].write_csv(may)
    frame[46:].write_parquet(june)
    log = count_outcomes([may, june], area.table, area.travelers)
    assert [(o.earlier, o.later, o.rows) for o in log.overlaps] == [(may, june, 4)]
    told = run(
        *("fit", "--data", area.folder, "--out", tmp_path / "m", "--outcomes", may, june),
        *("--json", tmp_path / "fit.json"),
    )
    assert f"june.parquet holds 4 rows that stand in {may} too" in " ".join(told.output.split())
    assert json.loads((tmp_path / "fit.json").read_text())["overlaps"][0]["rows"] == 4
    frame[50:].write_parquet(june)
    assert not count_outcomes([may, june], area.table, area.travelers).overlaps


def test_the_same_file_twice_is_refused(area: ServiceArea, tmp_path: Path) -> None:
    """By path, by a link, and by content; months without outcomes may be equal."""
    may, copy, link = (tmp_path / name for name in ("may.csv", "copy.csv", "link.csv"))
    draw_frame(area, 20).write_csv(may)
    copy.write_bytes(may.read_bytes())
    link.symlink_to(may)
    for other, cause in ((may, "is the file"), (link, "is the file"), (copy, "holds the same as")):
        with pytest.raises(DataError, match=f"{other.name}: {cause} .*may.csv, which is given too"):
            count_outcomes([may, other], area.table, area.travelers)
    none, neither = tmp_path / "none.csv", tmp_path / "neither.csv"
    for file in (none, neither):
        file.write_text(may.read_text().splitlines()[0])
    assert count_outcomes([none, may, neither], area.table, area.travelers).empty == (none, neither)


def test_an_outcome_with_an_id_counts_once(
    area: ServiceArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over batches, files and formats; rows that say something else than the first are told."""
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 4096)
    frame = draw_frame(area, 200).with_columns(outcome_id=pl.int_range(200))
    may, june = tmp_path / "may.csv", tmp_path / "june.parquet"
    pl.concat([frame[:120], frame[:7]]).write_csv(may)
    changed = frame[100:].with_columns(
        accepted=pl.when(pl.col("outcome_id") == 105)
        .then(~pl.col("accepted"))
        .otherwise("accepted")
    )
    changed.write_parquet(june)
    log = count_outcomes([may, june], area.table, area.travelers)
    assert (log.rows, log.repeated, log.differing, log.overlaps) == (200, 27, 1, ())
    expected = counts_of(area, frame)
    assert np.array_equal(log.counts.agree, expected.agree)
    assert np.array_equal(log.counts.total, expected.total)
    told = run("fit", "--data", area.folder, "--out", tmp_path / "m", "--outcomes", may, june)
    assert "outcome_id read before: 27 rows" in told.output
    assert "1 rows with an outcome_id that was read before say" in told.output
    frame.with_columns(outcome_id=pl.lit("")).write_csv(may)
    with pytest.raises(DataError, match=r"column 'outcome_id'.* is empty"):
        count_outcomes([may], area.table, area.travelers)


def test_equal_rows_with_ids_of_their_own_all_count(area: ServiceArea, tmp_path: Path) -> None:
    """Nothing but the id makes them one outcome."""
    frame = pl.concat([draw_frame(area, 1)] * 12).with_columns(outcome_id=pl.int_range(12))
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for (start, end), file in zip(pairwise((0, 6, 12)), files, strict=True):
        frame[start:end].write_csv(file)
    log = count_outcomes(files, area.table, area.travelers)
    assert (log.rows, log.repeated, log.overlaps) == (12, 0, ())
