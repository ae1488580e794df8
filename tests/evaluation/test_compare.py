"""Evaluations that can be cited: same days, same answers, same solvers for every policy."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from itertools import combinations, product

import numpy as np
import pytest
from matplotlib.figure import Figure

from rideflex.areas import read_area
from rideflex.cli.option_lists import read_prices
from rideflex.errors import UsageError
from rideflex.evaluation.compare import CLAIRVOYANT, Effort, compare
from rideflex.evaluation.frontier import FrontierPoint, frontier
from rideflex.evaluation.play import Scene, carried, play, unseen_days
from rideflex.evaluation.plots import draw_frontier
from rideflex.evaluation.row_text import penalty_sentences, penalty_text, saving_text
from rideflex.evaluation.statistics import Interval
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation import Prices, area_fleet
from rideflex.negotiation.policies import ExpectedSaving, NeverAsk, make_policies
from rideflex.routing import problems_of
from rideflex.synthetic.generate import AreaSettings, generate_area

NAMES = ("largest", "expected", "lookahead")
EFFORT = Effort(iterations=40, rounds=300)


def scene_of(city, beliefs, days=4, max_asks=None):
    """A few unseen days."""
    return Scene(city, area_fleet(city), beliefs, unseen_days(city, days, seed=1), max_asks)


@pytest.fixture(scope="module")
def knowing(city):
    """Beliefs that know the types."""
    from tests.informed import Informed

    beliefs = Beliefs(city)
    beliefs.update(Informed(city))
    return beliefs


@pytest.fixture(scope="module")
def compared(city, knowing):
    """A small comparison with the benchmark."""
    scene = scene_of(city, knowing)
    return compare(scene, make_policies(NAMES, knowing), Prices(), EFFORT)


def test_every_plan_of_an_evaluation_holds(city, knowing):
    """Routes keep the windows that were agreed, and nobody who refused is shifted."""
    scene = scene_of(city, knowing)
    for policy in make_policies(NAMES, knowing).values():
        played = play(scene, policy, Prices())
        for day, routes in zip(played.days, played.routes, strict=True):
            assert not problems_of(day, routes)
        for step in range(scene.days.n_requests):
            answers = scene.days.answers(city, step)
            assert answers[np.arange(len(answers)), played.actions[:, step]].all()


def test_savings_are_measured_against_never_asking(compared):
    """Never asking comes first, saves nothing and asks nobody."""
    first = compared.rows[0]
    assert first.policy == "never"
    assert (first.saving.mean, first.asked, first.shifted_minutes, first.gini) == (0, 0, 0, 0)
    for row in compared.rows:
        assert row.saving.low <= row.saving.mean <= row.saving.high
        if row.policy != CLAIRVOYANT:
            assert row.vehicle_minutes <= row.inserted_minutes


def test_no_policy_beats_the_clairvoyant_benchmark(compared):
    """Day by day the benchmark costs no more than any policy."""
    benchmark = compared.costs[CLAIRVOYANT]
    assert all((benchmark <= cost).all() for cost in compared.costs.values())
    assert all(row.of_clairvoyant <= 1 for row in compared.rows)


def test_an_evaluation_is_a_function_of_its_seed(city, knowing, compared):
    """The same scene, policies and effort give the same figures."""
    again = compare(scene_of(city, knowing), make_policies(NAMES, knowing), Prices(), EFFORT)
    assert again.rows == compared.rows


def test_every_policy_respects_the_cap(city, knowing):
    """With two questions a traveler nobody is asked a third time, not even by the benchmark."""
    scene = scene_of(city, knowing, days=5, max_asks=2)
    capped = compare(scene, make_policies(NAMES, knowing), Prices(), EFFORT)
    assert max(row.most_asked for row in capped.rows) <= 2
    assert capped.row("largest").most_asked == 2
    free = compare(scene_of(city, knowing, days=5), make_policies(NAMES, knowing), Prices(), EFFORT)
    assert free.row("largest").most_asked > 2


def test_a_difference_is_paired(compared):
    """A policy differs from itself by nothing, and from never by its saving."""
    assert compared.difference("largest", "largest").high == 0
    saving = compared.row("largest").saving
    assert compared.difference("largest", "never").mean == pytest.approx(saving.mean)
    for ask in (compared.row, partial(compared.difference, "never")):
        with pytest.raises(UsageError, match=r"'nobody' was not compared; there are \['never', "):
            ask("nobody")


def test_the_days_of_an_evaluation_are_not_those_of_training(city):
    """Their stream is no epoch's."""
    unseen = unseen_days(city, 5, seed=0)
    for epoch in range(1, 200):
        from rideflex.negotiation import Days

        trained = Days.sample(city, 5, np.random.default_rng([0, epoch]))
        assert not np.array_equal(trained.trips, unseen.trips)


