"""Exports become bookings: nothing is dropped without being in the report."""

from __future__ import annotations

import csv

import polars as pl
import pytest

from rideflex.areas import check_service
from rideflex.areas.exports.mapping import proposed
from rideflex.areas.exports.write import import_bookings
from rideflex.errors import DataError, UsageError
from tests.areas.services import FLEET, TIMES, write_service

EXPORT = """\
TripID;ClientID;Service Date;Req Pickup;Appt Time;PickupZone;DropoffZone;Passengers;Wheelchair;\
Trip Status;Driver
T1;007;2.3.2026;7:05;;A;B;1;no;Completed;Bob
T2;8;2.3.2026;7:05 PM;;A;B;1;0;NS;Bob
T3;9;3.3.2026;;0,5;B;A;;yes;Late Cancel;Ann
T4;9;3.3.2026;0.354166667;;B;A;1;0;;Ann
T4;9;3.3.2026;8:30;;B;A;1;0;;Ann
T5;;3.3.2026;8:30;;B;A;1;0;;Ann
T6;9;31.2.2026;8:30;;B;A;1;0;;Ann
T7;9;3.3.2026;25:10;;B;A;1;0;Denied;Ann
T8;9;3.3.2026;25:10;26:00;B;A;1;0;Performed;Ann
T9;9;3.3.2026;soon;;B;A;1;0;Performed;Ann
T10;9;3.3.2026;9:00;;;A;1;0;Performed;Ann
T11;9;3.3.2026;9:00;;B;A;1;0;Performed
T12;9;3.3.2026;;;B;A;1;0;;Ann
T13;9;3.3.2026;9:00;;B;A;0;0;;Ann
"""


def read(path):
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def imported(tmp_path):
    """The export above, imported."""
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    return import_bookings([tmp_path / "export.csv"], tmp_path / "out"), tmp_path / "out"


def test_each_row_is_kept_or_in_the_report(imported):
    """Rows kept and rows left out are all rows, and each is told once with its reason."""
    found, out = imported
    told = found.as_json()
    assert (told["rows"], told["kept"], told["left_out"]) == (14, 5, 9)
    report = read(out / "cleaning.csv")
    left_out = {int(one["row"]): one["reason"] for one in report if one["action"] == "left out"}
    assert left_out == {
        6: "repeats the booking of an earlier row",
        7: "has no traveler_id",
        8: "is not a date of the calendar",
        9: "has a status that is not known; say it in the map",
        11: "is not a time of day",
        12: "has no origin",
        13: "has 10 cells where the header has 11",
        14: "has no time to leave or to arrive by",
        15: "carries nobody",
    }
    assert found.unused == ("Driver",)


def test_what_is_kept_is_written_in_the_words_of_bookings(imported):
    """Times, dates, wheelchairs and status; an arrival counts before a departure."""
    bookings = {one["booking_id"]: one for one in read(imported[1] / "bookings.csv")}
    assert [*bookings] == ["T1", "T2", "T3", "T4", "T8"]
    assert bookings["T1"]["traveler_id"] == "007"
    assert bookings["T1"]["date"] == "2026-03-02"
    assert bookings["T2"]["leave_at"] == "19:05"
    assert (bookings["T3"]["arrive_by"], bookings["T3"]["wheelchairs"]) == ("12:00", "1")
    assert [one["status"] for one in bookings.values()] == [
        "performed", "no_show", "cancelled", "", "performed",
    ]  # fmt: skip
    assert (bookings["T8"]["leave_at"], bookings["T8"]["arrive_by"]) == ("", "26:00")
    changed = [one for one in read(imported[1] / "cleaning.csv") if one["action"] == "changed"]
    told = [(one["row"], one["value"], one["became"]) for one in changed]
    assert ("5", "0.354166667", "08:30") in told


def test_the_folder_is_one_once_a_fleet_is_there(imported):
    """Travel times and a fleet beside the bookings, and it checks without error."""
    _, out = imported
    (out / "travel_times.csv").write_text(TIMES)
    (out / "fleet.csv").write_text(FLEET)
    assert check_service(out).problems == ()
    assert check_service(out).bookings == 5


