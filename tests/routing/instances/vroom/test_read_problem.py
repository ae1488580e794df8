"""Problems of VROOM's: what is read, what it costs, and what is refused."""

from __future__ import annotations

import json

import pytest

from rideflex.errors import DataError
from rideflex.routing import Solution, problems_of
from rideflex.routing.instances.read import read_instance
from rideflex.routing.plans import inserted
from rideflex.routing.search.reoptimise import reoptimise
from tests.routing.instances.vroom.problems import SMALL, changed, written

REST = {"id": 3, "service": 300, "time_windows": [[1000, 2000]], "max_load": [0, 0]}


def read(folder, content):
    """Read a problem that is written first."""
    return read_instance(written(folder, content))


def problems(folder, content) -> list[str]:
    """All that is wrong with a problem, as path, value and cause, without the name of the file."""
    with pytest.raises(DataError) as caught:
        read(folder, content)
    return [str(one).split("problem.json", 1)[1].lstrip(":, ") for one in caught.value.problems]


def test_shipments_and_vehicles_become_a_day(tmp_path):
    """Amounts are seats and wheelchair places; seconds stay seconds; names are kept."""
    instance = read(tmp_path, SMALL)
    day, names = instance.day, instance.names
    assert (instance.kind, instance.unit, instance.scale) == ("VROOM", "s", 1)
    assert (day.riders.tolist(), day.wheelchairs.tolist()) == ([1, 1], [0, 1])
    assert day.service.tolist() == [[60, 60], [60, 0]]
    assert day.requests.pickup_window[0].tolist() == [0, 3000]
    assert day.requests.dropoff_window[1].tolist() == [0, 8000]
    bus = day.fleet.vehicles[0]
    assert (bus.seats, bus.wheelchairs, bus.shift, bus.rest) == (2, 1, (0, 9000), None)
    assert names is not None
    assert [name.id for name in (*names.pickups, *names.deliveries, *names.vehicles)] == [
        10, 11, 20, 21, 7,
    ]  # fmt: skip
    assert (names.pickups[1].description, names.vehicles[0].description) == ("Ann", "bus")
    assert instance.map is None
    assert instance.notes == ()


def test_the_line_is_driven_out_and_back(tmp_path):
    """Both ride together along the line: 3 × 600 out and 1,800 back."""
    day = read(tmp_path, SMALL).day
    solution = reoptimise(day, inserted(day), 20, solver="built-in")
    assert problems_of(day, solution.routes) == []
    assert (solution.cost, solution.unserved) == (3600, ())


def test_leaving_anybody_out_costs_more_than_all_driving(tmp_path):
    """VROOM serves as many as it can, so no drive is too long for a request."""
    day = read(tmp_path, SMALL).day
    alone = Solution.of(day, ((0, 1),))
    assert alone.cost > Solution.of(day, ((0, 1, 2, 3),)).cost


def test_open_routes_start_and_end_anywhere(tmp_path):
    """Without start and end only the line itself is driven; with an end, the way back too."""
    anywhere = read(tmp_path, changed(vehicles__0__start_index=None, vehicles__0__end_index=None))
    assert reoptimise(anywhere.day, inserted(anywhere.day), 20, solver="built-in").cost == 1200
    back = read(tmp_path, changed(vehicles__0__start_index=None))
    assert reoptimise(back.day, inserted(back.day), 20, solver="built-in").cost == 3000
    assert len(back.day.travel_times) == 5


def test_stops_without_windows_are_never_too_late(tmp_path):
    """Neither shift nor windows: everything can be driven one after the other."""
    problem = changed(
        vehicles__0__time_window=None,
        shipments__0__pickup__time_windows=None,
        shipments__1__delivery__time_windows=None,
    )
    day = read(tmp_path, problem).day
    assert problems_of(day, ((2, 3, 0, 1),)) == []
    assert problems_of(day, ((0, 1, 2, 3),)) == []


def test_without_amounts_everybody_fits(tmp_path):
    """No capacity and no amount is no limit."""
    problem = changed(
        vehicles__0__capacity=None, shipments__0__amount=None, shipments__1__amount=None
    )
    day = read(tmp_path, problem).day
    assert problems_of(day, ((0, 2, 1, 3),)) == []


def test_a_break_begins_in_its_window_with_nobody_on_board(tmp_path):
    """The window is of the start in VROOM, and of the whole rest here; the difference is noted."""
    instance = read(tmp_path, changed(vehicles__0__breaks=[REST]))
    rest = instance.day.fleet.vehicles[0].rest
    assert rest is not None
    assert (rest.opens, rest.closes, rest.seconds) == (1000, 2300, 300)
    assert any("under way" in note for note in instance.notes)
    free = read(tmp_path, changed(vehicles__0__breaks=[{"id": 3, "service": 300}]))
    rest = free.day.fleet.vehicles[0].rest
    assert rest is not None
    assert (rest.opens, rest.closes) == (0, 9000)


