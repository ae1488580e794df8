"""The embedding, trained by evidence, as a flexibility model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch

from rideflex.errors import UsageError
from rideflex.models.mixture import Mixture, MixturePrior
from rideflex.models.neural.evidence import train_by_evidence
from rideflex.models.neural.features import TravelerFeatures
from rideflex.models.neural.network import EmbeddingFFN
from rideflex.models.neural.prior import fit_prior
from rideflex.models.protocol import Unknown
from rideflex.models.validation import (
    check_counts,
    check_entities,
    check_mixture,
    check_travelers,
    check_types,
)
from rideflex.outcomes import Counts
from rideflex.storage.array_file import load_arrays, refusing_damage, save_arrays
from rideflex.travelers import TravelerIndex

KIND = "flexibility embedding"
_VERSION = 1
_MOST_SHOWN = 5

logger = logging.getLogger(__name__)


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
        One-hot features [T, K], see `TravelerFeatures`.
    levels
        What the columns of the features mean; saved with the model, for `predict_unseen`.
    travelers
        The travelers' own ids, in the order of the entities; saved with the model.

    Examples
    --------
    >>> model = EvidenceModel(2, ("rigid", "flexible"))
    >>> model.fit(Counts(np.array([[9.0, 1.0], [1.0, 9.0]]), np.array([10.0, 10.0])))
    >>> model.predict_proba([0, 1]).argmax(axis=1).tolist()
    [0, 1]
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
        levels: TravelerFeatures | None = None,
        travelers: TravelerIndex | None = None,
    ) -> None:
        check_travelers(travelers, n_travelers)
        names = check_types(types)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            network = EmbeddingFFN(n_travelers, embed_dim, hidden_dim, len(names), features)
        self._hold(network, names, max_passes, levels, travelers)
        self.fit(Counts.zeros(n_travelers, len(names)))

    def _hold(
        self,
        network: EmbeddingFFN,
        types: tuple[str, ...],
        max_passes: int,
        levels: TravelerFeatures | None,
        travelers: TravelerIndex | None,
    ) -> None:
        self.network = network
        self._types, self._travelers = types, travelers
        self._max_passes, self._levels = max_passes, levels

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

    @property
    def levels(self) -> TravelerFeatures | None:
        """What the columns of the features mean, where that was told."""
        return self._levels

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Columns that `predict_unseen` reads; none where no levels were told."""
        return () if self._levels is None else tuple(self._levels.levels)

    @property
    def noise(self) -> float:
        """Flip probability ε: how often a traveler answers against the type."""
        return self.network.mixture.noise

    def fit(self, counts: Counts) -> None:
        """Fit to these counts, replacing earlier ones; training starts from the last fit."""
        fitted = fit_prior(self.network, check_counts(counts, self.n_travelers, len(self._types)))
        self.network.set_mixture(fitted.mixture)
        train_by_evidence(
            self.network, fitted.log_likelihood, fitted.log_prior, max_passes=self._max_passes
        )

    def predict_proba(
        self, travelers: npt.ArrayLike, *, unknown: Unknown = "raise"
    ) -> npt.NDArray[np.float64]:
        """Return float64 [n, L]: what the network says; see `FlexibilityModel.predict_proba`."""
        entities = check_entities(travelers, self.n_travelers, unknown)
        with torch.no_grad():
            logits = self.network.logits(torch.from_numpy(entities.clip(min=0)))
        probabilities = logits.double().softmax(dim=1).numpy()
        return np.where(entities[:, None] >= 0, probabilities, self.network.shares)

    def predict_unseen(self, frame: Any) -> npt.NDArray[np.float64]:
        """Return float64 [n, L] for travelers outside the model, from their features alone.

        Parameters
        ----------
        frame
            The columns of features that the model was made with, one row a traveler. A word that
            it never saw tells nothing, as a blank does; the log warns of it by name.

        Raises
        ------
        UsageError
            If the model was made without `levels`, or a column is missing.
        """
        if self._levels is None:
            raise UsageError("this model knows no levels of features; make it with levels=…")
        for name, words in self._levels.unknown_words(frame).items():
            shown = ", ".join(map(repr, words[:_MOST_SHOWN]))
            more = f" and {len(words) - _MOST_SHOWN} more" if len(words) > _MOST_SHOWN else ""
            logger.warning(
                "column %r: the model never saw %s%s, which tell it nothing; it knows %s",
                name,
                shown,
                more,
                ", ".join(map(repr, self._levels.levels[name])),
            )
        return self.network.predict_unseen(self._levels.encode(frame)).double().numpy()

    def save(self, path: str | Path) -> None:
        """Write the network's weights to one versioned file, without pickle."""
        network = self.network
        weights = {f"network.{k}": w.numpy() for k, w in network.state_dict().items()}
        ids = {} if self._travelers is None else self._travelers.arrays()
        meta = {
            "types": self._types,
            "embed_dim": network.embedding.embedding_dim,
            "hidden_dim": network.layers[0].out_features,
            "max_passes": self._max_passes,
            "levels": None if self._levels is None else dict(self._levels.levels),
        }
        mixture = {"shares": network.shares, "noise": np.array([self.noise])}
        save_arrays(path, KIND, _VERSION, {**weights, **ids, **mixture}, meta)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that `save` wrote; the same probabilities, bit for bit."""
        arrays, meta = load_arrays(path, KIND, _VERSION)
        with refusing_damage(path):
            return cls._restored(arrays, meta)

    @classmethod
    def _restored(cls, arrays: dict[str, npt.NDArray[Any]], meta: dict[str, Any]) -> Self:
        weights = {
            name.removeprefix("network."): torch.from_numpy(np.array(array))
            for name, array in arrays.items()
            if name.startswith("network.")
        }
        types, n_travelers = check_types(meta["types"]), len(weights["embedding.weight"])
        network = EmbeddingFFN(
            n_travelers, meta["embed_dim"], meta["hidden_dim"], len(types), weights.get("features")
        )
        network.load_state_dict(weights)
        # Release 0.1 saved no noise: what is assumed before the first outcome stands in for it.
        noise = float(arrays["noise"][0]) if "noise" in arrays else MixturePrior().noise
        mixture = Mixture(np.array(arrays["shares"]), noise)
        network.set_mixture(check_mixture(mixture, len(types)))
        levels, travelers = meta.get("levels"), TravelerIndex.of_arrays(arrays)
        check_travelers(travelers, n_travelers)
        model = cls.__new__(cls)
        model._hold(
            network,
            types,
            meta["max_passes"],
            None if levels is None else TravelerFeatures.from_levels(levels),
            travelers,
        )
        return model
