"""`rideflex calls`, as a dispatcher types it."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rideflex.calls import Effort
from rideflex.cli.app import app
from tests.calls.days import BOOKINGS, DATE, write_day


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three bookings need few rounds."""
    monkeypatch.setattr(Effort, "of", classmethod(lambda cls, n: cls(300, 300, 50)))


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """The day that is worked out by hand."""
    return write_day(tmp_path / "ours")


def rideflex(*words: object, typed: str = "") -> tuple[int, str]:
    """Exit code and output with its error, lines joined."""
    shown = CliRunner().invoke(app, [*map(str, words)], input=typed)
    assert max(map(len, shown.output.splitlines()), default=0) <= 100
    told = "" if isinstance(shown.exception, SystemExit | None) else str(shown.exception)
    return shown.exit_code, " ".join((shown.output + told).split())


def test_the_sheet_is_printed_and_written(day, tmp_path):
    """On screen, as JSON, as a table and as a page; the prior is said first."""
    names = ("calls.json", "calls.csv", "calls.html")
    files = [tmp_path / name for name in names]
    options = zip(("--json", "--csv", "--page"), files, strict=True)
    code, told = rideflex("calls", day, "--date", DATE, *sum(options, ()))
    assert code == 0, told
    assert told.startswith("NO MODEL: every chance is a guess made before any answer, 59% for 10")
    assert "1 call, which saves 40 vehicle minutes if all agree." in told
    assert "1. Ada (x): Could we come up to 10 minutes later, between 07:45 and 08:25" in told
    figures = json.loads(files[0].read_text())
    assert {"date", "calls", "plan_if_none", "plan_if_all", "seconds"} <= set(figures)
    (call,) = figures["calls"]
    assert {
        "order", "booking_id", "traveler_id", "offer", "say", "chance", "saves_minutes", "price",
        "promised_from", "promised_until", "with",
    } <= set(call)  # fmt: skip
    assert (call["offer"], call["with"]) == ([0, 10], ["y"])
    assert {"vehicle_minutes", "vehicle_hours"} <= set(figures["plan_if_none"])
    with files[1].open(encoding="utf-8", newline="") as opened:
        (row,) = csv.DictReader(opened)
    assert (row["booking_id"], row["dropoff_shift_min"], row["accepted"]) == ("x", "10", "")
    page = files[2].read_text(encoding="utf-8")
    assert not re.search(r"https?:|<script|<link|url\(", page)
    assert "width=device-width" in page
    assert page.count('type="checkbox"') == 3
    assert "NO MODEL" in page


def test_names_stand_on_the_page_as_they_are(tmp_path):
    """A name with angle brackets and ampersands breaks no page."""
    bookings = BOOKINGS.replace("x,Ada", "x,<b>A&B</b>")
    day, page = write_day(tmp_path / "ours", bookings_csv=bookings), tmp_path / "calls.html"
    code, _ = rideflex("calls", day, "--date", DATE, "--page", page)
    assert code == 0
    assert "&lt;b&gt;A&amp;B&lt;/b&gt;" in page.read_text(encoding="utf-8")


def test_an_evening_ends_with_runs_and_a_log(day, tmp_path):
    """A yes is kept, the list is over, and the runs have the window that was agreed."""
    kept = tmp_path / "tonight.csv"
    code, told = rideflex("calls", day, "--date", DATE, "--answers", kept, "--ask", typed="Yes\n")
    assert code == 0, told
    assert "Kept: yes." in told
    assert "1 called so far. No call is worth its price." in told
    with (tmp_path / "tonight-runs.csv").open(encoding="utf-8", newline="") as opened:
        picked = {
            row["booking_id"]: row for row in csv.DictReader(opened) if row["kind"] == "pickup"
        }
    assert (picked["x"]["promised_from"], picked["x"]["promised_until"]) == ("07:45", "08:25")
    code, told = rideflex(
        "fit", "--model", "tolerance", "--outcomes", tmp_path / "tonight-log.csv",
        "--out", tmp_path / "m.model",
    )  # fmt: skip
    assert code == 0, told
    code, told = rideflex("calls", day, "--date", "2026-03-03", "--model", tmp_path / "m.model")
    assert code == 0, told
    assert "Of 1 travelers 1 have never answered" in told


