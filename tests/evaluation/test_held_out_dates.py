"""Dates that happened, played by policies that know what came before them, and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from rideflex.areas import read_service
from rideflex.errors import UsageError
from rideflex.evaluation.compare import CLAIRVOYANT, Effort, compare
from rideflex.evaluation.held_out_dates import hold_out
from rideflex.evaluation.play import play
from rideflex.logs.answers_only import read_answers
from rideflex.models.tolerance import ToleranceModel
from rideflex.negotiation import Prices
from rideflex.negotiation.demand import NOBODY
from rideflex.negotiation.policies import LargestLikely, LookAhead, make_policies
from rideflex.routing import problems_of
from rideflex.routing.schedule import rides
from rideflex.synthetic import BookingSettings, generate_bookings

NAMES = ("largest", "expected", "lookahead")
EFFORT = Effort(iterations=5, rounds=100, solver="built-in")
DATES = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A made-up service of four weeks, the last of which lacks a Sunday."""
    made = tmp_path_factory.mktemp("services") / "demo"
    generate_bookings(made, BookingSettings(people=40, days=27, zones=8, seed=4))
    return made


@pytest.fixture(scope="module")
def service(folder):
    """The service, read."""
    return read_service(folder)


@pytest.fixture(scope="module")
def held(service):
    """Its last dates."""
    return hold_out(service, DATES)


@pytest.fixture(scope="module")
def compared(held):
    """All policies without training, and the benchmark."""
    return compare(held.scenes, make_policies(NAMES, held.beliefs), Prices(), EFFORT)


def test_requests_are_those_who_came_in_the_order_of_booking(service, held):
    """Who cancelled is not there, and nobody is who did not book for the date."""
    assert len(held.dates) == DATES
    of = service.bookings
    for one in held.dates:
        (rows,) = one.scene.days.trips
        wanted = (of.date == one.date.toordinal()) & (of.status != "cancelled")
        assert sorted(rows) == np.flatnonzero(wanted).tolist()
        assert (np.diff(of.booked_at[rows]) >= 0).all()
    assert held.dates[-1].date == service.dates[-1]


def test_demand_never_sees_the_evaluated_dates(service, held):
    """All that is drawn is of dates before the first that is held out, of the same weekday."""
    first = held.dates[0].date
    drawn = 0
    for one in held.dates:
        assert all(past < first and past.weekday() == one.date.weekday() for past in one.remembered)
        for rows in one.scene.demand.dates:
            assert (service.bookings.date[rows] < first.toordinal()).all()
        futures = Overheard(LargestLikely())
        play(one.scene, futures, Prices())
        seen = np.concatenate([draw[draw != NOBODY] for draw in futures.drawn])
        assert (service.bookings.date[seen] < first.toordinal()).all()
        drawn += len(seen)
    assert drawn > 100


class Overheard:
    """A policy that also draws what may come, and keeps it."""

    name = "overheard"

    def __init__(self, policy):
        self.policy, self.drawn = policy, []

    def act(self, situation):
        """As the policy does."""
        self.drawn.append(situation.demand.draw(situation, 10, 0))
        assert not situation.waiting.any()
        assert situation.travelers.size == 0
        return self.policy.act(situation)


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_later_changes_nothing_before(held, name):
    """Of a date that ends after half of its requests, these are offered the same."""
    scene = max(held.scenes, key=lambda one: one.days.n_requests)
    n = scene.days.n_requests // 2
    days = replace(scene.days, trips=scene.days.trips[:, :n], patience=scene.days.patience[:, :n])
    policy = make_policies([name], held.beliefs)[name]
    whole = play(scene, policy, Prices())
    half = play(replace(scene, days=days), policy, Prices())
    assert np.array_equal(half.asked, whole.asked[:, :n])
    assert np.array_equal(half.actions, whole.actions[:, :n])


