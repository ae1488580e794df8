"""Words in a log that are no answer, and files without any."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rideflex.areas import ServiceArea, read_area
from rideflex.errors import DataError, UsageError
from rideflex.logs.files import count_outcomes
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.tables import csv_files
from rideflex.tables.columns import ACCEPTS, CONTEXT, REJECTS, SHIFTS
from tests.logs.test_files import counts_of, draw_frame, run


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small generated city."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=8, trips=6, zones=5, seed=4))
    return read_area(folder)


def worded(frame: pl.DataFrame, words: list[str]) -> pl.DataFrame:
    """The frame with words for answers."""
    return frame.with_columns(pl.Series("accepted", words))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_yes_and_no_are_read_in_every_spelling(
    area: ServiceArea, tmp_path: Path, suffix: str
) -> None:
    """Known words in any case and with blanks around them count as the answers that they are."""
    frame = draw_frame(area, 240)
    spell = (str, str.upper, str.title, lambda word: f" {word} ")
    words = [
        spell[row % 4]((ACCEPTS if yes else REJECTS)[row % 6])
        for row, yes in enumerate(frame["accepted"].to_list())
    ]
    file = tmp_path / f"log{suffix}"
    told = worded(frame, words)
    (told.write_csv if suffix == ".csv" else told.write_parquet)(file)
    log = count_outcomes([file], area.table, area.travelers)
    assert np.array_equal(log.counts.agree, counts_of(area, frame).agree)


def test_other_words_are_named_once_with_their_rows(
    area: ServiceArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over all batches and files: each word with its count, the first row, the known words."""
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 4096)
    frame = draw_frame(area, 200)
    words = frame["accepted"].cast(pl.String).to_list()
    words[20] = words[150] = words[199] = "No Show"
    words[170] = ""
    worded(frame, words).write_csv(tmp_path / "may.csv")
    other = draw_frame(area, 9, seed=1)
    worded(other, ["ja"] * 9).write_csv(tmp_path / "june.csv")
    files = [tmp_path / "may.csv", tmp_path / "june.csv"]
    with pytest.raises(
        DataError, match=r"no answer: 'no show' \(3\), '' \(1\), 'ja' \(9\); k"
    ) as raised:
        count_outcomes(files, area.table, area.travelers)
    (problem,) = raised.value.problems
    assert (problem.file, problem.row, problem.value) == (str(files[0]), 22, "No Show")
    assert all(word in problem.cause for word in (*ACCEPTS, *REJECTS, "--no-answer"))


def test_rows_without_an_answer_are_left_out_as_told(area: ServiceArea, tmp_path: Path) -> None:
    """They count neither as yes nor as no, whatever else they hold; a blank is the empty word."""
    frame = draw_frame(area, 60)
    words: list[str | None] = frame["accepted"].cast(pl.String).to_list()
    words[3], words[30], words[31], words[59] = "NO SHOW", "", None, " "
    kept = frame.filter(~pl.int_range(pl.len()).is_in([3, 30, 31, 59]))
    strange = frame.with_columns(
        traveler_id=pl.when(pl.int_range(pl.len()) == 3).then(999).otherwise("traveler_id")
    )
    told = strange.with_columns(pl.Series("accepted", words))
    told.write_csv(tmp_path / "log.csv")
    told.write_parquet(tmp_path / "log.parquet")
    for file in (tmp_path / "log.csv", tmp_path / "log.parquet"):
        log = count_outcomes([file], area.table, area.travelers, no_answer=["No show", ""])
        assert (log.rows, log.left_out) == (56, {"no show": 1, "": 3})
        assert np.array_equal(log.counts.agree, counts_of(area, kept).agree)
    for word in ("Declined", "1.0"):
        with pytest.raises(UsageError, match="is an answer, and can't be left out"):
            count_outcomes([], area.table, area.travelers, no_answer=[word])
    fit = ("fit", "--data", area.folder, "--outcomes", tmp_path / "log.csv", "--out")
    assert "no answer" in str(run(*fit, tmp_path / "m", "--no-answer", "no show").exception)
    done = run(
        *(*fit, tmp_path / "m", "--no-answer", "no show,", "--json", tmp_path / "fit.json"),
    )
    assert "Left out, no answer: 4 rows: 'no show' (1), '' (3)." in done.output
    assert json.loads((tmp_path / "fit.json").read_text())["no_answer"] == {"no show": 1, "": 3}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_month_without_outcomes_keeps_its_place(
    area: ServiceArea, tmp_path: Path, suffix: str
) -> None:
    """A header alone is 0 outcomes, said by name, and fades what came before."""
    frames = [draw_frame(area, n, seed=n) for n in (50, 0, 40)]
    files = [tmp_path / f"{number}{suffix}" for number in range(3)]
    for frame, file in zip(frames, files, strict=True):
        told = frame if len(frame) else draw_frame(area, 1).clear()
        (told.write_csv if suffix == ".csv" else told.write_parquet)(file)
    log = count_outcomes(files, area.table, area.travelers, forget=0.5)
    expected = counts_of(area, frames[0]).scaled(0.25) + counts_of(area, frames[2])
    np.testing.assert_allclose(log.counts.agree, expected.agree)
    assert (log.rows, log.empty) == (90, (files[1],))
    out = tmp_path / "m.model"
    told = run("fit", "--data", area.folder, "--out", out, "--outcomes", *files)
    assert f"{files[1].name} holds no outcome." in told.output
    out.unlink()
    refused = run("fit", "--data", area.folder, "--out", out, "--outcomes", files[1])
    assert isinstance(refused.exception, DataError)
    assert f"{files[1]}: no outcome to learn from" in str(refused.exception)
    assert not out.exists()


def test_a_header_may_end_without_a_line_break(area: ServiceArea, tmp_path: Path) -> None:
    """With or without one, and with blank lines behind it, it is a header."""
    header = ",".join((*CONTEXT, *SHIFTS, "accepted"))
    for end in ("", "\n", "\r\n", "\n\n\n"):
        (tmp_path / "log.csv").write_text(header + end, encoding="utf-8")
        log = count_outcomes([tmp_path / "log.csv"], area.table, area.travelers)
        assert (log.rows, log.empty) == (0, (tmp_path / "log.csv",))


def test_a_file_without_a_header_is_refused(area: ServiceArea, tmp_path: Path) -> None:
    """No bytes, blank lines, and rows from the first line on."""
    log = tmp_path / "log.csv"
    draw_frame(area, 3).write_csv(log, include_header=False)
    rows = log.read_text()
    for content, cause in (
        ("", "no header"),
        ("\n\n", "no header"),
        (rows, "is missing; the header has"),
    ):
        log.write_text(content)
        with pytest.raises(DataError, match=rf"log\.csv, row 1.*{cause}"):
            count_outcomes([log], area.table, area.travelers)
