"""The neural flexibility model and its update (PyTorch), by the names that scripts import."""

from typing import Any

from rideflex.embedding.dataset import (
    OnlineTravelerDataset,
    flexibility_personalities,
    n_flexibilities,
)
from rideflex.embedding.find_decisions import count_travelers
from rideflex.embedding.metrics import binary_classification_metrics
from rideflex.embedding.update import update_embedding_model, update_from_outcomes
from rideflex.models.neural.evidence import EvidenceFit, train_by_evidence
from rideflex.models.neural.features import TravelerFeatures
from rideflex.models.neural.minibatch import likelihood_loss, train_by_minibatch
from rideflex.models.neural.model import EvidenceModel
from rideflex.models.neural.network import EmbeddingFFN

__all__ = [
    "EmbeddingFFN",
    "EvidenceFit",
    "EvidenceModel",
    "OnlineTravelerDataset",
    "TravelerFeatures",
    "binary_classification_metrics",
    "flexibility_personalities",
    "likelihood_loss",
    "n_flexibilities",
    "n_travelers",
    "train_by_evidence",
    "train_by_minibatch",
    "update_embedding_model",
    "update_from_outcomes",
]


def __getattr__(name: str) -> Any:
    """`n_travelers`, which depends on the decisions that are found when it is asked for."""
    if name == "n_travelers":
        return count_travelers()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
