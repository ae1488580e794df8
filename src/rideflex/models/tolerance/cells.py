"""Cells of the tolerance grid, and the acceptance probability that each gives to an offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from rideflex.offers import OfferGrid

Floats = npt.NDArray[np.float64]
Form = Literal["both", "sum"]
FORMS: tuple[Form, ...] = ("both", "sum")

_N_TOLERANCES = 8
_STRICTNESS: dict[Form, tuple[float, ...]] = {
    "both": (0.0, -6.0, -12.0, -18.0),
    "sum": (0.0, -0.3, -0.6, -0.9),
}
_TOLERANCES: dict[Form, Floats] = {
    "both": np.linspace(-5.0, 42.5, _N_TOLERANCES),
    "sum": np.geomspace(2.5, 80.0, _N_TOLERANCES),
}
SCALES: dict[Form, tuple[float, ...]] = {
    "both": (1.0, 2.0, 4.0, 6.0, 9.0),
    "sum": (0.08, 0.15, 0.25, 0.4, 0.6),
}
"""Softness of the threshold: minutes for "both", shares of a tolerance for "sum"."""

LAPSES = (0.005, 0.01, 0.02, 0.04, 0.07, 0.11, 0.16)
"""Probabilities that an answer is given without regard to the offer, each way."""


@dataclass(frozen=True)
class Cells:
    """A grid of G cells: early tolerance, late tolerance, strictness.

    Parameters
    ----------
    form
        "both": each shift has to be within its own tolerance. "sum": the shares that they take of
        their tolerances add up.
    early, late
        Tolerances in minutes, float64 [G].
    strictness
        What context level 1 adds: minutes to both tolerances for "both", a share for "sum";
        float64 [G].
    """

    form: Form
    early: Floats
    late: Floats
    strictness: Floats

    @classmethod
    def grid(cls, form: Form, n_levels: int) -> Cells:
        """Make the grid: 8 × 8 tolerances, and four strictnesses where there are two levels."""
        axis = _TOLERANCES[form]
        strictness = _STRICTNESS[form] if n_levels > 1 else (0.0,)
        early, late, strict = np.meshgrid(axis, axis, np.array(strictness), indexing="ij")
        return cls(form, early.ravel(), late.ravel(), strict.ravel())

    def __len__(self) -> int:
        return len(self.early)

    def acceptance(self, offers: OfferGrid, n_levels: int, scale: float, lapse: float) -> Floats:
        """Probability that a traveler of each cell accepts each offer, float64 [G, C, A].

        q = h(p; e + cγ) · h(d; l + cγ) with h(x; t) = σ((t − x) / s), 1 for x = 0 (form "both"),
        or q = σ((1 + cγ − p/e − d/l) / s) (form "sum"); the answer is λ + (1 − 2λ) q, and no shift
        is always accepted.
        """
        minutes = np.abs(np.array(offers.pairs, dtype=np.float64))
        pickup, dropoff = minutes[:, 0], minutes[:, 1]
        level = np.arange(n_levels)[None, :, None]
        early, late = self.early[:, None, None], self.late[:, None, None]
        stricter = level * self.strictness[:, None, None]
        if self.form == "both":
            within = _within(pickup, early + stricter, scale) * _within(
                dropoff, late + stricter, scale
            )
        else:
            within = _sigmoid((1.0 + stricter - pickup / early - dropoff / late) / scale)
        answers: Floats = lapse + (1.0 - 2.0 * lapse) * within
        answers[:, :, (pickup == 0.0) & (dropoff == 0.0)] = 1.0
        return answers


def _within(minutes: Floats, tolerance: Floats, scale: float) -> Floats:
    return np.where(minutes == 0.0, 1.0, _sigmoid((tolerance - minutes) / scale))


def _sigmoid(value: Floats) -> Floats:
    sigmoid: Floats = 0.5 * (1.0 + np.tanh(0.5 * value))
    return sigmoid