def test_stamps_and_places_and_files_by_month(tmp_path):
    """A stamp holds the date, places make zones needless, and two files are one history."""
    for month in (3, 4):
        pl.DataFrame(
            {
                "rider": ["a", "b"],
                "pickup_time": [f"2026-0{month}-02T08:00:00-05:00", f"2026-0{month}-03T01:00"],
                "pickup_lat": [41.0, 0.0],
                "pickup_lon": [-87.5, 0.0],
                "dropoff_lat": [41.1, 41.0],
                "dropoff_lon": [-87.6, -87.5],
            }
        ).write_parquet(tmp_path / f"{month}.parquet")
    files = [tmp_path / "3.parquet", tmp_path / "4.parquet"]
    found = import_bookings(files, tmp_path / "out", time_zone="America/Chicago")
    bookings = read(tmp_path / "out" / "bookings.csv")
    assert [(one["date"], one["leave_at"]) for one in bookings] == [
        ("2026-03-02", "07:00"),  # still winter in Chicago
        ("2026-04-02", "08:00"),
    ]
    assert found.cleaned.reasons("left out") == {"lies at 0, 0: not geocoded": 2}
    assert len({one["booking_id"] for one in bookings}) == 2


def test_a_map_says_what_names_do_not(tmp_path):
    """Columns, words of a status, and which of day and month comes first."""
    export, told = tmp_path / "e.csv", tmp_path / "map.toml"
    export.write_text("who,on,at,a,b,how\nx,3/2/2026,08:00,A,B,Rode\n")
    told.write_text(
        'day_first = true\n[columns]\ntraveler_id = "who"\ndate = "on"\nleave_at = "at"\n'
        'origin = "a"\ndestination = "b"\nstatus = "how"\n[values.status]\nRode = "performed"\n'
    )
    import_bookings([export], tmp_path / "out", told)
    (booking,) = read(tmp_path / "out" / "bookings.csv")
    assert (booking["date"], booking["status"]) == ("2026-02-03", "performed")


def test_columns_are_known_by_what_is_in_them():
    """The one column of dates, the one of times; where two could be meant, none is."""
    cells = {"client": ["x"], "when": ["2026-03-02"], "clock": ["8:00"], "from": ["A"], "to": ["B"]}
    assert proposed(cells).columns == {
        "traveler_id": "client",
        "origin": "from",
        "destination": "to",
        "date": "when",
        "leave_at": "clock",
    }
    assert "leave_at" not in proposed({**cells, "other": ["9:00"]}).columns


ONE = "client,from,to,time,date\n1,A,B,8:00,{}\n"


@pytest.mark.parametrize(
    ("export", "told", "error"),
    [
        ("a,b\n1,2\n", None, "has no column known for traveler_id"),
        (ONE.format("3/2/2026"), "[columns]\ndate = 'x'\n", "is no column of the export"),
        (ONE.format("3/2/2026"), "[columns]\nday = 'date'\n", "is no column of bookings"),
        (ONE.format("3/2/2026"), "[colums]\n", "is no key of a map"),
        (ONE.format("13/2/2026") + "2,A,B,8:00,2/13/2026\n", None, "say day_first"),
    ],
)
def test_what_can_not_be_imported_is_refused_and_leaves_nothing(tmp_path, export, told, error):
    """The error names the columns, and no folder is made."""
    (tmp_path / "e.csv").write_text(export)
    mapped = None
    if told is not None:
        mapped = tmp_path / "map.toml"
        mapped.write_text(told)
    with pytest.raises(DataError, match=error):
        import_bookings([tmp_path / "e.csv"], tmp_path / "out", mapped)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    """Nothing is written over."""
    home = write_service(tmp_path / "there")
    (tmp_path / "e.csv").write_text(EXPORT)
    with pytest.raises(UsageError, match="exists already"):
        import_bookings([tmp_path / "e.csv"], home)
