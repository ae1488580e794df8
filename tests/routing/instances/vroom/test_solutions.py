"""Solutions of VROOM's, written and read, and VROOM itself where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from rideflex.errors import DataError
from rideflex.routing import Break, Fleet, ServiceDay, Solution, Vehicle, problems_of
from rideflex.routing.instances.vroom.names import VroomNames
from rideflex.routing.instances.vroom.read_problem import read_vroom
from rideflex.routing.instances.vroom.read_solution import read_vroom_solution
from rideflex.routing.instances.vroom.write_problem import vroom_problem
from rideflex.routing.instances.vroom.write_solution import vroom_solution
from rideflex.routing.plans import inserted
from rideflex.routing.problem import BREAK
from tests.routing.days import settings_of_a_day
from tests.routing.instances.vroom.problems import SMALL, written
from tests.routing.instances.vroom.test_round_trip import plain, routes_of

VROOM = shutil.which("vroom")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all examples."""
    return tmp_path_factory.mktemp("vroom")


@pytest.fixture
def small(tmp_path):
    """The small problem and its cheapest routes."""
    instance = read_vroom(written(tmp_path, SMALL))
    return instance, Solution.of(instance.day, ((0, 2, 1, 3),))


def test_a_solution_is_written_as_vroom_writes_it(small):
    """Arrivals, waiting, loads and sums of the line that is driven out and back, by hand."""
    instance, solution = small
    told = vroom_solution(instance.day, solution, instance.names)
    assert told["code"] == 0
    assert {key: told["summary"][key] for key in ("cost", "duration", "service", "routes")} == {
        "cost": 3600, "duration": 3600, "service": 180, "routes": 1,
    }  # fmt: skip
    assert told["summary"]["waiting_time"] == told["summary"]["unassigned"] == 0
    assert told["unassigned"] == []
    (route,) = told["routes"]
    assert (route["vehicle"], route["description"], route["amount"]) == (7, "bus", [2, 1])
    steps = [
        tuple(step.get(key) for key in ("type", "id", "arrival", "duration", "service", "load"))
        for step in route["steps"]
    ]
    assert steps == [
        ("start", None, 0, 0, 0, [0, 0]),
        ("pickup", 10, 600, 600, 60, [1, 0]),
        ("pickup", 11, 1260, 1200, 60, [2, 1]),
        ("delivery", 20, 1920, 1800, 60, [1, 1]),
        ("delivery", 21, 1980, 1800, 0, [0, 0]),
        ("end", None, 3780, 3600, 0, [0, 0]),
    ]
    assert [step["location_index"] for step in route["steps"]] == [0, 1, 2, 3, 3, 0]


def test_whoever_is_left_out_is_unassigned(small):
    """Both ends of a request are named."""
    instance, _ = small
    told = vroom_solution(instance.day, Solution.of(instance.day, ((0, 1),)), instance.names)
    named = [(one["type"], one["id"], one["location_index"]) for one in told["unassigned"]]
    assert named == [("pickup", 11, 2), ("delivery", 21, 3)]
    assert told["summary"]["unassigned"] == 2
    nobody = vroom_solution(instance.day, Solution.of(instance.day, ((),)), instance.names)
    assert (nobody["routes"], nobody["summary"]["cost"]) == ([], 0)


def test_waiting_and_rests_are_told(small):
    """The driver rests 600 s from 3,000, for which the vehicle waits after the first ride."""
    instance, _ = small
    vehicle = Vehicle(2, 0, wheelchairs=1, shift=(0, 9000), rest=Break(3000, 4000, 600))
    day = replace(instance.day, fleet=Fleet((vehicle,)))
    told = vroom_solution(day, Solution.of(day, ((0, 1, BREAK, 2, 3),)))
    steps = told["routes"][0]["steps"]
    rest = steps[3]
    assert (rest["type"], rest["id"], rest["service"]) == ("break", 0, 600)
    assert rest["arrival"] + rest["waiting_time"] == 3000
    assert "location_index" not in rest
    assert told["summary"]["waiting_time"] == sum(step["waiting_time"] for step in steps)
    route = told["routes"][0]
    spent = route["duration"] + route["service"] + route["waiting_time"]
    assert steps[-1]["arrival"] - steps[0]["arrival"] == spent


@given(settings=settings_of_a_day())
def test_routes_come_back_as_they_were(folder, settings):
    """What is written is read as the same routes, costs and left out requests."""
    fleet, travel, requests = settings
    day = ServiceDay(requests, fleet, travel)
    solution = Solution.of(day, inserted(day))
    path = written(folder, vroom_solution(day, solution))
    assert read_vroom_solution(path, day) == solution


def problems(folder, content, instance) -> list[str]:
    """All that is wrong with a solution."""
    with pytest.raises(DataError) as caught:
        read_vroom_solution(written(folder, content), instance.day, instance.names)
    return [str(one).split("problem.json", 1)[1].lstrip(":, ") for one in caught.value.problems]


def step(kind: str, of: int) -> dict[str, object]:
    """A step as others write it, with the least that is needed."""
    return {"type": kind, "id": of, "arrival": 5}