def test_setup_counts_where_nobody_else_stops(tmp_path):
    """A vehicle always comes from elsewhere to place 1, and not always to place 3."""
    day = read(tmp_path, changed(shipments__0__pickup__setup=40)).day
    assert day.service[0].tolist() == [100, 60]
    told = problems(tmp_path, changed(shipments__0__delivery__setup=40))
    assert len(told) == 1
    assert "column 'shipments[0].delivery.setup', value 40: is spent by" in told[0]


def test_what_says_nothing_is_no_obstacle(tmp_path):
    """Defaults that are written out change nothing."""
    problem = changed(
        jobs=[],
        vehicles__0__skills=[],
        vehicles__0__speed_factor=1.0,
        vehicles__0__costs={"fixed": 0, "per_hour": 3600},
        vehicles__0__type="bus",
        shipments__0__priority=5,
        shipments__1__priority=5,
        matrices__car__costs=SMALL["matrices"]["car"]["durations"],
    )
    assert (
        read(tmp_path, problem).day.travel_times == read(tmp_path, SMALL).day.travel_times
    ).all()


def test_what_is_not_used_is_noted(tmp_path):
    """Distances, and matrices of profiles that no vehicle has, are told."""
    durations = SMALL["matrices"]["car"]["durations"]
    problem = changed(matrices__car__distances=durations, matrices__bike={"durations": durations})
    notes = read(tmp_path, problem).notes
    assert any(note.startswith("matrices.car.distances is not used") for note in notes)
    assert any("matrices of bike are not used" in note for note in notes)


def test_the_profile_names_the_matrix_and_the_old_key_is_known(tmp_path):
    """A profile that all vehicles have is taken; `matrix` is the name of before."""
    durations = SMALL["matrices"]["car"]["durations"]
    problem = changed(vehicles__0__profile="van", matrices={"van": {"durations": durations}})
    assert read(tmp_path, problem).day.travel_times.tolist() == durations
    old = changed(matrices=None) | {"matrix": durations}
    assert read(tmp_path, old).day.travel_times.tolist() == durations


