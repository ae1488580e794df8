"""Compiling rows of decisions, batch by batch, into arrays of bit masks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from rideflex.decisions import kernels
from rideflex.decisions.contexts import Contexts
from rideflex.decisions.masks import Masks, mask_dtype, pack, unpack
from rideflex.decisions.reading import Batch, Source
from rideflex.decisions.report import CompileReport
from rideflex.decisions.shifts import ShiftPairs
from rideflex.decisions.vocabulary import Vocabulary
from rideflex.errors import DataError, Problem, UsageError
from rideflex.flexibility import DEFAULT_RULES, MAX_TYPES, FlexibilityRule, rule_answers
from rideflex.offers import ActionSpaceMap, OfferGrid
from rideflex.tables.ids import IdCodes
from rideflex.tables.row_numbers import empty_slots, enter_rows, number_rows
from rideflex.tables.rows import Rows

OnConflict = Literal["first", "last", "majority", "error"]
_POLICIES = dict(
    zip(
        get_args(OnConflict),
        (kernels.FIRST, kernels.LAST, kernels.MAJORITY, kernels.ERROR),
        strict=True,
    )
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Compiled:
    """What a decision table consists of.

    Parameters
    ----------
    types, offers
        Names of the flexibility types [L] and the offer grid [A].
    signed
        Whether the source writes shifts with a sign, not as magnitudes.
    contexts
        The trip contexts and their ids.
    masks
        Unsigned [n_trips + 1, A]: bit l is set when type l accepts; the last row is the rule's.
    known
        bool [n_trips + 1, A]: whether the source has a row.
    report
        What was found on the way.
    """

    types: tuple[str, ...]
    offers: OfferGrid
    signed: bool
    contexts: Contexts
    masks: Masks
    known: npt.NDArray[np.bool_]
    report: CompileReport


class Compiler:
    """Takes in batches of rows and makes the arrays of a decision table of them.

    Parameters
    ----------
    types
        Names of the flexibility types; bit l of a mask belongs to type l.
    on_conflict
        Which row answers for a key that stands in several: the "first", the "last", the
        "majority" (type by type; a tie goes to the first row), or an "error" when they disagree.
    """

    def __init__(self, types: tuple[str, ...], on_conflict: OnConflict) -> None:
        if on_conflict not in _POLICIES:
            raise UsageError(f"on_conflict is one of {', '.join(_POLICIES)}, not {on_conflict!r}")
        if not 1 <= len(types) <= MAX_TYPES:
            raise UsageError(f"a table holds 1 to {MAX_TYPES} types, not {len(types)}")
        self._types = types
        self._policy = _POLICIES[on_conflict]
        self._mask = mask_dtype(len(types))
        self._ids = IdCodes()
        self._vocabularies = tuple(Vocabulary() for _ in range(5))
        self._pairs = ShiftPairs()
        self._rows = self._trips = 0
        self._travelers = np.zeros(0, dtype=np.int64)
        self._contexts = np.zeros((0, 5), dtype=np.int32)
        self._slots = np.full(16, -1, dtype=np.int32)
        self._cells = np.zeros((0, 0), dtype=self._mask)
        self._states = np.zeros((0, 0), dtype=np.uint8)
        self._votes = np.zeros((0, 0, len(types)), dtype=np.int32)

    def add(self, batch: Batch) -> None:
        """Number the contexts of one batch, and fill in its answers.

        Raises
        ------
        DataError
            If a row disagrees with an earlier one and `on_conflict` is "error".
        """
        n, rows, masks = len(batch), batch.rows, batch.masks
        codes = np.array([self._ids.add(one) for one in batch.travelers.values], dtype=np.int64)
        contexts = np.empty((n, len(self._vocabularies)), dtype=np.int32)
        for field, texts in enumerate(batch.texts):
            contexts[:, field] = texts.through([*map(self._vocabularies[field].add, texts.values)])
        pairs = self._pairs.add(rows, batch.shifts)
        self._make_room(self._trips + n)
        trips = np.empty(n, dtype=np.int32)
        self._trips = number_rows(
            self._slots,
            self._travelers,
            self._contexts,
            self._trips,
            codes[batch.travelers.codes],
            contexts,
            trips,
        )
        self._widen()
        if self._policy == kernels.MAJORITY:
            kernels.count_votes(self._votes, trips, pairs, masks)
        bad = kernels.fill_cells(self._cells, self._states, trips, pairs, masks, self._policy)
        if bad >= 0:
            raise self._disagreement(rows, bad, self._cells[trips[bad], pairs[bad]] ^ masks[bad])
        self._rows += n

    def finish(
        self, offers: OfferGrid | None, rules: Mapping[str, FlexibilityRule] | None
    ) -> Compiled:
        """Make the table; without a grid it is the one the rows span.

        Raises
        ------
        DataError
            If the rows have signed shifts, and some to the wrong side.
        """
        if problems := self._pairs.problems():
            raise DataError(problems)
        signed = self._pairs.signed
        grid = self._spanned(signed) if offers is None else offers
        columns = np.array([self._column(offer, signed) for offer in grid], dtype=np.int64)
        n = self._trips
        rule = pack(rule_answers(self._types, grid, rules), self._mask)
        masks = np.empty((n + 1, len(grid)), dtype=self._mask)
        known = np.empty((n + 1, len(grid)), dtype=np.bool_)
        kernels.lay_out(self._settled(), self._states, columns, rule, masks, known)
        self._log_types_without_rule(DEFAULT_RULES if rules is None else rules)
        return Compiled(
            types=self._types,
            offers=grid,
            signed=signed,
            contexts=self._found(),
            masks=masks,
            known=known,
            report=self._report(known, columns),
        )

    def _make_room(self, n_trips: int) -> None:
        held = len(self._travelers)
        if n_trips <= held:
            return
        room = max(n_trips, 2 * held)
        self._travelers = _grown(self._travelers, (room,))
        self._contexts = _grown(self._contexts, (room, 5))
        self._slots = empty_slots(room)
        enter_rows(self._slots, self._travelers, self._contexts, self._trips)

    def _found(self) -> Contexts:
        """The contexts without the room kept for more."""
        travelers = self._travelers[: self._trips].copy()
        words = self._contexts[: self._trips].copy()
        slots = empty_slots(self._trips)
        enter_rows(slots, travelers, words, self._trips)
        return Contexts(self._vocabularies, travelers, words, slots, self._ids)

    def _widen(self) -> None:
        shape = (len(self._travelers), len(self._pairs))
        if self._cells.shape != shape:
            self._cells = _grown(self._cells, shape)
            self._states = _grown(self._states, shape)
            if self._policy == kernels.MAJORITY:
                self._votes = _grown(self._votes, (*shape, len(self._types)))

    def _settled(self) -> Masks:
        cells = self._cells[: self._trips]
        if self._policy != kernels.MAJORITY:
            return cells
        votes = self._votes[: self._trips]
        first = unpack(cells, len(self._types))
        return pack(np.where(votes == 0, first, votes > 0), self._mask)

    def _spanned(self, signed: bool) -> OfferGrid:
        pairs = {pair if signed else (-pair[0], pair[1]) for pair in self._pairs} | {(0, 0)}
        default = OfferGrid.default()
        return default if pairs <= set(default) else OfferGrid.from_pairs(sorted(pairs))

    def _column(self, offer: tuple[int, int], signed: bool) -> int:
        pair = offer if signed else (abs(offer[0]), abs(offer[1]))
        return self._pairs.numbers.get(pair, -1)

    def _report(
        self, known: npt.NDArray[np.bool_], columns: npt.NDArray[np.int64]
    ) -> CompileReport:
        keys = int(np.count_nonzero(self._states[: self._trips]))
        outside = np.setdiff1d(np.arange(len(self._pairs)), columns)
        return CompileReport(
            rows=self._rows,
            keys=keys,
            trips=self._trips,
            duplicate_rows=self._rows - keys,
            conflicting_keys=int(np.count_nonzero(self._states[: self._trips] & kernels.DISPUTED)),
            missing_cells=known[:-1].size - int(np.count_nonzero(known)),
            keys_outside_grid=int(np.count_nonzero(self._states[: self._trips, outside])),
        )

    def _disagreement(self, rows: Rows, row: int, bits: np.unsignedinteger[Any]) -> DataError:
        kind = int(bits).bit_length() - 1
        cause = (
            "answers otherwise than an earlier row with the same key; clean the file, or choose "
            "which row answers with on_conflict"
        )
        return DataError(rows.problem(cause, row, self._types[kind]))

    def _log_types_without_rule(self, rules: Mapping[str, FlexibilityRule]) -> None:
        unruled = [name for name in self._types if name not in rules]
        if unruled:
            logger.warning(
                "no rule is given for %s: where the table has no row, only no shift is accepted",
                ", ".join(map(repr, unruled)),
            )


def compile_table(
    decisions: Source,
    offers: ActionSpaceMap | None,
    on_conflict: OnConflict,
    rules: Mapping[str, FlexibilityRule] | None,
) -> Compiled:
    """Compile all rows of a source, or raise every problem in them."""
    grid = None if offers is None else OfferGrid.of(offers)
    compiler = Compiler(decisions.types, on_conflict)
    problems: list[Problem] = []
    for rows in decisions.rows:
        problems += decisions.problems(rows)
        if not problems:
            compiler.add(decisions.parsed(rows))
    if problems:
        raise DataError(problems)
    return compiler.finish(grid, rules)


def _grown(array: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    grown = np.zeros(shape, dtype=array.dtype)
    grown[tuple(slice(n) for n in array.shape)] = array
    return grown