def test_a_dearer_minute_shifts_fewer(city, knowing, tmp_path):
    """Along the frontier of the expected saving, minutes fall as their price rises."""
    policies = make_policies(["expected"], knowing)
    curve = frontier(scene_of(city, knowing), policies, [0.0, 5.0, 50.0], EFFORT)
    minutes = [point.shifted_minutes for point in curve]
    assert minutes == sorted(minutes, reverse=True)
    draw_frontier(curve, tmp_path / "frontier.png")
    assert (tmp_path / "frontier.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("text", ["1,two", "", "3,-1"])
def test_prices_that_are_none_are_refused(text):
    """The message repeats what was typed."""
    with pytest.raises(UsageError):
        read_prices(text)


def test_minutes_are_counted_where_they_fall(city, knowing):
    """What each traveler carries adds up to all agreed minutes."""
    scene = scene_of(city, knowing)
    played = play(scene, make_policies(["largest"], knowing)["largest"], Prices())
    minutes = city.table.offers.minutes[played.actions]
    assert carried(scene, played).sum() == minutes.sum()


def test_travelers_who_changed_are_evaluated_as_they_are_now(tmp_path):
    """In a city where everybody changes, the unseen days lie after the change."""
    folder = tmp_path / "changing"
    generate_area(folder, AreaSettings(travelers=8, trips=6, zones=8, seed=2, change=1.0))
    changing = read_area(folder)
    assert len(changing.answers) == 2
    assert unseen_days(changing, 3, seed=0).phase == 1


class Constant:
    """Returns the same actions, whatever the situation."""

    name = "constant"

    def __init__(self, actions):
        self.actions = actions

    def act(self, situation):
        """Return the actions."""
        return self.actions


def test_figures_hold_every_day_and_every_pair(compared):
    """As JSON: a cost for each policy and day, and the paired difference of any two policies."""
    figures = json.loads(json.dumps(compared.as_json()))
    names = [row["policy"] for row in figures["rows"]]
    assert list(figures["costs_s"]) == names
    assert figures["costs_s"]["largest"] == compared.costs["largest"].tolist()
    pairs = {(one["policy"], one["other"]): one for one in figures["differences"]}
    assert len(pairs) == len(names) * (len(names) - 1) / 2
    interval = compared.difference("lookahead", "expected")
    assert pairs["lookahead", "expected"]["mean"] == interval.mean
    assert pairs["lookahead", "expected"]["low"] == interval.low


@pytest.mark.parametrize("name", ["never", CLAIRVOYANT])
def test_names_of_the_comparison_are_not_for_other_policies(city, knowing, name):
    """Neither the yardstick nor the benchmark can be replaced by a policy of that name."""
    with pytest.raises(UsageError, match="'never' and 'clairvoyant' are names"):
        compare(scene_of(city, knowing), {name: ExpectedSaving()}, Prices(), EFFORT)


def test_never_asking_may_be_named_as_what_it_is(city, knowing):
    """Listing it changes nothing."""
    effort = Effort(iterations=0, rounds=0)
    listed = compare(scene_of(city, knowing), {"never": NeverAsk()}, Prices(), effort)
    assert [row.policy for row in listed.rows] == ["never"]


def test_choices_that_were_masked_out_are_counted(city, knowing):
    """Who wants a shift that nobody may be asked for is told how often, policy by policy."""
    scene = scene_of(city, knowing, max_asks=0)
    shift = (city.table.offers.no_shift + 1) % len(city.table.offers)
    policies = {"constant": Constant(np.array([shift])), "expected": ExpectedSaving()}
    rows = compare(scene, policies, Prices(), EFFORT).rows
    assert [row.masked_out for row in rows] == [0.0, 1.0, 0.0, 0.0]
    assert [row.asked for row in rows] == [0.0] * 4


@pytest.mark.parametrize("actions", [12, np.array([12]), np.full((4, 1), 12)])
def test_a_policy_decides_on_every_day(city, knowing, actions):
    """One action for all days is refused, not stretched."""
    with pytest.raises(UsageError, match="4 actions expected, one a day, got shape"):
        play(scene_of(city, knowing), Constant(actions), Prices())


@pytest.mark.parametrize(
    "given", [{"iterations": -3}, {"rounds": -1}, {"seed": -1}, {"workers": 0}], ids=str
)
def test_an_effort_that_makes_no_sense_is_refused(given):
    """The message names the number."""
    (name, value), *_ = given.items()
    with pytest.raises(UsageError, match=f"{name} must be at least ., not {value}"):
        Effort(**given)


@pytest.mark.parametrize(("days", "seed"), [(0, 0), (-1, 0), (5, -1)])
def test_there_are_unseen_days_to_draw(city, days, seed):
    """No day, fewer and a negative seed are refused."""
    with pytest.raises(UsageError, match=f"not {days} days of seed {seed}"):
        unseen_days(city, days, seed)


@pytest.mark.parametrize("max_asks", [None, 2])
def test_days_are_nested(city, knowing, max_asks):
    """The first two of five days are the two: drawn, played, re-optimised and searched alike."""
    policies = make_policies(["expected", "lookahead"], knowing)
    effort = Effort(iterations=20, rounds=50)
    few, many = (
        compare(scene_of(city, knowing, days, max_asks), policies, Prices(), effort)
        for days in (2, 5)
    )
    for name, agreed in many.agreed.items():
        assert np.array_equal(agreed.actions[:2], few.agreed[name].actions), name
        assert agreed.costs[:2].tolist() == few.costs[name].tolist(), name


def test_more_days_begin_with_the_same_days(city):
    """Trips and moods of the first twenty of fifty days are those of twenty."""
    twenty, fifty = (unseen_days(city, n, seed=3) for n in (20, 50))
    assert (fifty.trips[:20] == twenty.trips).all()
    assert (fifty.patience[:20] == twenty.patience).all()
    assert len(np.unique(fifty.trips, axis=0)) > 40


def test_nobody_inserts_the_benchmark(compared):
    """The benchmark has no figures by insertion, as JSON null; every policy has them."""
    rows = {row["policy"]: row for row in compared.as_json()["rows"]}
    benchmark = rows.pop(CLAIRVOYANT)
    assert benchmark["inserted_minutes"] is None
    assert benchmark["inserted_saving"] is None
    assert saving_text(compared.row(CLAIRVOYANT), compared)["by insertion"] == "-"
    for row in rows.values():
        assert row["inserted_minutes"] > 0
        assert row["inserted_saving"]["low"] <= row["inserted_saving"]["high"]


@pytest.fixture(scope="module")
def crowded(city, knowing):
    """A comparison with one vehicle that stops for long, and can't serve everybody as they ask."""
    whole = area_fleet(city)
    fleet = replace(whole, vehicles=whole.vehicles[:1], service_time=2400)
    scene = replace(scene_of(city, knowing, days=3), fleet=fleet)
    policies = make_policies(["largest"], knowing)
    return compare(scene, policies, Prices(), Effort(iterations=20, rounds=0)), fleet


def test_penalties_are_told_apart_from_driving(crowded):
    """Driving and penalty minutes add up to vehicle minutes, and so do the parts of a saving."""
    compared, fleet = crowded
    never, largest = compared.rows
    assert compared.has_penalties
    assert 0 < largest.minutes_used < largest.shifted_minutes
    for row in compared.rows:
        solutions = compared.agreed[row.policy].solutions
        unserved = sum(len(solution.unserved) for solution in solutions)
        driving = sum(solution.driving for solution in solutions)
        assert row.penalty_minutes == pytest.approx(unserved * fleet.penalty / 60 / 3)
        assert row.driving_minutes == pytest.approx(driving / 60 / 3)
    by_penalties = compared.penalty_saving("largest")
    by_driving = (never.driving_minutes - largest.driving_minutes) / never.vehicle_minutes
    assert by_penalties > 0
    assert by_penalties + by_driving == pytest.approx(largest.saving.mean)
    assert compared.as_json()["rows"][1]["penalty_minutes"] == largest.penalty_minutes


def test_a_saving_of_penalties_is_said_to_be_one(crowded, compared):
    """A sentence for the policy that serves more than never asking, and none without penalties."""
    (sentence,) = penalty_sentences(crowded[0])
    assert sentence.startswith("largest: ")
    assert "saved as penalties of requests that would stay unserved; its driving alone" in sentence
    cells = penalty_text(crowded[0].row("largest"), crowded[0])
    assert cells["by penalties"] == f"{crowded[0].penalty_saving('largest'):.1%}"
    assert not compared.has_penalties
    assert penalty_sentences(compared) == []


def test_labels_of_a_frontier_hide_nothing(tmp_path, monkeypatch):
    """Where points of three policies crowd together, no label lies on another or on a point."""
    drawn: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, path, **_: drawn.append(figure))
    monkeypatch.setattr("rideflex.evaluation.plots.replacing", nullcontext)
    spots = [(0.5, 0.6), (0.8, 0.9), (1.0, 1.2), (1.2, 1.2), (1.5, 1.7), (20.0, 9.0)]
    points = [
        FrontierPoint(name, price, Interval(saving / 100, saving / 200, saving / 50), minutes)
        for (minutes, saving), (name, price) in zip(
            spots, product(("largest", "expected", "lookahead"), (1.0, 20.0)), strict=True
        )
    ]
    draw_frontier(points, tmp_path / "all.png")
    (axes,) = drawn[0].axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        *("expected", "lookahead", "largest")
    ]
    boxes = [text.get_window_extent() for text in axes.texts]
    places = [axes.transData.transform((minutes, saving)) for minutes, saving in spots]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert not any(box.contains(*place) for box, place in product(boxes, places))


