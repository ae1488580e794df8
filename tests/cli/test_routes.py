"""`rideflex route`, its pictures, and `rideflex bench quotes`, on a small made-up city."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from rideflex.bench.quotes import bench_quotes
from rideflex.cli.app import app
from rideflex.errors import DataError
from rideflex.synthetic import AreaSettings, generate_area
from tests.routing.instances.test_sartori_buriol import SMALL

LI_LIM = """\
2 10 1
0 0 0 0 0 200 0 0 0
1 3 4 5 0 50 1 0 3
2 6 8 4 0 60 1 0 4
3 9 12 -5 0 90 1 1 0
4 0 5 -4 0 150 1 2 0
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    """A city of ten travelers."""
    folder = tmp_path_factory.mktemp("areas") / "city"
    generate_area(folder, AreaSettings(travelers=10, trips=6, zones=8, seed=4))
    return folder


def test_route_tells_and_draws_an_instance(tmp_path):
    """Cost, vehicles and the oracle's word are printed, written as JSON, and drawn."""
    instance, figures, picture = (tmp_path / n for n in ("i.txt", "i.json", "i.png"))
    instance.write_text(LI_LIM)
    shown = CliRunner().invoke(
        app,
        [
            "route",
            str(instance),
            "--iterations",
            "50",
            "--json",
            str(figures),
            "--plot",
            str(picture),
        ],
    )
    assert shown.exit_code == 0, shown.output
    assert "accepted" in shown.output
    found = json.loads(figures.read_text())
    assert found["kind"] == "Li and Lim"
    assert found["plans"][-1]["cost"] == pytest.approx(31.4, abs=0.01)
    assert found["plans"][-1]["problems"] == []
    with Image.open(picture) as drawn:
        assert drawn.width > 800
        assert len(drawn.convert("RGB").getcolors(1 << 20)) > 20


def test_route_lists_every_problem_of_an_instance(tmp_path):
    """All that is wrong is printed, like lines as one; the error tells how much there is."""
    instance = tmp_path / "i.txt"
    instance.write_text(LI_LIM.replace(" -5 ", " -6 ").replace(" 50 ", " -1 "))
    shown = CliRunner().invoke(app, ["route", str(instance)])
    assert isinstance(shown.exception, DataError)
    assert "(and 1 more; all are listed above)" in str(shown.exception)
    told = " ".join(shown.output.split())
    assert "row 5, column 'demand', value -6.0: task 1 brings 5" in told
    instance.write_text(LI_LIM.replace(" 50 ", " -1 ").replace(" 60 ", " -1 "))
    told = " ".join(CliRunner().invoke(app, ["route", str(instance)]).output.split())
    assert "row 3, column 'latest', value -1.0" in told
    assert "and 1 more like it: row 4" in told


def test_route_tells_what_is_taken_differently(tmp_path):
    """Costs of Sartori and Buriol's instances are minutes, and the unlimited fleet is noted."""
    instance, figures, picture = (tmp_path / n for n in ("i.txt", "i.json", "i.png"))
    instance.write_text(SMALL)
    words = ["--iterations", "20", "--json", str(figures), "--plot", str(picture)]
    shown = CliRunner().invoke(app, ["route", str(instance), *words])
    assert shown.exit_code == 0, shown.output
    assert "cost, min" in shown.output
    assert "note: The file does not limit vehicles" in shown.output
    found = json.loads(figures.read_text())
    assert (found["unit"], found["plans"][-1]["cost"]) == ("min", 25)
    assert picture.exists()


def test_route_draws_a_day_before_and_after_a_shift(city, tmp_path):
    """A drawn day is planned as asked and as agreed; the second never costs more."""
    figures, picture = tmp_path / "day.json", tmp_path / "day.png"
    arguments = ["route", str(city), "--iterations", "30", "--seed", "2"]
    shown = CliRunner().invoke(app, [*arguments, "--json", str(figures), "--plot", str(picture)])
    assert shown.exit_code == 0, shown.output
    plans = json.loads(figures.read_text())["plans"]
    assert [plan["plan"] for plan in plans] == ["inserted", "re-optimised", "every answer known"]
    assert plans[0]["cost"] >= plans[1]["cost"] >= plans[2]["cost"]
    with Image.open(picture) as drawn:
        assert drawn.height > 1000


def test_the_quotes_bench_finds_equal_answers_and_good_plans(city):
    """Fast and plain agree, no day gets worse, the oracle takes all plans, the bound is exact."""
    found = bench_quotes(city, batch=4, days=2, iterations=20, exact_days=2, planned=[30])
    assert all(speed.equal for speed in found.speeds)
    assert (found.quality.worse_days, found.quality.refused_plans) == (0, 0)
    assert found.quality.exact_equal == 2
    figures = found.as_json()
    assert figures["speedup_over_plain"] > 1
    assert figures["insertion_over_reoptimised"] >= 1
    assert figures["days"] == 2


@pytest.mark.parametrize("means", ["end", "trip", "move"])
def test_a_drawn_day_keeps_the_rules_that_are_asked_for(city, tmp_path, means):
    """What an offer means and a longest ride reach all three plans, and the oracle accepts."""
    figures = tmp_path / "day.json"
    words = ("--offer-means", means, "--max-ride", "20,1.2", "--iterations", "30")
    shown = CliRunner().invoke(app, ["route", str(city), *words, "--json", str(figures)])
    assert shown.exit_code == 0, shown.output
    plans = json.loads(figures.read_text())["plans"]
    assert [plan["problems"] for plan in plans] == [[], [], []]
    assert plans[2]["cost"] <= plans[1]["cost"]
