"""The chance of a yes to each offer, as the evening's answers come in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.tolerance import ToleranceModel
from rideflex.offers import OfferGrid
from rideflex.outcomes import Outcomes
from rideflex.tables.ids import Ids
from rideflex.travelers import TravelerIndex


class Chances:
    """Acceptance probabilities of the travelers of n bookings.

    Every answer counts at once for all bookings of who gave it, under the weights that the model
    learned before. Without a model they are a prior: that of a tolerance model without any answer,
    which takes every tolerance from nothing to forty minutes for equally likely.

    Parameters
    ----------
    travelers
        Ids of the bookings' travelers [n].
    offers
        The A offers that they may be asked for.
    model
        Tolerances that were fitted to answers; it stays as it is. Without it, the prior.

    Raises
    ------
    UsageError
        If the model can't be asked about travelers by name, or about further offers.

    Examples
    --------
    >>> from rideflex.tables.ids import id_array
    >>> grid = OfferGrid.from_steps((-30, 0), (0, 10))
    >>> chances = Chances(id_array(["Ada", "Bo", "Ada"]), grid)
    >>> before = chances.accept()[:, grid.action_of(0, 10)]
    >>> chances.learn(0, grid.action_of(0, 10), accepted=False)
    >>> (chances.accept()[:, grid.action_of(0, 10)] < before).tolist()
    [True, False, True]
    """

    def __init__(
        self, travelers: Ids, offers: OfferGrid, model: ToleranceModel | None = None
    ) -> None:
        index = TravelerIndex.from_ids(travelers)
        self.is_prior = model is None
        asked = OfferGrid(offers.pairs)
        if model is None:
            self._model = ToleranceModel(len(index), asked, travelers=index)
        else:
            self._model = model.of_travelers(index, asked)
        self._who = index.encode(travelers)
        self._known = self._model.answered(np.arange(len(index))) > 0
        self._actions = np.array([self._model.offers.action_of(*pair) for pair in offers.pairs])

    @property
    def known(self) -> int:
        """Travelers of whom an answer was known beforehand."""
        return int(self._known.sum())

    @property
    def travelers(self) -> int:
        """Travelers of the bookings, each counted once."""
        return len(self._known)

    @property
    def context(self) -> str | None:
        """What the model tells trips apart by, if it does: bookings don't say it."""
        return None if self._model.context is None else str(self._model.context)

    def accept(self) -> npt.NDArray[np.float64]:
        """Probability that each booking's traveler accepts each offer, float64 [n, A]."""
        anywhere = np.full(len(self._who), -1)
        chances = self._model.predict_accept(self._who, anywhere)
        return np.asarray(chances[:, self._actions], dtype=np.float64)

    def stranger(self) -> npt.NDArray[np.float64]:
        """Probability that somebody of whom nothing is known accepts each offer, float64 [A]."""
        chances = self._model.predict_accept([-1], [-1], unknown="prior")
        return np.asarray(chances[0, self._actions], dtype=np.float64)

    def learn(self, row: int, action: int, *, accepted: bool) -> None:
        """Count an answer of the traveler of a booking."""
        self._model.learn(
            Outcomes(
                self._who[[row]],
                np.array([-1], dtype=np.int32),
                self._actions[[action]].astype(np.int32),
                np.array([accepted]),
            )
        )


def tolerance_model(loaded: object, name: str) -> ToleranceModel:
    """Take a loaded model for one of tolerances.

    Raises
    ------
    UsageError
        If it asks a decision table, which bookings don't have.
    """
    from rideflex.models.hybrid import HybridModel

    if not isinstance(loaded, ToleranceModel) or isinstance(loaded, HybridModel):
        raise UsageError(
            f"{name} answers by a decision table, which bookings don't have: fit tolerances with "
            "rideflex fit --model tolerance --outcomes answers.csv"
        )
    return loaded
