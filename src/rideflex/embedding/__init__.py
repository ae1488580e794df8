"""The neural flexibility model and its update (PyTorch)."""

from rideflex.embedding.dataset import (
    OnlineTravelerDataset,
    flexibility_personalities,
    n_flexibilities,
)
from rideflex.embedding.evidence import EvidenceFit, train_by_evidence
from rideflex.embedding.features import TravelerFeatures
from rideflex.embedding.likelihood import likelihood_loss
from rideflex.embedding.minibatch import train_by_minibatch
from rideflex.embedding.model import EvidenceModel
from rideflex.embedding.network import EmbeddingFFN
from rideflex.embedding.update import update_embedding_model, update_from_outcomes

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