def test_every_plan_can_be_driven_and_keeps_rides_and_appointments(service, held, compared):
    """`never` and the clairvoyant benchmark included; nobody who refuses is shifted."""
    of = service.bookings
    hard = 0
    for name, agreed in compared.agreed.items():
        for day, (scene, planned, solution) in enumerate(
            zip(held.scenes, agreed.days, agreed.solutions, strict=True)
        ):
            assert problems_of(planned, solution.routes) == [], name
            for ride in rides(planned, solution.routes):
                assert ride.seconds <= max(45 * 60, round(1.5 * ride.direct))
                assert ride.is_on_time
            rows, actions = agreed.trips[day], agreed.actions[day]
            dropoff = np.array(planned.requests.dropoff_window[:, 1])
            kept = of.is_appointment[rows] & (of.arrive_by[rows] >= 0)
            assert (dropoff[kept] <= of.arrive_by[rows][kept]).all()
            hard += int(kept.sum())
            answers = np.stack([scene.days.answers(scene.area, k)[0] for k in range(len(rows))])
            answers[:, scene.area.offers.no_shift] = True
            assert answers[np.arange(len(rows)), actions].all()
    assert hard


def test_figures_are_those_of_an_evaluation(compared):
    """Rows, costs a date, and differences; the benchmark is no worse than any policy."""
    figures = compared.as_json()
    assert [row["policy"] for row in figures["rows"]] == ["never", *NAMES, CLAIRVOYANT]
    for row in figures["rows"]:
        assert len(figures["costs_s"][row["policy"]]) == DATES
        assert row["minutes_used"] <= row["minutes_agreed"] + 1e-9
        assert row["on_time_share"] == 1.0
        assert row["kilometres"] is None
        assert row["driving_minutes"] + row["penalty_minutes"] == row["vehicle_minutes"]
        assert row["vehicle_hours"] * 60 >= row["driving_minutes"]
    benchmark = compared.costs[CLAIRVOYANT]
    assert all((benchmark <= cost).all() for cost in compared.costs.values())


def test_purpose_changes_nothing(folder, compared, tmp_path):
    """With any purposes in the bookings every figure is the same as without, so every rank is."""
    copy = tmp_path / "purposes"
    shutil.copytree(folder, copy)
    bookings = pl.read_csv(copy / "bookings.csv", infer_schema=False)
    words = np.random.default_rng(0).choice(["work", "medical", "fun"], len(bookings))
    bookings.with_columns(trip_purpose=pl.Series(words)).write_csv(copy / "bookings.csv")
    held = hold_out(read_service(copy), DATES)
    again = compare(held.scenes, make_policies(NAMES, held.beliefs), Prices(), EFFORT)
    assert again.rows == compared.rows


def test_more_dates_end_with_the_same_ones(service, held):
    """Requests and moods of a date do not depend on how many dates are held out."""
    more = hold_out(service, DATES + 4)
    for one, other in zip(held.dates, more.dates[-DATES:], strict=True):
        assert one.date == other.date
        assert np.array_equal(one.scene.days.trips, other.scene.days.trips)
        assert np.array_equal(one.scene.days.patience, other.scene.days.patience)


def test_the_cap_holds_over_all_dates(service):
    """Nobody is asked twice, not even by the benchmark, though people ride on several dates."""
    held = hold_out(service, 8, max_asks=1)
    policies = {"largest": LargestLikely()}
    found = compare(held.scenes, policies, Prices(), replace(EFFORT, iterations=0))
    assert [row.most_asked for row in found.rows] == [0, 1, 1]


@pytest.fixture(scope="module")
def fitted(folder):
    """A model of the folder's answers."""
    log = read_answers([folder / "answers.csv"])
    model = ToleranceModel(len(log.travelers), log.offers, travelers=log.travelers)
    model.update(log.outcomes)
    return model


def test_a_fitted_model_is_believed_and_the_truth_answers(service, held, fitted):
    """Probabilities are the model's for the service's own offers; strangers are counted."""
    found = hold_out(service, DATES, fitted)
    assert found.answers == held.answers == "truth"
    scene = found.scenes[-1]
    (rows,) = scene.days.trips
    ids = service.bookings.travelers[rows]
    entities = fitted.travelers.encode(ids, unknown="mark")
    wanted = fitted.predict_accept(entities, np.full(len(ids), -1), unknown="prior",
                                   offers=scene.area.offers)  # fmt: skip
    assert found.beliefs.accept(rows) == pytest.approx(wanted, abs=1e-6)
    assert np.array_equal(scene.area.answers, held.scenes[-1].area.answers)
    every = np.concatenate([one.days.trips[0] for one in found.scenes])
    unknown = fitted.travelers.encode(service.bookings.travelers[every], unknown="mark") < 0
    assert found.strangers == len(set(service.bookings.travelers[every][unknown].tolist()))


