"""Making up a service as it is: dated bookings, a mixed fleet and a log of answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from rideflex.areas.behaviour import LOGIT, PHASE, Tolerances, accept_probability
from rideflex.areas.fleet import FLEET
from rideflex.areas.folder import TRAVEL_TIMES, TRAVELERS
from rideflex.areas.settings import SERVICE
from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.storage.atomic import check_folder_writable
from rideflex.storage.folder import appearing
from rideflex.storage.memory import refuse_beyond_memory
from rideflex.synthetic.city import City, build_city
from rideflex.tables.columns import ACCEPTED, CONTEXT, SHIFTS
from rideflex.tables.time_windows import clock

ANSWERS = "answers.csv"
FIRST_DATE = dt.date(2026, 1, 5)  # a Monday
_REGULARS = 0.4
_STRANGERS_A_WEEK = 0.5
_CANCELLED, _NO_SHOW, _WHEELCHAIR, _COMPANY, _PLACES = 0.09, 0.03, 0.12, 0.1, 0.05
_ASKED = 0.6
_DURATIONS_MIN = (60, 240)
_REQUESTS_A_VEHICLE = 8
_MOST_DAYS = 3660
_SATURDAY = 5
_BYTES_PER_PAIR = 80  # measured
_SETTINGS = """\
# The rules of the service; every key has a default, and `rideflex check` prints those in force.
boarding = 1        # minutes that a stop takes
penalty = 120       # vehicle minutes charged for a trip that no vehicle takes

[promise]           # the window that is promised around the time asked for, in minutes
earlier = 15
later = 15
before_arrival = 30

[ride]              # the longest ride: the larger of the two
longest = 45        # minutes
times_direct = 1.5  # of the direct drive

[offers]            # what travelers may be asked for, and what an accepted offer does
pickup = [-30, -20, -10, 0]
dropoff = [0, 10, 20, 30]
means = "trip"      # "trip", "end" or "move"
"""


@dataclass(frozen=True)
class BookingSettings:
    """What to generate.

    Parameters
    ----------
    people
        How many ever ride; two in five ride regularly.
    days
        Dates, from a Monday on.
    zones
        Zones of the city.
    seed
        The same seed gives the same files.

    Raises
    ------
    UsageError
        If a number makes no sense.
    """

    people: int = 120
    days: int = 90
    zones: int = 31
    seed: int = 0

    @property
    def memory_bytes(self) -> int:
        """Memory that generating needs, about: several matrices between the zones."""
        return _BYTES_PER_PAIR * self.zones**2

    def __post_init__(self) -> None:
        for name, least in (("people", 1), ("days", 1), ("zones", 2), ("seed", 0)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} is at least {least}, not {getattr(self, name)}")
        if self.days > _MOST_DAYS:
            raise UsageError(f"days is at most {_MOST_DAYS:,}, ten years, not {self.days:,}")


@dataclass(frozen=True)
class _Person:
    home: int
    place: int
    weekdays: frozenset[int]  # none of somebody who rides now and then
    arrives: int  # minutes after midnight
    stays: int  # minutes
    wheelchair: bool


@dataclass(frozen=True)
class _Ride:
    person: int
    date: dt.date
    booked: dt.datetime
    leave_at: int | None
    arrive_by: int | None
    origin: int
    destination: int


def generate_bookings(folder: str | Path, settings: BookingSettings) -> None:
    """Write the folder of a made-up service; it appears whole or not at all.

    It holds `bookings.csv`, `fleet.csv`, `service.toml`, `travel_times.csv`, `answers.csv` with
    what travelers answered when they were asked for a shift, and, for simulation, their true
    tolerances in `travelers.csv`.

    Raises
    ------
    UsageError
        If the folder is there already and not empty, or another process writes it.
    DataError
        If it can't be written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists already; name a folder that is not there or empty")
    check_folder_writable(target)
    refuse_beyond_memory(settings.memory_bytes, f"{settings.zones:,} zones", "ask for fewer")
    with appearing(target) as beside:
        _write(beside, settings)


def _write(folder: Path, settings: BookingSettings) -> None:
    rng = np.random.default_rng(settings.seed)
    city = build_city(settings.zones, rng)
    people = [_person(city, rng) for _ in range(settings.people)]
    tolerances = _tolerances(settings.people, rng)
    rides = [
        ride
        for day in range(settings.days)
        for ride in _rides_on(FIRST_DATE + dt.timedelta(days=day), people, city, rng)
    ]
    bookings = _booking_frame(rides, people, city, rng)
    bookings.write_csv(folder / "bookings.csv")
    a_day = len(rides) / settings.days
    _fleet_frame(city, max(2, round(a_day / _REQUESTS_A_VEHICLE) + 1)).write_csv(folder / FLEET)
    (folder / SERVICE).write_text(_SETTINGS, encoding="utf-8")
    columns = dict(zip(city.zones, city.seconds.T, strict=True))
    pl.DataFrame({"zone": city.zones, **columns}).write_csv(folder / TRAVEL_TIMES)
    _answer_frame(bookings, tolerances, rides, rng).write_csv(folder / ANSWERS)
    _people_frame(tolerances).write_csv(folder / TRAVELERS)


