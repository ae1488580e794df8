"""Sartori and Buriol's format, on a tiny instance made here and on published ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rideflex.errors import DataError
from rideflex.routing import problems_of
from rideflex.routing.instances.read import read_instance
from rideflex.routing.plans import inserted
from rideflex.routing.search.reoptimise import reoptimise

SMALL = """\
NAME: small-n5-1
LOCATION: Nowhere
COMMENT: by hand
TYPE: PDPTW
SIZE: 5
DISTRIBUTION: cluster (0.4 / 1.0)
DEPOT: central
ROUTE-TIME: 100
TIME-WINDOW: 60
CAPACITY: 7
NODES
0 52.50 13.40 0 0 100 0 0 0
1 52.51 13.41 5 0 60 2 0 3
2 52.52 13.42 2 0 60 2 0 4
3 52.53 13.43 -5 0 80 2 1 0
4 52.54 13.44 -2 0 80 2 2 0
EDGES
0 3 9 9 9
9 0 4 9 9
9 9 0 5 9
9 9 9 0 6
7 9 9 9 0
EOF
"""
BESIDE = Path(__file__).parents[4] / "shared/data/instances"
FOLDER = Path(os.environ.get("RIDEFLEX_INSTANCES", BESIDE)) / "sartori_buriol"
PUBLISHED = sorted(FOLDER.glob("*.txt"))


def written(folder: Path, content: str) -> Path:
    """Write an instance file."""
    path = folder / "small.txt"
    path.write_text(content)
    return path


def test_minutes_become_seconds_and_pairs_meet(tmp_path):
    """Windows, service and travel times are seconds; the matrix keeps its direction."""
    instance = read_instance(written(tmp_path, SMALL))
    day = instance.day
    assert (instance.kind, instance.unit, instance.scale) == ("Sartori and Buriol", "min", 60)
    assert (len(day.fleet), day.fleet.vehicles[0].seats, day.fleet.hours) == (2, 7, (0, 6000))
    assert day.requests.origin.tolist() == [1, 2]
    assert day.requests.destination.tolist() == [3, 4]
    assert day.requests.riders.tolist() == [5, 2]
    assert day.requests.dropoff_window.tolist() == [[0, 4800], [0, 4800]]
    assert (day.service == 120).all()
    assert (day.travel_times[0, 1], day.travel_times[1, 0]) == (180, 540)
    assert instance.map is not None
    assert instance.map.geographic
    assert instance.map.places[4].tolist() == [52.54, 13.44]
    assert any("does not limit vehicles" in note for note in instance.notes)


def test_the_cheap_circle_is_found(tmp_path):
    """Around once, 3 + 4 + 5 + 6 + 7 minutes, is the least; nobody goes alone."""
    instance = read_instance(written(tmp_path, SMALL))
    solution = reoptimise(instance.day, inserted(instance.day), 50, solver="built-in")
    assert problems_of(instance.day, solution.routes) == []
    assert solution.routes[0] == (0, 2, 1, 3) or solution.routes[1] == (0, 2, 1, 3)
    assert solution.cost / instance.scale == 25


def test_the_horizon_ends_the_shift(tmp_path):
    """ROUTE-TIME before the end of the depot's window is when vehicles are back."""
    content = SMALL.replace("ROUTE-TIME: 100", "ROUTE-TIME: 90")
    assert read_instance(written(tmp_path, content)).day.fleet.hours == (0, 5400)


@pytest.mark.parametrize("end", ["", "EO\n", "EOF\n\n", "EOF\r\n"])
def test_the_end_is_written_in_several_ways(tmp_path, end):
    """The last line may be EOF, EO or not there; byte order mark and blank lines do no harm."""
    content = "\ufeff\n" + SMALL.replace("EOF\n", end).replace("NODES\n", "NODES\n\n")
    assert len(read_instance(written(tmp_path, content)).day.requests) == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("NODES\n", "", "has no section NODES, as Sartori"),
        ("TYPE: PDPTW", "TYPE: CVRP", "row 4, column 'TYPE', value 'CVRP': only PDPTW"),
        ("SIZE: 5", "SIZE: 6", "row 5, column 'SIZE', value 6.0: 5 nodes stand below"),
        ("CAPACITY: 7\n", "", "has no line CAPACITY"),
        ("CAPACITY: 7", "CAPACITY: 7.5", "row 10, column 'CAPACITY', value '7.5': is a whole"),
        ("CAPACITY: 7", "CAPACITY: many", "column 'CAPACITY', value 'many'"),
        ("DEPOT:", "EDGE_WEIGHT_TYPE:", "row 7, value 'EDGE_WEIGHT_TYPE': is none of NAME"),
        ("DEPOT: central", "SIZE: 5", "row 7, value 'SIZE': stands in the file twice"),
        ("2 52.52", "7 52.52", "row 14, column 'node', value 7.0: node 2 is expected here"),
        ("-5 0 80", "-4 0 80", "row 15, column 'demand', value -4.0: node 1 brings 5"),
        ("2 0 60 2 0 4", "2.5 0 60 2 0 4", "row 14, column 'demand', value 2.5"),
        ("2 0 60 2 0 4", "2 70 60 2 0 4", "row 14, column 'latest', value 60.0: the window ends"),
        ("0 3 9 9 9\n", "", "has 5 nodes, and 4 rows below EDGES"),
        ("9 0 4 9 9", "9 0 4 9", "row 19: 5 travel times are expected, and there are 4"),
        ("9 0 4 9 9", "9 0 -4 9 9", "row 19, column 'to node 2', value '-4': a travel time"),
        ("9 0 4 9 9", "9 0 x 9 9", "row 19, value 'x': is not a number"),
        ("9 0 4 9 9", "9 0 nan 9 9", "row 19, column 'to node 2', value 'nan'"),
        ("9 0 4 9 9", "9 0 999999999 9 9", "a travel time is from 0 to 16,666,666 minutes"),
        ("EOF\n", "EOF\n1 2\n", "row 24, .*stands after the end|row 24: stands after the end"),
        ("NODES", "EOF\nNODES", "stands before NODES, or after the end"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, old, new, told):
    """The line, the key or column and the value stand in the error."""
    assert old in SMALL
    with pytest.raises(DataError, match=told):
        read_instance(written(tmp_path, SMALL.replace(old, new, 1)))


def test_all_problems_of_the_nodes_are_told_at_once(tmp_path):
    """Three wrong nodes are three problems of one error."""
    content = (
        SMALL.replace("5 0 60", "5 90 60").replace("-2 0", "-3 0").replace("0 100 0", "0 -1 0")
    )
    with pytest.raises(DataError) as caught:
        read_instance(written(tmp_path, content))
    assert sorted(problem.row for problem in caught.value.problems) == [12, 13, 16]


@pytest.mark.skipif(not PUBLISHED, reason="no published instances of Sartori and Buriol are here")
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_instances_are_read_and_inserted(path):
    """Sizes are those of the name, and the oracle accepts inserted routes."""
    day = read_instance(path).day
    assert abs(2 * len(day.requests) - int(path.stem.split("-n")[1].split("-")[0])) <= 2
    if len(day.requests) <= 100:
        assert problems_of(day, inserted(day)) == []
