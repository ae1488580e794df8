"""One update of the embedding from outcomes: checked, encoded, trained, reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import torch

from rideflex.decisions import DecisionTable
from rideflex.decisions.masks import unpack
from rideflex.embedding.dataset import Report, entities_of, report_decisions, report_fallbacks
from rideflex.embedding.find_decisions import FoundDecisions, find_decisions
from rideflex.errors import UsageError
from rideflex.logs.frames import actions_of, answers, traveler_ids, trip_ids
from rideflex.models.mixture import fit_mixture
from rideflex.models.neural.device import on_cpu
from rideflex.models.neural.evidence import train_by_evidence
from rideflex.models.neural.minibatch import train_by_minibatch
from rideflex.models.neural.network import EmbeddingFFN
from rideflex.models.neural.prior import fit_prior
from rideflex.offers import ActionSpaceMap, OfferGrid
from rideflex.outcomes import Counts, Outcomes
from rideflex.tables.frames import names_of

Method = Literal["evidence", "minibatch"]


@dataclass(frozen=True)
class _Schedule:
    """How an update trains, checked before anything is read."""

    num_epochs: int
    batch_size: int
    lr: float
    method: Method
    generator: torch.Generator | None

    def __post_init__(self) -> None:
        if self.num_epochs < 1 or self.batch_size < 1 or not self.lr > 0:
            raise UsageError(
                "num_epochs and batch_size are at least 1 and lr is positive, not "
                f"{self.num_epochs}, {self.batch_size} and {self.lr}"
            )
        if self.method not in get_args(Method):
            raise UsageError(f"method is 'evidence' or 'minibatch', not {self.method!r}")


_LEAST_OUTCOMES = 3
_LEAST_TRAVELERS = 2
_LEAST_OFFERS = 3
_RARE_SHARE = 0.01


def update_embedding_model(
    embedding_model: EmbeddingFFN,
    online_data_list: Any,
    flexibility_personalities: Sequence[str],
    ACTION_SPACE_MAP: ActionSpaceMap,
    num_epochs: int = 50,
    batch_size: int = 64,
    lr: float = 1e-3,
    *,
    method: Method = "evidence",
    decisions: DecisionTable | str | Path | None = None,
    first_id: int = 1,
    generator: torch.Generator | None = None,
    report: Report = print,
) -> EmbeddingFFN:
    """Train the network on logged outcomes; returns the same object.

    Parameters
    ----------
    embedding_model
        Trained in place, from where the last update left it.
    online_data_list
        List of dicts (or a frame) with `customer_id` or `traveler_id`, `action`, `accepted` and
        the five other context fields.
    flexibility_personalities
        Names of the types, in the order of the network's outputs.
    ACTION_SPACE_MAP
        The offer grid, or its pairs in the order of the actions.
    num_epochs
        Epochs of the mini-batch schedule, or the bound on the passes of the evidence.
    batch_size, lr
        Of the mini-batch schedule. Fewer outcomes than a batch are refused by both methods.
    method
        "evidence" (to the exact posterior) or "minibatch".
    decisions
        A table or a path; see `find_decisions` for where they come from without it.
    first_id
        The traveler id of entity 0.
    generator
        Shuffles the mini-batches; without one, PyTorch's global generator does.
    report
        Takes the lines of the log.

    Raises
    ------
    UsageError
        If an outcome can't be used: an id outside the network, an action outside the grid.
    DataError
        If the decisions can't be used.
    """
    schedule = _Schedule(num_epochs, batch_size, lr, method, generator)
    offers = OfferGrid.of(ACTION_SPACE_MAP)
    _check_outputs(embedding_model, flexibility_personalities)
    if not names_of(online_data_list):
        report(
            f"  [Embedding Update] Insufficient data: 0 < {batch_size} outcomes. Skipping update."
        )
        return embedding_model
    ids = traveler_ids(online_data_list)
    entities = entities_of(ids, first_id, embedding_model.num_entities)
    actions = actions_of(online_data_list, offers)
    if not _is_enough(entities, actions, batch_size, report):
        return embedding_model
    found = find_decisions(decisions, flexibility_personalities, offers)
    _report_lookup(found, report)
    trips = trip_ids(online_data_list, ids, found.table)
    outcomes = found.table.outcomes(entities, trips, actions, answers(online_data_list))
    report_fallbacks(found.table.fallbacks(trips, actions), found, len(ids), report)
    _train(embedding_model, outcomes, schedule, report)
    return embedding_model


def update_from_outcomes(
    embedding_model: EmbeddingFFN,
    outcomes: Outcomes,
    decisions: DecisionTable,
    num_epochs: int = 50,
    batch_size: int = 64,
    lr: float = 1e-3,
    *,
    method: Method = "evidence",
    generator: torch.Generator | None = None,
    compile_seconds: float | None = None,
    report: Report = print,
) -> EmbeddingFFN:
    """Train the network on outcomes that are already encoded; see `update_embedding_model`.

    `compile_seconds` is what compiling the decisions took, where that was done for this update.
    """
    schedule = _Schedule(num_epochs, batch_size, lr, method, generator)
    _check_outputs(embedding_model, decisions.types)
    entities_of(outcomes.travelers, 0, embedding_model.num_entities)
    if _is_enough(outcomes.travelers, outcomes.actions, batch_size, report):
        _report_lookup(FoundDecisions(decisions, compile_seconds), report)
        _train(embedding_model, outcomes, schedule, report)
    return embedding_model


def _train(
    embedding_model: EmbeddingFFN, outcomes: Outcomes, schedule: _Schedule, report: Report
) -> None:
    n_types = embedding_model.output_dim
    counts = Counts.of(outcomes, embedding_model.num_entities, n_types)
    _warn_of_strangers(counts, outcomes, report)
    last = (0, 0.0)

    def note(epoch: int, loss: float) -> None:
        nonlocal last
        last = (epoch, loss)
        if epoch == 1:
            report(_epoch(epoch, schedule.num_epochs, loss))

    fit = None
    with on_cpu(embedding_model) as network:
        if schedule.method == "evidence":
            fitted = fit_prior(network, counts)
            mixture = fitted.mixture
            fit = train_by_evidence(
                network,
                fitted.log_likelihood,
                fitted.log_prior,
                max_passes=schedule.num_epochs,
                on_pass=note,
            )
        else:
            mixture = fit_mixture(counts)
            train_by_minibatch(
                network,
                torch.from_numpy(outcomes.travelers.astype(np.int64)),
                torch.from_numpy(unpack(outcomes.agreement(), n_types).astype(np.float32)),
                num_epochs=schedule.num_epochs,
                batch_size=schedule.batch_size,
                lr=schedule.lr,
                generator=schedule.generator,
                on_epoch=note,
            )
    embedding_model.set_mixture(mixture)
    if last[0] > 1:
        report(_epoch(last[0], schedule.num_epochs, last[1]))
    if fit is not None and fit.converged:
        report(f"    Converged in {fit.passes} of {schedule.num_epochs} passes")


def _epoch(epoch: int, num_epochs: int, loss: float) -> str:
    return f"    Epoch {epoch}/{num_epochs}, Loss: {loss:.4f}"


def _check_outputs(network: EmbeddingFFN, types: Sequence[str]) -> None:
    if network.output_dim != len(types):
        raise UsageError(f"the network has {network.output_dim} outputs for {len(types)} types")


def _is_enough(
    entities: npt.NDArray[np.int32],
    actions: npt.NDArray[np.int32],
    batch_size: int,
    report: Report,
) -> bool:
    each = np.unique_counts(entities).counts
    n, travelers = len(entities), int(np.count_nonzero(each >= _LEAST_OUTCOMES))
    offers = len(np.unique(actions))
    refusal = None
    if n < batch_size:
        refusal = f"Insufficient data: {n} < {batch_size} outcomes"
    elif travelers < _LEAST_TRAVELERS:
        refusal = f"Too few customers with {_LEAST_OUTCOMES} outcomes: {travelers}"
    elif offers < _LEAST_OFFERS:
        refusal = f"Low action diversity: {offers} different offers"
    if refusal is not None:
        report(f"  [Embedding Update] {refusal}. Skipping update.")
        return False
    report(f"  [Embedding Update] Training on {n} samples from {len(each)} customers")
    return True


def _report_lookup(found: FoundDecisions, report: Report) -> None:
    report_decisions(found, report)
    if found.from_file:
        report(
            f"  [Embedding Update] Using O(1) index lookup ({found.table.report.keys} cached keys)"
        )


def _warn_of_strangers(counts: Counts, outcomes: Outcomes, report: Report) -> None:
    n = len(outcomes)
    for kind, agreeing in enumerate(counts.agree.sum(axis=0).tolist()):
        if agreeing < _RARE_SHARE * n:
            report(
                f"  [Embedding Update] [WARNING] Flexibility type {kind} agrees with only "
                f"{agreeing:.0f} of {n} outcomes"
            )
    nobody = int(np.count_nonzero(outcomes.agreement() == 0))
    if nobody:
        report(f"  [Embedding Update] [WARNING] {nobody} outcomes agree with no flexibility type")
