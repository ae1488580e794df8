"""Asking the compiled answers: masks gathered by trip and offer, expanded to matrices."""

from __future__ import annotations

import logging
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.decisions import kernels
from rideflex.decisions.masks import Masks, unpack
from rideflex.errors import UsageError
from rideflex.offers import OfferGrid
from rideflex.tables.arrays import truths, whole_numbers

# Up to this many types the matrix rows of all masks are made once and copied.
_READY_TYPES = 8
_WORDS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64, 16: np.complex128}

logger = logging.getLogger(__name__)


class AnswerMasks:
    """The answers of L types to every (trip, offer) of a table.

    Parameters
    ----------
    masks
        Unsigned [n_trips + 1, A]: bit l is set when type l accepts; the last row is the rule's.
    known
        bool [n_trips + 1, A]: whether the source has a row.
    offers
        The offer grid.
    n_types
        L.
    """

    def __init__(
        self, masks: Masks, known: npt.NDArray[np.bool_], offers: OfferGrid, n_types: int
    ) -> None:
        self.masks = masks
        self.known = known
        self._offers = offers
        self._n_types = n_types
        self._flat = (masks.reshape(-1), known.reshape(-1))
        self._ready: dict[np.dtype[Any], npt.NDArray[Any]] = {}

    @property
    def nbytes(self) -> int:
        """Bytes of the masks and of what is known."""
        return self.masks.nbytes + self.known.nbytes

    def gather(self, ids: npt.ArrayLike, actions: npt.ArrayLike, strict: bool) -> tuple[Masks, int]:
        """Give the mask of each question, and how many the rule answered.

        Raises
        ------
        UsageError
            If an id or an action is outside the table, or `strict` and the rule would answer.
        """
        trips, offers = whole_numbers(ids), whole_numbers(actions)
        if trips.shape != offers.shape or trips.ndim != 1:
            raise UsageError(f"{trips.shape} trip ids do not go with {offers.shape} actions")
        masks = np.empty(len(trips), dtype=self.masks.dtype)
        fallbacks = int(kernels.gather(*self._flat, len(self._offers), trips, offers, masks))
        if fallbacks < 0:
            self._offers.check_actions(offers)
            _check_range("trip id", trips, -1, len(self.masks) - 2)
        if fallbacks and strict:
            row = int(np.argmin(self.known[trips, offers]))
            where = self._offers[int(offers[row])]
            what = "the context is unknown" if trips[row] < 0 else f"no row for the offer {where}"
            raise UsageError(
                f"{fallbacks} of {len(trips)} questions have no row in the table, the first at "
                f"position {row}: {what}; without strict the type's rule would answer"
            )
        if fallbacks:
            logger.info(
                "the rule answered %d of %d questions: the table has no row for them",
                fallbacks,
                len(trips),
            )
        return masks, fallbacks

    def agreement(self, masks: Masks, accepted: npt.ArrayLike) -> Masks:
        """Give the masks of the types that would have answered as observed."""
        observed = truths(accepted)
        if observed.shape != masks.shape:
            raise UsageError(f"{observed.shape} answers do not go with {len(masks)} questions")
        agree = np.empty_like(masks)
        full = masks.dtype.type((1 << self._n_types) - 1)
        kernels.agreement(masks, observed, full, agree)
        return agree

    def expand(self, masks: Masks, out: Any) -> npt.NDArray[Any]:
        """Write bit l of each mask to column l of `out`, or of a fresh bool matrix."""
        shape = (len(masks), self._n_types)
        matrix = np.empty(shape, dtype=np.bool_) if out is None else np.asarray(out)
        if matrix.shape != shape:
            raise UsageError(f"out has the shape {matrix.shape}; these questions need {shape}")
        if self._n_types > _READY_TYPES or not matrix.flags.c_contiguous:
            kernels.expand(masks, matrix)
        else:
            rows = self._ready_rows(matrix.dtype)
            kernels.expand_words(masks, rows, matrix.view(rows.dtype))
        return matrix

    def of_types(self, ids: npt.ArrayLike, types: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Give the offers that a type would accept on each trip, bool [n, A]."""
        trips, kinds = whole_numbers(ids), whole_numbers(types)
        _check_range("trip id", trips, -1, len(self.masks) - 2)
        _check_range("type", kinds, 0, self._n_types - 1)
        shifts = kinds.astype(self.masks.dtype)[:, None]
        accepted: npt.NDArray[np.bool_] = (
            (self.masks[trips] >> shifts) & self.masks.dtype.type(1)
        ) != 0
        return accepted

    def _ready_rows(self, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """The matrix row of every possible mask, in the widest machine words that fit."""
        if dtype not in self._ready:
            every = np.arange(1 << self._n_types, dtype=self.masks.dtype)
            rows = unpack(every, self._n_types).astype(dtype)
            self._ready[dtype] = rows.view(_WORDS[math.gcd(rows.shape[1] * dtype.itemsize, 16)])
        return self._ready[dtype]


def _check_range(name: str, values: npt.NDArray[np.int32], low: int, high: int) -> None:
    if len(values) and not (low <= values.min() and values.max() <= high):
        row = int(np.argmax((values < low) | (values > high)))
        raise UsageError(
            f"{name} {values[row]} at position {row} is outside the table ({low} … {high})"
        )
