"""One update of the embedding from outcomes: checked, encoded, trained, reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from rideflex.decisions import DecisionTable
from rideflex.decisions.masks import unpack
from rideflex.embedding.adapter import Shapes, as_embedding, shapes_of
from rideflex.embedding.dataset import entities_of
from rideflex.embedding.find_decisions import FoundDecisions, find_decisions
from rideflex.embedding.reporting import Report, log_line, report_decisions, report_fallbacks
from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.logs.encode import encode
from rideflex.logs.frames import read_frame
from rideflex.models.mixture import fit_mixture
from rideflex.models.neural.device import on_cpu
from rideflex.models.neural.evidence import train_by_evidence
from rideflex.models.neural.minibatch import train_by_minibatch
from rideflex.models.neural.network import EmbeddingFFN
from rideflex.models.neural.prior import fit_prior
from rideflex.offers import ActionSpaceMap, OfferGrid
from rideflex.outcomes import Counts, Outcomes
from rideflex.tables.frames import names_of
from rideflex.tables.ids import as_ids

Method = Literal["evidence", "minibatch"]
Network = TypeVar("Network", bound=nn.Module)


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
    embedding_model: Network,
    online_data_list: Any = None,
    flexibility_personalities: Sequence[str] = DEFAULT_TYPES,
    ACTION_SPACE_MAP: ActionSpaceMap | None = None,
    num_epochs: int = 50,
    batch_size: int = 64,
    lr: float = 1e-3,
    *,
    online_data: Any = None,
    action_space_map: ActionSpaceMap | None = None,
    method: Method = "evidence",
    decisions: DecisionTable | str | Path | None = None,
    first_id: int = 1,
    generator: torch.Generator | None = None,
    report: Report = log_line,
) -> Network:
    """Train the network on logged outcomes; returns the same object.

    Any module that maps entities int64 [n] to probabilities [n, L] is trained, in place, on the CPU
    in float32. `EmbeddingFFN`, and a network of the same layers and names of weights, goes by
    `method`; any other goes by the mini-batch schedule, which the log says.

    Parameters
    ----------
    embedding_model
        Trained from where the last update left it.
    online_data_list, online_data
        List of dicts (or a frame) with `customer_id` or `traveler_id`, `action`, `accepted` and
        the five other context fields; under one of the two names that scripts use.
    flexibility_personalities
        Names of the types, in the order of the network's outputs.
    ACTION_SPACE_MAP, action_space_map
        The offer grid, or its pairs in the order of the actions; under one of the two names that
        scripts use.
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
        Takes the lines of the log; see `log_line` for where they go without it.

    Raises
    ------
    UsageError
        If an outcome can't be used: an id outside the network, an action outside the grid.
    DataError
        If the decisions can't be used.

    Warns
    -----
    UserWarning
        If the types' rules answer for every outcome.

    Examples
    --------
    A dozen travelers, half of them rigid, answer six offers each:

    >>> import warnings
    >>> from rideflex import OfferGrid
    >>> from rideflex.embedding import EmbeddingFFN, flexibility_personalities
    >>> trip = {
    ...     "trip_purpose": "work",
    ...     "departure_location": "home",
    ...     "arrival_location": "office",
    ...     "departure_time_window": "08:00-08:30",
    ...     "arrival_time_window": "08:30-09:00",
    ... }
    >>> log = [
    ...     {"customer_id": who, "action": action, "accepted": who > 6 or action == 12, **trip}
    ...     for who in range(1, 13)
    ...     for action in (0, 3, 4, 12, 14, 15)
    ... ]
    >>> network = EmbeddingFFN(num_entities=12, embed_dim=16, hidden_dim=32, output_dim=4)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # no decisions here: the types' rules answer
    ...     _ = update_embedding_model(
    ...         network,
    ...         log,
    ...         flexibility_personalities,
    ...         list(OfferGrid.default()),
    ...         report=lambda line: None,
    ...     )
    >>> network(torch.arange(12)).argmax(dim=1).tolist()
    [2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3]
    """
    outcomes_given = _one_of("online_data_list", online_data_list, "online_data", online_data)
    offers = OfferGrid.of(
        _one_of("ACTION_SPACE_MAP", ACTION_SPACE_MAP, "action_space_map", action_space_map)
    )
    schedule = _Schedule(num_epochs, batch_size, lr, method, generator)
    shapes = _checked_shapes(embedding_model, flexibility_personalities)
    if not names_of(outcomes_given):
        report(
            f"  [Embedding Update] Insufficient data: 0 < {batch_size} outcomes. Skipping update."
        )
        return embedding_model
    log = read_frame(outcomes_given)
    entities = entities_of(log.ids, first_id, shapes.num_entities)
    if not _is_enough(entities, log.n_offers, batch_size, report):
        return embedding_model
    found = find_decisions(decisions, flexibility_personalities, offers)
    encoded = encode(log, found.table, entities)
    _report_answers(found, encoded.fallbacks, len(log), report)
    _train(embedding_model, encoded.outcomes, shapes, schedule, report)
    return embedding_model


def update_from_outcomes(
    embedding_model: Network,
    outcomes: Outcomes,
    decisions: DecisionTable,
    num_epochs: int = 50,
    batch_size: int = 64,
    lr: float = 1e-3,
    *,
    method: Method = "evidence",
    generator: torch.Generator | None = None,
    compile_seconds: float | None = None,
    report: Report = log_line,
) -> Network:
    """Train the network on outcomes that are already encoded; see `update_embedding_model`.

    `compile_seconds` is what compiling the decisions took, where that was done for this update.
    """
    schedule = _Schedule(num_epochs, batch_size, lr, method, generator)
    shapes = _checked_shapes(embedding_model, decisions.types)
    entities_of(as_ids(outcomes.travelers), 0, shapes.num_entities)
    n_offers = len(np.unique(outcomes.actions))
    if _is_enough(outcomes.travelers, n_offers, batch_size, report):
        fallbacks = decisions.fallbacks(outcomes.trips, outcomes.actions)
        found = FoundDecisions(decisions, compile_seconds)
        _report_answers(found, fallbacks, len(outcomes), report)
        _train(embedding_model, outcomes, shapes, schedule, report)
    return embedding_model


def _one_of(name: str, given: Any, other_name: str, other: Any) -> Any:
    """The one value that was given under either of two names."""
    if (given is None) == (other is None):
        raise TypeError(f"update_embedding_model takes either {name} or {other_name}")
    return other if given is None else given


def _train(
    embedding_model: nn.Module,
    outcomes: Outcomes,
    shapes: Shapes,
    schedule: _Schedule,
    report: Report,
) -> None:
    n_entities = shapes.num_entities or int(outcomes.travelers.max()) + 1
    counts = Counts.of(outcomes, n_entities, shapes.n_types)
    _warn_of_rare_types(counts, outcomes, report)
    report_loss = _LossLines(schedule.num_epochs, report)
    layers = embedding_model
    if schedule.method == "evidence" and not isinstance(layers, EmbeddingFFN):
        layers = as_embedding(embedding_model) or embedding_model
        if layers is embedding_model:
            report(
                "  [Embedding Update] The layers are not those of EmbeddingFFN: training by the "
                "mini-batch schedule"
            )
    fit = None
    if schedule.method == "evidence" and isinstance(layers, EmbeddingFFN):
        with on_cpu(layers) as network:
            fitted = fit_prior(network, counts)
            fit = train_by_evidence(
                network,
                fitted.log_likelihood,
                fitted.log_prior,
                max_passes=schedule.num_epochs,
                on_pass=report_loss,
            )
        mixture = fitted.mixture
        if layers is not embedding_model:
            embedding_model.load_state_dict(layers.state_dict())
    else:
        mixture = fit_mixture(counts)
        with on_cpu(embedding_model) as module:
            train_by_minibatch(
                module,
                torch.from_numpy(outcomes.travelers.astype(np.int64)),
                torch.from_numpy(unpack(outcomes.agreement(), shapes.n_types).astype(np.float32)),
                num_epochs=schedule.num_epochs,
                batch_size=schedule.batch_size,
                lr=schedule.lr,
                generator=schedule.generator,
                on_epoch=report_loss,
            )
    if isinstance(embedding_model, EmbeddingFFN):
        embedding_model.set_mixture(mixture)
    report_loss.end()
    if fit is not None and fit.converged:
        report(f"    Converged in {fit.passes} of {schedule.num_epochs} passes")


class _LossLines:
    """Reports the loss of the first epoch and of the last."""

    def __init__(self, num_epochs: int, report: Report) -> None:
        self._num_epochs, self._report = num_epochs, report
        self._last = (0, 0.0)

    def __call__(self, epoch: int, loss: float) -> None:
        self._last = (epoch, loss)
        if epoch == 1:
            self._report(_epoch(epoch, self._num_epochs, loss))

    def end(self) -> None:
        """Report the last epoch, unless it was the first."""
        if self._last[0] > 1:
            self._report(_epoch(self._last[0], self._num_epochs, self._last[1]))


def _epoch(epoch: int, num_epochs: int, loss: float) -> str:
    return f"    Epoch {epoch}/{num_epochs}, Loss: {loss:.4f}"


def _checked_shapes(network: nn.Module, types: Sequence[str]) -> Shapes:
    shapes = shapes_of(network)
    if shapes.n_types != len(types):
        raise UsageError(f"the network has {shapes.n_types} outputs for {len(types)} types")
    return shapes


def _is_enough(
    entities: npt.NDArray[np.int32],
    n_offers: int,
    batch_size: int,
    report: Report,
) -> bool:
    each = np.unique_counts(entities).counts
    n, travelers = len(entities), int(np.count_nonzero(each >= _LEAST_OUTCOMES))
    refusal = None
    if n < batch_size:
        refusal = f"Insufficient data: {n} < {batch_size} outcomes"
    elif travelers < _LEAST_TRAVELERS:
        refusal = f"Too few customers with {_LEAST_OUTCOMES} outcomes: {travelers}"
    elif n_offers < _LEAST_OFFERS:
        refusal = f"Low action diversity: {n_offers} different offers"
    if refusal is not None:
        report(f"  [Embedding Update] {refusal}. Skipping update.")
        return False
    report(f"  [Embedding Update] Training on {n} samples from {len(each)} customers")
    return True


def _report_answers(found: FoundDecisions, fallbacks: int, n_outcomes: int, report: Report) -> None:
    """Say where the answers come from, and how many the rules gave."""
    report_decisions(found, report)
    report_fallbacks(found, fallbacks, n_outcomes, report, stacklevel=4)
    if fallbacks < n_outcomes:
        report(
            f"  [Embedding Update] Using O(1) index lookup ({found.table.report.keys} cached keys)"
        )


def _warn_of_rare_types(counts: Counts, outcomes: Outcomes, report: Report) -> None:
    """Warn of types that agree with few outcomes, and of outcomes that no type agrees with."""
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
