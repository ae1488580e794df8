"""A model that was told the truth."""

from __future__ import annotations

import numpy as np

from rideflex.areas import ServiceArea


class Informed:
    """A flexibility model that was told who everybody is."""

    noise = 0.0

    def __init__(self, area: ServiceArea, certainty: float = 1.0) -> None:
        self.types, self.n_travelers = area.table.types, len(area.travelers)
        n_types = len(self.types)
        exact = np.eye(n_types)[area.true_types]
        self.probabilities = certainty * exact + (1 - certainty) / n_types

    def predict_proba(self, travelers, *, unknown="raise"):
        """The truth, as sharp as `certainty`."""
        return self.probabilities[travelers]