def test_places_are_kept_where_all_are_told(tmp_path):
    """Locations are longitude first in VROOM, and latitude first here."""
    problem = changed(
        vehicles__0__start=[13.0, 52.0],
        shipments__0__pickup__location=[13.1, 52.1],
        shipments__0__delivery__location=[13.3, 52.3],
        shipments__1__pickup__location=[13.2, 52.2],
    )
    found = read(tmp_path, problem).map
    assert found is not None
    assert found.geographic
    assert found.places[[0, 2]].tolist() == [[52.0, 13.0], [52.2, 13.2]]


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ({"jobs": [{"id": 1}]}, "column 'jobs', value [{'id': 1}]: jobs are visits without a ride"),
        ({"shipments": []}, "column 'shipments', value []: is empty"),
        ({"shipment": []}, "column 'shipment', value []: is no key of VROOM's here; is shipments"),
        ({"matrices": None}, "column 'matrices': are missing, and no routing engine is asked"),
        ({"matrices__car": {}}, "column 'matrices.car.durations': is missing"),
        ({"vehicles__0__profile": "bike"}, "column 'matrices': has none for the profile 'bike'"),
        ({"vehicles__0__skills": [1]}, "column 'vehicles[0].skills', value [1]: there are no"),
        ({"shipments__1__skills": [1]}, "column 'shipments[1].skills', value [1]: there are no"),
        ({"vehicles__0__speed_factor": 0.9}, "'vehicles[0].speed_factor', value 0.9: all vehicles"),
        ({"vehicles__0__max_tasks": 4}, "column 'vehicles[0].max_tasks', value 4: no vehicle has"),
        ({"vehicles__0__max_travel_time": 4}, "column 'vehicles[0].max_travel_time', value 4"),
        ({"vehicles__0__max_distance": 4}, "column 'vehicles[0].max_distance', value 4"),
        ({"vehicles__0__steps": [{"type": "start"}]}, "routes to start from, or to keep, are not"),
        ({"vehicles__0__costs": {"fixed": 5}}, "'vehicles[0].costs', value {'fixed': 5}: routes"),
        ({"matrices__car__costs": [[1]]}, "column 'matrices.car.costs', value [[1]]: routes are"),
        ({"shipments__1__priority": 4}, "'shipments[1].priority', value 4: everybody is served"),
        ({"shipments__0__priority": 101}, "'shipments[0].priority', value 101: is a whole number"),
        ({"shipments__0__amount": [1]}, "'shipments[0].amount', value [1]: holds 1 numbers, and"),
        ({"shipments__0__amount": [0, 0]}, "value [0, 0]: carries nobody"),
        ({"shipments__0__amount": None}, "column 'shipments[0]': carries nobody"),
        ({"shipments__0__amount": [1, -1]}, "value [1, -1]: is a list of whole numbers from 0"),
        ({"vehicles__0__capacity": [0, 0]}, "value [0, 0]: has room for nobody"),
        ({"vehicles__0__capacity": None}, "column 'vehicles[0]': has room for nobody"),
        ({"vehicles__0__capacity": [1, 1, 1]}, "[1, 1, 1]: holds more than two numbers"),
        ({"vehicles__0__time_window": [9, 8]}, "'vehicles[0].time_window', value [9, 8]: ends"),
        ({"vehicles__0__time_window": [9]}, "[9]: is a time window, start and end, and not 1"),
        ({"vehicles__0__time_window": [-1, 8]}, "[-1, 8]: is a list of whole numbers from 0"),
        ({"vehicles__0__breaks": [REST, REST]}, "holds 2 breaks, and a driver takes one here"),
        ({"vehicles__0__breaks": [REST | {"service": 0}]}, "breaks[0].service', value 0: a break"),
        (
            {"vehicles__0__breaks": [REST | {"time_windows": [[8900, 9900]]}]},
            "column 'vehicles[0].breaks[0]': the break can't be taken within",
        ),
        ({"vehicles__0__start_index": 4}, "'vehicles[0].start_index', value 4: is outside the ma"),
        (
            {"vehicles__0__start_index": None, "vehicles__0__start": [1.0, 2.0]},
            "column 'vehicles[0].start_index': is needed beside start",
        ),
        ({"vehicles__0__id": None}, "column 'vehicles[0].id': is missing"),
        (
            {"vehicles__0__tpye": "a"},
            "'vehicles[0].tpye', value 'a': is no key of VROOM's here; is",
        ),
        ({"vehicles__0": 5}, "column 'vehicles[0]': is an object, not the number 5"),
        ({"vehicles": {}}, "column 'vehicles', value {}: is a list of objects, not an object"),
        ({"shipments__1__pickup__id": 10}, "value 10: is the id of shipments[0].pickup too"),
        ({"shipments__1__pickup": None}, "column 'shipments[1].pickup': is missing"),
        (
            {"shipments__1__pickup__location_index": None},
            "'shipments[1].pickup.location_index': is",
        ),
        ({"shipments__1__pickup__location": [1]}, "value [1]: is [longitude, latitude]"),
        ({"shipments__1__pickup__service": 60.0}, "not the number 60.0"),
        ({"shipments__1__pickup__service": True}, "not true or false"),
        ({"shipments__1__pickup__service": "60"}, "value '60': is a whole number from 0 to 4,294"),
        ({"shipments__1__pickup__description": 5}, "value 5: is a text, not the number 5"),
        ({"shipments__1__pickup__time_windows": []}, "value []: is empty"),
        ({"shipments__1__pickup__time_windows": [[0, 1], [3, 4]]}, "a stop has one window here"),
        ({"shipments__1__pickup__time_windows": [0, 1]}, "[0, 1]: is a list of time windows"),
        ({"shipments__1__pickup__time_windows": [[5, 1]]}, "[[5, 1]]: ends before it starts"),
        (
            {"shipments__1__pickup__setup_per_type": {"a": 1}},
            "stops take as long for every vehicle",
        ),
        ({"matrices__car__durations__1": [1, 2]}, "has 4 rows, and 2 numbers in row 1"),
        ({"matrices__car__durations__1__2": -5}, "holds -5 at [1][2], which is no number of whole"),
        ({"matrices__car__durations__1__2": 1.5}, "holds 1.5 at [1][2], which is no number of wh"),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, dict) else "",
)
def test_what_can_not_be_expressed_is_named(tmp_path, paths, told):
    """The path, the value and the cause stand in the error."""
    found = problems(tmp_path, changed(**paths))
    assert any(told in one for one in found), found


def test_vehicles_of_two_profiles_are_refused(tmp_path):
    """All vehicles drive alike."""
    two = [SMALL["vehicles"][0], SMALL["vehicles"][0] | {"id": 8, "profile": "bike"}]
    found = problems(tmp_path, changed(vehicles=two))
    assert "column 'vehicles[1].profile', value 'bike': all vehicles drive alike" in found[0]


def test_everything_wrong_is_told_at_once(tmp_path):
    """Problems of vehicles, shipments and the matrix come in one error."""
    problem = changed(
        vehicles__0__skills=[3],
        shipments__0__pickup__service=-1,
        shipments__1__delivery__id=20,
        matrices__car__durations__0__0="x",
    )
    assert len(problems(tmp_path, problem)) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"vehicles": [}', r"row 1: is not JSON: .*at character 15"),
        ('{"vehicles": [],\n "vehicles": []}', "an object has the key 'vehicles' twice"),
        ('{"vehicles": NaN}', "NaN is no number of JSON's"),
        ("[1, 2]", "holds a list, and VROOM's files hold an object"),
        ("[" * 100_000, "is not JSON: "),
        ("{}", r"column 'shipments': is missing"),
    ],
)
def test_files_that_are_no_problems_are_refused(tmp_path, text, told):
    """What is no JSON names the row; what is no problem names what is missing."""
    with pytest.raises(DataError, match=told):
        read(tmp_path, text)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    """Windows writes one."""
    assert len(read(tmp_path, "\ufeff" + json.dumps(SMALL)).day.requests) == 2