def test_stopped_and_killed_evenings_go_on_to_the_same_files(tmp_path):
    """Wherever it is cut, the same command with the answers that are left ends alike."""
    more = BOOKINGS + ("p,Dot,2026-03-02,18:00,,A,B,\nq,Eve,2026-03-02,19:00,,A,B,true\n")
    day = write_day(tmp_path / "ours", bookings_csv=more)
    said = {"x": "no", "p": "yes"}

    def go_on(kept: Path, typed: str) -> tuple[list[str], str]:
        code, told = rideflex("calls", day, "--date", DATE, "--answers", kept, "--ask", typed=typed)
        assert code == 0, told
        return re.findall(r"Call \w+ \((\w+)\)", told), told

    whole = tmp_path / "whole.csv"
    asked, _ = go_on(whole, "")
    first = asked[0]
    other = "p" if first == "x" else "x"
    asked, told = go_on(whole, f"perhaps\n{said[first]}\n{said[other]}\n")
    assert "'perhaps' is neither accept nor reject" in told
    assert [*dict.fromkeys(asked)] == [first, other]
    content = whole.read_bytes()
    ends = [at + 1 for at, byte in enumerate(content) if byte == ord("\n")]
    results = {name: (tmp_path / f"whole-{name}.csv").read_bytes() for name in ("runs", "log")}
    for cut in (0, ends[0], ends[0] + 9, ends[1] - 1, ends[1], ends[2] - 2, ends[2]):
        kept = tmp_path / "cut.csv"
        kept.write_bytes(content[:cut])
        left = [said[first], said[other]][sum(cut >= end - 1 for end in ends[1:]) :]
        go_on(kept, "".join(f"{word}\n" for word in left))
        assert kept.read_bytes() == content, cut
        for name, held in results.items():
            assert (tmp_path / f"cut-{name}.csv").read_bytes() == held


def test_a_filled_in_sheet_is_taken(day, tmp_path):
    """The sheet's own table, its last column filled in."""
    sheet = tmp_path / "sheet.csv"
    assert rideflex("calls", day, "--date", DATE, "--csv", sheet)[0] == 0
    sheet.write_text(sheet.read_text().rstrip("\n") + "no\n", encoding="utf-8")
    code, told = rideflex("calls", day, "--date", DATE, "--answers", sheet)
    assert code == 0, told
    assert "1 called so far. No call is worth its price." in told
    assert (tmp_path / "sheet-log.csv").read_text().endswith(",no\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--date", "2 March"), "--date '2 March' is not a date YYYY-MM-DD"),
        (("--date", "2031-01-06"), "has no booking on 2031-01-06; it has some on 2026-03-02 to"),
        (("--date", DATE, "--ask"), "--ask needs --answers FILE"),
        (("--date", DATE, "--answers", "nowhere.csv"), "is not there; with --ask it is made"),
        (("--date", DATE, "--answers", "w.csv"), "row 2, column 'booking_id', value 'w': is not b"),
        (("--date", DATE, "--answers", "y.csv"), "value 'y': is not on the sheet, which has x"),
        (("--date", DATE, "--answers", "word.csv"), "value 'maybe': is neither accept nor reject"),
        (("--date", DATE, "--model", "w.csv"), "w.csv"),
    ],
)
def test_every_mistake_is_one_helpful_line(day, tmp_path, monkeypatch, words, told):
    """What is wrong, where, and what to do; nothing is written."""
    monkeypatch.chdir(tmp_path)
    for name, row in (("w", "w,yes"), ("y", "y,no"), ("word", "x,maybe")):
        Path(f"{name}.csv").write_text(f"booking_id,accepted\n{row}\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    code, output = rideflex("calls", day, *words)
    assert code != 0
    assert told in output
    assert "Traceback" not in output
    assert sorted(tmp_path.iterdir()) == before
