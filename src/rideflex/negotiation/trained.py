"""A run's last checkpoint, ready to decide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from rideflex.data import ServiceArea
from rideflex.embedding import EvidenceModel
from rideflex.files import load_arrays
from rideflex.model import FlexibilityModel
from rideflex.negotiation.beliefs import Beliefs
from rideflex.negotiation.meta_training import BUFFER, BUFFER_KIND, BUFFER_VERSION, MODEL, POLICY
from rideflex.negotiation.observation import Observer
from rideflex.negotiation.policies.learned import LearnedPolicy, fresh_network
from rideflex.negotiation.run_folder import RunFolder, RunSettings
from rideflex.negotiation.simulation import area_fleet
from rideflex.posterior import FlexibilityPosterior
from rideflex.routing import Fleet


@dataclass(frozen=True)
class TrainedRun:
    """What a run has learned.

    Parameters
    ----------
    settings, epoch
        How it was trained, and how far.
    area, fleet
        The service area as its folder is now, and the vehicles.
    model, beliefs
        The flexibility model, and what it says about every trip and offer.
    policy
        The trained policy.
    outcomes
        How many outcomes the run has seen.
    """

    settings: RunSettings
    epoch: int
    area: ServiceArea
    fleet: Fleet
    model: FlexibilityModel
    beliefs: Beliefs
    policy: LearnedPolicy
    outcomes: int


def load_run(folder: Path, area: ServiceArea) -> TrainedRun:
    """Load the last checkpoint of a run.

    Raises
    ------
    DataError
        If the folder holds no run, or no checkpoint yet.
    """
    run = RunFolder(folder)
    settings = run.settings()
    epoch, checkpoint = run.checkpoint()
    posterior = settings.model == "posterior"
    model: FlexibilityModel = (FlexibilityPosterior if posterior else EvidenceModel).load(
        checkpoint / MODEL
    )
    beliefs, fleet = Beliefs(area), area_fleet(area)
    beliefs.update(model)
    observer = Observer(area, fleet)
    network = fresh_network(observer)
    network.load_state_dict(torch.load(checkpoint / POLICY, weights_only=True)["policy"])
    arrays, _ = load_arrays(checkpoint / BUFFER, BUFFER_KIND, BUFFER_VERSION)
    return TrainedRun(
        settings=settings,
        epoch=epoch,
        area=area,
        fleet=fleet,
        model=model,
        beliefs=beliefs,
        policy=LearnedPolicy(network, observer),
        outcomes=int(arrays["seen"]),
    )
