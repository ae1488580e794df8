"""Readers of published formats, on tiny instances made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rideflex.errors import DataError
from rideflex.routing import PlanBatch, problems_of
from rideflex.routing.instances.read import read_instance
from rideflex.routing.plans import inserted
from rideflex.routing.search.reoptimise import reoptimise

LI_LIM = """\
2\t10\t1
0\t0\t0\t0\t0\t200\t0\t0\t0
1\t3\t4\t5\t0\t50\t1\t0\t3
2\t6\t8\t4\t0\t60\t1\t0\t4
3\t9\t12\t-5\t0\t90\t1\t1\t0
4\t0\t5\t-4\t0\t150\t1\t2\t0
"""

CORDEAU = """\
1 2 300 2 {ride}
0 0.0 0.0 0 0 0 480
1 0.0 10.0 3 1 0 400
2 0.0 20.0 3 1 0 400
3 0.0 30.0 3 -1 50 60
4 0.0 40.0 3 -1 0 480
5 0.0 0.0 0 0 0 480
"""


def written(folder: Path, content: str) -> Path:
    """Write an instance file."""
    path = folder / "instance.txt"
    path.write_text(content)
    return path


def test_li_lim_reads_pairs_windows_and_distances(tmp_path):
    """Pick-ups meet their deliveries, windows and service are scaled, distances are Euclidean."""
    instance = read_instance(written(tmp_path, LI_LIM))
    day = instance.day
    assert instance.kind == "Li and Lim"
    assert (len(day.fleet), day.fleet.vehicles[0].seats, day.fleet.hours) == (2, 10, (0, 200_000))
    assert day.requests.riders.tolist() == [5, 4]
    assert day.requests.pickup_window.tolist() == [[0, 50_000], [0, 60_000]]
    assert day.requests.dropoff_window.tolist() == [[0, 90_000], [0, 150_000]]
    assert (day.service == 1000).all()
    assert day.travel_times[0, day.requests.origin].tolist() == [5000, 10000]
    assert instance.coordinates[day.requests.destination].tolist() == [[9, 12], [0, 5]]


def test_li_lim_is_solved_to_the_known_optimum(tmp_path):
    """Out along the line and home past the last delivery: 5 + 5 + 5 + (9, 7) + 5."""
    instance = read_instance(written(tmp_path, LI_LIM))
    solution = reoptimise(instance.day, inserted(instance.day), 50)
    assert problems_of(instance.day, solution.routes) == []
    assert solution.cost / instance.scale == pytest.approx(15 + np.hypot(9, 7) + 5, abs=0.01)


def test_cordeau_reads_ride_times_and_both_depots(tmp_path):
    """The last line may repeat the depot; the header's limits become the fleet's."""
    instance = read_instance(written(tmp_path, CORDEAU.format(ride=40)))
    fleet = instance.day.fleet
    assert instance.kind == "Cordeau"
    assert (fleet.max_ride, fleet.max_duration, fleet.vehicles[0].seats) == (40_000, 300_000, 2)
    assert instance.day.requests.dropoff_window.tolist() == [[50_000, 60_000], [0, 480_000]]
    alone = read_instance(written(tmp_path, CORDEAU.rsplit("5 0.0", 1)[0].format(ride=40)))
    assert (alone.day.travel_times == instance.day.travel_times).all()


@pytest.mark.parametrize(("ride", "cost"), [(40, 80.0), (23, 80.0), (22, 100.0)])
def test_the_longest_ride_decides_who_rides_together(tmp_path, ride, cost):
    """Riding together takes 23; where a ride may last 22, the vehicle goes back for the second."""
    instance = read_instance(written(tmp_path, CORDEAU.format(ride=ride)))
    solution = reoptimise(instance.day, inserted(instance.day), 200)
    assert problems_of(instance.day, solution.routes) == []
    assert solution.cost / instance.scale == cost


def test_instances_go_through_insertion(tmp_path):
    """A read day can be loaded and quoted like any other."""
    day = read_instance(written(tmp_path, LI_LIM)).day
    plans = PlanBatch.of([day], [inserted(day)])
    assert plans.unserved.tolist() == [0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("2 10 1\n", "no nodes"),
        (LI_LIM.replace("\t50\t", "\tfifty\t"), r"row 3, value 'fifty': is not a number"),
        (LI_LIM.replace("\t0\t3\n", "\t0\t9\n"), r"row 3, column 'delivery', value 9"),
        (LI_LIM.replace("\t1\t2\t0\n", "\t1\t1\t0\n"), r"row 6, column 'pickup', value 1"),
        (LI_LIM.replace("\t-5\t", "\t-6\t"), r"row 5, column 'demand', value -6"),
        (LI_LIM.replace("\t0\t3\n", "\t0\n"), r"row 3: a task has 9 numbers"),
        (LI_LIM.replace("0\t0\t0\t0\t0\t200\t0\t0\t0\n", ""), "index 0, the depot"),
        (LI_LIM + LI_LIM.splitlines()[-1] + "\n", r"row 7, column 'task', value 4.0: stands"),
        (LI_LIM.replace("\t0\t50\t", "\t70\t50\t"), r"row 3, column 'latest', value 50"),
        (CORDEAU.format(ride=1).replace("1 2 300", "1 7 300"), r"row 1, .*value 7.0"),
        (CORDEAU.format(ride=1).replace("3 -1 50", "3 -2 50"), r"row 5, column 'load', value -2"),
        (CORDEAU.format(ride=1).replace("\n2 0.0", "\n7 0.0"), r"row 4, column 'node', value 7"),
        (CORDEAU.format(ride=1).replace("\n2 0.0", "\n2 5380529.1"), "row 4: its coordinates are"),
        (
            LI_LIM.replace("\t50\t", "\tfifty\t").replace("\t60\t", "\tsixty\t"),
            r"'fifty': .* \(and 1 more\)",
        ),
        (LI_LIM.replace("\t5\t0\t50", "\t1.5\t0\t50"), r"row 3, column 'demand', value 1.5"),
        ("id,lat,lon\n1,2,3\n", "begins with words, and has no section NODES.*Cordeau"),
        ("PK\x03\x04rubbish", "is a zip archive; the formats read here"),
    ],
)
def test_bad_instances_name_the_line_and_the_value(tmp_path, content, told):
    """A file in neither format is refused with one line that says where and why."""
    with pytest.raises(DataError, match=told):
        read_instance(written(tmp_path, content))


def test_a_missing_instance_is_named(tmp_path):
    """A path that is not there is a data error, not a traceback."""
    with pytest.raises(DataError, match="there is no such file"):
        read_instance(tmp_path / "nowhere.txt")
