"""Files of logged outcomes: streamed into counts, checked cell by cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from rideflex.areas import ServiceArea, read_area
from rideflex.cli.app import app
from rideflex.errors import DataError, UsageError
from rideflex.logs.files import count_outcomes
from rideflex.models.neural import EvidenceModel
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.outcomes import Counts
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.tables import csv_files
from rideflex.tables.columns import CONTEXT, SHIFTS
from rideflex.travelers import TravelerIndex


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small generated city."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=8, trips=6, zones=5, seed=4))
    return read_area(folder)


def draw_frame(area: ServiceArea, n: int, seed: int = 0) -> pl.DataFrame:
    """Outcomes as a log holds them: context, both shifts, action and answer."""
    rng = np.random.default_rng(seed)
    trips = area.trips.trip_id[rng.integers(len(area.trips), size=n)]
    actions = rng.integers(16, size=n)
    types = area.true_types[area.travelers.encode(area.table.trip_travelers[trips])]
    accepted = area.table.accepts(trips, actions)[np.arange(n), types]
    contexts = list(area.table.contexts)
    grid = area.table.offers
    return pl.DataFrame(
        {
            **{name: [contexts[t][at] for t in trips] for at, name in enumerate(CONTEXT)},
            SHIFTS[0]: -grid.pickup[actions],
            SHIFTS[1]: grid.dropoff[actions],
            "action": actions,
            "accepted": accepted,
            "remark": ["any"] * n,
        }
    )


def counts_of(area: ServiceArea, frame: pl.DataFrame) -> Counts:
    """The same counts without a file."""
    outcomes = area.table.outcomes(
        area.travelers.encode(frame["traveler_id"].to_numpy()),
        area.table.trip_ids(frame),
        frame["action"].to_numpy(),
        frame["accepted"].to_numpy(),
    )
    return Counts.of(outcomes, len(area.travelers), len(area.table.types))


@pytest.mark.parametrize("offer", ["action", "shifts"])
@pytest.mark.parametrize("answers", ["true", "1", "accept"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_files_add_up(
    area: ServiceArea, tmp_path: Path, suffix: str, answers: str, offer: str
) -> None:
    """Two files in any of the forms give the counts of all their outcomes together."""
    frame = draw_frame(area, 300)
    told = frame.drop(list(SHIFTS) if offer == "action" else ["action"])
    if answers == "1":
        told = told.with_columns(pl.col("accepted").cast(pl.Int64))
    elif answers == "accept":
        word = pl.when("accepted").then(pl.lit("accept")).otherwise(pl.lit(" reject"))
        told = told.with_columns(word.alias("accepted"))
    files = [tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"]
    for part, file in zip((told[:200], told[200:]), files, strict=True):
        (part.write_csv if suffix == ".csv" else part.write_parquet)(file)
    log = count_outcomes(files, area.table, area.travelers)
    expected = counts_of(area, frame)
    assert (log.rows, log.fallbacks) == (300, 0)
    assert np.array_equal(log.counts.agree, expected.agree)
    assert np.array_equal(log.counts.total, expected.total)


def test_a_large_file_is_read_in_batches(
    area: ServiceArea, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are counted one after the other; the result is that of the whole file."""
    monkeypatch.setattr(csv_files, "_BLOCK_BYTES", 4096)
    frame = draw_frame(area, 500)
    frame.write_csv(tmp_path / "log.csv")
    sizes: list[int] = []
    log = count_outcomes(
        [tmp_path / "log.csv"],
        area.table,
        area.travelers,
        lambda file, rows: sizes.append(rows) if file.name == "log.csv" else None,
    )
    assert len(sizes) > 5
    assert sum(sizes) == 500
    assert np.array_equal(log.counts.agree, counts_of(area, frame).agree)


def test_older_files_weigh_less(area: ServiceArea, tmp_path: Path) -> None:
    """Each file fades those before it, by the weight that is told; no other weight is taken."""
    frames = [draw_frame(area, 60, seed=seed) for seed in range(3)]
    files = [tmp_path / f"{number}.csv" for number in range(3)]
    for frame, file in zip(frames, files, strict=True):
        frame.write_csv(file)
    log = count_outcomes(files, area.table, area.travelers, forget=0.5)
    oldest, older, newest = (counts_of(area, frame) for frame in frames)
    expected = oldest.scaled(0.25) + older.scaled(0.5) + newest
    np.testing.assert_allclose(log.counts.agree, expected.agree)
    np.testing.assert_allclose(log.counts.total, expected.total)
    for forget in (-0.1, 1.1, float("nan")):
        with pytest.raises(UsageError, match="weight from 0 to 1"):
            count_outcomes(files, area.table, area.travelers, forget=forget)


