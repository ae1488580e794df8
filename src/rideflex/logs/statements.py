"""Statements: what travelers say of themselves, such as "I can always leave earlier"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.logs.answers_only import AnswerLog, read_answers
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.tables.ids import id_array
from rideflex.travelers import TravelerIndex


def read_statements(files: Iterable[str | Path], log: AnswerLog) -> tuple[AnswerLog, Outcomes]:
    """Read statements beside a log of answers.

    A row has `traveler_id`, an offer, and whether the traveler says that she would accept it.

    Returns
    -------
    The log, with travelers and offers of both, and the statements.
    """
    told = read_answers(files)
    known = set(log.travelers.ids.tolist())
    new = [one for one in told.travelers.ids.tolist() if one not in known]
    ids = [*log.travelers.ids.tolist(), *new]
    travelers = TravelerIndex(id_array(ids)) if new else log.travelers
    more = [pair for pair in told.offers.pairs if pair not in log.offers.pairs]
    offers = OfferGrid((*log.offers.pairs, *more))
    said = told.outcomes
    return replace(log, travelers=travelers, offers=offers), Outcomes(
        travelers.encode(told.travelers.ids)[said.travelers],
        np.full(len(said), -1, dtype=np.int32),
        np.array([offers.pairs.index(pair) for pair in told.offers.pairs], dtype=np.int32)[
            said.actions
        ],
        said.accepted,
    )


def statements_of(
    files: Iterable[str | Path], table: DecisionTable, travelers: TravelerIndex
) -> Outcomes:
    """Read statements of known travelers, for a model that asks a table.

    Raises
    ------
    DataError
        If a cell can't be used, or a traveler is unknown.
    UsageError
        If a statement is of an offer that the table doesn't have.
    """
    told = read_answers(files, travelers=travelers, offers=table.offers)
    if told.offers != table.offers:
        first = told.offers[len(table.offers)]
        raise UsageError(
            f"a statement is of the offer {first}, which is not in the grid of "
            f"{len(table.offers)} offers of the decisions"
        )
    said = told.outcomes
    anywhere = np.full(len(said), -1, dtype=np.int32)
    return table.outcomes(said.travelers, anywhere, said.actions, said.accepted)
