"""The network: an embedding of travelers and a small feed-forward body."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from rideflex.errors import UsageError
from rideflex.models.mixture import Mixture, MixturePrior
from rideflex.models.neural.weights import load_weights, save_weights
from rideflex.storage.atomic import refusal


class Load(Protocol):
    """How weights are loaded; see `_load`."""

    def __call__(self, path: str | Path, map_location: Any = None) -> EmbeddingFFN:
        """Read weights from a file."""
        ...


class _Load:
    """`load` of a network and of its class: weights into it, or into one that is made for them."""

    def __get__(self, network: EmbeddingFFN | None, kind: type[EmbeddingFFN]) -> Load:
        """Bind to the network, or to the class."""
        return partial(_load, network, kind)


class EmbeddingFFN(nn.Module):
    """Map a 0-based entity to a probability over the flexibility types.

    Embedding, then linear, tanh, linear, tanh, linear, softmax. With features, a linear map of
    the traveler's one-hot features is added before the softmax: it is the log-prior of the
    types given the features, and all there is for a traveler without outcomes.

    Parameters
    ----------
    num_entities
        Travelers T; entities run from 0.
    embed_dim, hidden_dim
        Width of the embedding and of both hidden layers.
    output_dim
        Flexibility types L.
    features
        One-hot features [T, K] (`TravelerFeatures.encode`), or None.

    Raises
    ------
    UsageError
        If a size makes no sense, or there is not a row of features for each traveler.

    Examples
    --------
    >>> network = EmbeddingFFN(num_entities=30, embed_dim=64, hidden_dim=128, output_dim=4)
    >>> probabilities = network(torch.tensor([0, 7]))
    >>> tuple(probabilities.shape), probabilities.sum(dim=1).round().tolist()
    ((2, 4), [1.0, 1.0])
    """

    features: torch.Tensor | None

    def __init__(
        self,
        num_entities: int,
        embed_dim: int,
        hidden_dim: int,
        output_dim: int,
        features: torch.Tensor | None = None,
    ) -> None:
        super().__init__()
        if min(num_entities, embed_dim, hidden_dim) < 1 or output_dim < 2:
            raise UsageError(
                "a network needs positive sizes and at least two types, not "
                f"{(num_entities, embed_dim, hidden_dim, output_dim)}"
            )
        if features is not None:
            features = torch.as_tensor(features, dtype=torch.float32)
            if features.ndim != 2 or len(features) != num_entities:
                shape = tuple(features.shape)
                raise UsageError(f"features of shape {shape} were given for {num_entities} rows")
        # Not in the state dict, so that weights saved without it still load.
        self._mixture = Mixture(np.full(output_dim, 1.0 / output_dim), MixturePrior().noise)
        self.embedding = nn.Embedding(num_entities, embed_dim)
        self.ffn = nn.Sequential(
            nn.Linear(embed_dim, hidden_dim),
            nn.Tanh(),
            nn.Linear(hidden_dim, hidden_dim),
            nn.Tanh(),
            nn.Linear(hidden_dim, output_dim),
            # Scripts that train on `ffn` itself, and weights saved by index, count on it; `logits`
            # stops before it.
            nn.Softmax(dim=-1),
        )
        self.register_buffer("features", features)
        self.prior = None if features is None else nn.Linear(features.shape[1], output_dim)

    @property
    def num_entities(self) -> int:
        """Travelers held."""
        return self.embedding.num_embeddings

    @property
    def output_dim(self) -> int:
        """Flexibility types."""
        return self.layers[2].out_features

    @property
    def mixture(self) -> Mixture:
        """Mixing weights π and flip probability ε of all travelers, as the last update found."""
        return self._mixture

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Mixing weights π, float64 [L]: what a traveler outside the network gets."""
        return self._mixture.shares

    def set_mixture(self, mixture: Mixture) -> None:
        """Keep what an update found of all travelers together."""
        self._mixture = mixture

    @property
    def layers(self) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
        """The three linear layers, input first."""
        first, second, last = (module for module in self.ffn if isinstance(module, nn.Linear))
        return first, second, last

    load = _Load()

    def save(self, path: str | Path) -> None:
        """Write the weights (the state dict) to a PyTorch file, which is whole or not there.

        π and ε of the last update are not among them; `EvidenceModel` saves all.

        Raises
        ------
        DataError
            If the file can't be written.
        """
        save_weights(path, self.state_dict())

    def get_embed(self) -> torch.Tensor:
        """Return the embedding weights [T, embed_dim]."""
        return self.embedding.weight

    def forward(self, entity_ids: torch.Tensor) -> torch.Tensor:
        """Return float32 [n, L]: the probability of each type for each entity."""
        return torch.softmax(self.logits(entity_ids), dim=-1)

    def logits(self, entity_ids: torch.Tensor) -> torch.Tensor:
        """Return float32 [n, L]: what goes into the softmax."""
        logits: torch.Tensor = self.ffn[:-1](self.embedding(entity_ids))
        if self.prior is not None and self.features is not None:
            logits = logits + self.prior(self.features[entity_ids])
        return logits

    def predict_unseen(self, features: torch.Tensor) -> torch.Tensor:
        """Return float32 [n, L] for travelers outside the network, from their features alone.

        Raises
        ------
        UsageError
            If the network was made without features.
        """
        if self.prior is None:
            raise UsageError("this network was made without features")
        with torch.no_grad():
            return torch.softmax(self.prior(features), dim=-1)


def _load(
    network: EmbeddingFFN | None,
    kind: type[EmbeddingFFN],
    path: str | Path,
    map_location: Any = None,
) -> EmbeddingFFN:
    """Read weights that `save`, or `torch.save` of a state dict, wrote.

    On a network they replace its own, and it is returned; on the class a network of their sizes is
    made. `map_location` is PyTorch's.

    Raises
    ------
    DataError
        If the file is missing or damaged, or holds weights of another network.
    """
    state = load_weights(path, map_location)
    try:
        if network is None:
            (n, embed_dim), hidden_dim = state["embedding.weight"].shape, len(state["ffn.0.bias"])
            with torch.random.fork_rng(devices=[]):
                network = kind(
                    n, embed_dim, hidden_dim, len(state["ffn.4.bias"]), state.get("features")
                )
            network.to(state["embedding.weight"])
        network.load_state_dict(state)
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise refusal(path, f"holds the weights of another network: {error}") from None
    return network
