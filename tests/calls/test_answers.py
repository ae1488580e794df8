"""Files of answers: nothing that was acknowledged is lost, and mistakes are named."""

from __future__ import annotations

import pytest

from rideflex.calls import Answer, AnswerFile, read_evening, write_log
from rideflex.errors import DataError, UsageError
from rideflex.logs.answers_only import read_answers

DATE = "2026-03-02"
GIVEN = [
    (Answer("x", "no", (0, 30)), "Ada"),
    (Answer("ä,1", "yes", (-10, 20)), "Zoë"),
    (Answer("y", "unreached", (-30, 0)), "007"),
]


def answered(path):
    """What a file holds, without rows."""
    return [(one.booking, one.word, one.offer) for one in read_evening(path, DATE)]


def test_a_kill_at_any_byte_leaves_a_file_that_goes_on_to_the_same(tmp_path):
    """Whatever was written of it, the file that is gone on with ends like that of no kill."""
    whole = tmp_path / "whole.csv"
    file = AnswerFile(whole, DATE)
    head = len(whole.read_bytes())
    ends = []
    for answer, who in GIVEN:
        file.append(answer, who)
        ends.append(len(whole.read_bytes()))
    content = whole.read_bytes()
    for cut in (0, *range(head, len(content) + 1)):
        left = tmp_path / "left.csv"
        left.write_bytes(content[:cut])
        again = AnswerFile(left, DATE)
        kept = answered(left)
        acknowledged = sum(end <= cut for end in ends)
        assert kept[:acknowledged] == [
            (one.booking, one.word, one.offer) for one, _ in GIVEN[:acknowledged]
        ]
        for answer, who in GIVEN[len(kept) :]:
            again.append(answer, who)
        assert left.read_bytes() == content


def test_an_answer_is_on_the_disk_before_it_is_acknowledged(tmp_path, monkeypatch):
    """What is synchronised holds the answer."""
    path, seen = tmp_path / "tonight.csv", []
    file = AnswerFile(path, DATE)
    monkeypatch.setattr("os.fsync", lambda number: seen.append(path.read_text(encoding="utf-8")))
    file.append(*GIVEN[0])
    assert len(seen) == 1
    assert seen[0].endswith("/no,x,Ada,2026-03-02,0,30,no\n")


def test_a_sheet_that_is_filled_in_is_read(tmp_path):
    """Blank rows are nobody's answer yet, the minutes may be missing, and words are free."""
    path = tmp_path / "sheet.csv"
    path.write_text(
        "order;booking_id;date;pickup_shift_min;dropoff_shift_min;accepted\n"
        "1;x;2026-03-02;-10;0;Declined\n2;y;2026-03-02;0;20;\n3;z;2026-03-02;30;0; YES \n",
        encoding="utf-8",
    )
    assert answered(path) == [("x", "no", (-10, 0)), ("z", "yes", (-30, 0))]
    path.write_text("booking_id,accepted\nx,unreached\n", encoding="utf-8")
    assert answered(path) == [("x", "unreached", None)]
    assert read_evening(tmp_path / "none.csv", DATE) == []


def test_every_mistake_in_a_file_is_named(tmp_path):
    """A wrong word, a date of another sheet, minutes that are none: by row and column, at once."""
    path = tmp_path / "sheet.csv"
    path.write_text(
        "booking_id,date,pickup_shift_min,dropoff_shift_min,accepted\n"
        "x,2026-03-02,-10,0,perhaps\ny,2026-03-09,-10,0,yes\nz,2026-03-02,-10,-20,no\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError) as caught:
        read_evening(path, DATE)
    told = [(problem.row, problem.column) for problem in caught.value.problems]
    assert told == [(2, "accepted"), (3, "date"), (4, "dropoff_shift_min")]
    assert "and unreached where nobody was there" in str(caught.value)


def test_another_file_is_not_written_into(tmp_path):
    """A sheet is read, but answers are kept in a file of their own."""
    path = tmp_path / "sheet.csv"
    path.write_text("booking_id,accepted\nx,yes\n", encoding="utf-8")
    with pytest.raises(UsageError, match="has other columns than answers are kept in"):
        AnswerFile(path, DATE)
    assert path.read_text(encoding="utf-8") == "booking_id,accepted\nx,yes\n"


def test_the_log_is_one_that_fit_reads(tmp_path):
    """Both answers, with their offers; who was not reached is left out."""
    path = tmp_path / "log.csv"
    assert write_log(path, DATE, GIVEN) == 2
    log = read_answers([path])
    assert log.outcomes.accepted.tolist() == [False, True]
    offers = [log.offers[action] for action in log.outcomes.actions]
    assert offers == [(0, 30), (-10, 20)]
    assert [log.travelers.ids[one] for one in log.outcomes.travelers] == ["Ada", "Zoë"]