def test_without_the_truth_travelers_answer_as_the_model_says(folder, fitted, tmp_path):
    """And without a model nobody can play them."""
    copy = tmp_path / "real"
    shutil.copytree(folder, copy)
    (copy / "travelers.csv").unlink()
    real = read_service(copy)
    with pytest.raises(UsageError, match="does not say how its travelers answer: name a model"):
        hold_out(real, 2)
    found = hold_out(real, 2, fitted)
    assert found.answers == "model"
    (rows,) = found.scenes[0].days.trips
    assert np.array_equal(found.scenes[0].area.answers[0, rows], found.beliefs.accept(rows))


@pytest.mark.parametrize("n", [0, 999])
def test_dates_must_come_before_those_held_out(service, n):
    """Else nothing could be expected."""
    with pytest.raises(UsageError, match="at least one must come before"):
        hold_out(service, n)


def test_a_weekday_without_history_is_said(service):
    """Where no date of the weekday came before, dates of any stand in."""
    n = len(service.dates) - 2
    found = hold_out(service, n)
    assert {one.same_weekday for one in found.dates} == {True, False}
    for one in found.dates:
        assert one.as_json()["same_weekday"] == one.same_weekday
        assert 1 <= len(one.remembered) <= 2


def test_looking_ahead_reckons_with_what_may_come(held):
    """With the booked demand some offers differ from those for a day on which nobody follows."""
    policy = LookAhead(held.beliefs, samples=8)
    differ = 0
    for scene in held.scenes:
        blind = replace(scene.demand, dates=(np.zeros(0, dtype=np.int32),))
        with_demand = play(scene, policy, Prices())
        without = play(replace(scene, demand=blind), policy, Prices())
        differ += int((with_demand.actions != without.actions).sum())
    assert differ


def test_dates_of_places_have_kilometres(folder, tmp_path):
    """Where driving is estimated, they are driving times speed, whatever places a date has."""
    copy = tmp_path / "places"
    shutil.copytree(folder, copy)
    zones = pl.read_csv(copy / "travel_times.csv")["zone"].to_list()
    (copy / "travel_times.csv").unlink()

    def placed(frame, column, name):
        number = pl.col(column).replace_strict(zones, range(len(zones)), return_dtype=pl.Float64)
        own = pl.int_range(len(frame)) / 1e5  # a door of its own
        lat, lon = 50 + number % 3 / 30 + own, 8 + number // 3 / 20
        return frame.with_columns(lat.alias(f"{name}_lat"), lon.alias(f"{name}_lon")).drop(column)

    bookings = pl.read_csv(copy / "bookings.csv", infer_schema=False)
    for end in ("origin", "destination"):
        bookings = placed(bookings, end, end)
    bookings.write_csv(copy / "bookings.csv")
    fleet = pl.read_csv(copy / "fleet.csv", infer_schema=False)
    placed(fleet, "depot", "depot").write_csv(copy / "fleet.csv")
    held = hold_out(read_service(copy), DATES)
    assert len({scene.area.travel_times.shape for scene in held.scenes}) > 1
    found = compare(held.scenes, {"largest": LargestLikely()}, Prices(), EFFORT)
    for row in found.rows:
        assert row.service.kilometres == pytest.approx(row.driving_minutes / 60 * 30, rel=0.01)
    for agreed in found.agreed.values():
        for day, solution in zip(agreed.days, agreed.solutions, strict=True):
            assert problems_of(day, solution.routes) == []


def test_as_many_are_expected_as_come(tmp_path):
    """Over two weeks of a larger service, at every third of a day, to within a tenth of the day."""
    generate_bookings(tmp_path / "town", BookingSettings(people=100, days=70, zones=6, seed=6))
    held = hold_out(read_service(tmp_path / "town"), 14)
    requests = np.mean([one.scene.days.n_requests for one in held.dates])
    for third in range(3):
        expected, came = [], []
        for one in held.dates:
            (rows,) = one.scene.days.trips
            step = third * len(rows) // 3
            calls = SimpleNamespace(
                step=step, trips=rows[[step]], came=rows[None, :step], waiting=None
            )
            futures = one.scene.demand.draw(calls, 30, 0)
            expected.append((futures != NOBODY).sum() / 30)
            came.append(len(rows) - step - 1)
        assert np.mean(expected) == pytest.approx(np.mean(came), abs=requests / 10)
