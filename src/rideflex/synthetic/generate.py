"""Generating the folder of a made-up service area, with the flaws of a real one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from rideflex.areas.behaviour import LOGIT, PHASE
from rideflex.areas.folder import DECISIONS, TRAVEL_TIMES, TRAVELERS, TRIPS
from rideflex.areas.trips import TYPE
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES, flexible_sides
from rideflex.offers import OfferGrid
from rideflex.storage.atomic import check_folder_writable
from rideflex.storage.folder import appearing
from rideflex.storage.memory import refuse_beyond_memory
from rideflex.synthetic.city import City, build_city, distance_miles
from rideflex.synthetic.population import AGES, INCOMES, OCCUPATIONS, Population, draw_population
from rideflex.synthetic.trips import SLOT_MIN, Schedule, draw_schedule
from rideflex.tables.columns import CONTEXT, SHIFTS

# With the trips' own limits this makes 3 % of the answers differ from the type's rule.
ODD_ANSWER_SHARE = 0.012
# Beyond this it takes long to find trips that a traveler doesn't make yet.
MOST_TRIPS = 1000
# Measured: rows of decisions as texts, and matrices between the zones.
_BYTES_PER_ROW, _BYTES_PER_PAIR = 550, 80
_LIMITS = ("flexibility_pickup_earlier", "flexibility_dropoff_later")


@dataclass(frozen=True)
class AreaSettings:
    """What to generate.

    Parameters
    ----------
    travelers, trips, zones
        Travelers, trips a traveler on average (at most 1,000), and zones.
    seed
        The same seed gives the same files.
    answers
        "types": a traveler answers as the decisions say of the true type. "logit": by tolerances
        of the traveler's own, with noise; they are written to `travelers.csv`.
    change
        Share of travelers who become another type half-way through a run.
    features
        Whether the type depends on age, occupation and income.
    """

    travelers: int = 30
    trips: int = 52
    zones: int = 31
    seed: int = 0
    answers: Literal["types", "logit"] = "types"
    change: float = 0.0
    features: bool = True

    @property
    def memory_bytes(self) -> int:
        """Memory that generating needs, about."""
        rows = self.travelers * self.trips * len(OfferGrid.default())
        return _BYTES_PER_ROW * rows + _BYTES_PER_PAIR * self.zones**2

    def __post_init__(self) -> None:
        for name, least in (("travelers", 1), ("trips", 1), ("zones", 2), ("seed", 0)):
            if getattr(self, name) < least:
                raise UsageError(f"{name} is at least {least}, not {getattr(self, name)}")
        if self.trips > MOST_TRIPS:
            raise UsageError(
                f"trips is at most {MOST_TRIPS:,} a traveler, not {self.trips:,}: a traveler of a "
                "made-up city hardly has more distinct trips; ask for more travelers"
            )
        if self.answers not in ("types", "logit"):
            raise UsageError(f"answers is types or logit, not {self.answers!r}")
        if not 0 <= self.change <= 1:
            raise UsageError(f"change is a share from 0 to 1, not {self.change}")


def generate_area(folder: str | Path, settings: AreaSettings) -> None:
    """Write the folder of a made-up service area; it appears whole or not at all.

    Raises
    ------
    UsageError
        If the folder is there already and not empty, another process writes it, or the area needs
        more memory than the machine has.
    DataError
        If it can't be written.
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists already; name a folder that is not there or empty")
    check_folder_writable(target)
    asked = f"{settings.travelers:,} travelers with {settings.trips:,} trips"
    zones = f"{settings.zones:,} zones"
    refuse_beyond_memory(settings.memory_bytes, f"{asked} in {zones}", "ask for fewer")
    with appearing(target) as beside:
        _write(beside, settings)


def _write(folder: Path, settings: AreaSettings) -> None:
    rng = np.random.default_rng(settings.seed)
    city = build_city(settings.zones, rng)
    population = draw_population(
        settings.travelers,
        city,
        logit=settings.answers == "logit",
        change=settings.change,
        by_features=settings.features,
        rng=rng,
    )
    schedule = draw_schedule(population, city, settings.trips, rng)
    trips = _trip_frame(population, city, schedule, rng)
    zones = pl.DataFrame({"origin_h3": city.zones, "destination_h3": city.zones})
    trips.with_columns(
        zones["origin_h3"].gather(schedule.origin),
        zones["destination_h3"].gather(schedule.destination),
    ).write_csv(folder / TRIPS)
    _decision_frame(trips, schedule, rng).write_csv(folder / DECISIONS)
    columns = dict(zip(city.zones, city.seconds.T, strict=True))
    pl.DataFrame({"h3": city.zones, **columns}).write_csv(folder / TRAVEL_TIMES)
    if settings.change or settings.answers == "logit":
        _people_frame(population).write_csv(folder / TRAVELERS)


