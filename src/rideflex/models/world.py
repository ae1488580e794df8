"""A fitted model as the world that days are played in, where nobody knows the true answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.errors import DataError, Problem, UsageError
from rideflex.models.acceptance import TypeAcceptance
from rideflex.models.answers import AnswerModel, LearnedModel
from rideflex.models.hybrid import HybridModel
from rideflex.models.posterior import FlexibilityPosterior
from rideflex.models.protocol import FlexibilityModel
from rideflex.models.registry import load_any_model
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.trip_levels import levels_of_trips
from rideflex.offers import OfferGrid

Entities = npt.NDArray[np.int32]


@dataclass(frozen=True)
class FittedWorld:
    """Travelers of an area, drawn from what a fitted model holds possible of each.

    Each day draws every traveler anew, so that what nobody knows of a traveler is in the spread of
    the results, not left out of it.

    Parameters
    ----------
    path
        File of the model.
    model
        Asked by entity and trip id; types are asked by their table.
    offers
        Those of the area.
    travelers
        Entity in the model of each trip row's traveler, int32 [M]; -1 of a stranger to it, who is
        drawn as anybody.
    trips
        Trip ids of the model, int32 [M].
    answers
        Answers that the model was fitted to; None where its file does not say.
    known, travelers_here
        Travelers of the area with answers, and all of them.
    of_no_type
        Those of them who are likelier to have tolerances of their own than to be of a type of the
        decisions; None where the model does not hold both against each other.
    overrides
        Whether the folder would say how its travelers truly answer.
    """

    path: Path
    model: ToleranceModel | TypeAcceptance
    offers: OfferGrid
    travelers: Entities
    trips: npt.NDArray[np.int32]
    answers: float | None
    known: int | None
    travelers_here: int
    of_no_type: int | None = None
    overrides: bool = False

    def draw(
        self, trips: npt.NDArray[np.integer], rng: np.random.Generator
    ) -> npt.NDArray[np.float32]:
        """Draw a cell or a type for each trip row; how likely it accepts each offer, [n, A]."""
        who, ids = self.travelers[trips], self.trips[trips]
        if isinstance(self.model, TypeAcceptance):
            return self.model.draw_accept(who, ids, rng).astype(np.float32)
        drawn = self.model.draw_accept(who, ids, rng, offers=self.offers, unknown="prior")
        return drawn.astype(np.float32)

    def mean(self, trips: npt.NDArray[np.integer]) -> npt.NDArray[np.float32]:
        """Mean of the draws: what the model predicts, float32 [n, A]."""
        who, ids = self.travelers[trips], self.trips[trips]
        if isinstance(self.model, TypeAcceptance):
            return self.model.predict_accept(who, ids).astype(np.float32)
        expected = self.model.predict_accept(who, ids, offers=self.offers, unknown="prior")
        return expected.astype(np.float32)

    def sentence(self) -> str:
        """Say where the answers come from, and from how many they were learned."""
        learned = "an unknown number of answers"
        if self.answers is not None:
            learned = f"{self.answers:,.0f} answers"
        told = f"The world was fitted: every day draws its travelers from {self.path.name}, "
        told += f"which was learned from {learned}"
        if self.known is not None:
            told += f"; {self.known:,} of the area's {self.travelers_here:,} travelers gave some"
        if self.of_no_type is not None:
            told += f", {self.of_no_type:,} of them as no type of the decisions would"
        if self.overrides:
            told += ". The folder's true answers are not used"
        if beyond := self._beyond():
            told += f". Nobody was asked for {beyond}: those answers are guessed from the others"
        return f"{told}."

    def as_json(self) -> dict[str, Any]:
        """What `sentence` says, as figures."""
        return {
            "model": str(self.path),
            "answers": self.answers,
            "travelers_with_answers": self.known,
            "travelers": self.travelers_here,
            "travelers_of_no_type": self.of_no_type,
            "overrides_true_answers": self.overrides,
        }

    def _beyond(self) -> str:
        """Offers of the area that are larger than all that the model counts answers of."""
        if isinstance(self.model, TypeAcceptance):
            return ""
        asked, wanted = self.model.offers, self.offers
        early, late = int(-asked.pickup.min()), int(asked.dropoff.max())
        parts = [f"more than {early} minutes earlier"] * bool(-wanted.pickup.min() > early)
        parts += [f"more than {late} minutes later"] * bool(wanted.dropoff.max() > late)
        return " or ".join(parts)


def in_world(area: ServiceArea, path: str | Path) -> ServiceArea:
    """The area with travelers drawn from a fitted model, instead of true answers.

    Parameters
    ----------
    area
        Its travelers are found in the model by their ids.
    path
        A file that `rideflex fit` wrote, whatever the model.

    Raises
    ------
    DataError
        If the file can't be used, knows none of the travelers, is of other types or tells other
        trips apart.
    """
    file = Path(path)
    try:
        model = load_any_model(file, area.table)
    except UsageError as error:  # of other types or offers than the decisions
        raise DataError(Problem(str(file), str(error))) from None
    index = model.travelers
    if index is None:
        cause = "holds no traveler ids, so that nobody can be found in it; fit it with rideflex fit"
        raise DataError(Problem(str(file), cause))
    entities = index.encode(area.travelers.ids, unknown="mark")
    if (entities < 0).all():
        cause = (
            f"knows none of the {len(entities):,} travelers of {area.folder}: was it fitted to "
            "answers of another area?"
        )
        raise DataError(Problem(str(file), cause))
    answered = _answered(model)
    known = None if answered is None else np.where(entities < 0, 0.0, answered[entities])
    asked: ToleranceModel | TypeAcceptance
    if isinstance(model, ToleranceModel):
        asked, travelers = model, entities[area.trips.traveler]
    else:
        assert isinstance(model, FlexibilityModel)  # all that a file can hold beside tolerances
        asked, travelers = _by_types(file, area, model, entities), area.trips.traveler
    world = FittedWorld(
        path=file,
        model=asked,
        offers=area.table.offers,
        travelers=travelers,
        trips=_trips_of(file, area, model),
        answers=None if answered is None else float(answered.sum()),
        known=None if known is None else int((known > 0).sum()),
        travelers_here=len(entities),
        of_no_type=_of_no_type(model, entities[entities >= 0]),
        overrides=area.answers is not None,
    )
    return replace(area, world=world, answers=None, types_by_phase=None)


def _answered(model: LearnedModel) -> npt.NDArray[np.float64] | None:
    """Answers that are known of each traveler of a model; None where it doesn't keep them."""
    if isinstance(model, AnswerModel):
        return model.answered(np.arange(model.n_travelers))
    return model.counts.total if isinstance(model, FlexibilityPosterior) else None


