"""Answers of made-up types that follow no rule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.outcomes import Outcomes


class RandomAnswers:
    """Bit masks drawn for every trip id from -1 to 8 and each of 16 offers."""

    def __init__(self, n_types: int, seed: int = 0) -> None:
        self.types = tuple(f"type {number}" for number in range(n_types))
        rng = np.random.default_rng(seed)
        kind = np.uint8 if n_types <= 8 else np.uint16
        self._full = kind((1 << n_types) - 1)
        self.masks = rng.integers(1 << n_types, size=(10, 16)).astype(kind)

    def agreement(self, outcomes: Outcomes) -> npt.NDArray[np.unsignedinteger]:
        """The masks where accepted, their complement where not."""
        masks = self.masks[outcomes.trips, outcomes.actions]
        return np.where(outcomes.accepted, masks, masks ^ self._full)
