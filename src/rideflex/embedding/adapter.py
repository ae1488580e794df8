"""Networks that others made: any module from entities to type probabilities."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from rideflex.errors import UsageError
from rideflex.models.neural.network import EmbeddingFFN

_CLOSE = 1e-2  # half precision is this far from single
_COMPARED = 64
_LAYERS = ("ffn.0", "ffn.2", "ffn.4")
_WEIGHTS = {
    "embedding.weight",
    *(f"{layer}.weight" for layer in _LAYERS),
    *(f"{layer}.bias" for layer in _LAYERS),
}


class Shapes(NamedTuple):
    """Entities that a network holds, None where it can't tell, and types that it knows."""

    num_entities: int | None
    n_types: int


def shapes_of(network: nn.Module) -> Shapes:
    """Find out the shapes of a network, by asking it about entity 0 where it doesn't say.

    Raises
    ------
    UsageError
        If it is no module, or gives no row of probabilities for an entity.
    """
    if isinstance(network, EmbeddingFFN):
        return Shapes(network.num_entities, network.output_dim)
    if not isinstance(network, nn.Module):
        raise UsageError(f"a network is a torch.nn.Module, not a {type(network).__name__}")
    tables = (part for part in network.modules() if isinstance(part, nn.Embedding))
    table = next(tables, None)
    (row,) = _ask(network, 1)
    if abs(float(row.sum()) - 1.0) > _CLOSE or not bool((row >= 0).all()):
        raise UsageError(
            f"the network gives {[round(p, 4) for p in row.tolist()]} for entity 0: a row must be "
            "probabilities of the types; end it with a softmax"
        )
    return Shapes(None if table is None else table.num_embeddings, len(row))


def as_embedding(network: nn.Module) -> EmbeddingFFN | None:
    """An `EmbeddingFFN` with the weights of a network; None where its layers are others.

    What counts is the names and shapes of the weights, and that both give the same probabilities.
    """
    state = network.state_dict()
    if state.keys() != _WEIGHTS:
        return None
    num_entities, embed_dim = state["embedding.weight"].shape
    with torch.random.fork_rng(devices=[]):
        hidden_dim, n_types = len(state["ffn.0.bias"]), len(state["ffn.4.bias"])
        twin = EmbeddingFFN(num_entities, embed_dim, hidden_dim, n_types)
    try:
        twin.load_state_dict(state)
    except RuntimeError:
        return None
    n = min(num_entities, _COMPARED)
    with torch.no_grad():
        same = torch.allclose(twin(torch.arange(n)), _ask(network, n), atol=_CLOSE)
    return twin if same else None


def _ask(network: nn.Module, n: int) -> torch.Tensor:
    """What a network says of its first n entities, float32 [n, L] on the CPU."""
    weights = next(network.parameters(), None)
    entities = torch.arange(n, device=None if weights is None else weights.device)
    modes = {part: part.training for part in network.modules()}
    network.eval()
    try:
        with torch.no_grad():
            found = network(entities)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        raise UsageError(
            f"the network can't be asked about entities [{n}] (int64): {error}"
        ) from error
    finally:
        for part, mode in modes.items():
            part.training = mode
    if not isinstance(found, torch.Tensor) or found.ndim != 2 or len(found) != n:
        shape = tuple(found.shape) if isinstance(found, torch.Tensor) else type(found).__name__
        raise UsageError(f"the network gives {shape} for {n} entities, not [{n}, types]")
    return found.float().cpu()
