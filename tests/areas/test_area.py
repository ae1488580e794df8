"""Reading and checking service-area folders."""

from __future__ import annotations

import re
import shutil

import numpy as np
import polars as pl
import pytest

from rideflex.areas import check_area, read_area
from rideflex.areas.travel_times import read_travel_times
from rideflex.errors import DataError
from rideflex.synthetic import AreaSettings, generate_area


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """A small generated folder; tests copy it before they spoil it."""
    folder = tmp_path_factory.mktemp("area") / "city"
    generate_area(folder, AreaSettings(travelers=4, trips=6, zones=5, seed=2, change=0.5))
    return folder


@pytest.fixture
def city(pristine, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(pristine, tmp_path / "city")


def spoil(file, row, old, new):
    """Replace a piece of text in one row of a file, the header being row 1."""
    lines = file.read_text().splitlines()
    assert old in lines[row - 1], lines[row - 1]
    lines[row - 1] = lines[row - 1].replace(old, new, 1)
    file.write_text("\n".join(lines) + "\n")


def test_the_real_folder_has_the_counts_that_are_known(san_francisco):
    """25,040 rows, 20,688 keys, 30 travelers, 1,565 trips, 31 zones, and no error."""
    found = check_area(san_francisco)
    assert found.problems == ()
    assert (found.decisions.rows, found.decisions.keys) == (25_040, 20_688)
    assert found.decisions.missing_cells == 0
    assert (found.travelers, found.trips, found.zones, found.offers) == (30, 1565, 31, 16)
    area = read_area(san_francisco)
    assert area.trips.trip_id.min() >= 0
    assert np.bincount(area.true_types).tolist() == [8, 13, 6, 3]


def test_what_an_area_holds_fits_together(pristine):
    """Arrays have the shapes the class says, and answers are those of the true types."""
    area = read_area(str(pristine))
    n_trips, n_travelers = len(area.trips), len(area.travelers)
    assert (n_travelers, len(area.zones), area.travel_times.shape) == (4, 5, (5, 5))
    assert area.coordinates.shape == (5, 2)
    assert area.features.columns == ["traveler_id", "age", "occupation", "income"]
    assert area.features.height == n_travelers
    assert area.answers.shape == (2, n_trips, 16)
    expected = area.table.masks(area.trips.trip_id, area.true_types[area.trips.traveler])
    np.testing.assert_array_equal(area.answers[0], expected)


def test_without_places_features_or_types_the_rest_is_read(city):
    """Only the context and the zones are needed; zone columns go by either name."""
    (city / "travelers.csv").unlink()
    trips = pl.read_csv(city / "trips.csv")
    bare = trips.select(
        "traveler_id",
        *("trip_purpose", "departure_location", "arrival_location"),
        *("departure_time_window", "arrival_time_window"),
        origin_zone="origin_h3",
        destination_zone="destination_h3",
    )
    bare.write_csv(city / "trips.csv")
    area = read_area(city)
    assert area.coordinates is None
    assert area.true_types is None
    assert area.answers is None
    assert area.features.columns == ["traveler_id"]


def test_every_error_of_every_file_is_listed(city):
    """One bad cell in each file: check names all, and trips are held against the other files."""
    spoil(city / "decisions.csv", 2, "accept", "perhaps")
    spoil(city / "trips.csv", 3, "zone-", "nowhere-")
    found = check_area(city)
    assert [(one.file.rsplit("/", 1)[-1], one.row) for one in found.problems] == [
        ("decisions.csv", 2),
        ("trips.csv", 3),
    ]
    assert "zone that the travel times lack" in found.problems[1].cause
    assert found.decisions is None
    assert found.trips is not None
    spoil(city / "travel_times.csv", 2, ",0,", ",-5,")
    files = [one.file.rsplit("/", 1)[-1] for one in check_area(city).problems]
    assert files == ["decisions.csv", "travel_times.csv"]


@pytest.mark.parametrize(
    ("file", "row", "old", "new", "message"),
    [
        ("trips.csv", 2, "zone-0", "zone-9", "row 2.*zone-9.*travel times lack"),
        ("trips.csv", 4, "0-", "0~", "row 4.*window.*HH:MM-HH:MM"),
        ("trips.csv", 2, "flexible for", "flexibel for", "row 2.*'flexibility'.*not one of"),
        ("trips.csv", 3, '"[4', '"[x4', r"row 3.*origin_gps.*\[latitude, longitude\]"),
        ("trips.csv", 1, "arrival_location", "arrival", "row 1.*'arrival_location'.*did you mean"),
        ("travelers.csv", 3, "flexible for", "flexibel for", "travelers.csv, row 3.*not one of"),
        ("trips.csv", 2, "flexible for", "flexibel for", "have: 'flexible for late dropoff, but"),
        ("trips.csv", 2, "zone-0", "zone-9", "they have 'zone-001', 'zone-002'"),
        ("travelers.csv", 2, "1,0,", "99,0,", "row 2.*99.*without trips"),
        ("travelers.csv", 2, "1,0,", "1,1,", "1.*0 rows in phase 0"),
        ("travelers.csv", 2, "1,0,", "1,-1,", "not a phase"),
    ],
)
def test_bad_cells_name_file_row_column_and_cause(city, file, row, old, new, message):
    """Reading stops with the file, the row and what is likely wrong."""
    spoil(city / file, row, old, new)
    with pytest.raises(DataError, match=message):
        read_area(city)
    assert check_area(city).problems


def test_a_traveler_of_two_types_is_an_error(city):
    """The true type is the traveler's, so two rows of one traveler may not differ in it."""
    trips = pl.read_csv(city / "trips.csv")
    first = trips["traveler_id"] == trips["traveler_id"][0]
    row = int(first.arg_true()[1])
    kinds = trips["flexibility"].to_list()
    others = [name for name in trips["flexibility"].unique(maintain_order=True) if name != kinds[0]]
    kinds[row] = others[0]
    trips.with_columns(flexibility=pl.Series(kinds)).write_csv(city / "trips.csv")
    with pytest.raises(DataError, match=f"row {row + 2}.*another type than an earlier row"):
        read_area(city)


@pytest.mark.parametrize(
    ("matrix", "messages"),
    [
        ("", ["empty"]),
        ("h3,a,b\n", ["empty"]),
        ("h3,a,b\na,0,1\n", ["without a row"]),
        ("h3,a,b\na,0,1\nb,2\n", ["1 travel times for the 2 zones"]),
        ("h3,a,b\na,0,-1\nb,2,0\n", ["row 2, column 'b', value '-1': is negative"]),
        (
            "h3,a,b\na,0,x\nb,,0\n",
            ["row 2, column 'b', value 'x': is not a number.*the cell blank"],
        ),
        ("h3,a,b\na,0,nan\nb,2,0\n", ["not a number"]),
        ("h3,a,b\na,0,900000\nb,2,0\n", ["longer than a day"]),
        ("h3,a,a\na,0,1\na,1,0\n", ["twice in the header", "has a row already"]),
        ("h3,a,b\na,0,1\nc,2,0\n", ["'c'.*header lacks", "'b'.*without a row"]),
        ("h3,a,b\na,0,0\nb,0,0\n", ["no travel time above 0"]),
        ("from,to,seconds\na,b,60\nb,a,70\n", ["row 1: is a list.*square matrix is wanted"]),
        ("from,to,s,m\na,b,60,1\nb,a,70,1\n", ["row 1: is a list"]),
        ("h3,a,b\na,0,1,\nb,2,0,7\n", ["row 3.*has 3 travel times for the 2 zones"]),
    ],
)
def test_matrices_that_are_not_square_times(city, matrix, messages):
    """Each flaw of the matrix is named; several are named together."""
    (city / "travel_times.csv").write_text(matrix)
    found = "\n".join(str(one) for one in check_area(city).problems if "travel_times" in one.file)
    for message in messages:
        assert re.search(message, found), found
    with pytest.raises(DataError, match=r"travel_times\.csv"):
        read_area(city)


def test_rows_of_the_matrix_may_stand_in_any_order(city):
    """Rows are matched to the header by the zone's id, blanks and fractions are fine."""
    (city / "travel_times.csv").write_text("h3, a ,b\nb,5.6,0\n a,0,7\n\n")
    times = read_travel_times(city)
    assert times.zones == ("a", "b")
    assert times.seconds.tolist() == [[0, 7], [6, 0]]


def test_blank_ends_of_the_matrix_do_not_count(city):
    """Commas and lines that a spreadsheet leaves behind are no zones and no rows."""
    (city / "travel_times.csv").write_text("h3,a,b,,\na,0,7,,\nb,6,0,\n,,\n \n\n")
    times = read_travel_times(city)
    assert times.zones == ("a", "b")
    assert times.seconds.tolist() == [[0, 7], [6, 0]]


def test_a_trip_past_midnight_is_an_error_with_its_row(city):
    """Arriving by half past midnight after leaving in the afternoon is told how it is written."""
    trips = pl.read_csv(city / "trips.csv")
    windows = {"departure_time_window": "15:30-16:00", "arrival_time_window": "00:10-00:30"}
    late = [pl.lit(text).alias(name) for name, text in windows.items()]
    pl.concat([trips[:1], trips[1:2].with_columns(late), trips[2:]]).write_csv(city / "trips.csv")
    told = (
        r"trips.csv, row 3, column 'arrival_time_window', value '00:10-00:30': arrives by 00:30, "
        r"before its departure window opens at 15:30; if it goes past midnight, write 24:10-24:30"
    )
    with pytest.raises(DataError, match=told):
        read_area(city)
    assert len(check_area(city).problems) == 1


def test_trips_that_no_vehicle_could_serve_are_listed_by_row(city):
    """A drop-off window that ends before anyone could arrive makes the trip's row show up."""
    file = city / "travel_times.csv"
    lines = file.read_text().splitlines()
    zones = lines[0].split(",")[1:]
    slow = [",".join([zone, *["0" if z == zone else "20000" for z in zones]]) for zone in zones]
    file.write_text("\n".join([lines[0], *slow]))
    area, found = read_area(city), check_area(city)
    apart = np.flatnonzero(area.trips.origin != area.trips.destination) + 2
    assert found.unservable == tuple(apart.tolist())
    assert found.problems == ()


def test_missing_files_and_folders(city, tmp_path):
    """What is not there is named, all at once."""
    with pytest.raises(DataError, match="not a folder"):
        read_area(tmp_path / "absent")
    for name in ("decisions.csv", "trips.csv", "travel_times.csv"):
        (city / name).unlink()
    assert len(check_area(city).problems) == 3