def _person(city: City, rng: np.random.Generator) -> _Person:
    regular = rng.random() < _REGULARS
    days = rng.choice(6, size=int(rng.integers(1, 4)), replace=False) if regular else ()
    return _Person(
        home=int(rng.choice(len(city.zones), p=city.housing)),
        place=int(rng.choice(len(city.zones), p=city.attraction)),
        weekdays=frozenset(int(day) for day in days),
        arrives=15 * int(rng.integers(30, 52)),
        stays=15 * int(rng.integers(_DURATIONS_MIN[0] // 15, _DURATIONS_MIN[1] // 15 + 1)),
        wheelchair=bool(rng.random() < _WHEELCHAIR),
    )


def _tolerances(n: int, rng: np.random.Generator) -> Tolerances:
    """Minutes that each bears: some none on either side, some much on one of them."""
    flexible = rng.random((2, n)) < np.array([[0.45], [0.5]])
    minutes = np.where(flexible, rng.lognormal(np.log(25), 0.4, (2, n)), rng.uniform(2, 9, (2, n)))
    return Tolerances(minutes[0], minutes[1], np.zeros(n), np.full(n, 0.25))


def _rides_on(
    date: dt.date, people: list[_Person], city: City, rng: np.random.Generator
) -> Iterator[_Ride]:
    quiet = 0.5 if date.weekday() >= _SATURDAY else 1.0
    midnight = dt.datetime.combine(date, dt.time())
    for number, one in enumerate(people):
        if one.weekdays:
            rides = date.weekday() in one.weekdays
            place, arrives = one.place, one.arrives
            booked = midnight - dt.timedelta(days=14) + dt.timedelta(hours=9, minutes=number % 60)
        else:
            rides = rng.random() < quiet * _STRANGERS_A_WEEK / 7
            place = int(rng.choice(len(city.zones), p=city.attraction))
            arrives = 15 * int(rng.integers(30, 60))
            ahead = min(rng.exponential(2.5), 13.0)
            booked = midnight - dt.timedelta(days=float(ahead)) + dt.timedelta(hours=6)
        if not rides or place == one.home:
            continue
        booked = booked.replace(microsecond=0)
        yield _Ride(number, date, booked, None, arrives, one.home, place)
        if rng.random() < 0.9:  # and back
            leaves = arrives + one.stays
            yield _Ride(number, date, booked, leaves, None, place, one.home)


def _booking_frame(
    rides: list[_Ride], people: list[_Person], city: City, rng: np.random.Generator
) -> pl.DataFrame:
    n = len(rides)
    drawn = rng.random(n)
    status = np.where(
        drawn < _CANCELLED,
        "cancelled",
        np.where(drawn < _CANCELLED + _NO_SHOW, "no_show", "performed"),
    )
    wheelchairs = np.array([people[ride.person].wheelchair for ride in rides], dtype=np.int64)
    seats = np.where(wheelchairs > 0, 0, 1) + (rng.random(n) < _COMPANY)
    return pl.DataFrame(
        {
            "booking_id": [f"B{number:06d}" for number in range(1, n + 1)],
            CONTEXT[0]: [_name(ride.person) for ride in rides],
            "date": [ride.date.isoformat() for ride in rides],
            "leave_at": [None if r.leave_at is None else clock(60 * r.leave_at) for r in rides],
            "arrive_by": [None if r.arrive_by is None else clock(60 * r.arrive_by) for r in rides],
            "origin": [city.zones[ride.origin] for ride in rides],
            "destination": [city.zones[ride.destination] for ride in rides],
            "appointment": [
                ride.arrive_by is not None and bool(people[ride.person].weekdays) for ride in rides
            ],
            "seats": seats,
            "wheelchairs": wheelchairs,
            "booked_at": [ride.booked.isoformat() for ride in rides],
            "status": status,
        }
    )


def _fleet_frame(city: City, vehicles: int) -> pl.DataFrame:
    """A third of the vehicles are buses with two wheelchair places, the others have one or none."""
    depot = city.zones[int(city.attraction.argmax())]
    number = np.arange(vehicles)
    bus = number % 3 == 0
    early = number % 2 == 0
    return pl.DataFrame(
        {
            "vehicle_id": [f"V{one:02d}" for one in number + 1],
            "seats": np.where(bus, 8, 4),
            "wheelchairs": np.where(bus, 2, number % 3 % 2),
            "seats_per_wheelchair": np.where(bus, 2, 1),
            "depot": [depot] * vehicles,
            "start": np.where(early, "06:00", "08:00"),
            "end": np.where(early, "18:00", "22:00"),
            "break_from": np.where(early, "10:30", "13:00"),
            "break_until": np.where(early, "13:30", "16:00"),
            "break_min": np.full(vehicles, 30),
        }
    )


def _answer_frame(
    bookings: pl.DataFrame, tolerances: Tolerances, rides: list[_Ride], rng: np.random.Generator
) -> pl.DataFrame:
    offers = OfferGrid.default()
    asked = np.flatnonzero(rng.random(len(rides)) < _ASKED)
    who = np.array([rides[row].person for row in asked], dtype=np.int64)
    chance = accept_probability(tolerances[who], np.zeros(len(who), dtype=np.bool_), offers)
    shifts = np.delete(np.arange(len(offers)), offers.no_shift)
    made = rng.choice(shifts, size=len(asked))
    accepted = rng.random(len(asked)) < chance[np.arange(len(asked)), made]
    told = bookings[asked.tolist()]
    return pl.DataFrame(
        {
            "booking_id": told["booking_id"],
            CONTEXT[0]: told[CONTEXT[0]],
            "date": told["date"],
            SHIFTS[0]: offers.pickup[made],
            SHIFTS[1]: offers.dropoff[made],
            ACCEPTED: np.where(accepted, "yes", "no"),
        }
    )


def _people_frame(tolerances: Tolerances) -> pl.DataFrame:
    n = len(tolerances.early)
    columns: dict[str, npt.NDArray[np.generic] | list[str]] = {
        CONTEXT[0]: [_name(number) for number in range(n)],
        PHASE: np.zeros(n, dtype=np.int64),
    }
    columns |= dict(zip(LOGIT, tolerances.columns(), strict=True))
    return pl.DataFrame(columns)


def _name(person: int) -> str:
    return f"P{person + 1:04d}"
