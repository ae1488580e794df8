"""How the travelers of a simulated area really answer: `travelers.csv`, or their types alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.areas.trips import NO_TYPE, TYPE, one_of
from rideflex.decisions.table import DecisionTable
from rideflex.errors import DataError, Problem
from rideflex.offers import OfferGrid
from rideflex.tables.columns import CONTEXT
from rideflex.tables.csv_files import csv_head, read_csv
from rideflex.tables.rows import Reader, Rows, whole_number
from rideflex.travelers import TravelerIndex

FILE = "travelers.csv"
PHASE = "phase"
LOGIT = ("early_tolerance_min", "late_tolerance_min", "duty_effect", "noise")
DUTIES = frozenset({"work", "school", "medical"})


@dataclass(frozen=True)
class People:
    """What decides each traveler's answers, by phase.

    Parameters
    ----------
    types
        Flexibility type, int32 [P, T].
    logit
        Early tolerance, late tolerance (minutes), effect of a duty and noise, float64 [P, T, 4];
        None where the type alone decides.
    """

    types: npt.NDArray[np.int32]
    logit: npt.NDArray[np.float64] | None = None

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
        if self.logit is None:
            return np.stack([table.masks(trips, types[travelers]) for types in self.types]).astype(
                np.float32
            )
        return np.stack(
            [accept_odds(person[travelers], duty, table.offers) for person in self.logit]
        )


def accept_odds(
    logit: npt.NDArray[np.float64], duty: npt.NDArray[np.bool_], offers: OfferGrid
) -> npt.NDArray[np.float32]:
    """Probability float32 [M, A] of accepting each offer in a logit world.

    The utility of shifts (p, d) is 1 + effect·duty - |p|/early - |d|/late, and the answer is a
    logit choice with the traveler's noise as scale: someone who is asked for all of one tolerance
    accepts half of the time. No shift is always accepted.
    """
    early, late, effect, noise = (column[:, None] for column in logit.T)
    utility = 1 + effect * duty[:, None] - np.abs(offers.pickup) / early - offers.dropoff / late
    odds: npt.NDArray[np.float32] = (1 / (1 + np.exp(-utility / noise))).astype(np.float32)
    odds[:, offers.no_shift] = 1
    return odds


def read_people(folder: Path, types: tuple[str, ...], travelers: TravelerIndex) -> People | None:
    """Read `travelers.csv` of a folder, one row a traveler and phase; None without the file.

    Raises
    ------
    DataError
        If the file can't be used; it carries every problem found.
    """
    path = folder / FILE
    if not path.exists():
        return None
    names = csv_head(path).names
    logit = LOGIT if set(LOGIT) & set(names) else ()
    rows = read_csv(path, (CONTEXT[0], PHASE, TYPE, *logit))
    readers: dict[str, Reader] = {
        CONTEXT[0]: whole_number,
        PHASE: _phase,
        TYPE: one_of(types, NO_TYPE),
        **dict.fromkeys(logit[:2], _positive),
        **dict.fromkeys(logit[2:3], _number),
        **dict.fromkeys(logit[3:], _positive),
    }
    if problems := rows.problems(readers) or _gaps(rows, travelers):
        raise DataError(problems)
    phases = rows.read(PHASE, _phase, np.int64)
    place = (phases, travelers.encode(rows.read(CONTEXT[0], whole_number, np.int64)))
    shape = (int(phases.max()) + 1, len(travelers))
    kinds = np.zeros(shape, dtype=np.int32)
    kinds[place] = rows.read(TYPE, lambda cell: types.index(cell.strip()), np.int32)
    if not logit:
        return People(kinds)
    numbers = np.zeros((*shape, len(LOGIT)))
    for at, name in enumerate(LOGIT):
        numbers[(*place, at)] = rows.read(name, float, np.float64)
    return People(kinds, numbers)


def _gaps(rows: Rows, travelers: TravelerIndex) -> list[Problem]:
    ids = rows.read(CONTEXT[0], whole_number, np.int64)
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
        traveler = int(travelers.ids[entity])
        problems.append(Problem(rows.file, cause, column=CONTEXT[0], value=traveler))
    return problems


def _phase(value: str) -> int:
    number = whole_number(value)
    if not 0 <= number <= 99:
        raise ValueError("is not a phase; phases count from 0")
    return number


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise ValueError("is not a number")
    return number


def _positive(value: str) -> float:
    number = _number(value)
    if number <= 0:
        raise ValueError("is not above 0")
    return number
