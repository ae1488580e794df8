"""Ground-truth answer model of a simulated area: `travelers.csv`, or the types alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rideflex.areas.folder import TRAVELERS
from rideflex.areas.trips import NO_TYPE, TYPE, one_of
from rideflex.decisions.table import DecisionTable
from rideflex.errors import DataError, Problem
from rideflex.offers import OfferGrid
from rideflex.tables.columns import CONTEXT
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.ids import traveler_id
from rideflex.tables.readers import Reader, number, text, whole_number
from rideflex.tables.rows import Rows
from rideflex.tables.table_files import read_rows
from rideflex.travelers import TravelerIndex

PHASE = "phase"
LOGIT = ("early_tolerance_min", "late_tolerance_min", "duty_effect", "noise")
DUTIES = frozenset({"work", "school", "medical"})


@dataclass(frozen=True)
class Tolerances:
    """Parameters of a logit answer model, each float64 of any common shape.

    Parameters
    ----------
    early, late
        Minutes of an earlier pick-up and of a later drop-off that are borne.
    duty_effect
        What a duty (work, school, a doctor) adds to the utility.
    noise
        Scale of the logit choice.
    """

    early: npt.NDArray[np.float64]
    late: npt.NDArray[np.float64]
    duty_effect: npt.NDArray[np.float64]
    noise: npt.NDArray[np.float64]

    def __getitem__(self, rows: Any) -> Tolerances:
        return Tolerances(*(column[rows] for column in self.columns()))

    def columns(self) -> tuple[npt.NDArray[np.float64], ...]:
        """The parameters in the order of the columns of `travelers.csv`."""
        return self.early, self.late, self.duty_effect, self.noise


@dataclass(frozen=True)
class People:
    """What decides each traveler's answers, by phase.

    Parameters
    ----------
    types
        Flexibility type, int32 [P, T].
    tolerances
        Of each traveler, [P, T]; None where the type alone decides.
    """

    types: npt.NDArray[np.int32]
    tolerances: Tolerances | None = None

    def answers(
        self,
        table: DecisionTable,
        trips: npt.NDArray[np.int32],
        travelers: npt.NDArray[np.int32],
        duty: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.float32]:
        """Probability that each trip's traveler accepts each offer, float32 [P, M, A].

        Parameters
        ----------
        table
            Its rows answer where the type alone decides.
        trips, travelers
            Trip ids and entities [M].
        duty
            Whether the trip's purpose is a duty (work, school, a doctor), bool [M].
        """
        if self.tolerances is None:
            return np.stack([table.masks(trips, types[travelers]) for types in self.types]).astype(
                np.float32
            )
        phases = range(len(self.types))
        of_trips = (self.tolerances[phase, travelers] for phase in phases)
        return np.stack([accept_probability(own, duty, table.offers) for own in of_trips])


class FittedAnswers(Protocol):
    """Answers drawn from a model that was fitted to a log, where nobody knows the true ones."""

    @property
    def path(self) -> Path:
        """File of the model."""
        ...

    def draw(
        self, trips: npt.NDArray[np.integer], rng: np.random.Generator
    ) -> npt.NDArray[np.float32]:
        """Draw float32 [n, A]: how likely the traveler of each trip row accepts each offer.

        What is drawn is the traveler, of what the model holds possible, for each row anew.
        """
        ...

    def mean(self, trips: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
        """Mean of the draws, float32 [n, A]."""
        ...

    def sentence(self) -> str:
        """Say where the answers come from, and from how many they were learned."""
        ...

    def as_json(self) -> dict[str, Any]:
        """What `sentence` says, as figures."""
        ...


def accept_probability(
    tolerances: Tolerances, duty: npt.NDArray[np.bool_], offers: OfferGrid
) -> npt.NDArray[np.float32]:
    """Acceptance probability float32 [M, A] of each offer on M trips, by a logit choice.

    The utility of shifts (p, d) is 1 + effect·duty - |p|/early - |d|/late, and the answer is a
    logit choice with the traveler's noise as scale: someone who is asked for all of one tolerance
    accepts half of the time. No shift is always accepted.
    """
    early, late, effect, noise = (column[:, None] for column in tolerances.columns())
    utility = 1 + effect * duty[:, None] - np.abs(offers.pickup) / early - offers.dropoff / late
    accept: npt.NDArray[np.float32] = (1 / (1 + np.exp(-utility / noise))).astype(np.float32)
    accept[:, offers.no_shift] = 1
    return accept


def read_people(folder: Path, types: tuple[str, ...], travelers: TravelerIndex) -> People | None:
    """Read `travelers.csv` of a folder, one row a traveler and phase; None without the file.

    Raises
    ------
    DataError
        If the file can't be used; it carries every problem found.
    """
    path = folder / TRAVELERS
    if not path.exists():
        return None
    with CsvFile(path) as file:
        logit = LOGIT if set(LOGIT) & set(file.head.names) else ()
        rows = read_rows(file, (CONTEXT[0], PHASE, TYPE, *logit))
    readers: dict[str, Reader] = {
        CONTEXT[0]: traveler_id,
        PHASE: _phase,
        TYPE: one_of(types, NO_TYPE),
        **(_LOGIT_READERS if logit else {}),
    }
    if problems := rows.problems(readers) or _gaps(rows, travelers):
        raise DataError(problems)
    phases = rows.read(PHASE, _phase, np.int64)
    place = (phases, travelers.encode(rows.ids(CONTEXT[0])))
    shape = (int(phases.max()) + 1, len(travelers))
    kinds = np.zeros(shape, dtype=np.int32)
    kinds[place] = rows.read(TYPE, lambda cell: types.index(text(cell)), np.int32)
    if not logit:
        return People(kinds)
    columns = [np.zeros(shape) for _ in LOGIT]
    for name, column in zip(LOGIT, columns, strict=True):
        column[place] = rows.read(name, readers[name], np.float64)
    return People(kinds, Tolerances(*columns))


def read_tolerances(folder: Path, travelers: TravelerIndex) -> Tolerances | None:
    """Read the tolerances of a service's travelers [T] from `travelers.csv`; None without it.

    Its rows of people who never booked are left out.

    Raises
    ------
    DataError
        If the file can't be used; it carries every problem found.
    """
    path = folder / TRAVELERS
    if not path.exists():
        return None
    with CsvFile(path) as file:
        rows = read_rows(file, (CONTEXT[0], *LOGIT))
    readers: dict[str, Reader] = {CONTEXT[0]: traveler_id, **_LOGIT_READERS}
    if problems := rows.problems(readers):
        raise DataError(problems)
    entities = travelers.encode(rows.ids(CONTEXT[0]), unknown="mark")
    count = np.bincount(entities[entities >= 0], minlength=len(travelers))
    problems = [
        Problem(
            rows.file,
            f"has {count[entity]} rows of a traveler who books; it needs one",
            column=CONTEXT[0],
            value=travelers.ids[entity],
        )
        for entity in np.flatnonzero(count != 1)
    ]
    if problems:
        raise DataError(problems)
    columns = [np.zeros(len(travelers)) for _ in LOGIT]
    for name, column in zip(LOGIT, columns, strict=True):
        column[entities[entities >= 0]] = rows.read(name, readers[name], np.float64)[entities >= 0]
    return Tolerances(*columns)


def _gaps(rows: Rows, travelers: TravelerIndex) -> list[Problem]:
    ids = rows.ids(CONTEXT[0])
    phases = rows.read(PHASE, _phase, np.int64)
    entities = travelers.encode(ids, unknown="mark")
    problems = [
        rows.problem("is a traveler without trips", int(row), CONTEXT[0])
        for row in np.flatnonzero(entities < 0)
    ]
    if problems:
        return problems
    count = np.zeros((int(phases.max()) + 1, len(travelers)), dtype=np.int64)
    np.add.at(count, (phases, entities), 1)
    for phase, entity in np.argwhere(count != 1):
        cause = f"has {count[phase, entity]} rows in phase {phase}; it needs one in every phase"
        traveler = travelers.ids[entity]
        problems.append(Problem(rows.file, cause, column=CONTEXT[0], value=traveler))
    return problems


def _phase(value: str) -> int:
    phase = whole_number(value)
    if not 0 <= phase <= 99:
        raise ValueError("is not a phase; phases count from 0")
    return phase


def _positive(value: str) -> float:
    read = number(value)
    if read <= 0:
        raise ValueError("is not above 0")
    return read


_LOGIT_READERS: dict[str, Reader] = dict(
    zip(LOGIT, (_positive, _positive, number, _positive), strict=True)
)
