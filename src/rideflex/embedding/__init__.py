"""The neural flexibility model and its update (PyTorch)."""

from rideflex.embedding.dataset import (
    OnlineTravelerDataset,
    flexibility_personalities,
    n_flexibilities,
)
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
    "flexibility_personalities",
    "likelihood_loss",
    "n_flexibilities",
    "train_by_evidence",
    "train_by_minibatch",
    "update_embedding_model",
    "update_from_outcomes",
]