ROUTE = [step("pickup", 10), step("delivery", 20)]
LEFT = [{"id": 11, "type": "pickup"}, {"id": 21, "type": "delivery"}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            {"code": 2, "error": "No."},
            "column 'code', value 2: VROOM found no routes: No.",
        ),
        (SMALL, "column 'routes': is missing: this is a problem of VROOM's, and no solution"),
        ({"code": 0}, "column 'routes': is missing"),
        (
            {"routes": [{"vehicle": 8, "steps": ROUTE}], "unassigned": LEFT},
            "column 'routes[0].vehicle', value 8: is none of the 1 vehicles of the day",
        ),
        (
            {"routes": [{"vehicle": 7, "steps": ROUTE}, {"vehicle": 7, "steps": [step("end", 0)]}]},
            "column 'routes[1].vehicle', value 7: has the route routes[0] too",
        ),
        (
            {"routes": [{"vehicle": 7, "steps": [step("pickup", 12)]}]},
            "column 'routes[0].steps[0].id', value 12: is no pickup of the day's 2 requests",
        ),
        (
            {"routes": [{"vehicle": 7, "steps": [*ROUTE, *ROUTE]}]},
            "'routes[0].steps[2].id', value 10: is visited at routes[0].steps[0] too",
        ),
        (
            {"routes": [{"vehicle": 7, "steps": [step("job", 1)]}]},
            "'routes[0].steps[0].type', value 'job': is none of start, pickup, delivery",
        ),
        (
            {"routes": [{"vehicle": 7, "steps": [step("pickup", 11) | {"description": "Bob"}]}]},
            "'routes[0].steps[0].description', value 'Bob': is called 'Ann' on this day",
        ),
        (
            {"routes": [{"vehicle": 7, "steps": ROUTE}]},
            "pickup 11 is neither on a route nor unassigned, and 1 more are not",
        ),
        (
            {"routes": [{"vehicle": 7, "steps": ROUTE}], "unassigned": [step("pickup", 10)]},
            "'unassigned[0].id', value 10: is visited at routes[0].steps[0], and unassigned",
        ),
        (
            {"routes": [], "unassigned": [step("pickup", 12)]},
            "'unassigned[0].id', value 12: is no pickup of the day's 2 requests",
        ),
        (
            {
                "routes": [{"vehicle": 7, "steps": ROUTE}],
                "unassigned": LEFT,
                "summary": {"duration": 3601},
            },
            "'summary.duration', value 3601: the 1 routes take 3,600 s of driving on this day",
        ),
    ],
)
def test_what_is_no_solution_of_the_day_is_named(tmp_path, small, content, told):
    """The path, the value and the likely cause stand in the error."""
    found = problems(tmp_path, content, small[0])
    assert any(told in one for one in found), found


def test_the_oracle_judges_what_vroom_found(tmp_path, small):
    """Routes are read whether or not they can be driven; a vehicle that only rests stays in."""
    instance = small[0]
    late = [step("pickup", 11), step("delivery", 21), *ROUTE]
    path = written(tmp_path, {"routes": [{"vehicle": 7, "steps": late}]})
    solution = read_vroom_solution(path, instance.day, instance.names)
    assert problems_of(instance.day, solution.routes) == ["vehicle 0 can't keep its windows"]
    idle = {"routes": [{"vehicle": 7, "steps": [{"type": "break", "id": 1}]}], "unassigned": [
        *LEFT, step("pickup", 10), step("delivery", 20)]}  # fmt: skip
    path = written(tmp_path, idle)
    assert read_vroom_solution(path, instance.day, instance.names).routes == ((),)


@pytest.mark.skipif(VROOM is None, reason="there is no VROOM here")
@limits(max_examples=20)
@given(settings=settings_of_a_day(), draw=st.data())
def test_vroom_admits_the_routes_that_are_admitted_here(folder, settings, draw):
    """Told to drive routes, it breaks no rule where the oracle finds none broken.

    And it breaks some where the oracle does, unless drivers rest, who may do so under way there.
    """
    fleet, requests = plain(settings[0], settings[2], 1)
    day = ServiceDay(requests, fleet, settings[1])
    solution = Solution.of(day, draw.draw(routes_of(day)))
    problem, kinds = vroom_problem(day), ("pickup", "delivery")
    for vehicle, route in zip(problem["vehicles"], solution.routes, strict=True):
        vehicle["steps"] = [
            {"type": "break", "id": 0} if s == BREAK else {"type": kinds[s % 2], "id": s // 2}
            for s in route
        ]
    path, found = written(folder, problem), folder / "plan.json"
    told = subprocess.run(
        [str(VROOM), "-c", "-i", path, "-o", found], check=False, capture_output=True
    )
    assert told.returncode == 0, told.stderr
    summary = json.loads(found.read_text())["summary"]
    assert summary["cost"] == solution.driving
    wrong = problems_of(day, solution.routes)
    assert not (summary["violations"] and not wrong)
    if not fleet.has_breaks:
        assert bool(summary["violations"]) == bool(wrong)


@pytest.mark.skipif(VROOM is None, reason="there is no VROOM here")
@limits(max_examples=20)
@given(settings=settings_of_a_day())
def test_vroom_solves_what_is_written(folder, settings):
    """Without breaks its routes are accepted here, and it serves no fewer than insertion does."""
    fleet, requests = plain(settings[0], settings[2], 1)
    fleet = replace(fleet, vehicles=tuple(replace(one, rest=None) for one in fleet.vehicles))
    day = ServiceDay(requests, fleet, settings[1])
    path, found = written(folder, vroom_problem(day)), folder / "solution.json"
    subprocess.run([str(VROOM), "-i", path, "-o", found], check=False, capture_output=True)
    solution = read_vroom_solution(found, day, VroomNames.of(day))
    assert problems_of(day, solution.routes) == []
    assert json.loads(found.read_text())["summary"]["cost"] == solution.driving
