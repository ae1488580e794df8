"""The embedding, trained by evidence, as a flexibility model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import torch

from rideflex.embedding.evidence import train_by_evidence
from rideflex.embedding.feature_prior import fit_prior
from rideflex.embedding.network import EmbeddingFFN
from rideflex.errors import UsageError
from rideflex.files import load_arrays, save_arrays
from rideflex.model import Unknown, known_entities
from rideflex.outcomes import Counts
from rideflex.travelers import TravelerIndex

_KIND = "flexibility embedding"
_VERSION = 1


class EvidenceModel:
    """`EmbeddingFFN` trained by evidence, warm-started from the last fit.

    Parameters
    ----------
    n_travelers
        Travelers T; entities run from 0.
    types
        Names of the L flexibility types.
    embed_dim, hidden_dim
        Widths of the network.
    max_passes
        Bound on the passes of a fit.
    seed
        Draws the network's first weights; the same seed and counts give the same model.
    features
        One-hot features float32 [T, K], see `TravelerFeatures`.
    travelers
        The travelers' own ids, in the order of the entities; saved with the model.
    """

    def __init__(
        self,
        n_travelers: int,
        types: Sequence[str],
        *,
        embed_dim: int = 64,
        hidden_dim: int = 128,
        max_passes: int = 50,
        seed: int = 0,
        features: torch.Tensor | None = None,
        travelers: TravelerIndex | None = None,
    ) -> None:
        if travelers is not None and len(travelers) != n_travelers:
            raise UsageError(f"{len(travelers)} traveler ids were given for {n_travelers}")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = EmbeddingFFN(n_travelers, embed_dim, hidden_dim, len(types), features)
        self._types = tuple(types)
        self._travelers = travelers
        self._max_passes = max_passes
        self.fit(Counts.zeros(n_travelers, len(types)))

    @property
    def types(self) -> tuple[str, ...]:
        """The L flexibility types."""
        return self._types

    @property
    def n_travelers(self) -> int:
        """Travelers held."""
        return self.network.num_entities

    @property
    def travelers(self) -> TravelerIndex | None:
        """The travelers' own ids, where they were given."""
        return self._travelers

    def fit(self, counts: Counts) -> None:
        """Let these counts be all that is known."""
        if counts.agree.shape != (self.n_travelers, len(self._types)):
            raise UsageError(
                f"counts of shape {counts.agree.shape} don't fit {self.n_travelers} travelers "
                f"and {len(self._types)} types"
            )
        fitted = fit_prior(self.network, counts)
        train_by_evidence(
            self.network, fitted.log_likelihood, fitted.log_prior, max_passes=self._max_passes
        )
        self._shares = fitted.mixture.shares

    def predict_proba(
        self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, L]: the network's probabilities.

        Parameters
        ----------
        travelers
            Entities [n].
        unknown
            What a traveler outside the model gets: an error, or π ("prior").

        Raises
        ------
        UsageError
            If a traveler is unknown and unknown="raise".
        """
        entities = known_entities(travelers, self.n_travelers, unknown, self._travelers)
        with torch.no_grad():
            logits = self.network.logits(torch.from_numpy(entities.clip(min=0)))
        probabilities = logits.double().softmax(dim=1).numpy()
        return np.where(entities[:, None] >= 0, probabilities, self._shares)

    def save(self, path: str | Path) -> None:
        """Write the network's weights to one versioned file, without pickle."""
        network = self.network
        weights = {f"network.{k}": w.numpy() for k, w in network.state_dict().items()}
        ids = {} if self._travelers is None else {"traveler_ids": self._travelers.ids}
        meta = {
            "types": self._types,
            "embed_dim": network.embedding.embedding_dim,
            "hidden_dim": network.layers[0].out_features,
            "max_passes": self._max_passes,
        }
        save_arrays(path, _KIND, _VERSION, {**weights, **ids, "shares": self._shares}, meta)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that `save` wrote; the same probabilities, bit for bit."""
        arrays, meta = load_arrays(path, _KIND, _VERSION)
        weights = {
            name.removeprefix("network."): torch.from_numpy(np.array(array))
            for name, array in arrays.items()
            if name.startswith("network.")
        }
        ids = arrays.get("traveler_ids")
        model = cls(
            len(weights["embedding.weight"]),
            meta["types"],
            embed_dim=meta["embed_dim"],
            hidden_dim=meta["hidden_dim"],
            max_passes=meta["max_passes"],
            features=weights.get("features"),
            travelers=None if ids is None else TravelerIndex(ids),
        )
        model.network.load_state_dict(weights)
        model._shares = np.array(arrays["shares"])
        return model