def _trip_frame(
    population: Population, city: City, schedule: Schedule, rng: np.random.Generator
) -> pl.DataFrame:
    who = schedule.traveler
    types = population.people.types[0][who]
    own_limits = np.where(flexible_sides()[types], schedule.limits, 0)
    seconds = city.seconds[schedule.origin, schedule.destination]
    minutes = 5 * np.maximum(np.ceil((seconds + 60) / 300).astype(np.int64), 2)
    start = SLOT_MIN * schedule.slot
    places: dict[tuple[int, str], npt.NDArray[np.float64]] = {}
    origins = _places(city, schedule.origin, schedule.departure, places, rng)
    destinations = _places(city, schedule.destination, schedule.arrival, places, rng)
    return pl.DataFrame(
        {
            CONTEXT[0]: who + 1,
            "age": [AGES[at] for at in population.ages[who]],
            "occupation": [OCCUPATIONS[at] for at in population.occupations[who]],
            "income": [INCOMES[at] for at in population.incomes[who]],
            TYPE: [DEFAULT_TYPES[kind] for kind in types],
            CONTEXT[1]: schedule.purpose,
            CONTEXT[2]: schedule.departure,
            CONTEXT[3]: schedule.arrival,
            "origin_gps": [f"[{lat:.4f}, {lon:.4f}]" for lat, lon in origins],
            "destination_gps": [f"[{lat:.4f}, {lon:.4f}]" for lat, lon in destinations],
            "trip_distance_miles": distance_miles(origins, destinations).round(1),
            "trip_duration_minutes": minutes,
            CONTEXT[4]: _windows(start),
            CONTEXT[5]: _windows(start + minutes),
            _LIMITS[0]: own_limits[:, 0],
            _LIMITS[1]: own_limits[:, 1],
        }
    )


def _decision_frame(
    trips: pl.DataFrame, schedule: Schedule, rng: np.random.Generator
) -> pl.DataFrame:
    """One row a trip and offer, with what every type answers within the trip's limits."""
    shifts = np.array(sorted((-early, late) for early, late in OfferGrid.default()))
    within = shifts <= schedule.limits[:, None]
    answers = np.where(flexible_sides(), within[:, :, None], shifts[:, None] == 0).all(axis=-1)
    odd = rng.random((schedule.context.max() + 1, *answers.shape[1:])) < ODD_ANSWER_SHARE
    odd[:, ~shifts.any(axis=1)] = False
    answers ^= odd[schedule.context]
    words = np.array(["reject", "accept"])[answers.reshape(-1, len(DEFAULT_TYPES)).astype(np.int64)]
    n, n_offers = len(schedule), len(shifts)
    return trips[np.repeat(np.arange(n), n_offers)].with_columns(
        pl.Series(SHIFTS[0], np.tile(shifts[:, 0], n)),
        pl.Series(SHIFTS[1], np.tile(shifts[:, 1], n)),
        *(pl.Series(name, words[:, kind]) for kind, name in enumerate(DEFAULT_TYPES)),
    )


def _people_frame(population: Population) -> pl.DataFrame:
    people = population.people
    n_phases, n = people.types.shape
    columns: dict[str, npt.NDArray[np.generic] | list[str]] = {
        CONTEXT[0]: np.tile(np.arange(1, n + 1), n_phases),
        PHASE: np.repeat(np.arange(n_phases), n),
        TYPE: [DEFAULT_TYPES[kind] for kind in people.types.ravel()],
    }
    if people.tolerances is not None:
        for name, values in zip(LOGIT, people.tolerances.columns(), strict=True):
            columns[name] = values.ravel()
    return pl.DataFrame(columns)


def _places(
    city: City,
    zones: npt.NDArray[np.int64],
    names: list[str],
    places: dict[tuple[int, str], npt.NDArray[np.float64]],
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Latitude and longitude of each trip's end; a place once drawn stays where it is."""
    for key in zip(zones.tolist(), names, strict=True):
        if key not in places:
            places[key] = city.coordinates[key[0]] + rng.normal(0, 0.002, 2)
    return np.stack([places[key] for key in zip(zones.tolist(), names, strict=True)])


def _windows(start_min: npt.NDArray[np.int64]) -> list[str]:
    end_min = start_min + SLOT_MIN
    return [
        f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"
        for start, end in zip(start_min.tolist(), end_min.tolist(), strict=True)
    ]
