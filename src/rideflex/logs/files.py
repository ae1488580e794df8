"""Logged outcomes in files: streamed, checked cell by cell, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rideflex.decisions import DecisionTable
from rideflex.errors import UsageError
from rideflex.logs.answers import NoAnswers
from rideflex.logs.blocks import BlockFinder, Overlap
from rideflex.logs.checked import checked_rows, columns_of, has_outcomes
from rideflex.logs.counter_offers import read_counter_offers
from rideflex.logs.encode import Encoded, encode
from rideflex.logs.outcome_ids import OutcomeIds
from rideflex.logs.row_hashes import row_hashes, text_hashes
from rideflex.logs.same_files import refuse_same
from rideflex.outcomes import Counts, Outcomes
from rideflex.tables.columns import OUTCOME_ID
from rideflex.tables.rows import Rows
from rideflex.travelers import TravelerIndex


@dataclass(frozen=True)
class LogCounts:
    """What files of outcomes amount to.

    Parameters
    ----------
    counts
        All that a model needs of them.
    rows
        Outcomes counted.
    fallbacks
        Outcomes that a rule answered: the decisions have no row for them.
    left_out
        Rows without an answer, by the word that says so.
    empty
        Files without an outcome.
    repeated, differing
        Rows left out because their `outcome_id` was read before, and those of them that say
        something else than the first row with it.
    overlaps
        Blocks of rows without `outcome_id` that stand in two files; they count twice.
    counter_offers
        Refusals that name what would be accepted; each counts as a refusal of the one offer and an
        acceptance of the other.
    """

    counts: Counts
    rows: int
    fallbacks: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    empty: tuple[Path, ...] = ()
    repeated: int = 0
    differing: int = 0
    overlaps: tuple[Overlap, ...] = ()
    counter_offers: int = 0


def count_outcomes(
    files: Iterable[str | Path],
    table: DecisionTable,
    travelers: TravelerIndex,
    on_batch: Callable[[Path, int], object] | None = None,
    *,
    forget: float = 1.0,
    no_answer: Iterable[str] = (),
    on_outcomes: Callable[[Path, Outcomes, npt.NDArray[np.bool_]], object] | None = None,
) -> LogCounts:
    """Stream files of outcomes into counts; the memory needed doesn't grow with the files.

    With a column `outcome_id` each outcome counts once, however often it was exported; 16 bytes
    are remembered of each. Without it blocks of rows that stand in two files are found.

    Parameters
    ----------
    files
        CSV or Parquet files with the six context columns (`customer_id` may stand for
        `traveler_id`), the offer (both shift columns, or `action`), and `accepted`. A header alone
        is a file of no outcomes.
    table
        What the types would have answered.
    travelers
        The travelers and their entities.
    on_batch
        Called with the file and the rows of each batch once it is counted.
    forget
        What each file leaves of the weight of the files before it.
    no_answer
        Words in `accepted` that say that nobody answered; such rows are left out.
    on_outcomes
        Called with the file, the outcomes of each batch that count, oldest first, and which of
        them were volunteered by counter-offers.

    Raises
    ------
    UsageError
        If `forget` is no weight, or a word of `no_answer` is an answer.
    DataError
        If a cell can't be used (it names the file, the row, the column and the cause), or a file
        is given twice.
    """
    if not 0.0 <= forget <= 1.0:
        raise UsageError(f"forget is a weight from 0 to 1, not {forget}")
    paths = list(map(Path, files))
    refuse_same(paths, has_outcomes)
    no_answers, repeats = NoAnswers(no_answer), _Repeats()
    counts = Counts.zeros(len(travelers), len(table.types))
    n_rows = n_counters = fallbacks = 0
    empty = []
    for path in paths:
        counts = counts.scaled(forget)
        before = n_rows
        repeats.blocks.begin(path)
        for rows in checked_rows(path, table, travelers, no_answers):
            log = columns_of(rows)
            encoded = encode(log, table, travelers.encode(log.ids))
            counters = read_counter_offers(rows, encoded.outcomes.accepted, table.offers)
            fresh = repeats.fresh(rows, encoded.outcomes)
            if not fresh.all():
                encoded = Encoded.of(encoded.outcomes[fresh], table)
                counters = counters.of_rows(fresh)
            outcomes, volunteered = counters.added_to(encoded.outcomes, table.offers)
            counts.add(outcomes)
            if on_outcomes is not None:
                on_outcomes(path, outcomes, volunteered)
            n_counters += len(counters)
            n_rows += len(encoded.outcomes)
            fallbacks += encoded.fallbacks
            if on_batch is not None:
                on_batch(path, len(rows))
        repeats.blocks.end()
        if n_rows == before:
            empty.append(path)
    no_answers.check()
    ids = repeats.ids
    overlaps = tuple(repeats.blocks.overlaps)
    return LogCounts(
        *(counts, n_rows, fallbacks, dict(no_answers.left_out), tuple(empty)),
        *(ids.repeated, ids.differing, overlaps, n_counters),
    )


class _Repeats:
    """Outcomes read twice: by their ids where there are any, else by blocks of equal rows."""

    def __init__(self) -> None:
        self.ids, self.blocks = OutcomeIds(), BlockFinder()

    def fresh(self, rows: Rows, outcomes: Outcomes) -> npt.NDArray[np.bool_]:
        """Whether each row counts, bool [n]: none with an id that was read before does."""
        hashes = row_hashes(rows, outcomes)
        if OUTCOME_ID in rows.columns:
            return self.ids.fresh(text_hashes(rows, OUTCOME_ID), hashes)
        self.blocks.add(hashes)
        return np.ones(len(rows), dtype=np.bool_)
