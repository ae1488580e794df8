"""The decision table: what each flexibility type answers to each offer in each trip context."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rideflex.decisions.compiler import Compiled, Compiler, OnConflict, compile_table
from rideflex.decisions.lookup import AnswerMasks
from rideflex.decisions.mapping import Answer, Question, QuestionMapping
from rideflex.decisions.masks import Masks
from rideflex.decisions.offer_codes import OfferCodes
from rideflex.decisions.reading import file_source, frame_source
from rideflex.decisions.saved import cached, load_compiled, save_compiled
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES, FlexibilityRule
from rideflex.offers import ActionSpaceMap, OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.storage.array_file import is_saved
from rideflex.tables.arrays import truths, whole_numbers
from rideflex.tables.columns import DECISIONS_FILE, SHIFTS
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.frames import integers_of
from rideflex.tables.ids import Id, Ids, traveler_id
from rideflex.tables.parquet_files import ParquetFile
from rideflex.tables.table_files import open_by_content


class Answers(NamedTuple):
    """Both matrices [n, L] of n outcomes, and how many of them the rule answered."""

    indicators: npt.NDArray[Any]
    accepts: npt.NDArray[Any]
    fallbacks: int


class DecisionTable:
    """Accept or reject for every (trip context, offer, flexibility type), as bit masks.

    Make one with `read` of a file or folder, or with `from_frame`. Where the source has no row for
    a context or an offer the type's rule answers; such fall-backs are counted.
    """

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._answers = AnswerMasks(
            compiled.masks, compiled.known, compiled.offers, len(compiled.types)
        )
        self._codes = OfferCodes(compiled.offers, compiled.signed)
        self.types = compiled.types
        self.offers = compiled.offers
        self.signed = compiled.signed
        self.contexts = compiled.contexts
        self.report = compiled.report

    @classmethod
    def read(
        cls,
        path: str | Path,
        types: Sequence[str] | None = None,
        offers: ActionSpaceMap | None = None,
        on_conflict: OnConflict = "first",
        *,
        rules: Mapping[str, FlexibilityRule] | None = None,
    ) -> DecisionTable:
        """Read decisions from whatever holds them; what it is, its content says.

        Parameters
        ----------
        path
            A CSV or Parquet file of decisions, a table that was saved, or a service-area folder.
        types, offers, on_conflict, rules
            See `from_csv`. A saved table was compiled with its own.

        Raises
        ------
        DataError
            If the file is missing or can't be used; it carries every problem found.
        UsageError
            If a saved table is to be compiled in some way.

        Examples
        --------
        >>> from tempfile import mkdtemp
        >>> from rideflex.synthetic import AreaSettings, generate_area
        >>> folder = f"{mkdtemp()}/city"
        >>> generate_area(folder, AreaSettings(travelers=3, trips=2, zones=4, seed=1))
        >>> table = DecisionTable.read(folder)
        >>> table.save(f"{folder}/compiled")
        >>> DecisionTable.read(f"{folder}/compiled").report == table.report
        True
        """
        file = Path(path)
        if file.is_dir():
            file /= DECISIONS_FILE
        if not is_saved(file):
            with file_source(open_by_content(file), types) as source:
                return cls(compile_table(source, offers, on_conflict, rules))
        if (types, offers, on_conflict, rules) != (None, None, "first", None):
            raise UsageError(
                f"{file} is a saved table, compiled with types, offers, conflicts and rules of its "
                "own; read the decisions that it was made of to choose others"
            )
        return cls.load(file)

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        types: Sequence[str] | None = None,
        offers: ActionSpaceMap | None = None,
        on_conflict: OnConflict = "first",
        *,
        rules: Mapping[str, FlexibilityRule] | None = None,
        cache: bool = False,
    ) -> DecisionTable:
        """Compile a CSV file of decisions.

        Parameters
        ----------
        path
            The file, one row a (context, offer); see the folder format in `docs/decisions.md`.
        types
            Columns to read as flexibility types; without it, every column of accepts and rejects.
        offers
            The offer grid or its pairs; without it the default when that covers the file, else
            the file's own.
        on_conflict
            Which row answers for a key that stands in several: "first", "last", "majority"
            (type by type, a tie goes to the first row) or "error".
        rules
            Rules by type that answer where there is no row; without it the default rules.
        cache
            Keep the compiled table beside the file, as `<path>.rideflex`, and load it next time
            unless the file has changed.

        Raises
        ------
        DataError
            If the file can't be used; it carries every problem found.

        Examples
        --------
        >>> from tempfile import mkdtemp
        >>> from rideflex import read_area
        >>> from rideflex.synthetic import AreaSettings, generate_area
        >>> folder = f"{mkdtemp()}/city"
        >>> generate_area(folder, AreaSettings(travelers=3, trips=2, zones=4, seed=1))
        >>> table = DecisionTable.from_csv(f"{folder}/decisions.csv")
        >>> table.n_trips, len(table.offers), len(table.types)
        (6, 16, 4)
        """
        file = Path(path)

        def compile_it() -> Compiled:
            with file_source(CsvFile(file), types) as source:
                return compile_table(source, offers, on_conflict, rules)

        if not cache:
            return cls(compile_it())
        settings = repr((types and tuple(types), offers, on_conflict, rules and dict(rules)))
        return cls(cached(file, settings, compile_it))

    @classmethod
    def from_parquet(
        cls,
        path: str | Path,
        types: Sequence[str] | None = None,
        offers: ActionSpaceMap | None = None,
        on_conflict: OnConflict = "first",
        *,
        rules: Mapping[str, FlexibilityRule] | None = None,
    ) -> DecisionTable:
        """Compile a Parquet file of decisions, batch by batch; see `from_csv`."""
        with file_source(ParquetFile(path), types) as source:
            return cls(compile_table(source, offers, on_conflict, rules))

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        types: Sequence[str] | None = None,
        offers: ActionSpaceMap | None = None,
        on_conflict: OnConflict = "first",
        *,
        rules: Mapping[str, FlexibilityRule] | None = None,
    ) -> DecisionTable:
        """Compile a pandas or Polars frame or an Arrow table of decisions; see `from_csv`."""
        return cls(compile_table(frame_source(frame, types), offers, on_conflict, rules))

    @classmethod
    def empty(
        cls,
        types: Sequence[str] = DEFAULT_TYPES,
        offers: ActionSpaceMap | None = None,
        *,
        rules: Mapping[str, FlexibilityRule] | None = None,
    ) -> DecisionTable:
        """Make a table without any row: the types' rules answer every question.

        Parameters
        ----------
        types
            Names of the L flexibility types.
        offers
            The offer grid or its pairs; the default grid without it.
        rules
            Rules by type; the default rules without it.

        Examples
        --------
        >>> DecisionTable.empty().accepts([-1], [15]).tolist()  # 30 minutes later
        [[True, False, False, True]]
        """
        grid = OfferGrid.default() if offers is None else OfferGrid.of(offers)
        return cls(Compiler(tuple(types), "first").finish(grid, rules))

    @classmethod
    def load(cls, path: str | Path) -> DecisionTable:
        """Map a saved table into memory.

        Raises
        ------
        DataError
            If the file is missing, truncated, foreign or of another version.
        """
        return cls(load_compiled(path)[0])

    def save(self, path: str | Path) -> None:
        """Write the table to one versioned file, which replaces an older one when it is whole."""
        save_compiled(self._compiled, path)

    @property
    def nbytes(self) -> int:
        """Bytes of everything a lookup needs: arrays, strings and the dicts that number them."""
        return self._answers.nbytes + self.contexts.nbytes

    @property
    def n_trips(self) -> int:
        """Number of trip contexts."""
        return len(self.contexts)

    @property
    def n_known(self) -> int:
        """Number of (context, offer) pairs that the source answers."""
        return int(np.count_nonzero(self._answers.known))

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether the source answers each (context, offer) pair, bool [n_trips, A]."""
        return self._answers.known[:-1]

    @property
    def trips_by_offer(self) -> npt.NDArray[np.int64]:
        """Number of trip contexts that the source answers for each offer, int64 [A]."""
        counts: npt.NDArray[np.int64] = np.count_nonzero(self._answers.known[:-1], axis=0)
        return counts

    @property
    def trip_travelers(self) -> Ids:
        """Traveler id of each trip context [n_trips]: int64 where all are whole numbers."""
        return self.contexts.traveler_ids

    def trip_ids(self, frame: Any) -> npt.NDArray[np.int32]:
        """Encode contexts in bulk.

        Parameters
        ----------
        frame
            The six context columns: a pandas or Polars frame, an Arrow table, a mapping of
            columns, or a list of dicts.

        Returns
        -------
        Trip ids int32 [n], -1 where the table has no such context.
        """
        return self.contexts.trip_ids(frame)

    def actions(self, frame: Any) -> npt.NDArray[np.int32]:
        """Encode the two shift columns of a frame as actions, int32 [n].

        Raises
        ------
        UsageError
            If a pair of shifts is not in the grid; it names the first.
        """
        return self._codes.actions(*(integers_of(frame, name) for name in SHIFTS))

    def accepts(
        self, ids: npt.ArrayLike, actions: npt.ArrayLike, *, strict: bool = False, out: Any = None
    ) -> npt.NDArray[Any]:
        """Give the decision matrix: whether type l would accept what outcome i was offered.

        Parameters
        ----------
        ids, actions
            Trip ids (-1: unknown, the rule answers) and offer indices [n].
        strict
            Raise where the rule would have to answer.
        out
            A matrix [n, L] to write to, NumPy or torch (no copy), of any number type.

        Returns
        -------
        `out` as an array, or a fresh bool [n, L].

        Raises
        ------
        UsageError
            If an id or an action is outside the table, or `strict` and a question has no row.

        Examples
        --------
        >>> table = DecisionTable.empty()  # the types' rules answer; 30 minutes later, 30 earlier
        >>> table.accepts([-1, -1], [15, 0]).tolist()
        [[True, False, False, True], [False, True, False, True]]
        """
        masks, _ = self._answers.gather(ids, actions, strict)
        return self._answers.expand(masks, out)

    def indicators(
        self,
        ids: npt.ArrayLike,
        actions: npt.ArrayLike,
        accepted: npt.ArrayLike,
        *,
        strict: bool = False,
        out: Any = None,
    ) -> npt.NDArray[Any]:
        """Give the indicator matrix: whether type l would have answered as outcome i did.

        `accepted` is what was observed, bool [n]; the rest is as in `accepts`.

        Examples
        --------
        >>> DecisionTable.empty().indicators([-1, -1], [15, 15], [True, False]).tolist()
        [[True, False, False, True], [False, True, True, False]]
        """
        masks, _ = self._answers.gather(ids, actions, strict)
        return self._answers.expand(self._answers.agreement(masks, accepted), out)

    def answers(
        self,
        ids: npt.ArrayLike,
        actions: npt.ArrayLike,
        accepted: npt.ArrayLike,
        *,
        strict: bool = False,
        out: tuple[Any, Any] | None = None,
    ) -> Answers:
        """Give both matrices in one go, and the number of questions that the rule answered.

        `out` is a pair of matrices to write to, (indicators, accepts).
        """
        indicators, accepts = out if out is not None else (None, None)
        masks, fallbacks = self._answers.gather(ids, actions, strict)
        agree = self._answers.agreement(masks, accepted)
        return Answers(
            self._answers.expand(agree, indicators),
            self._answers.expand(masks, accepts),
            fallbacks,
        )

    def outcomes(
        self,
        travelers: npt.ArrayLike,
        trips: npt.ArrayLike,
        actions: npt.ArrayLike,
        accepted: npt.ArrayLike,
        *,
        strict: bool = False,
    ) -> Outcomes:
        """Encode observed outcomes, which this table tells what the types would have answered.

        Parameters
        ----------
        travelers
            Entities [n], counted from 0 (see `TravelerIndex`).
        trips, actions, accepted
            Trip ids, offer indices and answers [n].
        strict
            Raise where a rule would have to answer for the types.
        """
        if strict:
            self._answers.gather(trips, actions, strict)
        return Outcomes(
            travelers=whole_numbers(travelers),
            trips=whole_numbers(trips),
            actions=whole_numbers(actions),
            accepted=truths(accepted),
            decisions=self,
        )

    def agreement(self, outcomes: Outcomes) -> Masks:
        """Bit masks, unsigned [n]: bit l is set when type l would have answered as observed.

        Raises
        ------
        UsageError
            If a trip id or an action is outside the table.
        """
        masks, _ = self._answers.gather(outcomes.trips, outcomes.actions, strict=False)
        return self._answers.agreement(masks, outcomes.accepted)

    def fallbacks(self, ids: npt.ArrayLike, actions: npt.ArrayLike) -> int:
        """Count the questions that the rule would answer."""
        return self._answers.gather(ids, actions, strict=False)[1]

    def masks(self, ids: npt.ArrayLike, types: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Give the offers that a type would accept on each trip.

        Parameters
        ----------
        ids
            Trip ids [n], -1 where unknown.
        types
            Index of the type asked on each trip, [n].

        Returns
        -------
        bool [n, A].

        Examples
        --------
        >>> table = DecisionTable.empty(["rigid"], [(0, 0), (-10, 0)])
        >>> table.masks([-1], [0]).tolist()
        [[True, False]]
        """
        return self._answers.of_types(ids, types)

    def lookup(
        self,
        traveler_id: Id,
        trip_purpose: str,
        departure_location: str,
        arrival_location: str,
        departure_time_window: str,
        arrival_time_window: str,
        pickup_shift: int,
        dropoff_shift: int,
    ) -> Answer | None:
        """Answer one question: {type: "accept" or "reject"}, None where the source has no row.

        Raises
        ------
        UsageError
            If the traveler is neither a whole number nor a text.

        Examples
        --------
        >>> from rideflex.tables.columns import CONTEXT
        >>> context = (7, "work", "home", "office", "08:00-08:30", "08:20-08:50")
        >>> table = DecisionTable.from_frame(
        ...     {
        ...         **{name: [value] for name, value in zip(CONTEXT, context, strict=True)},
        ...         "pickup_shift_min": [20],
        ...         "dropoff_shift_min": [0],
        ...         "early": ["accept"],
        ...         "rigid": ["reject"],
        ...     },
        ...     offers=[(0, 0), (-20, 0)],
        ... )
        >>> table.lookup(*context, -20, 0)
        {'early': 'accept', 'rigid': 'reject'}
        >>> table.lookup(*context, 0, 0) is None
        True
        """
        places = (trip_purpose, departure_location, arrival_location)
        texts = (*places, departure_time_window, arrival_time_window)
        trip = self.contexts.trip_id(_id(traveler_id), texts)
        action = self._codes.action(pickup_shift, dropoff_shift)
        if trip < 0 or action < 0 or not self._answers.known[trip, action]:
            return None
        mask = int(self._answers.masks[trip, action])
        return {
            name: "accept" if mask >> kind & 1 else "reject" for kind, name in enumerate(self.types)
        }

    def as_mapping(self) -> Mapping[Question, Answer]:
        """View the table as a read-only mapping from the 8-tuple of a question to its answer."""
        return QuestionMapping(self)

    def questions(self) -> Iterator[Question]:
        """Go through the questions that the source answers, context by context."""
        for trip, context in enumerate(self.contexts):
            for action in np.flatnonzero(self._answers.known[trip]).tolist():
                yield (*context, *self._codes.written(self.offers[action]))


def _id(given: Any) -> Id:
    try:
        return traveler_id(given)
    except ValueError as cause:
        raise UsageError(f"the traveler id {given!r} {cause}") from None