def _of_no_type(model: LearnedModel, entities: Entities) -> int | None:
    """Travelers with answers whom a hybrid holds to be of none of the types."""
    if not isinstance(model, HybridModel):
        return None
    asked = entities[model.answered(entities) > 0]
    return int((model.predict_types(asked).sum(axis=1) < 0.5).sum())


def _by_types(
    file: Path, area: ServiceArea, model: FlexibilityModel, entities: Entities
) -> TypeAcceptance:
    """Types of the area's own travelers; a stranger is of each type as often as anybody."""
    if tuple(model.types) != area.table.types:
        cause = f"is of the types {list(model.types)}, the decisions of {list(area.table.types)}"
        raise DataError(Problem(str(file), cause))
    return TypeAcceptance(area.table, model.predict_proba(entities, unknown="prior"), model.noise)


def _trips_of(file: Path, area: ServiceArea, model: LearnedModel) -> npt.NDArray[np.int32]:
    """What a model calls the area's trip rows, int32 [M].

    Types are asked by their table. Tolerances know nothing of a trip but its level, and a log's
    trips are other ones, so that any trip of the same level stands for it; -1 has level 0.
    """
    ids = area.trips.trip_id
    if not isinstance(model, ToleranceModel) or model.context is None:
        by_level = isinstance(model, ToleranceModel) and not isinstance(model, HybridModel)
        return np.full_like(ids, -1) if by_level else ids
    levels = levels_of_trips(area, model.context)[0]
    known = model.trip_levels
    if isinstance(model, HybridModel):
        if known is None or not np.array_equal(levels, known):
            cause = f"was fitted where other trips have {model.context}"
            raise DataError(Problem(str(file), cause))
        return ids
    strict = np.zeros(0, np.intp) if known is None else np.flatnonzero(known == 1)
    stands_for = int(strict[0]) if len(strict) else -1
    of_rows = np.where(ids < 0, 0, levels[ids])
    return np.where(of_rows == 1, stands_for, -1).astype(np.int32)