def test_unknown_contexts_are_counted(area: ServiceArea, tmp_path: Path) -> None:
    """A context without a row of decisions is answered by the rules, and counted."""
    frame = draw_frame(area, 40).with_columns(trip_purpose=pl.lit("moon"))
    frame.write_csv(tmp_path / "log.csv")
    assert count_outcomes([tmp_path / "log.csv"], area.table, area.travelers).fallbacks == 40


@pytest.mark.parametrize(
    ("column", "value", "cause"),
    [
        ("accepted", "maybe", r"1 row holds no answer: 'maybe' \(1\)"),
        ("accepted", "", r"1 row holds no answer: '' \(1\)"),
        ("action", "16", "outside the grid of 16 offers"),
        ("action", "two", "not a whole number"),
        ("traveler_id", "99", "not one of the 8 travelers"),
        ("departure_time_window", "8-9", "HH:MM-HH:MM"),
    ],
)
def test_bad_cells_are_named(
    area: ServiceArea, tmp_path: Path, column: str, value: str, cause: str
) -> None:
    """File, row, column, value and cause of the first bad cell."""
    frame = draw_frame(area, 30).cast(pl.String)
    cells = frame[column].to_list()
    cells[17] = value
    file = tmp_path / "log.csv"
    frame.with_columns(pl.Series(column, cells)).write_csv(file)
    with pytest.raises(DataError, match=cause) as raised:
        count_outcomes([file], area.table, area.travelers)
    problem = raised.value.problems[0]
    assert (problem.file, problem.row, problem.column) == (str(file), 19, column)


def test_shifts_outside_the_grid_are_named(area: ServiceArea, tmp_path: Path) -> None:
    """A pair of shifts that nobody can be offered."""
    frame = draw_frame(area, 30).drop("action")
    shifts = frame[SHIFTS[0]].to_list()
    shifts[4] = 25
    frame.with_columns(pl.Series(SHIFTS[0], shifts)).write_csv(tmp_path / "log.csv")
    with pytest.raises(
        DataError,
        match=r"row 6, .*value '25': with dropoff_shift_min .* makes an offer that is not",
    ):
        count_outcomes([tmp_path / "log.csv"], area.table, area.travelers)


def test_missing_columns_are_named(area: ServiceArea, tmp_path: Path) -> None:
    """A file without answers, and a file without offers."""
    for lacking in (["accepted"], ["action", SHIFTS[1]]):
        draw_frame(area, 5).drop(lacking).write_csv(tmp_path / "log.csv")
        with pytest.raises(DataError, match=f"column '{lacking[-1]}': is missing"):
            count_outcomes([tmp_path / "log.csv"], area.table, area.travelers)


def run(*arguments: object) -> Any:
    """Call the program; errors it raises on purpose come through."""
    return CliRunner().invoke(app, [str(word) for word in arguments], catch_exceptions=True)


@pytest.mark.parametrize("model", ["posterior", "evidence"])
def test_fit_and_predict(area: ServiceArea, tmp_path: Path, model: str) -> None:
    """`fit` writes a model of logged outcomes, `predict` prints what it says of travelers."""
    draw_frame(area, 400, seed=1).write_csv(tmp_path / "may.csv")
    draw_frame(area, 400, seed=2).write_parquet(tmp_path / "june.parquet")
    out = tmp_path / "flex.model"
    made = run(
        *("fit", "--data", area.folder, "--out", out, "--model", model),
        *("--outcomes", tmp_path / "may.csv", tmp_path / "june.parquet"),
        *("--json", tmp_path / "fit.json"),
    )
    assert made.exit_code == 0, made.output
    assert "800 outcomes of 8 of 8 travelers" in made.output
    assert json.loads((tmp_path / "fit.json").read_text())["outcomes"] == 800
    shown = run("predict", out, "--travelers", 3, 8, "--json", tmp_path / "p.json")
    assert shown.exit_code == 0, shown.output
    told = json.loads((tmp_path / "p.json").read_text())
    assert told["types"] == list(area.table.types)
    assert list(told["travelers"]) == ["3", "8"]
    for traveler, row in told["travelers"].items():
        assert int(np.argmax(row)) == area.true_types[int(traveler) - 1]
    assert len(run("predict", out).output.splitlines()) > 8


def test_predict_asks_about_known_travelers(area: ServiceArea, tmp_path: Path) -> None:
    """A stranger is named, or gets the shares of the types where that is asked for."""
    draw_frame(area, 100).write_csv(tmp_path / "log.csv")
    out = tmp_path / "flex.model"
    run("fit", "--data", area.folder, "--outcomes", tmp_path / "log.csv", "--out", out)
    refused = run("predict", out, "--travelers", "3,77")
    assert isinstance(refused.exception, UsageError)
    assert "traveler 77" in str(refused.exception)
    assert run("predict", out, "--travelers", "3,77", "--unknown", "prior").exit_code == 0
    assert isinstance(run("predict", out, "--travelers", "all").exception, UsageError)
    assert isinstance(run("predict", tmp_path / "none.model").exception, DataError)
    assert "after --travelers" in str(run("predict", out, 3, 8).exception)
    assert "knows no features" in str(run("predict", out, "--strangers", "x.csv").exception)
    both = run("predict", out, "--strangers", "x.csv", "--travelers", 3)
    assert "leave --travelers away" in str(both.exception)


