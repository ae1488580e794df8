"""Checks of what flexibility models are given: types, counts, entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.flexibility import MAX_TYPES
from rideflex.models.mixture import Mixture
from rideflex.models.protocol import Unknown
from rideflex.outcomes import Counts
from rideflex.travelers import TravelerIndex

_ROUNDING = 1e-9


def check_types(types: Sequence[str]) -> tuple[str, ...]:
    """Check the names of the types.

    Raises
    ------
    UsageError
        If there are not 2 to 64 different names.
    """
    if isinstance(types, str) or not 2 <= len(types) <= MAX_TYPES:
        raise UsageError(f"a model takes the names of 2 to {MAX_TYPES} types, not {types!r}")
    if len(set(types)) < len(types):
        raise UsageError(f"two types have the same name: {', '.join(types)}")
    return tuple(types)


def check_counts(counts: Counts, n_travelers: int, n_types: int) -> Counts:
    """Copy the counts that a model is fitted to, once they are checked.

    Raises
    ------
    UsageError
        If they are of other travelers or types, or a count is negative, not a number or more than
        the traveler's outcomes; it names the first.
    """
    if counts.agree.shape != (n_travelers, n_types):
        raise UsageError(
            f"counts of shape {counts.agree.shape} don't fit {n_travelers} travelers "
            f"and {n_types} types"
        )
    most = counts.total * (1.0 + _ROUNDING)
    wrong = ~((counts.agree >= 0.0) & (counts.agree <= most[:, None])).all(axis=1)
    wrong |= ~np.isfinite(counts.total)
    if wrong.any():
        first = int(wrong.argmax())
        raise UsageError(
            f"{counts.agree[first].tolist()} of {counts.total[first]} outcomes of traveler "
            f"{first} can't agree with the types"
        )
    return counts.copy()


def check_mixture(mixture: Mixture, n_types: int) -> Mixture:
    """Return a mixture as it is, once it is known to be one of so many types.

    Raises
    ------
    UsageError
        If the weights are not probabilities of the types, or the noise is none below one half.
    """
    shares = mixture.shares
    if shares.shape != (n_types,) or not (shares > 0).all() or not abs(shares.sum() - 1) < 1e-6:
        raise UsageError(f"{shares.tolist()} are not the weights of {n_types} types")
    if not 0 < mixture.noise < 0.5:
        raise UsageError(f"an answer noise lies between 0 and one half, not at {mixture.noise}")
    return mixture


def check_travelers(travelers: TravelerIndex | None, n_travelers: int) -> None:
    """Check that there are as many traveler ids as travelers, where ids are given.

    Raises
    ------
    UsageError
        If there are not.
    """
    if travelers is not None and len(travelers) != n_travelers:
        raise UsageError(f"{len(travelers)} traveler ids were given for {n_travelers}")


def check_entities(
    travelers: npt.ArrayLike,
    n_travelers: int,
    unknown: Unknown,
) -> npt.NDArray[np.int64]:
    """Check entities [n]; with unknown="prior" those outside the model become -1.

    Raises
    ------
    UsageError
        If a traveler is unknown and unknown="raise"; it names the first.
    """
    if unknown not in get_args(Unknown):
        raise UsageError(f'unknown is "raise" or "prior", not {unknown!r}')
    entities = np.atleast_1d(np.asarray(travelers))
    if entities.ndim != 1:
        raise UsageError(f"travelers are a flat list of entities, not of shape {entities.shape}")
    if entities.size and not np.issubdtype(entities.dtype, np.integer):
        raise UsageError(f"travelers are entities (whole numbers), not {entities.dtype} values")
    outside = (entities < 0) | (entities >= n_travelers)
    if unknown == "raise" and outside.any():
        first = int(entities[outside][0])
        raise UsageError(
            f"unknown traveler: entity {first} is not one of 0 … {n_travelers - 1} "
            "(TravelerIndex.encode makes entities of traveler ids); "
            'ask with unknown="prior" to get the shares of the types instead'
        )
    return np.where(outside, -1, entities).astype(np.int64)
