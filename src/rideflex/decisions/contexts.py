"""Trip contexts and their ids: strings become small integers once, in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions.vocabulary import Vocabulary
from rideflex.tables.coded import MISSING
from rideflex.tables.columns import CONTEXT, TEXTS
from rideflex.tables.frames import column_of, ids_of
from rideflex.tables.ids import Id, IdCodes, Ids, id_array
from rideflex.tables.row_numbers import find_rows


@dataclass(frozen=True)
class Contexts:
    """The distinct contexts of a table; a context's place among them is its trip id.

    Parameters
    ----------
    vocabularies
        One for each of purpose, departure, arrival, departure window and arrival window.
    travelers
        Code of the traveler id of each trip, int64 [n_trips]; see `ids`.
    words
        Word numbers of each trip, int32 [n_trips, 5].
    slots
        Hash table of trip ids; see `tables/row_numbers`.
    ids
        Makes codes of traveler ids; a whole number is its own.
    """

    vocabularies: tuple[Vocabulary, ...]
    travelers: npt.NDArray[np.int64]
    words: npt.NDArray[np.int32]
    slots: npt.NDArray[np.int32]
    ids: IdCodes = field(default_factory=IdCodes)

    def __len__(self) -> int:
        return len(self.travelers)

    def __getitem__(self, trip: int) -> tuple[Id, str, str, str, str, str]:
        texts = (v.words[word] for v, word in zip(self.vocabularies, self.words[trip], strict=True))
        return (self.ids.id_of(int(self.travelers[trip])), *texts)

    def __iter__(self) -> Iterator[tuple[Id, str, str, str, str, str]]:
        return map(self.__getitem__, range(len(self)))

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays and the vocabularies."""
        words = sum(vocabulary.nbytes for vocabulary in self.vocabularies)
        return words + self.travelers.nbytes + self.words.nbytes + self.slots.nbytes

    @cached_property
    def traveler_ids(self) -> Ids:
        """Traveler id of each trip [n_trips]: int64 where all are whole numbers."""
        return self.ids.decode(self.travelers)

    def trip_ids(self, frame: Any) -> npt.NDArray[np.int32]:
        """Encode the contexts of a frame; see `DecisionTable.trip_ids`."""
        travelers = self.ids.encode(ids_of(frame, CONTEXT[0]))
        wanted = np.empty((len(travelers), len(TEXTS)), dtype=np.int32)
        for column, (name, vocabulary) in enumerate(zip(TEXTS, self.vocabularies, strict=True)):
            wanted[:, column] = vocabulary.encode(column_of(frame, name))
        return self._find(travelers, wanted)

    def trip_id(self, traveler: Id, texts: Sequence[str]) -> int:
        """Return the trip id of one context, -1 where it is unknown."""
        words = [v.number(text) for v, text in zip(self.vocabularies, texts, strict=True)]
        if MISSING in words:
            return MISSING
        wanted = np.array([words], dtype=np.int32)
        return int(self._find(self.ids.encode(id_array([traveler])), wanted)[0])

    def _find(
        self, travelers: npt.NDArray[np.int64], wanted: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.int32]:
        found = np.empty(len(travelers), dtype=np.int32)
        find_rows(self.slots, self.travelers, self.words, travelers, wanted, found)
        return found
