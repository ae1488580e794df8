"""Load a run's last checkpoint: its model, its policy, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rideflex.areas import ServiceArea
from rideflex.errors import DataError, Problem
from rideflex.models.acceptance import Beliefs
from rideflex.models.answers import AnswerModel, HoldsTypes, LearnedModel
from rideflex.models.hybrid import HybridModel
from rideflex.models.protocol import FlexibilityModel
from rideflex.models.registry import holds_answer_model, load_answer_model, load_model
from rideflex.models.tolerance import ToleranceModel
from rideflex.models.trip_levels import levels_of_trips
from rideflex.models.world import in_world
from rideflex.negotiation import area_fleet
from rideflex.routing import Fleet
from rideflex.training.checkpoint import MODEL, load_policy, outcomes_seen
from rideflex.training.environment.observation import Observer
from rideflex.training.ppo.policy import LearnedPolicy, fresh_network
from rideflex.training.run_folder import RunFolder
from rideflex.training.settings import RunSettings


@dataclass(frozen=True)
class TrainedRun:
    """What a run has learned.

    Parameters
    ----------
    folder
        Of the run.
    settings, epoch
        How it was trained, and how far.
    area, fleet
        The service area as its folder is now, and the vehicles.
    same_files
        Whether the area's files are those that the run was trained on.
    model, beliefs
        The model, and what it says about every trip and offer.
    policy
        The trained policy.
    outcomes
        How many outcomes the run has seen.
    """

    folder: Path
    settings: RunSettings
    epoch: int
    area: ServiceArea
    fleet: Fleet
    same_files: bool
    model: LearnedModel
    beliefs: Beliefs
    policy: LearnedPolicy
    outcomes: int


def load_run(folder: Path, area: ServiceArea) -> TrainedRun:
    """Load the last checkpoint of a run.

    Parameters
    ----------
    folder
        Of the run.
    area
        Where it is asked; the run's fitted model, if it has one, draws the answers unless the area
        comes with another.

    Raises
    ------
    DataError
        If the folder holds no run or no checkpoint yet, a file of it can't be used, or the area
        has other types, offers or travelers than the run was trained on.
    """
    run = RunFolder(folder)
    settings = run.settings()
    epoch, checkpoint = run.checkpoint()
    world = run.world()
    if world is not None and area.world is None:
        area = in_world(area, world)
    model = _load(checkpoint / MODEL, area)
    beliefs, fleet = Beliefs(area), area_fleet(area, settings.requests)
    beliefs.update(model)
    observer = Observer(area, fleet)
    network = fresh_network(observer)
    load_policy(checkpoint, network)
    return TrainedRun(
        folder=folder,
        settings=settings,
        epoch=epoch,
        area=area,
        fleet=fleet,
        same_files=run.begun_with(area.folder),
        model=model,
        beliefs=beliefs,
        policy=LearnedPolicy(network, observer),
        outcomes=outcomes_seen(checkpoint),
    )


def _load(path: Path, area: ServiceArea) -> LearnedModel:
    """Load the model of a checkpoint, which is asked about an area from now on."""
    if not holds_answer_model(path):
        made = load_model(path)
        _check_area(made, area)
        return made
    answering = load_answer_model(path)
    _check_area(answering, area)
    if isinstance(answering, HybridModel):
        answering.ask(area.table)
    return answering


def _check_area(model: LearnedModel, area: ServiceArea) -> None:
    if isinstance(model, FlexibilityModel | HoldsTypes) and model.types != area.table.types:
        trained, here = (", ".join(map(repr, types)) for types in (model.types, area.table.types))
        cause = f"the run was trained on the types {trained}; this folder has {here}"
        raise DataError(Problem(str(area.folder), cause))
    if isinstance(model, AnswerModel) and model.offers != area.table.offers:
        trained, here = (str(list(grid.pairs)) for grid in (model.offers, area.table.offers))
        cause = f"the run was trained on the offers {trained}; this folder has {here}"
        raise DataError(Problem(str(area.folder), cause))
    if isinstance(model, ToleranceModel) and model.context is not None:
        levels, trained_on = levels_of_trips(area, model.context)[0], model.trip_levels
        if trained_on is None or not np.array_equal(levels, trained_on):
            cause = f"has other trips with {model.context} than the run was trained on"
            raise DataError(Problem(str(area.folder), cause))
    if model.travelers is None:
        return
    ids, others = model.travelers.ids, area.travelers.ids
    if not np.array_equal(ids, others):
        odd = next(iter(set(ids.tolist()) ^ set(others.tolist())))
        cause = (
            f"the run was trained on travelers {ids[0]}…{ids[-1]}, this folder has "
            f"{others[0]}…{others[-1]}: traveler {odd} is in only one of the two"
        )
        raise DataError(Problem(str(area.folder), cause))
