"""Columns of strings or numbers as small integers: each distinct value is looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

MISSING = -1


@dataclass(frozen=True)
class Coded:
    """A column as `values[codes]`; a code is -1 where the column holds nothing."""

    values: list[Any]
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> Coded:
        """Code an Arrow column in order of first appearance."""
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        if isinstance(column, pa.ChunkedArray):
            column = column.unify_dictionaries().combine_chunks()
        codes = column.indices
        if codes.null_count:
            codes = codes.fill_null(MISSING)
        values = column.dictionary.to_pylist()
        return cls(values, codes.to_numpy().astype(np.int32, copy=False)).compact()

    @classmethod
    def joined(cls, parts: Sequence[Coded]) -> Coded:
        """Put the parts of a column one after the other."""
        return parts[0] if len(parts) == 1 else cls.of(pa.chunked_array([p.arrow() for p in parts]))

    def compact(self) -> Coded:
        """Leave out values that no row holds: filters and batches leave such behind."""
        held = np.bincount(self.codes + 1, minlength=len(self.values) + 1)[1:] > 0
        if held.all():
            return self
        places = np.cumsum(held, dtype=np.int32) - 1
        values = [value for value, is_held in zip(self.values, held, strict=True) if is_held]
        return Coded(values, self.through(places))

    def filled(self, value: Any) -> Coded:
        """Let rows that hold nothing hold a value."""
        if not self.has_missing:
            return self
        codes = np.where(self.codes < 0, np.int32(len(self.values)), self.codes)
        return Coded([*self.values, value], codes)

    def arrow(self) -> pa.DictionaryArray:
        """View the column as Arrow does."""
        codes = pa.array(self.codes, mask=self.codes < 0 if self.has_missing else None)
        return pa.DictionaryArray.from_arrays(codes, self.values)

    @property
    def has_missing(self) -> bool:
        """Whether the column holds nothing in some row."""
        return bool(len(self.codes)) and int(self.codes.min()) < 0

    def through(
        self, mapped: Sequence[int] | npt.NDArray[np.int32], missing: int = MISSING
    ) -> npt.NDArray[np.int32]:
        """Replace every value by its mapped integer, int32 [n]."""
        return np.append(np.asarray(mapped, dtype=np.int32), np.int32(missing))[self.codes]