def test_a_frontier_names_its_prices(tmp_path, monkeypatch):
    """Each point has its price, points of one place share a label, and colours are the policy's."""
    drawn: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, path, **_: drawn.append(figure))
    monkeypatch.setattr("rideflex.evaluation.plots.replacing", nullcontext)
    saving, other = Interval(0.1, 0.0, 0.2), Interval(0.1, 0.05, 0.15)
    points = [
        FrontierPoint("ppo", 0.0, saving, 8.0),
        FrontierPoint("ppo", 5.0, saving, 2.0),
        FrontierPoint("ppo", 20.0, other, 2.0),
    ]
    draw_frontier(points, tmp_path / "all.png")
    draw_frontier([FrontierPoint("largest", 0.0, saving, 9.0), *points], tmp_path / "more.png")
    alone, beside = (figure.axes[0] for figure in drawn)
    assert [text.get_text() for text in alone.texts] == ["5, 20", "0"]
    colors = [{text.get_color() for text in axes.texts} for axes in (alone, beside)]
    assert len(colors[0]) == 1
    assert colors[0] < colors[1]


def test_minutes_agreed_and_used_stand_side_by_side(compared):
    """For every policy and the benchmark; never asking has neither, and all have vehicle hours."""
    rows = {row["policy"]: row for row in compared.as_json()["rows"]}
    assert list(rows) == ["never", *NAMES, CLAIRVOYANT]
    for row in rows.values():
        assert row["minutes_agreed"] == row["shifted_minutes"]
        assert 0 <= row["minutes_used"] <= row["minutes_agreed"]
        assert row["vehicle_hours"] * 60 >= row["vehicle_minutes"] - row["penalty_minutes"]
        assert row["ride_excess_mean"] <= row["ride_excess_p90"] <= row["ride_max"]
        assert "service" not in row
    assert rows["never"]["minutes_used"] == 0
    assert rows["largest"]["minutes_used"] < rows["largest"]["minutes_agreed"]
    assert rows[CLAIRVOYANT]["minutes_used"] == rows[CLAIRVOYANT]["minutes_agreed"]


def test_a_policy_that_asked_nobody_has_no_share_accepted(compared):
    """None, and null as JSON, in place of a refusal."""
    assert compared.row("never").accepted is None
    assert compared.row("largest").accepted > 0
    assert compared.as_json()["rows"][0]["accepted"] is None


def test_a_price_that_is_named_twice_counts_once():
    """In the order that they were named."""
    assert read_prices("5,1,5.0") == [5.0, 1.0]