def test_a_cut_model_is_named_as_what_it_is(area: ServiceArea, tmp_path: Path) -> None:
    """A posterior that is cut short is cut short, not an embedding that isn't one."""
    out = tmp_path / "flex.model"
    FlexibilityPosterior(2, area.table.types).save(out)
    out.write_bytes(out.read_bytes()[:-30])
    assert "cut short" in str(run("predict", out).exception)
    out.write_bytes(b"RIDEFLEX" + (2).to_bytes(8, "little") + b"{}")
    assert "did not write" in str(run("predict", out).exception)


def test_fit_overwrites_models_alone(area: ServiceArea, tmp_path: Path) -> None:
    """A log named as the output is still there afterwards; a model is fitted again."""
    log = tmp_path / "log.csv"
    draw_frame(area, 50).write_csv(log)
    before = log.read_bytes()
    fit = ("fit", "--data", area.folder, "--outcomes", log, "--out")
    assert "is no model" in str(run(*fit, log).exception)
    assert log.read_bytes() == before
    for _ in range(2):
        assert run(*fit, tmp_path / "flex.model").exit_code == 0


def test_logs_without_sense_are_warned_of(area: ServiceArea, tmp_path: Path) -> None:
    """Answers by the toss of a coin, and contexts that the decisions don't know."""
    frame = draw_frame(area, 400)
    coin = np.random.default_rng(0).random(400) < 0.5
    for changed, cause in (
        (frame.with_columns(accepted=pl.Series(coin)), "the types explain little"),
        (frame.with_columns(trip_purpose=pl.lit("moonwalk")), "no row for 100% of the outcomes"),
    ):
        changed.write_csv(tmp_path / "log.csv")
        told = run(
            *("fit", "--data", area.folder, "--outcomes", tmp_path / "log.csv"),
            *("--out", tmp_path / "flex.model"),
        )
        assert cause in " ".join(told.output.split())


def test_many_travelers_and_types_fit_the_screen(tmp_path: Path) -> None:
    """Of many travelers the first are shown, of many types the likeliest two."""
    types = [f"kind {number}" for number in range(9)]
    FlexibilityPosterior(70, types, travelers=TravelerIndex.consecutive(1, 70)).save(
        tmp_path / "m.model"
    )
    shown = run("predict", tmp_path / "m.model").output
    assert "… and 20 more" in shown
    assert max(map(len, shown.splitlines())) <= 100
    assert all(f"type {number}: kind {number} (likeliest for" in shown for number in range(9))


def test_features_speak_for_travelers_never_asked(area: ServiceArea, tmp_path: Path) -> None:
    """With features a traveler without outcomes has a row of his own; the posterior has none."""
    log, out = tmp_path / "log.csv", tmp_path / "flex.model"
    frame = draw_frame(area, 400).filter(pl.col(CONTEXT[0]) > 2)
    frame.write_csv(log)
    fit = ("fit", "--data", area.folder, "--outcomes", log, "--out", out, "--features")
    assert isinstance(run(*fit).exception, UsageError)
    assert run(*fit, "--model", "evidence").exit_code == 0
    assert run("predict", out, "--travelers", "1,2", "--json", tmp_path / "p.json").exit_code == 0
    rows = json.loads((tmp_path / "p.json").read_text())["travelers"].values()
    held = EvidenceModel.load(out)
    assert held.network.features is not None
    unseen = held.network.predict_unseen(held.network.features[:2])
    np.testing.assert_allclose(list(rows), unseen.numpy(), atol=2e-4)
    people = area.features.drop(CONTEXT[0])[:2]
    people.write_csv(tmp_path / "people.csv")
    asked = ("predict", out, "--strangers", tmp_path / "people.csv", "--json", tmp_path / "s.json")
    assert run(*asked).exit_code == 0
    strangers = json.loads((tmp_path / "s.json").read_text())["travelers"]
    assert list(strangers) == ["2", "3"]
    np.testing.assert_allclose(list(strangers.values()), unseen.numpy(), atol=1e-6)
    people.drop("age").write_csv(tmp_path / "people.csv")
    assert "'age': is missing" in str(run(*asked).exception)


def test_nothing_is_written_after_a_bad_cell(area: ServiceArea, tmp_path: Path) -> None:
    """A fit that fails leaves no model behind."""
    draw_frame(area, 30).with_columns(accepted=pl.lit("maybe")).write_csv(tmp_path / "log.csv")
    out = tmp_path / "flex.model"
    failed = run("fit", "--data", area.folder, "--outcomes", tmp_path / "log.csv", "--out", out)
    assert isinstance(failed.exception, DataError)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv"]
