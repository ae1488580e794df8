"""What commands write: refused before the work where it can't be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rideflex.cli import app as program
from rideflex.errors import DataError, UsageError
from rideflex.synthetic import AreaSettings, generate_area


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    """A city of three travelers."""
    folder = tmp_path_factory.mktemp("outputs") / "city"
    generate_area(folder, AreaSettings(travelers=3, trips=4, zones=4, seed=4))
    return folder


def run(monkeypatch, capsys, *words: object) -> tuple[object, str]:
    """Exit code and error stream of the program."""
    monkeypatch.setattr("sys.argv", ["rideflex", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        program.main()
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("check", "CITY", "--json"),
        ("route", "CITY", "--json"),
        ("route", "CITY", "--plot"),
        ("evaluate", "CITY", "--json"),
        ("report", "CITY", "--json"),
        ("fit", "--data", "CITY", "--outcomes", "absent.csv", "--out"),
        ("train", "--data", "CITY", "--out"),
        ("generate",),
        ("bench", "lookup", "--data", "CITY", "--plot"),
        ("bench", "update", "--data", "CITY", "--json"),
    ],
    ids=" ".join,
)
def test_an_output_out_of_reach_is_told_in_one_line_before_the_work(
    city, monkeypatch, capsys, words
):
    """Exit code 1, the path and the reason; nothing else is looked at, and nothing printed."""
    words = tuple(str(city) if word == "CITY" else word for word in words)
    code, told = run(monkeypatch, capsys, *words, "/proc/nowhere/it.png")
    assert code == 1
    assert told.startswith("rideflex: /proc/nowhere/it.png: can't be written: ")
    assert len(told.splitlines()) == 1


def test_a_picture_must_end_in_a_way_that_can_be_drawn(city, monkeypatch, capsys, tmp_path):
    """The endings that work are named."""
    for name in ("day.gif", "day"):
        code, told = run(monkeypatch, capsys, "route", city, "--plot", tmp_path / name)
        assert code == 2
        assert f"{name}: name the picture .png, .svg or .pdf" in told
    shown = CliRunner().invoke(
        program.app,
        ["route", str(city), "--iterations", "1", "--plot", str(tmp_path / "day.svg")],
    )
    assert shown.exit_code == 0, shown.output
    assert "<svg" in (tmp_path / "day.svg").read_text()[:2000]
    assert "Wrote " in shown.output


def test_files_out_of_reach_at_any_time_end_with_one_line(monkeypatch, capsys):
    """An error of the system that names a file is told; any other is left to be traced."""

    def fail(error: OSError) -> None:
        raise error

    monkeypatch.setattr(program, "app", lambda: fail(PermissionError(13, "denied", "runs/x")))
    assert run(monkeypatch, capsys) == (1, "rideflex: runs/x: can't be used: denied\n")
    monkeypatch.setattr(program, "app", lambda: fail(OSError("odd")))
    with pytest.raises(OSError, match="odd"):
        program.main()


@pytest.mark.parametrize(
    "words",
    [
        ("bench", "lookup", "--data", "x", "--seed", "-1"),
        ("bench", "lookup", "--data", "x", "--outcomes", "0"),
        ("bench", "scale", "--rows", "0"),
        ("bench", "scale", "--seed", "-1"),
        ("bench", "quotes", "--data", "x", "--batch", "0"),
        ("bench", "quotes", "--data", "x", "--seed", "-1"),
        ("route", "x", "--seed", "-1"),
        ("generate", "x", "--zones", "0"),
        ("generate", "x", "--seed", "-1"),
        ("generate", "x", "--change", "-0.5"),
    ],
    ids=" ".join,
)
def test_numbers_that_make_no_sense_are_bad_usage(words, monkeypatch, tmp_path):
    """Exit code 2 and no traceback."""
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(program.app, words)
    if not isinstance(shown.exception, UsageError):
        assert shown.exit_code == 2, shown.output
    assert not list(tmp_path.iterdir())


def test_errors_of_a_folder_say_what_lists_them(city, tmp_path):
    """Reading stops with the first error, the count of the others and the command for all."""
    from rideflex.areas import read_area

    text = (city / "trips.csv").read_text()
    for name in ("decisions.csv", "travel_times.csv"):
        (tmp_path / name).write_bytes((city / name).read_bytes())
    (tmp_path / "trips.csv").write_text(text.replace("zone-", "nowhere-"))
    with pytest.raises(DataError, match=rf"more; rideflex check {tmp_path} lists them\)$"):
        read_area(tmp_path)
