"""An evening of calls: worked out by hand, and what may be asked and answered."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from rideflex.areas import read_service
from rideflex.calls import Answer, Effort, Evening, EveningSettings, sheet_of
from rideflex.calls.limits import allowed_offers
from rideflex.errors import DataError, UsageError
from rideflex.logs.answers_only import read_answers
from rideflex.models.answer_fitting import fit_tolerances
from rideflex.synthetic import BookingSettings, generate_bookings
from tests.calls.days import BOOKINGS, DATE, write_day

QUICK = Effort(400, 400, 50)


def evening_of(folder, most=10, model=None, date=DATE):
    """The evening before a date."""
    service = read_service(folder)
    booked = service.on(dt.date.fromisoformat(date))
    return Evening(service, booked, model, EveningSettings(most, effort=QUICK))


@pytest.fixture
def evening(tmp_path):
    """The evening before the day that is worked out by hand."""
    return evening_of(write_day(tmp_path / "day"))


def test_one_call_is_worth_it(evening):
    """Ada is asked for ten minutes, which save forty; nobody else is called."""
    sheet = sheet_of(evening)
    (call,) = sheet.calls
    assert (call.order, call.booking, call.traveler, call.offer) == (1, "x", "Ada", (0, 10))
    assert call.say == (
        "Could we come up to 10 minutes later, between 07:45 and 08:25 instead of between 07:45 "
        "and 08:15?"
    )
    assert call.saves_minutes == pytest.approx(40)
    assert call.price == pytest.approx(50 / 60)
    assert call.together == ("y",)
    assert call.why == "rides with y in car"
    assert sheet.nobody.vehicle_minutes == pytest.approx(100)
    assert sheet.everybody.vehicle_minutes == pytest.approx(60)
    told = sheet.as_json()
    assert (told["calls"][0]["promised_from"], told["calls"][0]["promised_until"]) == (
        "07:45",
        "08:25",
    )
    assert told["chances_are_prior"] is True
    assert dict(sheet.prior)[10] == pytest.approx(call.chance)


def test_a_yes_is_kept_by_every_later_plan(evening):
    """The list is empty after it, and the routes are the shorter ones."""
    evening.take(evening.settled(Answer("x", "yes")))
    assert evening.calls == ()
    assert evening.plan.nobody.driving == 3600
    assert sheet_of(evening).nobody.vehicle_minutes == pytest.approx(60)
    window = evening.day.requests.pickup_window[evening.bookings.index("x")]
    assert window.tolist() == [27900, 30300]


@pytest.mark.parametrize("word", ["no", "unreached"])
def test_nobody_is_asked_twice_for_as_much(evening, word):
    """There is nothing less than ten minutes, and nobody else can help."""
    evening.take(evening.settled(Answer("x", word)))
    assert evening.calls == ()
    assert evening.plan.nobody.driving == 6000


def test_who_refuses_much_is_asked_for_less_in_the_same_call(tmp_path):
    """A no to thirty minutes leaves ten, which is the same call; who is called later ends it."""
    evening = evening_of(write_day(tmp_path / "day"), most=1)
    before = evening.calls[0].chance
    evening.take(evening.settled(Answer("x", "no", (0, 30))))
    (second,) = evening.calls
    assert (evening.bookings[second.request], evening.offers[second.action]) == ("x", (0, 10))
    assert second.chance < before
    evening.take(evening.settled(Answer("z", "no", (0, 30))))
    assert evening.called == 2
    assert evening.calls == ()


def test_a_call_that_costs_more_than_it_saves_is_not_made(tmp_path):
    """Forty minutes are 2,400 seconds: at 240 a minute and 0 a question they are not exceeded."""
    rules = "[goodwill]\nminute = {}\nquestion = {}\n"
    for minute, question, calls in ((239, 0, 1), (240, 0, 0), (230, 99, 1), (230, 100, 0)):
        folder = write_day(
            tmp_path / f"{minute}-{question}", service_toml=rules.format(minute, question)
        )
        assert len(evening_of(folder).calls) == calls


def test_an_answer_counts_for_all_bookings_of_the_traveler(tmp_path):
    """Ada's no in the morning makes her yes in the afternoon less likely, and nobody else's."""
    more = BOOKINGS + "v,Ada,2026-03-02,17:00,,B,A,\n"
    evening = evening_of(write_day(tmp_path / "day", bookings_csv=more))
    before = evening.chances.accept()
    evening.take(evening.settled(Answer("x", "no", (0, 20))))
    less = evening.chances.accept() < before
    asked = [evening.offers.action_of(0, 10), evening.offers.action_of(-10, 0)]
    rows = [evening.bookings.index(one) for one in "xvyz"]
    assert less[np.ix_(rows, asked[:1])].ravel().tolist() == [True, True, False, False]


def test_a_model_is_asked_by_name(tmp_path):
    """Who always said yes is likelier to say it again; strangers have the chances of anybody."""
    log = tmp_path / "log.csv"
    head = "traveler_id,pickup_shift_min,dropoff_shift_min,accepted\n"
    rows = ["Ada,0,10,yes\n"] * 5 + ["Bo,0,10,no\n"] * 5 + ["Dot,0,10,yes\nDot,0,10,no\n"] * 3
    log.write_text(head + "".join(rows), encoding="utf-8")
    model = fit_tolerances(read_answers([log])).model
    kept = model.counts.array.copy()
    evening = evening_of(write_day(tmp_path / "day"), model=model)
    at = evening.offers.action_of(0, 10)
    ada, bo, cy = (evening.chances.accept()[evening.bookings.index(one), at] for one in "xyz")
    assert ada > 0.8 > 0.5 > bo
    assert bo < cy < ada
    assert (evening.chances.known, evening.chances.travelers) == (2, 3)
    assert not sheet_of(evening).is_prior
    evening.take(evening.settled(Answer("x", "no")))
    assert np.array_equal(model.counts.array, kept)


LIMITED = """\
booking_id,traveler_id,date,leave_at,arrive_by,departure_time_window,arrival_time_window,origin,destination,appointment
a,1,2026-03-02,,09:30,,,A,B,true
b,2,2026-03-02,09:30,,,,A,B,true
c,3,2026-03-02,,,09:00-09:30,09:20-10:30,A,B,true
d,4,2026-03-02,09:30,,,,A,B,
e,5,2026-03-02,,09:30,,,A,B,
"""


@pytest.mark.parametrize("means", ["trip", "move", "end"])
def test_no_offer_goes_past_an_appointment_or_an_hour(tmp_path, means):
    """By the rules in words, with a promise of half an hour on each side and shifts up to 70."""
    rules = (
        "promise = {earlier = 30, later = 30, before_arrival = 30}\n"
        f'[offers]\npickup = [-70, -30, -10, 0]\ndropoff = [0, 20, 40]\nmeans = "{means}"\n'
    )
    service = read_service(write_day(tmp_path / "day", bookings_csv=LIMITED, service_toml=rules))
    booked = service.on(dt.date(2026, 3, 2))
    grid, allowed = service.settings.offers.grid, allowed_offers(service, booked)
    early = {"a": {0, 10, 30}, "b": {0}, "c": {0}, "d": {0, 10, 30}, "e": {0, 10, 30}}
    late = {"a": {0}, "b": {0, 20}, "c": {0}, "d": {0, 20}, "e": {0, 20, 40}}
    if means == "end":
        late["b"] = late["d"] = {0, 20, 40}  # the drop-off, for which no time was asked for
    if means == "move":
        late["b"] = late["d"] = {0, 20}
    for row, booking in enumerate(booked.rows):
        name = service.bookings.ids[booking]
        expected = [
            bool(grid.possible[action]) and -pickup in early[name] and dropoff in late[name]
            for action, (pickup, dropoff) in enumerate(grid.pairs)
        ]
        assert allowed[row].tolist() == expected, name


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer("w", "yes"), "booking w is not booked on 2026-03-02"),
        (Answer("X", "yes"), "did you mean x"),
        (Answer("y", "yes"), "is not on the sheet, which has x; if it was asked"),
        (Answer("x", "yes", (0, 15)), "none of the offers of service.toml"),
        (Answer("y", "yes", (-10, 0)), "past an appointment"),
    ],
)
def test_answers_that_can_not_be_are_refused(evening, answer, told):
    """One line says what is wrong, with file and row where there is one."""
    with pytest.raises(UsageError, match=told.replace("(", r"\(")):
        evening.settled(answer)
    with pytest.raises(DataError, match=r"tonight\.csv, row 7, column 'booking_id'"):
        evening.settled(Answer(answer.booking, answer.word, answer.offer, 7), "tonight.csv")


def test_a_yes_is_not_undone(evening):
    """What was promised stays promised."""
    evening.take(evening.settled(Answer("x", "yes")))
    with pytest.raises(UsageError, match="has said yes before"):
        evening.settled(Answer("x", "no", (0, 30)))


def test_as_many_are_called_as_may_be(tmp_path):
    """With two calls the list has two at most, one after an answer, and none after both."""
    generate_bookings(tmp_path / "s", BookingSettings(people=60, days=3, zones=12, seed=3))
    evening = evening_of(tmp_path / "s", most=2, date="2026-01-06")
    assert len(evening.calls) == 2
    for left in (1, 0):
        call = evening.calls[0]
        evening.take(evening.settled(Answer(evening.bookings[call.request], "yes")))
        assert len(evening.calls) <= left
        assert evening.plan.nobody.cost >= evening.plan.everybody.solution.cost
