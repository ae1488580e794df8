"""Files of a checkpoint: the policy, the model, the outcomes that it looks back on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn, optim

from rideflex.decisions import DecisionTable
from rideflex.models.answers import LearnedModel
from rideflex.models.neural.weights import load_weights, save_weights
from rideflex.outcomes import OutcomeBuffer, Outcomes
from rideflex.storage.array_file import load_arrays, save_arrays
from rideflex.storage.atomic import refusal

POLICY, MODEL, BUFFER = "policy.pt", "model.rideflex", "outcomes.rideflex"
_BUFFER_KIND, _BUFFER_VERSION = "outcome buffer", 1


def save_checkpoint(
    folder: Path,
    policy: nn.Module,
    optimizer: optim.Optimizer,
    model: LearnedModel,
    buffer: OutcomeBuffer,
    seen_at_update: int,
) -> None:
    """Write everything that a run goes on from; `seen_at_update` are outcomes already learned.

    Raises
    ------
    DataError
        If a file can't be written.
    """
    save_weights(
        folder / POLICY, {"policy": policy.state_dict(), "optimizer": optimizer.state_dict()}
    )
    model.save(folder / MODEL)
    state, meta = buffer.state(), {"seen_at_update": seen_at_update}
    save_arrays(folder / BUFFER, _BUFFER_KIND, _BUFFER_VERSION, state, meta)


def load_policy(folder: Path, policy: nn.Module, optimizer: optim.Optimizer | None = None) -> None:
    """Load the policy of a checkpoint into a network, and the optimizer's state if one is given.

    Raises
    ------
    DataError
        If the file is missing or damaged, or was made for another network.
    """
    saved = load_weights(folder / POLICY)
    try:
        policy.load_state_dict(saved["policy"])
        if optimizer is not None:
            optimizer.load_state_dict(saved["optimizer"])
    except Exception:  # weights of another network can trip the optimizer in any way
        raise refusal(folder / POLICY, "is damaged, or not the policy of this run") from None


def load_buffer(folder: Path, buffer: OutcomeBuffer, table: DecisionTable) -> int:
    """Fill a buffer with the outcomes of a checkpoint; returns how many the model had learned.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    arrays, meta = _arrays(folder)
    buffer.restore(arrays, table)
    return int(meta["seen_at_update"])


def load_outcomes(folder: Path, table: DecisionTable) -> Outcomes | None:
    """Outcomes in the buffer of a checkpoint, oldest first; None before the first one.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    arrays, _ = _arrays(folder)
    held = {name: array for name, array in arrays.items() if name != "seen"}
    return Outcomes(**held, decisions=table) if held else None


def outcomes_seen(folder: Path) -> int:
    """Outcomes that had entered the buffer of a checkpoint.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    return int(_arrays(folder)[0]["seen"])


def _arrays(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    return load_arrays(folder / BUFFER, _BUFFER_KIND, _BUFFER_VERSION)
